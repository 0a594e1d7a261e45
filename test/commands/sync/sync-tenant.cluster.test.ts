/**
 * A tenant who creates arbitrary Secrets, service accounts, labels and annotations in a namespace, and an operator who runs
 * `sync`, `rotate`, `remove` and `delete` over all namespaces. The tenant gets no login that was not meant for this namespace,
 * does not keep others from being served, and causes no write in another namespace. REGSECRET_CASES sets the number of cases,
 * REGSECRET_SEED chooses them.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  api,
  cluster,
  janedoe,
  johndoe,
  kubeconfigFor,
  newNamespace,
  sharedRegistries,
} from '../../environment/use.ts';
import { account, freshName, named, newWorkload, regsecretIn } from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import { cases } from '../../support/cases.ts';
import { fc, seed } from '../../support/fast-check.ts';
import { type FaultProxy, type SeenRequest, startFaultProxy } from '../../support/fault-proxy.ts';
import type { RanHere } from '../../support/here.ts';
import { pool } from '../../support/pool.ts';
import { misprinted } from '../../support/shown.ts';
import { OURS, putSecret, type StoredSecret, secretIn } from '../../support/sync-world.ts';

const CASES = cases(4, 10);
const WIDTH = 4;
const MERGE_PATCH = { 'content-type': 'application/merge-patch+json' };
const [OLD, NEW] = [`${CANARY}-old`, `${CANARY}-new`];

/** Placeholders for names that are unique to each case. */
const PLACES = ['NAME', 'HOME', 'HONEST', 'EVIL', 'HOST', 'SECOND'] as const;
type Places = Readonly<Record<(typeof PLACES)[number], string>>;

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const entry = (password: string, user = 'jane') => ({ auth: base64(`${user}:${password}`) });
const payload = (auths: object): Record<string, string> => ({ '.dockerconfigjson': base64(JSON.stringify({ auths })) });
const textOf = ({ data }: Pick<StoredSecret, 'data'>): string =>
  Object.values(data ?? {})
    .map((value) => Buffer.from(value, 'base64').toString())
    .join('\n');

/** Whether the Secret contains a password of the operator in any form. */
function holds(secret: Pick<StoredSecret, 'data'>): boolean {
  const text = textOf(secret);
  const decoded = [...text.matchAll(/"auth":"([^"]*)"/g)].map(([, auth = '']) =>
    Buffer.from(auth, 'base64').toString(),
  );
  return [text, ...decoded].some((one) => one.includes(OLD) || one.includes(NEW));
}

const NASTY = ['; touch PWNED', '\u001b[2J', '../x', '', 'HOME', 'HOME/NAME/x', '/', 'x'.repeat(2000)];
const rare = <T>(value: T): fc.Arbitrary<T | undefined> => fc.constantFrom(value, ...Array<undefined>(6));
const source = fc.oneof(
  { weight: 2, arbitrary: fc.constant('HOME/NAME') },
  { weight: 1, arbitrary: fc.constantFrom('HONEST/NAME', 'EVIL/NAME', 'EVIL/other', 'HOME/own', ...NASTY) },
);
const marks = fc.record({
  labels: fc.record({
    'app.kubernetes.io/managed-by': fc.constantFrom('regsecret', 'regsecret', 'Helm', undefined),
    'argocd.argoproj.io/instance': rare('platform'),
  }),
  annotations: fc.record({
    'regsecret/source': fc.option(source, { nil: undefined, freq: 2 }),
    'regsecret/made-from': fc.constantFrom('login', 'x', undefined, undefined),
    'regsecret/expires-at': fc.constantFrom('{"HOST":"2020-01-01T00:00:00Z"}', '{', '\u001b[2J', undefined),
    'regsecret/copy-of': fc.constantFrom('{"name":"NAME","uid":"u","metadata":{"labels":{"x":"y"}}}', '{', undefined),
    'regsecret/sync': fc.constantFrom('false', 'true', undefined),
  }),
  finalizers: rare(['test/stays']),
  ownerReferences: rare([{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'x' }]),
});
const content = fc.constantFrom<readonly [type: string, data: object]>(
  ['kubernetes.io/dockerconfigjson', payload({ HOST: entry('guess') })],
  ['kubernetes.io/dockerconfigjson', payload({ HOST: entry('guess'), x: {} })],
  [
    'kubernetes.io/dockerconfigjson',
    payload({ HOST: entry('guess'), 'HOST/evil/': entry('x', 'bob'), SECOND: entry('y') }),
  ],
  ['kubernetes.io/dockerconfigjson', payload({ SECOND: entry('guess') })],
  ['kubernetes.io/dockerconfigjson', { '.dockerconfigjson': base64('{"auths":{"*":{},"HOST":7}}') }],
  ['kubernetes.io/dockercfg', { '.dockercfg': base64(JSON.stringify({ HOST: entry('guess') })) }],
  ['Opaque', { '.dockerconfigjson': base64('{}') }],
  ['kubernetes.io/basic-auth', { username: 'eA==', password: 'eA==' }],
);
const secrets = fc.record({
  name: fc.constantFrom('NAME', 'NAME', 'other', 'NAME-regsecret-copy', 'a'.repeat(253), 'own'),
  marks,
  content,
  immutable: rare(true),
});
const worlds = fc.record({
  /** Whether the operator selects the tenant's namespace as well. */
  isMeant: fc.boolean(),
  says: fc.constantFrom(undefined, 'false', 'true', '\u001b[2J'),
  secrets: fc.uniqueArray(secrets, { selector: ({ name }) => name, minLength: 2, maxLength: 6 }),
  accounts: fc.subarray(['NAME', 'own', '..', '50%', '\u001b[2J']),
  needs: fc.boolean(),
  foreign: fc.constantFrom('leave', 'merge', 'adopt'),
});
type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

