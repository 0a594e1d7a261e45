/** One object that cannot be read or has an impossible name: it is reported, and the other objects are still answered. */
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { api, cluster, kubeconfigFor, newNamespace } from '../environment/use.ts';
import { freshName, named, newAccount, newPullSecret, regsecretIn } from '../support/attach-world.ts';
import { some } from '../support/cases.ts';
import { type Fault, startFaultProxy } from '../support/fault-proxy.ts';
import { here } from '../support/here.ts';

/** Names that the API server accepts in a list, although no object can have them. */
const NAMES: readonly (readonly [title: string, name: string])[] = [
  ['two dots', '..'],
  ['a dot', '.'],
  ['a percent sign', '50%'],
  ['a path', '../../nodes/x'],
  ['escapes of a terminal', '\x1b[31mred\x07'],
  ['capitals', 'RegCred'],
  ['a line break', 'a\nb'],
  ['800 kB', 'a'.repeat(800_000)],
];

interface Shown {
  readonly code: string;
  readonly object: { readonly kind: string; readonly namespace: string; readonly name: string };
}

let evil: string;
let honest: string;
beforeAll(async () => {
  [evil, honest] = [await newNamespace({ serviceAccount: true }), await newNamespace({ serviceAccount: true })];
  await newAccount(honest, { imagePullSecrets: named('gone') }, 'builder');
  await newPullSecret(honest, 'good');
});

describe.each(some(NAMES, 4))('a service account names %s', (_, name) => {
  let account: string;
  beforeAll(async () => {
    account = freshName('sa');
    await newAccount(evil, { imagePullSecrets: named(name) }, account);
    return async () => void (await api('DELETE', `/api/v1/namespaces/${evil}/serviceaccounts/${account}`));
  });

  test.each([
    ['doctor -A', ['doctor', '-A', '--offline', '-o', 'json']],
    ['list -A', ['list', '-A', '-o', 'json']],
  ])('%s', async (command, args) => {
    const ran = await here([...args], { env: { KUBECONFIG: cluster().kubeconfig } });
    expect(ran.stderr).not.toMatch(/error:/);
    // Other namespaces of this cluster may fill the report, but the long name must not.
    expect(ran.stdout).not.toContain('a'.repeat(1_000));
    const report = JSON.parse(ran.stdout);
    const missing: Shown['object'][] = command.startsWith('list')
      ? report.items.filter(({ findings }: { findings: Shown[] }) => findings[0]?.code === 'missing-secret')
      : report.findings.filter(({ code }: Shown) => code === 'missing-secret').map(({ object }: Shown) => object);
    const inEvil = missing.filter(({ namespace }) => namespace === evil).map((object) => object.name);
    expect(inEvil).toEqual([name.length > 253 ? `${name.slice(0, 60)}… (too long for a name)` : name]);
    expect(missing).toContainEqual(expect.objectContaining({ namespace: honest, name: 'gone' }));
  });

  test('why of it', async () => {
    const ran = await regsecretIn(evil, ['why', `sa/${account}`, '--offline']);
    expect(ran.stdout).toContain('does not exist');
    expect(ran.stdout.length).toBeLessThan(4_000);
    expect(ran.stdout).not.toMatch(/[\x1b\x07]/);
    expect(ran.code).toBe(1);
  });
});

describe('the API server does not give one Secret', () => {
  const faults: readonly (readonly [title: string, fault: Fault])[] = [
    ['400', { status: 400, body: '{"kind":"Status","message":"what is that?"}' }],
    ['431', { status: 431 }],
    ['a page of a proxy', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['500 again and again', { status: 500 }],
    ['no answer in time', 'hang'],
  ];
  test.each(faults)('%s', { timeout: 60_000 }, async (_, fault) => {
    const namespace = await newNamespace({ serviceAccount: true });
    await newAccount(namespace, { imagePullSecrets: named('stuck', 'gone') }, 'builder');
    const proxy = await startFaultProxy(cluster(), ({ path }) => (path.includes('/secrets/stuck') ? fault : undefined));
    onTestFinished(() => proxy.close());
    const options = { kubeconfig: kubeconfigFor({ server: proxy.server, token: '' }) };
    const flags = ['--request-timeout', '2s', '-o', 'json'];
    const [doctor, list] = await Promise.all([
      regsecretIn(namespace, ['doctor', '--offline', ...flags], options),
      regsecretIn(namespace, ['list', ...flags], options),
    ]);
    const found: Shown[] = JSON.parse(doctor.stdout).findings;
    const codes = new Map(found.map(({ code, object }) => [object.name, code]));
    expect(codes.get('stuck')).toBe('unread-object');
    expect(codes.get('gone')).toBe('missing-secret');
    expect(doctor.code).toBe(1);
    const rows = JSON.parse(list.stdout).items.map(
      ({ name, findings: [first] }: { name: string; findings: Shown[] }) => [name, first?.code],
    );
    expect(rows).toEqual([
      ['gone', 'missing-secret'],
      ['stuck', 'unread-object'],
    ]);
    expect(list.code).toBe(1);
    expect(list.stderr).toContain(`secret ${namespace}/stuck cannot be read: `);
  });
});
