/** `rotate` against the real API server. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  api,
  cluster,
  janedoe,
  johndoe,
  kubeconfigFor,
  kubectl,
  newNamespace,
  sharedRegistries,
} from '../environment/use.ts';
import {
  created,
  failFirstPod,
  freshName,
  listOf,
  named,
  newSecret,
  newWorkload,
  pathOf,
  regsecretIn,
} from '../support/attach-world.ts';
import { CANARY } from '../support/canary.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { userWith } from '../support/user.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const auth = (user: string, password: string) => ({ auth: base64(`${user}:${password}`) });
/** Said at the end, unless a name chooses Secrets. */
const TYPES = ' a Secret of another type, or another key in one of these, may still hold the old login\n';
const OTHERS = `only pull secrets were looked at:${TYPES}`;
const LABELLED = `only pull secrets of namespaces with these labels, and their copies, were looked at: use -A instead of -l for all namespaces;${TYPES}`;
const othersIn = (namespace: string) =>
  `only pull secrets of namespace ${namespace}, and their copies, were looked at: add -A for all namespaces;${TYPES}`;
const OLD = auth('ci', `${CANARY}-old`);
const NEW = { username: 'ci', password: CANARY, auth: base64(`ci:${CANARY}`) };
/** No other test has it, so that one may look at all namespaces. */
const freshHost = (): string => `${freshName('r')}.example.com`;

interface Put {
  readonly name?: string;
  readonly metadata?: object;
  readonly auths?: object;
  /** The payload where its bytes matter. */
  readonly text?: string;
  readonly rest?: object;
}

async function put(namespace: string, { name = 'pull', metadata = {}, auths, text, rest = {} }: Put): Promise<void> {
  await created(`/api/v1/namespaces/${namespace}/secrets`, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, ...metadata },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64(text ?? JSON.stringify({ auths })) },
    ...rest,
  });
}

interface Stored {
  readonly metadata: { readonly resourceVersion: string; readonly annotations?: Record<string, string> };
  readonly data: Record<string, string>;
}

async function stored(namespace: string, name = 'pull'): Promise<Stored> {
  return (await api('GET', `/api/v1/namespaces/${namespace}/secrets/${name}`)).body as unknown as Stored;
}

async function payload(namespace: string, name = 'pull'): Promise<string> {
  return Buffer.from((await stored(namespace, name)).data['.dockerconfigjson'] ?? '', 'base64').toString();
}

const auths = async (namespace: string, name?: string) => JSON.parse(await payload(namespace, name)).auths;

/** The new login is that of `ci`; no registry is asked. */
function rotate(
  namespace: string,
  host: string,
  args: readonly string[] = [],
  options: { kubeconfig?: string; tty?: boolean } = {},
) {
  const login = ['--server', host, '--username', 'ci', '--password-stdin', '--no-verify'];
  return regsecretIn(namespace, ['rotate', ...args, ...login], { stdin: CANARY, ...options });
}

const MANAGED = { 'app.kubernetes.io/managed-by': 'regsecret' };
const copyOf = (source: string) => ({ labels: MANAGED, annotations: { 'regsecret/source': source } });