let proxy: FaultProxy;
beforeAll(async () => {
  proxy = await startFaultProxy(cluster());
});
afterAll(() => proxy.close());

/** `value` with the names of a case in place of the placeholders, also inside base64 data. */
function placed<T>(value: T, places: Places): T {
  const fill = (text: string): string => PLACES.reduce((all, place) => all.replaceAll(place, places[place]), text);
  const walk = (one: unknown, key = ''): unknown => {
    if (typeof one === 'string')
      return key.startsWith('.docker') ? base64(fill(Buffer.from(one, 'base64').toString())) : fill(one);
    if (Array.isArray(one)) return one.map((item) => walk(item));
    if (typeof one !== 'object' || one === null) return one;
    return Object.fromEntries(Object.entries(one).map(([name, inner]) => [name, walk(inner, name)]));
  };
  return walk(value) as T;
}

/** Creates the tenant's objects. Those that the API server refuses are left out. */
async function misbehave(world: World, places: Places): Promise<void> {
  const at = `/api/v1/namespaces/${places.EVIL}`;
  for (const {
    name,
    marks: metadata,
    content: [type, data],
    immutable,
  } of placed(world.secrets, places)) {
    const body = { metadata: { ...metadata, name: name.slice(0, 253) }, type, data, immutable };
    await api('POST', `${at}/secrets`, body);
  }
  const list = named(...placed(world.accounts, places));
  await api('PATCH', `${at}/serviceaccounts/default`, { imagePullSecrets: list }, MERGE_PATCH);
  if (world.needs)
    await newWorkload('Deployment', places.EVIL, { image: `${places.HOST}/x:v1`, list: named(places.NAME) });
}

