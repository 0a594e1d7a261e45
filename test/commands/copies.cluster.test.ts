/**
 * Copies that differ from their source or have none: the reports of `doctor`, `why` and `list`, their requests, and the effect of
 * a forged mark.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { cluster, kubeconfigFor, newNamespace } from '../environment/use.ts';
import { freshName, regsecretIn } from '../support/attach-world.ts';
import { CANARY } from '../support/canary.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { here } from '../support/here.ts';
import { changeSecret, OURS, payloadOf, putSecret, secretIn } from '../support/sync-world.ts';
import { userWith } from '../support/user.ts';

interface Origin {
  readonly namespace: string;
  readonly name: string;
  readonly state: string;
}

interface Found {
  readonly code: string;
  readonly object: { readonly namespace?: string; readonly name: string };
  readonly fix: {
    readonly command: string;
    readonly argv: readonly (readonly string[])[];
    readonly sufficient: boolean;
  };
}

let home = '';
let team = '';
/** A tenant's namespace, whose owner can forge any mark. */
let evil = '';
const [fresh, stale, orphan, local, forged] = ['fresh', 'stale', 'orphan', 'local', 'forged'].map(freshName) as [
  string,
  string,
  string,
  string,
  string,
];
const CODES = ['stale-copy', 'orphaned-copy'];

beforeAll(async () => {
  [home, team, evil] = await Promise.all([
    newNamespace({ serviceAccount: true }),
    newNamespace({ serviceAccount: true }),
    newNamespace({ serviceAccount: true }),
  ]);
  await Promise.all([fresh, stale, forged].map((name) => putSecret(home, {}, name)));
  for (const name of [fresh, stale]) await regsecretIn(home, ['sync', name, '--to', team]);
  const login = ['--server', 'r.example', '--username', 'jane', '--password-stdin'];
  await regsecretIn(home, ['sync', local, '--to', team, ...login], { stdin: CANARY });
  const marked = (name: string) => ({ labels: OURS, annotations: { 'regsecret/source': `${home}/${name}` } });
  const other = { data: { '.dockerconfigjson': payloadOf('other.example') } };
  await Promise.all([
    putSecret(team, { metadata: marked(orphan) }, orphan),
    changeSecret(home, other, stale),
    // The copy was made from a login of this machine. A Secret of the same name is not its source.
    putSecret(home, other, local),
    putSecret(evil, { ...other, metadata: marked(forged) }, forged),
  ]);
});

/** Runs in `namespace`, or without one where `-A` is given. */
function runIn(namespace: string, args: readonly string[], { kubeconfig = cluster().kubeconfig } = {}) {
  const where = args.includes('-A') ? [] : ['-n', namespace];
  return here([...args, ...where], { env: { KUBECONFIG: kubeconfig } });
}

async function doctor(namespace: string, args: readonly string[] = [], options: { kubeconfig?: string } = {}) {
  const ran = await runIn(namespace, ['doctor', '--offline', '-o', 'json', ...args], options);
  const report = JSON.parse(ran.stdout) as { readonly findings: readonly Found[]; readonly unseen: readonly string[] };
  const findings = report.findings.filter(({ code }) => CODES.includes(code));
  return { ...report, code: ran.code, findings };
}

/** Runs a proposed command unchanged. */
const run = (argv: readonly string[]) => here(argv.slice(1), { env: { KUBECONFIG: cluster().kubeconfig } });

const said = (findings: readonly Found[]): string[] => findings.map(({ code, object }) => `${code} ${object.name}`);