describe('in one namespace', () => {
  test('every Secret with the login of this user gets the new one, and everything else stays byte for byte', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    const text = `{ "auths" : {"quay.io":{"auth":"eDp5", "x":[1 ,2]}, "https://${host}/v2/": {"auth":"${OLD.auth}","note":1e30}},"more":{} }\n`;
    await put(namespace, { name: 'odd', text, metadata: { labels: { a: 'b' }, annotations: { c: 'd' } } });
    await put(namespace, { name: 'other', auths: { 'quay.io': auth('ci', 'other') } });
    await put(namespace, { auths: { [host]: OLD } });
    const ran = await rotate(namespace, host);
    expect(ran.code, ran.stderr).toBe(0);
    const lines = ['odd', 'pull'].map((name) => `secret/${name} configured in ${namespace}`);
    expect(ran.stdout.split('\n').sort()).toEqual(['', ...lines]);
    expect(ran.stderr).toBe(`2 Secrets: 2 updated\n${othersIn(namespace)}`);
    const fields = JSON.stringify(NEW).slice(0, -1);
    expect(await payload(namespace, 'odd')).toBe(
      text.replace(`{"auth":"${OLD.auth}","note":1e30}`, `${fields},"note":1e30}`),
    );
    expect(await auths(namespace)).toEqual({ [host]: NEW });
    expect((await stored(namespace, 'odd')).metadata.annotations).toEqual({ c: 'd' });
  });

  test('an old password in fields beside the auth that counts goes, too', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    await put(namespace, { auths: { [host]: { ...NEW, password: 'leaked' } } });
    expect((await rotate(namespace, host)).stderr).toBe(`1 Secret: 1 updated\n${othersIn(namespace)}`);
    expect(await auths(namespace)).toEqual({ [host]: NEW });
  });

  test('a second run writes nothing', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    await put(namespace, { auths: { [host]: OLD } });
    await rotate(namespace, host);
    const before = await stored(namespace);
    const again = await rotate(namespace, host);
    expect([again.code, again.stdout, again.stderr]).toEqual([0, '', `1 Secret: 1 unchanged\n${othersIn(namespace)}`]);
    expect((await stored(namespace)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  const APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
  const HELD = `in the annotation ${APPLIED} that its data no longer holds`;
  const applied = (namespace: string, host: string, name = 'pull') =>
    kubectl(['apply', '-f', '-'], {
      stdin: JSON.stringify({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, namespace },
        type: 'kubernetes.io/dockerconfigjson',
        data: { '.dockerconfigjson': base64(JSON.stringify({ auths: { [host]: OLD } })) },
      }),
    });

  test('what kubectl apply has left of the old login in an annotation is named until it is gone, with the command for that', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    await applied(namespace, host);
    const hint = `hint: kubectl annotate secret pull -n ${namespace} ${APPLIED}-\n`;
    const warning = `warning: secret ${namespace}/pull still has a login ${HELD}\n${hint}`;
    const rehearsed = await rotate(namespace, host, ['--dry-run=client']);
    expect(rehearsed.stderr).toBe(
      `1 Secret: 1 updated (dry run)\nwarning: secret ${namespace}/pull would still have a login ${HELD}\n${hint}${othersIn(namespace)}`,
    );
    expect((await regsecretIn(namespace, ['inspect', 'pull'])).stdout).not.toContain(HELD);
    const ran = await rotate(namespace, host);
    expect([ran.code, ran.stderr]).toEqual([0, `1 Secret: 1 updated\n${warning}${othersIn(namespace)}`]);
    const again = await rotate(namespace, host);
    expect([again.code, again.stderr]).toEqual([0, `1 Secret: 1 unchanged\n${warning}${othersIn(namespace)}`]);
    const only = ['doctor', '--offline', '--only', 'login-in-annotation', '-o', 'json'];
    expect(JSON.parse((await regsecretIn(namespace, only)).stdout).findings).toMatchObject([
      { object: { namespace, name: 'pull' } },
    ]);
    const { stdout } = await regsecretIn(namespace, ['inspect', 'pull']);
    expect(stdout).toContain(`${warning.replace(/\n$/, '')}\n`);
    await kubectl(['annotate', 'secret', 'pull', '-n', namespace, `${APPLIED}-`]);
    expect(JSON.stringify(await stored(namespace))).not.toContain(base64(OLD.auth).slice(0, 20));
    expect((await rotate(namespace, host)).stderr).toBe(`1 Secret: 1 unchanged\n${othersIn(namespace)}`);
  });

  test('of several Secrets there is one command for each namespace', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    for (const name of ['two', 'one']) await applied(namespace, host, name);
    const { stderr } = await rotate(namespace, host);
    expect(stderr).toBe(
      `2 Secrets: 2 updated\nwarning: 2 Secrets still have a login in the annotation ${APPLIED} that their data no longer holds: ${namespace}/one, ${namespace}/two\n` +
        `hint: kubectl annotate secret one two -n ${namespace} ${APPLIED}-\n${othersIn(namespace)}`,
    );
    await kubectl(['annotate', 'secret', 'one', 'two', '-n', namespace, `${APPLIED}-`]);
    expect((await rotate(namespace, host)).stderr).toBe(`2 Secrets: 2 unchanged\n${othersIn(namespace)}`);
  });

  test('also that of a Secret which has no login for the registry any more', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    await put(namespace, { auths: { [host]: OLD } });
    await applied(namespace, host, 'past');
    await applied(namespace, freshHost(), 'of-another-registry');
    for (const name of ['past', 'of-another-registry']) {
      const data = { '.dockerconfigjson': base64(JSON.stringify({ auths: { 'quay.io': auth('ci', 'other') } })) };
      const headers = { 'content-type': 'application/merge-patch+json' };
      await api('PATCH', `/api/v1/namespaces/${namespace}/secrets/${name}`, { data }, headers);
    }
    const { stderr } = await rotate(namespace, host);
    expect(stderr).toBe(
      `1 Secret: 1 updated\nwarning: 2 Secrets still have a login in the annotation ${APPLIED} that their data no longer holds: ${namespace}/of-another-registry, ${namespace}/past\n` +
        `hint: kubectl annotate secret of-another-registry past -n ${namespace} ${APPLIED}-\n${othersIn(namespace)}`,
    );
  });

  test.each(['create', 'sync'])('%s says it, too', async (command) => {
    const [namespace, source, host] = [await newNamespace(), await newNamespace(), freshHost()];
    await applied(namespace, host);
    if (command === 'sync') await put(source, { auths: { [host]: NEW } });
    const login = ['--server', host, '--username', 'ci', '--password-stdin', '--no-verify'];
    for (const _ of ['written', 'unchanged']) {
      const ran =
        command === 'create'
          ? await regsecretIn(namespace, ['create', 'pull', ...login], { stdin: CANARY })
          : await regsecretIn(source, ['sync', 'pull', '--to', namespace, '--adopt']);
      expect(ran.code, ran.stderr).toBe(0);
      expect(ran.stderr).toContain(`secret ${namespace}/pull still has a login ${HELD}`);
      expect(ran.stderr).toContain(`hint: kubectl annotate secret pull -n ${namespace} ${APPLIED}-\n`);
    }
  });

  test('a name chooses a Secret, and for that nobody needs a right to list', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    for (const name of ['one', 'two']) await put(namespace, { name, auths: { [host]: OLD } });
    const rule = { apiGroups: [''], resources: ['secrets'], resourceNames: ['one'], verbs: ['get', 'patch'] };
    const ran = await rotate(namespace, host, ['secret/one'], { kubeconfig: await userWith(namespace, [rule]) });
    expect([ran.code, ran.stdout]).toEqual([0, `secret/one configured in ${namespace}\n`]);
    expect(ran.stderr).toContain('copies in other namespaces, if there are any, are not looked for');
    expect(await auths(namespace, 'two')).toEqual({ [host]: OLD });
  });

  test('the end of the old login is forgotten, and that of the new one noted', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    const ends = {
      'regsecret/expires-at': JSON.stringify({ [host]: '2020-01-01T00:00:00Z', x: '2030-01-01T00:00:00Z' }),
    };
    await put(namespace, { auths: { [host]: OLD, x: {} }, metadata: { annotations: ends } });
    await rotate(namespace, host);
    expect((await stored(namespace)).metadata.annotations).toEqual({
      'regsecret/expires-at': '{"x":"2030-01-01T00:00:00Z"}',
    });
  });
});