async function problemsOf(world: World): Promise<string[]> {
  const found: string[] = [];
  const check = (what: string, one: unknown, other: unknown): void => {
    const [is, should] = [JSON.stringify(one), JSON.stringify(other)];
    if (is !== should) found.push(`${what}: ${is} in place of ${should}`);
  };
  const fleet = freshName('fleet');
  const meant = { serviceAccount: true, labels: { fleet } };
  const says: Record<string, string> = world.says === undefined ? {} : { 'regsecret/sync': world.says };
  const [home, honest, bystander, evil] = await Promise.all([
    newNamespace(),
    newNamespace(meant),
    newNamespace({ serviceAccount: true }),
    newNamespace({ ...(world.isMeant ? meant : { serviceAccount: true }), annotations: says }),
  ]);
  const [host, second, name] = [`${fleet}.example.com`, `${fleet}-2.example.com`, freshName('pull')];
  const places = { NAME: name, HOME: home, HONEST: honest, EVIL: evil, HOST: host, SECOND: second };
  await putSecret(home, { data: payload({ [host]: entry(OLD), [second]: entry(OLD) }) }, name);
  const own = payload({ 'own.example.com': entry('own') });
  await putSecret(honest, { data: own }, 'own');
  // A copy of another operator, whose source of the same name is elsewhere.
  const copy = { labels: OURS, annotations: { 'regsecret/source': `elsewhere/${name}` } };
  await putSecret(bystander, { data: own, metadata: copy }, name);
  await api(
    'PATCH',
    `/api/v1/namespaces/${bystander}/serviceaccounts/default`,
    { imagePullSecrets: named(name) },
    MERGE_PATCH,
  );
  const untouched = async () => [
    await secretIn(bystander, name),
    (await account(bystander, 'default')).metadata.resourceVersion,
    await secretIn(honest, 'own'),
  ];
  const before = await untouched();
  await misbehave(world, places);

  const kubeconfig = kubeconfigFor({ server: `${proxy.server}/of/${fleet}` });
  /** Runs a command, and checks everything that must hold for any command. */
  const operator = async (args: readonly string[], stdin = ''): Promise<RanHere> => {
    const start = proxy.requests.length;
    const ran = await regsecretIn(home, args, { kubeconfig, stdin });
    const verb = args[0] ?? '';
    if (![0, 1].includes(ran.code)) check(`${verb}, its code`, ran.code, '0 or 1');
    check(`${verb}, what is printed`, misprinted(ran.stdout + ran.stderr, false), []);
    const writes = proxy.requests.slice(start).filter(({ of, method }) => of === fleet && method !== 'GET');
    const strange = writes.filter((request) => !isFair(request, verb, places));
    check(
      `${verb}, written elsewhere`,
      strange.map(({ method, path }) => `${method} ${path}`),
      [],
    );
    if (writes.length === 0) check(`${verb}, writes`, 0, 'some');
    check(`${verb}, what is of nobody else`, await untouched(), before);
    const { items } = (await api('GET', `/api/v1/namespaces/${evil}/secrets`)).body;
    const given = (items as (StoredSecret & { metadata: { name: string } })[]).filter(holds);
    const allowed = world.isMeant ? [name] : [];
    check(
      `${verb}, logins that he got`,
      given.map(({ metadata }) => metadata.name).filter((one) => !allowed.includes(one)),
      [],
    );
    return ran;
  };
  const served = async (): Promise<unknown> => (await secretIn(honest, name))?.data;
  const sync = ['sync', name, '-l', `fleet=${fleet}`, '--attach', 'all', '--prune', '--yes'];
  await operator([...sync, ...(world.foreign === 'leave' ? [] : [`--${world.foreign}`])]);
  check('served', await served(), (await secretIn(home, name))?.data);
  check('attached', (await account(honest, 'default')).imagePullSecrets, named(name));

  await operator(['rotate', '-A', '--server', host, '--username', 'jane', '--password-stdin', '--no-verify'], NEW);
  check('rotated', await served(), (await secretIn(home, name))?.data);
  check('the new password', textOf((await secretIn(home, name)) ?? {}).includes(NEW), true);

  await operator(['remove', '-A', '--server', second, '--yes']);
  check('removed', textOf((await secretIn(home, name)) ?? {}).includes(second), false);

  await operator(['delete', name, '-A', '--yes', '--force']);
  check('deleted', [await secretIn(home, name), await secretIn(honest, name)], [undefined, undefined]);
  check('detached', (await account(honest, 'default')).imagePullSecrets ?? [], []);
  return found.map((text) => `${JSON.stringify(world)}: ${text}`);
}

/** Whether a write is in a place where the operator may change something. */
function isFair({ path }: SeenRequest, verb: string, { HOME, HONEST, EVIL, NAME }: Places): boolean {
  const [, namespace = '', kind = '', name] =
    /^\/apis?\/.*\/namespaces\/([^/]+)\/([^/?]+)(?:\/([^/?]+))?/.exec(path) ?? [];
  if (![HOME, HONEST, EVIL].includes(namespace)) return false;
  // `sync` writes only the Secret of one name. rotate and remove concern a registry, and delete any Secret that claims to be a
  // copy.
  return verb !== 'sync' || kind !== 'secrets' || name === undefined || name === NAME;
}

test(`${CASES} tenants, seed ${seed}`, { timeout: 60_000 + CASES * 20_000 }, async () => {
  const problems = await pool(WIDTH, fc.sample(worlds, { numRuns: CASES, seed }), problemsOf);
  expect(problems.flat()).toEqual([]);
});

