/**
 * Runs `sync`, `rotate`, `attach`, edits with kubectl and new namespaces concurrently, with a random delay of each request. No
 * version written by our commands has lost anything, and after a last undisturbed `sync` the state matches a model.
 * REGSECRET_CASES sets the number of schedules, REGSECRET_SEED chooses them.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api, cluster, kubeconfigFor, newNamespace, waitFor } from '../environment/use.ts';
import { type Account, named, regsecretIn } from '../support/attach-world.ts';
import { CANARY } from '../support/canary.ts';
import { cases } from '../support/cases.ts';
import { fc, seed } from '../support/fast-check.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { type History, type HistoryObject, startHistory } from '../support/history.ts';
import { randomNumbers } from '../support/random.ts';
import { type Fleet, newFleet, OURS, putSecret, type StoredSecret } from '../support/sync-world.ts';

const SCHEDULES = cases(2, 6);
const WIDTH = 4;
/** The maximal delays in milliseconds. Writes are delayed longer than reads, so that other writes come in between. */
const LATE_MS = { read: 10, write: 60 };
/** The period in which all actions begin. */
const BEGIN_MS = 200;
const MERGE = { 'content-type': 'application/merge-patch+json' };
const STRATEGIC = { 'content-type': 'application/strategic-merge-patch+json' };

/** An action, its place, and its time. */
const actions = fc.record({
  what: fc.constantFrom(
    'sync',
    'sync',
    'rotate',
    'rotate',
    'attach',
    'attach',
    'detach',
    'edit the list',
    'patch the list',
    'edit the source',
    'edit Secrets',
    'edit Secrets',
    'label the copy',
    'delete the copy',
    'new namespace',
  ),
  team: fc.nat({ max: 2 }),
  at: fc.nat({ max: BEGIN_MS }),
});
const schedules = fc.record({
  actions: fc.array(actions, { minLength: 4, maxLength: 9 }),
  late: fc.nat({ max: 2 ** 31 }),
});
type Schedule = typeof schedules extends fc.Arbitrary<infer T> ? T : never;
type Action = Schedule['actions'][number];

type Secret = StoredSecret & HistoryObject;
type List = Account & HistoryObject;

let proxy: FaultProxy;
let secrets: History<Secret>;
let accounts: History<List>;
let fleets: Fleet[];
let late = randomNumbers(seed);
beforeAll(async () => {
  proxy = await startFaultProxy(cluster(), ({ method }) =>
    delay(late() * LATE_MS[method === 'GET' ? 'read' : 'write'], undefined),
  );
  [secrets, accounts] = [await startHistory('secrets'), await startHistory('serviceaccounts')];
  fleets = await Promise.all(Array.from({ length: WIDTH }, () => newFleet(3, { serviceAccount: true })));
  const labelled = ({ home, prefix }: Fleet) =>
    api('PATCH', `/api/v1/namespaces/${home}`, { metadata: { labels: { fleet: prefix } } }, MERGE);
  await Promise.all(fleets.map(labelled));
});
afterAll(async () => {
  secrets.close();
  accounts.close();
  await proxy.close();
});

const secretPath = (namespace: string, name: string): string => `/api/v1/namespaces/${namespace}/secrets/${name}`;
const listPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const OLD = base64('ci:old');
const NEW = base64(`ci:${CANARY}`);
const payloadWith = (logins: Record<string, string>) => {
  const auths = Object.fromEntries(Object.entries(logins).map(([server, auth]) => [server, { auth }]));
  return { data: { '.dockerconfigjson': base64(JSON.stringify({ auths })) } };
};
const withLogins = (...servers: string[]) => payloadWith(Object.fromEntries(servers.map((server) => [server, OLD])));
/** The `auth` values by server. */
function loginsIn(secret: StoredSecret | undefined): Record<string, string> {
  const text = Buffer.from(secret?.data?.['.dockerconfigjson'] ?? '', 'base64').toString();
  const { auths } = JSON.parse(text || '{"auths":{}}') as { auths: Record<string, { auth: string }> };
  return Object.fromEntries(Object.entries(auths).map(([server, { auth }]) => [server, auth]));
}
const namesIn = ({ imagePullSecrets = [] }: Account): string[] => imagePullSecrets.map(({ name = '' }) => name);