interface Situation {
  readonly title: string;
  readonly put: (host: string) => Put;
  readonly flags?: readonly string[];
  /** Of the Secret called `pull`. */
  readonly gets: 'new' | 'old';
  readonly code?: number;
  readonly says?: string;
}

const EXTERNAL = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  name: 'pull',
  uid: 'a',
  controller: true,
};
const HELM = {
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'apps' },
};

const SITUATIONS: readonly Situation[] = [
  {
    title: 'the login of another user stays',
    put: (host) => ({ auths: { [host]: auth('bob', 'x') } }),
    gets: 'old',
    says: 'secret/pull in NAMESPACE keeps the login of bob for HOST\nhint: add --any-user to replace it, too',
  },
  {
    title: 'the login of another user with --any-user',
    put: (host) => ({ auths: { [host]: auth('bob', 'x') } }),
    flags: ['--any-user'],
    gets: 'new',
  },
  {
    title: 'an entry with a path stays',
    put: (host) => ({ auths: { [`${host}/acme`]: OLD } }),
    gets: 'old',
    says: 'keeps the login of ci for HOST/acme\nhint: add --below to replace it, too',
  },
  {
    title: 'an entry with a path with --below',
    put: (host) => ({ auths: { [`${host}/acme`]: OLD } }),
    flags: ['--below'],
    gets: 'new',
  },
  {
    title: 'an entry that cannot be read stays',
    put: (host) => ({ auths: { [host]: { auth: 'eA==' } } }),
    gets: 'old',
    says: 'keeps its entry for HOST, which cannot be decoded\nhint: add --any-user to replace it, too',
  },
  {
    title: 'an entry that cannot be read with --any-user',
    put: (host) => ({ auths: { [host]: { auth: 'eA==' } } }),
    flags: ['--any-user'],
    gets: 'new',
  },
  {
    title: 'an immutable Secret is not made anew',
    put: (host) => ({ auths: { [host]: OLD }, rest: { immutable: true } }),
    gets: 'old',
    code: 1,
    says: 'error: secret NAMESPACE/pull is immutable, so it keeps its login\nhint: regsecret create pull -n NAMESPACE --server HOST --username ci --password-stdin --force',
  },
  {
    title: 'what an external secret makes is left',
    put: (host) => ({ auths: { [host]: OLD }, metadata: { ownerReferences: [EXTERNAL] } }),
    gets: 'old',
    code: 1,
    says: 'keeps its login, because externalsecret.external-secrets.io/pull makes it\n  --owned writes it anyway\nhint: kubectl get externalsecret.external-secrets.io pull -n NAMESPACE -o yaml',
  },
  {
    title: 'what Helm makes is left',
    put: (host) => ({ auths: { [host]: OLD }, metadata: HELM }),
    gets: 'old',
    code: 1,
    says: 'hint: helm get values web -n apps',
  },
  {
    title: 'what Helm makes with --owned',
    put: (host) => ({ auths: { [host]: OLD }, metadata: HELM }),
    flags: ['--owned'],
    gets: 'new',
  },
  {
    title: 'a copy of what is no name is left without a command',
    put: (host) => ({ auths: { [host]: OLD }, metadata: copyOf('$(touch x)/;y') }),
    gets: 'old',
    code: 1,
    says: 'hint: no command is shown',
  },
];

describe('one Secret', () => {
  test.each(SITUATIONS)('$title', async ({ put: body, flags = [], gets, code = 0, says = '' }) => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    await put(namespace, body(host));
    const before = await payload(namespace);
    const dry = await rotate(namespace, host, ['--dry-run=server', '-o', 'name', ...flags]);
    const ran = await rotate(namespace, host, ['-o', 'name', ...flags]);
    expect(ran.code, ran.stderr).toBe(code);
    expect([dry.code, dry.stdout]).toEqual([ran.code, ran.stdout]);
    for (const [hint] of dry.stderr.matchAll(/^hint: regsecret create .*/gm))
      expect(hint).toContain('--dry-run=server');
    expect(ran.stderr).toContain(says.replaceAll('NAMESPACE', namespace).replaceAll('HOST', host));
    const after = await payload(namespace);
    expect(after === before ? 'old' : 'new').toBe(gets);
    if (gets === 'new') expect(Object.values(JSON.parse(after).auths)).toEqual([NEW]);
  });

  test('of another type, or without the registry, or that is not there', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    await newSecret(namespace, 'opaque', 'Opaque', { '.dockerconfigjson': '{}' });
    await put(namespace, { auths: { 'quay.io': OLD } });
    const [opaque, without, missing] = [
      await rotate(namespace, host, ['opaque']),
      await rotate(namespace, host, ['pull']),
      await rotate(namespace, host, ['pul']),
    ];
    expect([opaque.code, opaque.stderr]).toEqual([
      1,
      `error: secret ${namespace}/opaque has the type Opaque, which no kubelet pulls with\nhint: regsecret inspect opaque -n ${namespace}\n0 Secrets\n`,
    ]);
    expect(without.stderr).toContain(`error: secret ${namespace}/pull holds no login for ${host}`);
    expect(missing.stderr).toContain(
      `did you mean pull?\nhint: regsecret rotate pull -n ${namespace} --server ${host} --username ci --password-stdin --no-verify\n`,
    );
    const none = await rotate(namespace, host);
    expect([none.code, none.stderr]).toEqual([
      1,
      `error: no pull secret in namespace ${namespace} holds a login for ${host}\n` +
        '  Secrets of other types, such as Opaque, were not looked at; list shows those that a pod or a service account names\n' +
        `hint: regsecret list -n ${namespace}\n`,
    ]);
  });
});

