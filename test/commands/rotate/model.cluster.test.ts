/**
 * Compares `rotate` on generated namespaces with a model that is independent of the code. REGSECRET_CASES sets the number of
 * cases, REGSECRET_SEED chooses them.
 */
import { expect, test } from 'vitest';
import { api, newNamespace } from '../../environment/use.ts';
import { created, freshName, regsecretIn } from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import { cases } from '../../support/cases.ts';
import { fc } from '../../support/fast-check.ts';
import { pool } from '../../support/pool.ts';

const CASES = cases(12, 40);
const WIDTH = 4;

type Login = 'ci:old' | 'ci:guess' | 'bob:old' | 'ci:NEW';
interface Held {
  readonly login: Login;
  readonly path: '' | '/acme';
}
interface State {
  /** The Secrets, by namespace and name. Namespace 0 is home. */
  readonly secrets: readonly {
    readonly namespace: 0 | 1 | 2;
    readonly name: 'x' | 'y';
    readonly held: readonly Held[];
    readonly mark: 'none' | 'helm' | 'owner' | 'immutable' | 'copy';
  }[];
  readonly flags: readonly ('-A' | '--any-user' | '--below' | '--owned' | '--old-password-env')[];
}

const aState: fc.Arbitrary<State> = fc.record({
  secrets: fc.uniqueArray(
    fc.record({
      namespace: fc.constantFrom(0 as const, 1 as const, 2 as const),
      name: fc.constantFrom('x' as const, 'y' as const),
      held: fc.uniqueArray(
        fc.record({
          login: fc.constantFrom<Login[]>('ci:old', 'ci:old', 'ci:guess', 'bob:old', 'ci:NEW'),
          path: fc.constantFrom('' as const, '/acme' as const),
        }),
        { selector: ({ path }) => path, maxLength: 2 },
      ),
      mark: fc.constantFrom(
        'none' as const,
        'none' as const,
        'helm' as const,
        'owner' as const,
        'immutable' as const,
        'copy' as const,
      ),
    }),
    { selector: ({ namespace, name }) => `${namespace}/${name}`, minLength: 1, maxLength: 6 },
  ),
  flags: fc.subarray(['-A', '--any-user', '--below', '--owned', '--old-password-env'] as const),
});

type Stored = State['secrets'][number];

/** The logins of a Secret afterwards, by path. */
type Logins = Readonly<Partial<Record<string, Login>>>;