describe('a tenant with many Secrets', () => {
  const COUNT = 30;

  test('that stay pushes nobody else off what rotate and remove say', async () => {
    const [home, honest, evil] = [await newNamespace(), await newNamespace(), await newNamespace({ prefix: 'a' })];
    const host = `${freshName('r')}.example.com`;
    const argo = (name: string) => ({ labels: { 'argocd.argoproj.io/instance': name } });
    await putSecret(home, { data: payload({ [host]: entry(OLD), x: entry(OLD) }) }, 'pull');
    for (let index = 0; index < COUNT; index++) {
      const app = [...`${index}`].map((digit) => 'abcdefghij'[Number(digit)]).join('');
      await putSecret(
        evil,
        { data: payload({ [host]: entry(OLD), x: entry(OLD) }), metadata: argo(`app-${app}`) },
        `x${index}`,
      );
    }
    await putSecret(honest, { data: payload({ [host]: entry(OLD), x: entry(OLD) }), metadata: argo('shop') }, 'pull');
    const login = ['--username', 'jane', '--password-stdin', '--no-verify'];
    const rotated = await regsecretIn(home, ['rotate', '-A', '--server', host, ...login], { stdin: NEW });
    const removed = await regsecretIn(home, ['remove', '-A', '--server', host]);
    for (const ran of [rotated, removed]) {
      expect(ran.code).toBe(1);
      expect(ran.stderr).toContain(`secret ${honest}/pull keeps `);
      expect(ran.stderr).toContain('because Argo CD application shop creates it\n');
      expect(ran.stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
    }
  });

  test('with a password each keeps no other from the new one', async () => {
    const [home, evil, honest] = [await newNamespace(), await newNamespace({ prefix: 'a' }), await newNamespace()];
    const { host } = sharedRegistries().basic;
    const label = freshName('team');
    for (const namespace of [evil, honest])
      await api('PATCH', `/api/v1/namespaces/${namespace}`, { metadata: { labels: { team: label } } }, MERGE_PATCH);
    for (let index = 0; index < COUNT; index++)
      await putSecret(evil, { data: payload({ [host]: entry(`guess-${index}`, janedoe.username) }) }, `x${index}`);
    for (const namespace of [home, honest])
      await putSecret(namespace, { data: payload({ [host]: entry(janedoe.password, janedoe.username) }) }, 'pull');
    const args = ['rotate', '--server', host, '--username', johndoe.username, '--password-stdin', '--any-user'];
    const ran = await regsecretIn(home, [...args, '-l', `team=${label}`], { stdin: johndoe.password });
    expect([ran.code, ran.stdout]).toEqual([
      0,
      `secret/pull configured in ${honest}\nsecret/pull configured in ${home}\n`,
    ]);
  });
});

test('a copy with a finalizer holds up its own namespace, and no other', async () => {
  const fleet = freshName('fleet');
  const meant = { labels: { fleet }, serviceAccount: true };
  const [home, evil, honest] = [
    await newNamespace(),
    await newNamespace({ ...meant, prefix: 'a' }),
    await newNamespace(meant),
  ];
  await putSecret(home);
  const line = ['sync', '-l', `fleet=${fleet}`];
  await regsecretIn(home, line);
  const path = `/api/v1/namespaces/${evil}/secrets/regsecret`;
  await api('PATCH', path, { metadata: { finalizers: ['test/stays'] }, immutable: true }, MERGE_PATCH);
  await api(
    'PATCH',
    `/api/v1/namespaces/${home}/secrets/regsecret`,
    { data: payload({ 'new.example': entry(NEW) }) },
    MERGE_PATCH,
  );
  const first = await regsecretIn(home, line);
  expect([first.code, first.stdout]).toEqual([
    1,
    `secret/regsecret updated in ${honest}\n2 namespaces: 1 updated, 1 failed\n`,
  ]);
  expect(first.stderr).toContain(`secret ${evil}/regsecret is being deleted\n`);
  const deleted = await regsecretIn(home, ['delete', 'regsecret', '-A', '--yes']);
  expect(deleted.stdout).toContain(`secret/regsecret deleted in ${honest}\n`);
  expect([await secretIn(home), await secretIn(honest)]).toEqual([undefined, undefined]);
  await api('PATCH', path, { metadata: { finalizers: null } }, MERGE_PATCH);
});