describe('in many namespaces', () => {
  test('all of them, those with labels also beside -A, and what is printed before is what is done', async () => {
    const team = freshName('team');
    const [home, one, two] = [await newNamespace(), await newNamespace({ labels: { team } }), await newNamespace()];
    // Other tests have the other one for other registries.
    const [host, old, other] = [freshHost(), auth('ci', freshName('old')), auth('ci', 'other')];
    for (const namespace of [home, one, two]) await put(namespace, { auths: { [host]: old, 'quay.io': other } });
    const labelled = await rotate(home, host, [
      '-A',
      '-l',
      `team=${team}`,
      '--dry-run=client',
      '--any-password',
      '-o',
      'name',
    ]);
    expect([labelled.stdout, labelled.stderr]).toEqual(['secret/pull\n', `1 Secret: 1 updated (dry run)\n${LABELLED}`]);
    const plan = await rotate(home, host, ['-A', '--dry-run=server']);
    const rows = plan.stdout
      .split('\n')
      .slice(1, -1)
      .map((row) => row.split(/ {2,}/));
    expect(rows.map(([namespace]) => namespace)).toEqual([home, one, two].sort());
    expect(new Set(rows.map(([, ...cells]) => cells.join()))).toEqual(
      new Set([`pull,${host},ci,${rows[0]?.[4]},gets the new one of ci`]),
    );
    const ran = await rotate(home, host, ['-A']);
    expect([ran.code, ran.stderr]).toEqual([0, `3 Secrets: 3 updated\n${OTHERS}`]);
    const lines = ran.stdout.split('\n').filter(Boolean);
    expect(lines.sort()).toEqual([home, one, two].map((namespace) => `secret/pull configured in ${namespace}`).sort());
    for (const namespace of [home, one, two]) {
      expect(await auths(namespace)).toEqual({ [host]: NEW, 'quay.io': other });
    }
    const after = await rotate(home, host, ['-A', '--dry-run=client']);
    expect(after.stdout.match(/has the new one/g)).toHaveLength(3);
    expect((await rotate(home, host, ['-A', '-q'])).stderr).toBe('');
  });

  test.each([
    ['a label that the namespace of -n does not have', (team: string) => ['-l', `team=${team}`]],
    ['a name that no Secret there has', () => ['far-away', '-A']],
  ])('%s: what is there shows all the same which password is the old one', async (_, args) => {
    const [host, team] = [freshHost(), freshName('team')];
    const [home, one] = [await newNamespace(), await newNamespace({ labels: { team } })];
    await put(home, { auths: { [host]: OLD } });
    await put(one, { name: 'far-away', auths: { [host]: OLD } });
    await put(one, { name: 'far-away-2', auths: { [host]: auth('ci', 'guess') } });
    const ran = await rotate(home, host, args(team));
    expect(ran.stdout).toBe(`secret/far-away configured in ${one}\n`);
    expect(await auths(one, 'far-away')).toEqual({ [host]: NEW });
    expect([await auths(home), await auths(one, 'far-away-2')]).toEqual([
      { [host]: OLD },
      { [host]: auth('ci', 'guess') },
    ]);
  });

  test('what cannot be decoded elsewhere needs both flags, which the hint has, and nobody speaks of its password', async () => {
    const [host, team] = [freshHost(), freshName('team')];
    const [home, one] = [await newNamespace(), await newNamespace({ labels: { team } })];
    await put(one, { auths: { [host]: { auth: 'eA==' } } });
    const flags = ['-l', `team=${team}`];
    const kept = `secret/pull in ${one} keeps its entry for ${host}, which cannot be decoded`;
    const owners = ', which gives the new login to the owners of all these namespaces\n';
    const hint = `hint: add --any-user --any-password to replace it, too${owners}`;
    const plan = await rotate(home, host, [...flags, '--dry-run=client']);
    expect([plan.code, plan.stderr]).toEqual([0, `${kept}\n${hint}1 Secret: 1 left (dry run)\n${LABELLED}`]);
    const half = await rotate(home, host, [...flags, '--dry-run=client', '--any-user']);
    expect([half.code, half.stderr]).toEqual([
      1,
      `error: secret ${one}/pull keeps its entry for ${host}, which cannot be decoded, so nothing shows whose login it is\n` +
        `hint: add --any-password${owners}1 Secret: 1 left (dry run)\n${LABELLED}`,
    ]);
    for (const { stdout } of [plan, half]) expect(stdout).toContain('keeps it: cannot be decoded');
    const ran = await rotate(home, host, [...flags, '--any-user', '--any-password']);
    expect([ran.code, await auths(one)]).toEqual([0, { [host]: NEW }]);
  });

  test('another run of the same command that ends while the Secrets are being read', async () => {
    const [host, label] = [freshHost(), freshName('team')];
    const [home, team] = [
      await newNamespace({ labels: { team: label } }),
      await newNamespace({ labels: { team: label } }),
    ];
    for (const namespace of [home, team]) await put(namespace, { auths: { [host]: OLD } });
    const args = ['-l', `team=${label}`];
    let other: Promise<unknown> | undefined;
    const proxy = await startFaultProxy(cluster(), async ({ path }) => {
      if (!path.includes(`/namespaces/${home}/secrets`)) return undefined;
      other ??= rotate(home, host, args);
      await other;
      return undefined;
    });
    const ran = await rotate(home, host, args, { kubeconfig: kubeconfigFor({ server: proxy.server }) });
    await proxy.close();
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('2 Secrets: 2 unchanged')]);
    expect(await auths(team)).toEqual({ [host]: NEW });
  });

  test('copies are written with their source, which is written last', async () => {
    const [home, one, other] = [await newNamespace(), await newNamespace(), await newNamespace()];
    const host = freshHost();
    await put(home, { auths: { [host]: OLD } });
    await put(one, { auths: { [host]: OLD }, metadata: copyOf(`${home}/pull`) });
    await put(other, { auths: { [host]: OLD } });
    const ran = await rotate(home, host, ['pull']);
    expect(ran.stdout).toBe(`secret/pull configured in ${one}\nsecret/pull configured in ${home}\n`);
    expect(await payload(one)).toBe(await payload(home));
    expect(await auths(other)).toEqual({ [host]: OLD });
  });

  test('a tenant who only writes down the registry and the user is not given the login', async () => {
    const [home, evil, copy] = [await newNamespace(), await newNamespace(), await newNamespace()];
    const host = freshHost();
    await put(home, { auths: { [host]: OLD } });
    await put(evil, { auths: { [host]: auth('ci', 'guess') } });
    await put(copy, { auths: { [host]: auth('ci', 'guess') }, metadata: copyOf(`${home}/pull`) });
    const ran = await rotate(home, host, ['-A']);
    expect([ran.code, ran.stdout]).toEqual([1, `secret/pull configured in ${home}\n`]);
    // One of the two is named by the error, and the other behind it.
    expect(ran.stderr).toContain(
      `/pull keeps its login for ${host}, because its password was not found in namespace ${home}\n`,
    );
    for (const namespace of [evil, copy]) expect(ran.stderr).toContain(`${namespace}/pull`);
    const plan = await rotate(home, host, ['-A', '--dry-run=client']);
    expect(plan.stdout.match(/ {2}keeps it: not known to be the old password\n/g)).toHaveLength(2);
    expect(await auths(evil)).toEqual({ [host]: auth('ci', 'guess') });
    expect(await auths(copy)).toEqual({ [host]: auth('ci', 'guess') });
    const forced = await rotate(home, host, ['-A', '--any-password']);
    expect([forced.code, await auths(evil)]).toEqual([0, { [host]: NEW }]);
  });

  test('where the same password is stored for another registry is said, without a command: anyone who can write a Secret may have named it', async () => {
    const [team, host, other] = [freshName('team'), freshHost(), freshHost()];
    const [home, ...others] = [
      await newNamespace(),
      ...(await Promise.all([1, 2].map(() => newNamespace({ labels: { team } })))),
    ];
    const [one = '', two = ''] = others.toSorted();
    await put(home, { auths: { [host]: OLD, [other]: OLD } });
    await put(one, { auths: { [other]: auth('carl', `${CANARY}-old`) } });
    await put(two, { auths: { [host]: OLD, [other]: OLD, 'x.example': auth('somebody', 'else') } });
    const said = `the same password is also stored for ${other} in 2 Secrets (${one}/pull, ${two}/pull)`;
    for (const [flags, summary] of [
      [['--dry-run=client'], '1 Secret: 1 updated (dry run)\n'],
      [[], '1 Secret: 1 updated\n'],
      // Nothing says any more which one it was.
      [[], '1 Secret: 1 unchanged\n'],
    ] as const) {
      const { stderr } = await rotate(home, host, ['-l', `team=${team}`, ...flags]);
      expect(stderr).toBe(`${summary}${summary.includes('unchanged') ? '' : `${said}\n`}${LABELLED}`);
    }
  });

  test('two registries of one Secret with a password that the namespace of -n does not have', async () => {
    const [team, host, second] = [freshName('team'), freshHost(), freshHost()];
    const [home, one] = [await newNamespace(), await newNamespace({ labels: { team } })];
    const more = Array.from({ length: 5 }, freshHost).sort();
    const beside = Object.fromEntries(more.map((server) => [server, OLD]));
    await put(home, { auths: { [host]: OLD, [second]: OLD } });
    await put(one, { auths: { [host]: auth('ci', 'guess'), [second]: auth('ci', 'guess') } });
    await put(one, { name: 'right', auths: { [host]: OLD, ...beside } });
    const { stderr } = await rotate(home, host, ['--server', second, '-l', `team=${team}`, '--dry-run=client']);
    const owners = 'which gives the new login to the owners of all these namespaces';
    const same = (server: string) => `the same password is also stored for ${server} in 1 Secret (${one}/right)`;
    expect(stderr.split('\n').slice(0, -2)).toEqual([
      `error: secret ${one}/pull keeps its logins for ${host}, ${second}, because their passwords were not found in namespace ${home}`,
      '  with --no-verify, no registry is asked whether it still accepts the password',
      `hint: rotate replaces only passwords that the namespace of -n has, or that the registry accepts: choose another one with -n NAMESPACE, or add --any-password, ${owners}`,
      '2 Secrets: 1 updated, 1 left (dry run)',
      ...more.slice(0, 3).map(same),
      `and for ${more.slice(3).join(', ')}`,
    ]);
  });

  test('a password that is known for one of the registries is the old one for the others, too', async () => {
    const [home, one, host, second] = [await newNamespace(), await newNamespace(), freshHost(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    await put(one, { auths: { [host]: OLD, [second]: OLD } });
    const ran = await rotate(home, host, ['--server', second, '-A']);
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringMatching(/^2 Secrets: 2 updated\n/)]);
    expect(await auths(one)).toEqual({ [host]: NEW, [second]: NEW });
  });

  test('a registry without its port', async () => {
    const [home, host] = [await newNamespace(), freshHost()];
    await put(home, { auths: { [`${host}:5000`]: OLD } });
    expect((await rotate(home, host)).stderr).toBe(
      `error: no pull secret in namespace ${home} holds a login for ${host}; did you mean ${host}:5000?\n` +
        `hint: regsecret list -n ${home}\n`,
    );
  });

  test('a login of this machine: which file it is from', async () => {
    const [home, host] = [await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    const DOCKER_CONFIG = mkdtempSync(join(tmpdir(), 'regsecret-docker-'));
    writeFileSync(join(DOCKER_CONFIG, 'config.json'), JSON.stringify({ auths: { [host]: { auth: NEW.auth } } }));
    const env = { DOCKER_CONFIG };
    const ran = await regsecretIn(home, ['rotate', '--server', host, '--no-verify', '--any-password'], { env });
    rmSync(DOCKER_CONFIG, { recursive: true });
    expect([ran.code, ran.stderr]).toEqual([
      0,
      `source: the login for ${host} from ${join(DOCKER_CONFIG, 'config.json')}\n1 Secret: 1 updated\n${othersIn(home)}`,
    ]);
  });

  test('a port that lacks a digit', async () => {
    const [home, host] = [await newNamespace(), freshHost()];
    await put(home, { auths: { [`${host}:23652`]: OLD, [`${host}x:2365`]: OLD } });
    expect((await rotate(home, `${host}:2365`)).stderr).toContain(
      ` holds a login for ${host}:2365; did you mean ${host}:23652?\n`,
    );
  });

  test('a user name with a typo', async () => {
    const [home, host] = [await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: auth('janedoe', 'old'), [`${host}/acme`]: auth('bob', 'old') } });
    const args = (user: string) => ['--server', host, '--username', user, '--password-stdin', '--no-verify'];
    const ran = await regsecretIn(home, ['rotate', '-A', ...args('janedo')], { stdin: CANARY });
    expect([ran.code, ran.stdout, ran.stderr]).toEqual([
      1,
      '',
      'error: no login is that of janedo; did you mean janedoe?\n' +
        `hint: regsecret rotate -n ${home} -A --server ${host} --username janedoe --password-stdin --no-verify\n`,
    ]);
    // The registry rejects the login, too, which is no news then.
    const real = { ...janedoe, host: sharedRegistries().basic.host };
    await put(home, { name: 'real', auths: { [real.host]: auth(real.username, 'old') } });
    const line = ['rotate', '--server', real.host, '--username', real.username.slice(0, -1), '--password-stdin'];
    expect((await regsecretIn(home, line, { stdin: real.password })).stderr).toMatch(
      /^error: no login is that of .*; did you mean janedoe\?\n/,
    );
    // The next name of a robot is no typo.
    const { code, stderr } = await regsecretIn(home, ['rotate', ...args('janedoe2')], { stdin: CANARY });
    expect([code, stderr.split('\n')[0]]).toEqual([0, `secret/pull in ${home} keeps the login of janedoe for ${host}`]);
  });

  test('a selector that nobody can read is what is wrong', async () => {
    const ran = await rotate('default', freshHost(), ['-l', 'team=a,']);
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(
      /^error: the API server cannot read the selector of -l: .*\nhint: write it as in -l team=a\n$/,
    );
  });

  test('a copy whose source is in another namespace is left, with the command for its source', async () => {
    const [home, namespace, host] = [await newNamespace(), await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    await put(namespace, { auths: { [host]: OLD }, metadata: copyOf(`${home}/pull`) });
    const login = `--server ${host} --username ci --password-stdin`;
    const hint = `because it is a copy of ${home}/pull\n  --owned writes it anyway\nhint: regsecret rotate pull -n ${home} ${login}`;
    const plan = await rotate(namespace, host, ['--any-password', '--restart', '--dry-run=client']);
    expect(plan.stderr).toContain(`${hint} --any-password --no-verify --restart --dry-run=client\n`);
    const ran = await rotate(namespace, host);
    expect([ran.code, await auths(namespace)]).toEqual([1, { [host]: OLD }]);
    expect(ran.stderr).toContain(`${hint} --no-verify\n`);
  });

  test('a copy whose source does not exist keeps its login until it is no copy any more', async () => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    await put(namespace, { auths: { [host]: OLD }, metadata: copyOf('no-such-place/pull') });
    const ran = await rotate(namespace, host, ['pull']);
    expect([ran.code, await auths(namespace)]).toEqual([1, { [host]: OLD }]);
    const proposed = `kubectl annotate secret pull -n ${namespace} regsecret/source-`;
    expect(ran.stderr).toContain(
      `error: secret ${namespace}/pull keeps its login, because it is marked as a copy of no-such-place/pull, which does not exist\n  --owned writes it anyway\nhint: ${proposed}\n`,
    );
    expect((await kubectl(proposed.split(' ').slice(1))).code).toBe(0);
    expect((await rotate(namespace, host, ['pull'])).code).toBe(0);
    expect(await auths(namespace)).toEqual({ [host]: NEW });
  });

  test('a tenant whose Secret says that it is the source of others moves nothing outside', async () => {
    const [home, evil] = [await newNamespace(), await newNamespace()];
    const host = freshHost();
    await put(home, { auths: { [host]: OLD } });
    await put(evil, { name: 'source', auths: { [host]: auth('ci', 'guess') } });
    await put(home, { name: 'victim', auths: { [host]: OLD }, metadata: copyOf(`${evil}/source`) });
    const ran = await rotate(evil, host, []);
    expect([ran.code, await auths(home, 'victim')]).toEqual([0, { [host]: OLD }]);
    expect(ran.stdout).toBe(`secret/source configured in ${evil}\n`);
  });

  test('the registry says which logins elsewhere are the old one', async () => {
    const [home, had, forged] = [await newNamespace(), await newNamespace(), await newNamespace()];
    const { host } = sharedRegistries().basic;
    await put(had, { auths: { [host]: auth(janedoe.username, janedoe.password) } });
    await put(forged, { auths: { [host]: auth(janedoe.username, 'guess') } });
    const args = ['rotate', '--server', host, '--username', johndoe.username, '--password-stdin', '--any-user'];
    const label = freshName('team');
    const headers = { 'content-type': 'application/merge-patch+json' };
    for (const namespace of [had, forged]) {
      await api('PATCH', `/api/v1/namespaces/${namespace}`, { metadata: { labels: { team: label } } }, headers);
    }
    const wrong = await regsecretIn(home, [...args, '-l', `team=${label}`], { stdin: 'wrong' });
    expect([wrong.code, wrong.stdout]).toEqual([1, '']);
    expect(wrong.stderr).toContain('nothing is written');
    const rehearsal = [...args, '-l', `team=${label}`, '--dry-run=client'];
    const early = await regsecretIn(home, rehearsal, { stdin: 'of tomorrow' });
    expect([early.code, early.stdout]).toEqual([1, expect.stringContaining(`gets the new one of ${johndoe.username}`)]);
    const refusal = `${host} rejects the credential (HTTP 401); a real run would stop here`;
    expect(early.stderr).toContain(
      '2 Secrets: 1 updated, 1 left (dry run); with this login nothing would be written\n',
    );
    const lines = early.stderr.split(LABELLED)[1]?.split('\n') ?? [];
    expect([lines[0], lines.at(-2)]).toEqual([
      `error: ${refusal}`,
      `hint: if the password is not valid yet: regsecret rotate -n ${home} -l team=${label} ${args.slice(1).join(' ')} --no-verify --dry-run=client`,
    ]);
    const { errors } = JSON.parse(
      (await regsecretIn(home, [...rehearsal, '-o', 'json'], { stdin: 'of tomorrow' })).stdout,
    );
    expect(errors).toMatchObject([{ namespace: forged, name: 'pull' }, { message: refusal }]);
    const ran = await regsecretIn(home, [...args, '-l', `team=${label}`], { stdin: johndoe.password });
    expect([ran.code, ran.stdout]).toEqual([1, `secret/pull configured in ${had}\n`]);
    expect(ran.stderr).toContain(`${host} does not accept it`);
    expect(Object.keys(await auths(forged))).toEqual([host]);
    expect((await auths(forged))[host]).toEqual(auth(janedoe.username, 'guess'));
  });

  test('one that may not be written keeps no other from it', async () => {
    const [home, one] = [await newNamespace(), await newNamespace()];
    const host = freshHost();
    for (const namespace of [home, one]) await put(namespace, { auths: { [host]: OLD } });
    await put(one, { name: 'fixed', auths: { [host]: OLD }, rest: { immutable: true } });
    const ran = await rotate(home, host, ['-A', '-o', 'json']);
    expect(ran.code).toBe(1);
    const { results, errors } = JSON.parse(ran.stdout);
    const action = (result: { namespace: string; name: string; action: string }) =>
      `${result.namespace}/${result.name} ${result.action}`;
    expect(results.map(action).sort()).toEqual(
      [`${home}/pull updated`, `${one}/pull updated`, `${one}/fixed held back`].sort(),
    );
    expect(errors).toMatchObject([{ namespace: one, name: 'fixed' }]);
    expect(ran.stderr).toContain('3 Secrets: 2 updated, 1 left\n');
  });
});