/** The state of one schedule, with a record of who has done what. */
interface World {
  readonly fleet: Fleet;
  /** The resource versions that others have written. */
  readonly others: Set<string>;
  /** The uids of objects that others have deleted. */
  readonly deleted: Set<string>;
  readonly born: string[];
  readonly problems: string[];
}

/** Prepares the teams: the first has no copy, the second an old one, and the third an unrelated Secret of the same name. */
async function prepare({ home, teams }: Fleet): Promise<void> {
  const copy = { labels: OURS, annotations: { 'regsecret/source': `${home}/regsecret` } };
  const clear = (place: string) =>
    Promise.all([
      api('DELETE', `/api/v1/namespaces/${place}/secrets`),
      api('PATCH', listPath(place), { imagePullSecrets: named('first', 'gone') }, MERGE),
    ]);
  await Promise.all([home, ...teams].map(clear));
  const [, second = '', third = ''] = teams;
  await Promise.all([
    putSecret(home, withLogins('r.example')),
    putSecret(second, { metadata: copy, ...withLogins('old.example') }),
    putSecret(third, withLogins('quay.io', 'r.example')),
    ...[home, ...teams].flatMap((place) => [
      putSecret(place, withLogins('r.example', 'quay.io'), 'own'),
      putSecret(place, withLogins('quay.io'), 'bystander'),
    ]),
  ]);
}

/** Reads, changes and writes an object like kubectl edit, until no other write is faster. */
async function edit(path: string, { others }: World, change: (object: never) => object): Promise<void> {
  const once = async (): Promise<boolean> => {
    const { status, body } = await api('GET', path);
    if (status === 404) return true;
    const written = await api('PUT', path, change(body as never));
    if (written.status === 200) others.add(written.body.metadata.resourceVersion);
    else if (written.status !== 409 && written.status !== 404) throw new Error(JSON.stringify(written.body));
    return written.status === 200;
  };
  await waitFor(once, { what: `${path} to be edited`, everyMs: 1 });
}

const addLogin = (server: string) => (secret: StoredSecret) => ({
  ...secret,
  ...payloadWith({ ...loginsIn(secret), [server]: OLD }),
});

const EDITS = [0, 1, 2, 3, 4, 5];

/** Edits an object several times, slowly enough for other writes to come between. */
async function editOften(path: string, index: number, world: World): Promise<void> {
  for (const nth of EDITS) {
    await delay(late() * LATE_MS.write);
    await edit(path, world, addLogin(`more-${index}-${nth}.example`));
  }
}

async function patched(path: string, body: object, headers: Record<string, string>, { others }: World): Promise<void> {
  const { status, body: after } = await api('PATCH', path, body, headers);
  if (status === 200) others.add(after.metadata.resourceVersion);
}

const LOGIN = ['--server', 'r.example', '--username', 'ci', '--password-stdin', '--no-verify'];

/** Runs one of our commands. Every `sync` must fail for the unrelated Secret, and nothing else may fail. */
async function ours(namespace: string, args: readonly string[], world: World, kubeconfig?: string): Promise<void> {
  const ran = await regsecretIn(namespace, args, { stdin: CANARY, ...(kubeconfig && { kubeconfig }) });
  const errors = ran.stderr.split('\n').filter((line) => line.startsWith('error: '));
  const own = `error: secret ${world.fleet.teams[2]}/regsecret was not created by sync, so it is left alone`;
  const isRight =
    args[0] === 'sync' ? ran.code === 1 && isDeepStrictEqual(errors, [own]) : ran.code === 0 && errors.length === 0;
  if (!isRight) world.problems.push(`${args.join(' ')}: ${ran.code} ${ran.stderr}`);
}