/** What each Secret holds afterwards, and the exit code; copies are copies of `home/x`, if they are called so, too. */
function model({ secrets, flags }: State): { after: ReadonlyMap<string, Logins>; code: number } {
  const has = (flag: State['flags'][number]): boolean => flags.includes(flag);
  const given = has('--old-password-env');
  const selected = secrets.filter(({ namespace, held }) => held.length > 0 && (namespace === 0 || has('-A')));
  const isOpen = ({ login, path }: Held): boolean => login !== 'ci:NEW' && (path === '' || has('--below'));
  const goesAtHome = (one: Held): boolean =>
    isOpen(one) && (one.login.startsWith('ci:') || has('--any-user')) && (!given || one.login.endsWith(':old'));
  const old = new Set(
    given
      ? ['ci:old']
      : selected.flatMap(({ namespace, held }) =>
          namespace === 0 ? held.filter(goesAtHome).map(({ login }) => login) : [],
        ),
  );
  const goes = ({ namespace }: Stored, one: Held): boolean =>
    namespace === 0 ? goesAtHome(one) : isOpen(one) && old.has(one.login);
  const isCopy = ({ namespace, name, mark }: Stored): boolean => mark === 'copy' && name === 'x' && namespace !== 0;
  const isFree = ({ mark }: Stored): boolean =>
    mark === 'none' || mark === 'copy' || (mark !== 'immutable' && has('--owned'));
  const source = selected.find(({ namespace, name }) => namespace === 0 && name === 'x');
  const sourceGets = source?.held.some((one) => goes(source, one)) ?? false;
  const isSource =
    source !== undefined && (sourceGets ? isFree(source) : source.held.some(({ login }) => login === 'ci:NEW'));
  const isThere = secrets.some(({ namespace, name }) => namespace === 0 && name === 'x');
  const after = new Map<string, Logins>();
  const loginsOf = (secret: Stored, isWritten: boolean): Logins =>
    Object.fromEntries(secret.held.map((one) => [one.path, isWritten && goes(secret, one) ? 'ci:NEW' : one.login]));
  const keeps = selected.map((secret): 'old' | 'unknown' | 'nothing' => {
    const key = `${secret.namespace}/${secret.name}`;
    const brought = isSource ? loginsOf(source as Stored, true) : {};
    const lacks = Object.entries(brought).some(
      ([path, login]) => login !== 'ci:NEW' && secret.held.find((one) => one.path === path)?.login !== login,
    );
    const becomes = isCopy(secret) && isSource && !lacks;
    // What keeps the copy from being written also keeps its entries.
    const isWritten = isFree(secret) && (!isCopy(secret) || (!isThere && has('--owned')));
    after.set(key, becomes ? loginsOf(source as Stored, true) : loginsOf(secret, isWritten));
    if (becomes || (isWritten && secret.held.some((one) => goes(secret, one)))) return 'nothing';
    if (secret.held.some((one) => goes(secret, one))) return 'old';
    const isUnknown = !given && old.size === 0 && secret.namespace !== 0;
    return isUnknown && secret.held.some((one) => isOpen(one) && one.login.startsWith('ci:')) ? 'unknown' : 'nothing';
  });
  const entries = selected.flatMap((secret) => secret.held.map((one) => ({ secret, one })));
  const fits = entries.some(({ secret, one }) => goes(secret, one));
  const isOther = entries.some(
    ({ secret, one }) =>
      isOpen(one) &&
      !goes(secret, one) &&
      (one.login.startsWith('ci:') || (has('--any-user') && secret.namespace === 0)),
  );
  if (selected.length === 0 || (given && !fits && isOther)) return { after: new Map(), code: 1 };
  return { after, code: keeps.includes('old') ? 1 : keeps.includes('unknown') ? 3 : 0 };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const real = (login: Login): string => login.replace('NEW', CANARY);

async function build({ secrets }: State, namespaces: readonly string[], host: string): Promise<void> {
  for (const { namespace, name, held, mark } of secrets) {
    const auths = Object.fromEntries(held.map(({ login, path }) => [host + path, { auth: base64(real(login)) }]));
    const payload = JSON.stringify({ auths: { ...auths, 'quay.io': { auth: base64('ci:old') } } });
    const metadata = {
      helm: {
        labels: { 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { 'meta.helm.sh/release-name': 'r', 'meta.helm.sh/release-namespace': 'n' },
      },
      owner: { ownerReferences: [{ apiVersion: 'x.io/v1', kind: 'Maker', name: 'm', uid: 'u' }] },
      copy: {
        labels: { 'app.kubernetes.io/managed-by': 'regsecret' },
        annotations: { 'regsecret/source': `${namespaces[0]}/x` },
      },
      none: {},
      immutable: {},
    }[mark];
    await created(`/api/v1/namespaces/${namespaces[namespace]}/secrets`, {
      metadata: { name, ...metadata },
      type: 'kubernetes.io/dockerconfigjson',
      immutable: mark === 'immutable',
      data: { '.dockerconfigjson': base64(payload) },
    });
  }
}

async function versions({ secrets }: State, namespaces: readonly string[]) {
  const found = new Map<string, { version: string; logins: Record<string, string> }>();
  for (const { namespace, name } of secrets) {
    const { body } = await api('GET', `/api/v1/namespaces/${namespaces[namespace]}/secrets/${name}`);
    const { auths } = JSON.parse(Buffer.from(body.data['.dockerconfigjson'], 'base64').toString());
    const logins = Object.entries<{ auth: string }>(auths).map(([server, { auth }]) => [
      server,
      Buffer.from(auth, 'base64').toString(),
    ]);
    found.set(`${namespace}/${name}`, { version: body.metadata.resourceVersion, logins: Object.fromEntries(logins) });
  }
  return found;
}

async function problemsOf(state: State): Promise<string[]> {
  const host = `${freshName('m')}.example.com`;
  const namespaces = [await newNamespace(), await newNamespace(), await newNamespace()];
  await build(state, namespaces, host);
  const before = await versions(state, namespaces);
  const flags = state.flags.flatMap((flag) => (flag === '--old-password-env' ? [flag, 'OLD'] : [flag]));
  const args = ['rotate', '--server', host, '--username', 'ci', '--password-stdin', '--no-verify', ...flags];
  const run = (more: readonly string[]) =>
    regsecretIn(namespaces[0] ?? '', [...args, ...more], { stdin: CANARY, env: { OLD: 'old' } });
  const dry = await run(['--dry-run=server', '-o', 'name']);
  const between = await versions(state, namespaces);
  const ran = await run(['-o', 'name']);
  const after = await versions(state, namespaces);
  const again = await run(['-o', 'name']);
  const last = await versions(state, namespaces);
  const { after: wanted, code } = model(state);
  const problems: string[] = [];
  if (ran.code !== code) problems.push(`ends with ${ran.code}, not ${code}`);
  if (dry.stdout.split('\n').sort().join() !== ran.stdout.split('\n').sort().join())
    problems.push('the dry run said something else');
  if (again.stdout !== '') problems.push(`a second run writes ${again.stdout}`);
  for (const { namespace, name, held } of state.secrets) {
    const key = `${namespace}/${name}`;
    const logins = after.get(key)?.logins ?? {};
    if (between.get(key)?.version !== before.get(key)?.version) problems.push(`${key} is written in a dry run`);
    if (last.get(key)?.version !== after.get(key)?.version) problems.push(`${key} is written twice`);
    if (logins['quay.io'] !== 'ci:old') problems.push(`${key} has lost another registry`);
    const expected = wanted.get(key) ?? Object.fromEntries(held.map(({ login, path }) => [path, login]));
    for (const path of ['', '/acme']) {
      const login = expected[path];
      const should = login === undefined ? undefined : real(login);
      if (logins[host + path] !== should) problems.push(`${key}${path} is ${logins[host + path]}, not ${should}`);
    }
  }
  return problems.length === 0 ? [] : [...problems, JSON.stringify(state), ran.stderr];
}

test(`${CASES} states: what is there afterwards is what the model says`, { timeout: 600_000 }, async () => {
  const states = fc.sample(aState, CASES);
  const problems = await pool(WIDTH, states, problemsOf);
  expect(problems.flat()).toEqual([]);
});