test('--restart restarts the controllers of pods that fail for want of it, and no others', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  const host = freshHost();
  await put(namespace, { auths: { [host]: OLD } });
  await put(namespace, { name: 'other', auths: { 'quay.io': OLD } });
  const image = `${host}/app:1`;
  const [failing, missing, foreign, fine] = [
    await newWorkload('Deployment', namespace, { image, list: named('pull') }),
    await newWorkload('Deployment', namespace, { image: `${host}/app:no-such-tag`, list: named('pull') }),
    await newWorkload('Deployment', namespace, { image: 'quay.io/app:1', list: named('other') }),
    await newWorkload('Deployment', namespace, { image, list: named('pull') }),
  ];
  for (const app of [failing, foreign]) await failFirstPod(namespace, app);
  await failFirstPod(namespace, missing, `failed to resolve image: ${host}/app:no-such-tag: not found`);
  const ran = await rotate(namespace, host, ['--restart']);
  expect(ran.stdout).toBe(
    `secret/pull configured in ${namespace}\ndeployment.apps/${failing} restarted in ${namespace}\n`,
  );
  for (const name of [failing, missing, foreign, fine]) {
    const { body } = await api('GET', pathOf('Deployment', namespace, name));
    const annotations = body.spec.template.metadata.annotations ?? {};
    expect('kubectl.kubernetes.io/restartedAt' in annotations, name).toBe(name === failing);
  }
  expect(await listOf('Deployment', namespace, failing)).toEqual(named('pull'));
});