async function act({ what, team }: Action, index: number, world: World, kubeconfig: string): Promise<void> {
  const { fleet, deleted, born } = world;
  const { home, prefix } = fleet;
  const place = fleet.teams[team] ?? '';
  switch (what) {
    case 'sync':
      return ours(home, ['sync', '-l', `fleet=${prefix}`, '--attach', 'sa/default'], world, kubeconfig);
    case 'rotate':
      return ours(home, ['rotate', '-l', `fleet=${prefix}`, ...LOGIN], world, kubeconfig);
    case 'attach':
      return ours(place, ['attach', `more-${index}`, '--sa', 'default', '--allow-missing'], world, kubeconfig);
    case 'detach':
      return ours(place, ['detach', 'gone', '--sa', 'default'], world, kubeconfig);
    case 'edit the list':
      return edit(listPath(place), world, (account: List) => ({
        ...account,
        imagePullSecrets: [...named(`edited-${index}`), ...(account.imagePullSecrets ?? [])],
      }));
    case 'patch the list':
      // The list is atomic, so this patch removes all other names, including ours, which the next `sync` restores.
      return patched(listPath(place), { imagePullSecrets: named(`patched-${index}`) }, STRATEGIC, world);
    case 'edit the source':
      return edit(secretPath(home, 'regsecret'), world, addLogin(`more-${index}.example`));
    case 'edit Secrets':
      await Promise.all(fleet.teams.map((one) => editOften(secretPath(one, 'own'), index, world)));
      return;
    case 'label the copy':
      return patched(
        secretPath(place, 'regsecret'),
        { metadata: { labels: { [`by-${index}`]: 'others' } } },
        MERGE,
        world,
      );
    case 'delete the copy': {
      if (team === 2) return;
      const { status, body } = await api('DELETE', secretPath(place, 'regsecret'));
      if (status === 200) deleted.add(body.details.uid);
      return;
    }
    case 'new namespace': {
      const namespace = await newNamespace({ prefix, labels: { fleet: prefix } });
      born.push(namespace);
      // Creates the service account in place of the controller, which may be too slow on a busy machine.
      await api('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
    }
  }
}

/** All objects of a kind in some namespaces, by namespace and name. */
async function read<T extends HistoryObject>(plural: string, places: readonly string[]): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  for (const place of places) {
    const { items } = (await api('GET', `/api/v1/namespaces/${place}/${plural}`)).body as { items: T[] };
    for (const item of items) found.set(`${place}/${item.metadata.name}`, item);
  }
  return found;
}