test('a source of a quarter of a megabyte, which is changed: its copy is stale', async () => {
  const name = freshName('large');
  const large = (servers: number) => {
    const auths = Object.fromEntries(Array.from({ length: servers }, (_, at) => [`r${at}.example`, { auth: 'YTpw' }]));
    return { data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') } };
  };
  const [from, to] = await Promise.all([newNamespace(), newNamespace()]);
  await putSecret(from, large(4_000), name);
  await regsecretIn(from, ['sync', name, '--to', to]);
  const copyIn = async (): Promise<Origin | undefined> => {
    const { stdout } = await runIn('', ['list', name, '-A', '-o', 'json']);
    const { items } = JSON.parse(stdout) as { items: { namespace: string; copyOf?: Origin }[] };
    return items.find(({ namespace }) => namespace === to)?.copyOf;
  };
  const source = { namespace: from, name };
  expect(await copyIn()).toEqual({ ...source, state: 'same' });
  await changeSecret(from, large(4_001), name);
  expect(await copyIn()).toEqual({ ...source, state: 'different' });
  const { findings } = await doctor('', ['-A']);
  expect(findings.filter(({ object }) => object.name === name).map(({ code }) => code)).toEqual(['stale-copy']);
});

test('a namespace with copies: one is stale, one has no source, one is of a login from here', async () => {
  const { findings, code } = await doctor(team);
  expect(said(findings)).toEqual([`stale-copy ${stale}`, `orphaned-copy ${orphan}`]);
  expect(findings.map(({ fix }) => fix.sufficient)).toEqual([false, false]);
  expect(code).toBe(0);
  const everywhere = await doctor(team, ['-A']);
  const mine = everywhere.findings.filter(({ object }) => object.namespace === team);
  expect(said(mine)).toEqual([`stale-copy ${stale}`, `orphaned-copy ${orphan}`]);
});

test('list names the source of each copy, and what it is like', async () => {
  const wide = await regsecretIn(team, ['list', '-o', 'wide']);
  const cells = wide.stdout.split('\n').map((line) => line.split(/ {2,}/));
  const at = cells[0]?.indexOf('COPY OF') ?? -1;
  const row = (name: string): string | undefined => cells.find(([first]) => first === name)?.[at];
  expect([fresh, stale, orphan, local].map(row)).toEqual([
    `${home}/${fresh}`,
    `${home}/${stale} (differs)`,
    `${home}/${orphan} (which does not exist)`,
    '-',
  ]);
  const json = await runIn(team, ['list', '-A', '-o', 'json']);
  const { items } = JSON.parse(json.stdout) as { items: { namespace: string; name: string; copyOf?: Origin }[] };
  const states = items.filter(({ namespace }) => namespace === team).map(({ name, copyOf }) => [name, copyOf?.state]);
  expect(Object.fromEntries(states)).toEqual({ [fresh]: 'same', [stale]: 'different', [orphan]: 'missing' });
  expect(json.stdout).not.toContain(CANARY);
});

test('why names the source, and what it proposes heals the copy once it is meant', async () => {
  const { stdout } = await regsecretIn(team, ['why', `secret/${stale}`, '--offline']);
  expect(stdout).toContain(`secret/${stale} (dockerconfigjson), copy of ${home}/${stale} (differs)`);
  const { findings } = await doctor(team, [`secret/${stale}`]);
  const [argv = []] = findings[0]?.fix.argv ?? [];
  expect(argv).toEqual(expect.arrayContaining(['sync', stale, '-n', home, '--to', team, '--dry-run=client']));
  const before = await secretIn(team, stale);
  const shown = await run(argv);
  expect(shown.stdout).toContain(`secret/${stale} updated in ${team} (dry run)`);
  expect(await secretIn(team, stale)).toEqual(before);
  await run(argv.filter((word) => word !== '--dry-run=client'));
  expect((await doctor(team, [`secret/${stale}`])).findings).toEqual([]);
});

test('a source that may not be read is not taken for one that is gone', async () => {
  const verbs = ['get', 'list'];
  const kubeconfig = await userWith(team, [{ apiGroups: [''], resources: ['secrets', 'pods'], verbs }]);
  const { findings, unseen } = await doctor(team, [], { kubeconfig });
  expect(findings).toEqual([]);
  expect(unseen.at(-1)).toMatch(/^the sources of copies \(/);
  const wide = await regsecretIn(team, ['list', '-o', 'wide'], { kubeconfig });
  expect(wide.stdout).toContain(`${home}/${orphan} (no permission to read it)`);
});

describe('sources are asked for', () => {
  async function asked(namespace: string, args: readonly string[]): Promise<string[]> {
    const proxy = await startFaultProxy(cluster());
    const kubeconfig = kubeconfigFor({ server: proxy.server });
    const { stdout, stderr } = await runIn(namespace, args, { kubeconfig });
    await proxy.close();
    expect(stdout, stderr).not.toBe('');
    return proxy.requests.map(({ path }) => path).filter((path) => path.startsWith(`/api/v1/namespaces/${home}/`));
  }

  test.each([
    ['list of a namespace with three of them', () => team, ['list'], 3],
    ['doctor there', () => team, ['doctor', '--offline'], 3],
    ['list of names', () => team, ['list', '-o', 'name'], 0],
    ['list of all namespaces', () => team, ['list', '-A'], 0],
    ['doctor of all namespaces', () => team, ['doctor', '-A', '--offline'], 0],
  ] as const)('%s', async (_, namespace, args, count) => {
    expect(await asked(namespace(), args)).toHaveLength(count);
  });
});

test('a forged mark: no command that is proposed, run as it is, gives its writer the login of the source', async () => {
  const before = await secretIn(evil, forged);
  for (const args of [[], ['-A'], [`secret/${forged}`]]) {
    const { findings } = await doctor(evil, args);
    const mine = findings.filter(({ object }) => object.namespace === evil);
    expect(said(mine)).toEqual([`stale-copy ${forged}`]);
    for (const argv of mine.flatMap(({ fix }) => fix.argv)) await run(argv);
  }
  expect(await secretIn(evil, forged)).toEqual(before);
});