test.each([
  ['no registry', ['rotate'], 'error: no registry is named\nhint: regsecret rotate -n default --server HOST\n'],
  [
    'no registry, but a user whom nobody has',
    ['rotate', '-A', '--username', 'nobody', '--password-file', 'new', '--dry-run=client'],
    'error: no registry is named\nhint: --server HOST\n',
  ],
  ['a name that none can have', ['rotate', 'A_b', '--server', 'x.io'], 'error: the name of a secret has only'],
])('wrong usage: %s', async (_, args, says) => {
  const ran = await regsecretIn('default', args);
  expect(ran.code).toBeGreaterThan(0);
  expect(ran.stderr).toContain(says);
});

describe('a line that names no registry, or no user: the Secrets say which there are', () => {
  const [host, second, third] = [freshHost(), freshHost(), freshHost()];
  const [user, other] = [freshName('user'), freshName('user')];
  const login = (name: string) => auth(name, `${CANARY}-old`);
  const piped = ['--password-stdin', '--dry-run=client'];
  const says = async (namespace: string, args: readonly string[], env: Record<string, string> = {}) => {
    const ran = await regsecretIn(namespace, ['rotate', ...args], { stdin: CANARY, env });
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    return ran.stderr.split('\n').slice(0, -1);
  };
  const dockerLogins = (...hosts: string[]) => {
    const folder = mkdtempSync(join(tmpdir(), 'regsecret-docker-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const auths = Object.fromEntries(hosts.map((one) => [one, auth(user, CANARY)]));
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths }));
    return { DOCKER_CONFIG: folder };
  };
  const line = (namespace: string, ...rest: string[]) => ['regsecret rotate', '-n', namespace, ...rest].join(' ');

  test('one registry, in one Secret and in all', async () => {
    const namespace = await newNamespace();
    await put(namespace, { auths: { [host]: login(user), [second]: login(other), '*.example.com': login(user) } });
    const added = `--server ${host} --username ${user} ${piped.join(' ')}`;
    const error = `error: no registry is named; ${user} has a login for ${host}`;
    const servers = [host, second].sort();
    for (const names of [['pull'], []])
      expect(await says(namespace, [...names, '--username', user, ...piped])).toEqual([
        error,
        `hint: ${line(namespace, ...names, added)}`,
      ]);
    const both = `error: no registry is named; there are logins for ${servers.join(', ')}`;
    const add = 'add --server with one of them';
    expect(await says(namespace, [])).toEqual([
      both,
      `hint: this machine has no login for them: ${add}, and --username USER --password-stdin`,
    ]);
    const lines = (some: readonly string[]) => some.map((server) => line(namespace, '--server', server)).join(', or ');
    expect(await says(namespace, [], dockerLogins(second))).toEqual([both, `hint: ${lines([second])}`]);
    expect(await says(namespace, [], dockerLogins(host, second))).toEqual([both, `hint: ${lines(servers)}`]);
  });

  test('one password for two registries is replaced for both; of two passwords, nobody knows which', async () => {
    const [one, two] = [await newNamespace(), await newNamespace()];
    for (const namespace of [one, two]) await put(namespace, { auths: { [host]: login(user) } });
    await put(one, { name: 'other', auths: { [second]: login(user) } });
    await put(two, { name: 'other', auths: { [second]: auth(user, `${CANARY}-other`) } });
    const args = ['--username', user, ...piped];
    const servers = [host, second].sort();
    const error = `error: no registry is named; ${user} has logins for ${servers.join(', ')}`;
    const flags = servers.map((server) => `--server ${server}`);
    expect(await says(one, args)).toEqual([error, `hint: ${line(one, ...flags, ...args)}`]);
    expect(await says(two, args)).toEqual([
      error,
      `hint: ${flags.map((flag) => line(two, flag, ...args)).join(', or ')}`,
    ]);
  });

  test('the user name with the flag of the kubeconfig', async () => {
    const namespace = await newNamespace();
    await put(namespace, { auths: { [host]: login(user) } });
    const text = 'error: --user is a user of the kubeconfig; that of a registry is --username';
    const args = ['--server', host, ...piped];
    expect(await says(namespace, ['--user', user, ...args])).toEqual([
      text,
      `hint: ${line(namespace, '--username', user, ...args)}`,
    ]);
    expect(await says(namespace, ['--user', user, ...piped])).toEqual([
      `${text}; no registry is named; ${user} has a login for ${host}`,
      `hint: ${line(namespace, '--username', user, '--server', host, ...piped)}`,
    ]);
  });

  test('registries that only other namespaces have are named, and in no command: it would send the new password there', async () => {
    const team = freshName('team');
    const [home, one] = [await newNamespace({ labels: { team } }), await newNamespace({ labels: { team } })];
    await put(home, { auths: { [host]: login(user) } });
    await put(one, { auths: { [host]: login(user), [third]: login(user) } });
    const [stdin = '', dry = ''] = piped;
    const args = ['--username', user, stdin, '-l', `team=${team}`, dry];
    const error = `error: no registry is named; ${user} has logins for ${host}, ${third}`;
    expect(await says(home, args)).toEqual([error, `hint: ${line(home, '--server', host, ...args)}`]);
    expect(await says('default', args)).toEqual([error, 'hint: add --server with one of them']);
  });

  test('a password without a user name', async () => {
    const namespace = await newNamespace();
    await put(namespace, { auths: { [host]: login(user), [second]: login(other) } });
    await put(namespace, { name: 'other', auths: { [`https://${second}/v2/`]: login(user) } });
    const text = 'error: there is a password, but no user name';
    const ran = await regsecretIn(namespace, ['rotate', '--server', host, ...piped, '--no-verify'], { stdin: CANARY });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(user) });
    expect(ran.stderr).toContain(`no user name is given, so it is ${user}, as in the Secrets that are there\n`);
    const both = await says(namespace, ['--server', second, '--password-stdin']);
    expect(both[0]).toBe(`${text}; the logins for ${second} are those of ${[other, user].sort().join(', ')}`);
    expect(both[1]?.split(', or ')).toHaveLength(2);
    expect(await says(namespace, ['--server', third, '--password-stdin'])).toEqual([text, 'hint: add --username USER']);
  });
});