interface Step<T> {
  readonly key: string;
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** The steps from version to version, from `before` to `end`. Resolves when the history has reached `end`. */
async function stepsOf<T extends HistoryObject>(
  history: History<T>,
  places: readonly string[],
  before: ReadonlyMap<string, T>,
  end: ReadonlyMap<string, T>,
): Promise<Step<T>[]> {
  const versionOf = (object: T | undefined): number => Number(object?.metadata.resourceVersion ?? 0);
  const newest = Math.max(...[...before.values()].map(versionOf));
  const replay = (): Step<T>[] | undefined => {
    const steps: Step<T>[] = [];
    const current = new Map(before);
    for (const { type, object } of places.flatMap((place) => history.of(place))) {
      if (versionOf(object) <= newest) continue;
      const key = `${object.metadata.namespace}/${object.metadata.name}`;
      const after = type === 'DELETED' ? undefined : object;
      steps.push({ key, before: current.get(key), after });
      if (after === undefined) current.delete(key);
      else current.set(key, after);
    }
    const isAtEnd =
      current.size === end.size && [...end].every(([key, one]) => versionOf(current.get(key)) === versionOf(one));
    return isAtEnd ? steps : undefined;
  };
  return waitFor(replay, { what: `the history of ${places.join(' ')}`, everyMs: 5, deadlineMs: 60_000 });
}

/** Whether a list that we wrote has lost nothing and gained only requested names. */
function isGoodList({ before, after }: Step<List>): boolean {
  const [was, is] = [before === undefined ? [] : namesIn(before), after === undefined ? [] : namesIn(after)];
  const added = is.slice(was.length);
  const isAddition = isDeepStrictEqual(is.slice(0, was.length), was) && /^$|^regsecret$|^more-\d+$/.test(added.join());
  return (
    isAddition ||
    isDeepStrictEqual(
      is,
      was.filter((name) => name !== 'gone'),
    )
  );
}

/** Whether only the login that `rotate` replaces has changed. */
function isRotation(before: StoredSecret, after: StoredSecret): boolean {
  const logins = loginsIn(before);
  if (logins['r.example'] !== OLD) return false;
  return (
    isDeepStrictEqual({ ...logins, 'r.example': NEW }, loginsIn(after)) &&
    isDeepStrictEqual(Object.keys(before.data ?? {}), Object.keys(after.data ?? {}))
  );
}

const marks = ({ type, metadata: { labels, annotations } }: StoredSecret): object => ({ type, labels, annotations });

/** Whether a Secret that we wrote is a complete copy, or differs from its previous version only by the new login. */
function isGoodSecret({ key, before, after }: Step<Secret>, { home, teams }: Fleet, sources: Set<string>): boolean {
  if (after === undefined) return false;
  const isCopy = key !== `${home}/regsecret` && key !== `${teams[2]}/regsecret` && key.endsWith('/regsecret');
  if (before !== undefined && !isDeepStrictEqual(marks(before), marks(after))) return false;
  if (before === undefined) {
    const annotations = { 'regsecret/source': `${home}/regsecret` };
    const wanted = { type: 'kubernetes.io/dockerconfigjson', labels: OURS, annotations };
    if (!isCopy || !isDeepStrictEqual(marks(after), wanted)) return false;
  }
  if (isCopy && sources.has(JSON.stringify(after.data))) return true;
  return before !== undefined && isRotation(before, after);
}

async function problemsOf(schedule: Schedule, fleet: Fleet): Promise<string[]> {
  const world: World = { fleet, others: new Set(), deleted: new Set(), born: [], problems: [] };
  const { problems, others, deleted, born } = world;
  await prepare(fleet);
  const old = [fleet.home, ...fleet.teams];
  const before = { secrets: await read<Secret>('secrets', old), accounts: await read<List>('serviceaccounts', old) };
  late = randomNumbers(schedule.late);
  const kubeconfig = kubeconfigFor({ server: proxy.server });
  await Promise.all(
    schedule.actions.map(async (action, index) => {
      await delay(action.at);
      await act(action, index, world, kubeconfig);
    }),
  );
  const quiet = ['sync', '-l', `fleet=${fleet.prefix}`, '--attach', 'sa/default'];
  await ours(fleet.home, quiet, world);
  const places = [...old, ...born];
  const end = { secrets: await read<Secret>('secrets', places), accounts: await read<List>('serviceaccounts', places) };
  await ours(fleet.home, quiet, world);
  const again = {
    secrets: await read<Secret>('secrets', places),
    accounts: await read<List>('serviceaccounts', places),
  };
  if (!isDeepStrictEqual(again, end)) problems.push('a second quiet sync writes');

  const isOurs = ({ before: was, after }: Step<HistoryObject>): boolean =>
    after === undefined ? !deleted.has(was?.metadata.uid ?? '') : !others.has(after.metadata.resourceVersion);
  const told = await stepsOf(secrets, places, before.secrets, end.secrets);
  const source = `${fleet.home}/regsecret`;
  const versions = [before.secrets.get(source), ...told.flatMap(({ key, after }) => (key === source ? [after] : []))];
  const sources = new Set(versions.map((one) => JSON.stringify(one?.data)));
  for (const step of told.filter(isOurs)) {
    if (!isGoodSecret(step, fleet, sources)) problems.push(`written by us: ${JSON.stringify(step)}`);
  }
  for (const step of (await stepsOf(accounts, places, before.accounts, end.accounts)).filter(isOurs)) {
    if (!isGoodList(step)) problems.push(`written by us: ${JSON.stringify(step)}`);
  }
  problems.push(...atTheEnd(schedule, world, end));
  // The next schedule must not select these namespaces.
  const unlabel = (place: string) =>
    api('PATCH', `/api/v1/namespaces/${place}`, { metadata: { labels: { fleet: null } } }, MERGE);
  await Promise.all(born.map(unlabel));
  return problems.map((text) => `${JSON.stringify(schedule)}: ${text}`);
}

interface End {
  readonly secrets: ReadonlyMap<string, Secret>;
  readonly accounts: ReadonlyMap<string, List>;
}

/** Compares the final state with the model. */
function atTheEnd({ actions: done }: Schedule, { fleet, born }: World, end: End): string[] {
  const problems: string[] = [];
  const check = (what: string, is: unknown, should: unknown): void => {
    if (!isDeepStrictEqual(is, should))
      problems.push(`${what}: ${JSON.stringify(is)} in place of ${JSON.stringify(should)}`);
  };
  const { home, teams } = fleet;
  const login = done.some(({ what }) => what === 'rotate') ? NEW : OLD;
  const more = (what: Action['what'], nths: readonly string[]) =>
    Object.fromEntries(
      done.flatMap((one, index) => (one.what === what ? nths.map((nth) => [`more-${index}${nth}.example`, OLD]) : [])),
    );
  const source = end.secrets.get(`${home}/regsecret`);
  check('the source', loginsIn(source), { 'r.example': login, ...more('edit the source', ['']) });
  const quay = { 'quay.io': OLD };
  check('the own one', loginsIn(end.secrets.get(`${teams[2]}/regsecret`)), { ...quay, 'r.example': login });
  for (const place of [home, ...teams]) {
    const edited =
      place === home
        ? {}
        : more(
            'edit Secrets',
            EDITS.map((nth) => `-${nth}`),
          );
    check(`own in ${place}`, loginsIn(end.secrets.get(`${place}/own`)), { 'r.example': login, ...quay, ...edited });
    check(`bystander in ${place}`, loginsIn(end.secrets.get(`${place}/bystander`)), quay);
  }
  for (const place of [...teams.slice(0, 2), ...born]) {
    const copy = end.secrets.get(`${place}/regsecret`);
    check(`the copy in ${place}`, copy?.data, source?.data);
    check(`its source in ${place}`, copy?.metadata.annotations, { 'regsecret/source': `${home}/regsecret` });
  }
  for (const place of [...teams.slice(0, 2), ...born]) {
    const names = namesIn(end.accounts.get(`${place}/default`) as List);
    check(`regsecret in the list of ${place}`, names.filter((name) => name === 'regsecret').length, 1);
  }
  for (const [index, place] of teams.entries()) {
    const names = namesIn(end.accounts.get(`${place}/default`) as List);
    const mine = done.flatMap(({ what, team }, nth) => (team === index ? [{ what, nth }] : []));
    // A list that was replaced as a whole has lost its earlier names.
    if (mine.some(({ what }) => what === 'patch the list')) continue;
    const wanted = mine.flatMap(({ what, nth }) =>
      what === 'attach' ? [`more-${nth}`] : what === 'edit the list' ? [`edited-${nth}`] : [],
    );
    const rest = [...(mine.some(({ what }) => what === 'detach') ? [] : ['gone']), 'first'];
    const isFailing = index === 2 ? [] : ['regsecret'];
    check(`the list of ${place}`, names.toSorted(), [...wanted, ...rest, ...isFailing].toSorted());
  }
  check('the list of the home', namesIn(end.accounts.get(`${home}/default`) as List), ['first', 'gone']);
  return problems;
}

test(`${SCHEDULES} schedules, seed ${seed}`, { timeout: 120_000 + SCHEDULES * 20_000 }, async () => {
  const sample = fc.sample(schedules, { numRuns: SCHEDULES, seed });
  const problems = fleets.map(async (fleet, worker) => {
    const found: string[] = [];
    for (const one of sample.filter((_, index) => index % WIDTH === worker))
      found.push(...(await problemsOf(one, fleet)));
    return found;
  });
  expect((await Promise.all(problems)).flat()).toEqual([]);
});
