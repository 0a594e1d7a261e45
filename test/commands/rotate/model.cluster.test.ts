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
  readonly flags: readonly ('-A' | '--any-user' | '--below' | '--owned' | '--any-password')[];
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
  flags: fc.subarray(['-A', '--any-user', '--below', '--owned', '--any-password'] as const),
});

/** The logins that `rotate` replaces, as `namespace/name path`. With or without `-A`, copies are copies of `home/x`. */
function model({ secrets: given, flags }: State): Set<string> {
  // A Secret that names itself as its source is not a copy.
  const isItself = ({ namespace, name, mark }: State['secrets'][number]): boolean =>
    mark === 'copy' && namespace === 0 && name === 'x';
  const secrets = given.map((secret) => (isItself(secret) ? { ...secret, mark: 'none' as const } : secret));
  const has = (flag: State['flags'][number]): boolean => flags.includes(flag);
  const isMeant = ({ login, path }: Held): boolean =>
    login !== 'ci:NEW' && (path === '' || has('--below')) && (login.startsWith('ci:') || has('--any-user'));
  const atHome = secrets.filter(({ namespace }) => namespace === 0);
  const known = new Set(atHome.flatMap(({ held }) => held.filter(isMeant).map(({ login }) => login)));
  const isMine = (namespace: number, login: Login): boolean =>
    namespace === 0 || has('--any-password') || known.has(login);
  const isFree = (mark: string, withSource: boolean): boolean =>
    mark !== 'immutable' && (mark === 'none' || has('--owned') || (mark === 'copy' && withSource));
  const source = secrets.find(({ namespace, name }) => namespace === 0 && name === 'x');
  const sourceHas = source?.held.some(({ login }) => login === 'ci:NEW') ?? false;
  const sourceGets = source?.held.some(isMeant) ?? false;
  const withSource = source !== undefined && (sourceGets ? isFree(source.mark, false) : sourceHas);
  const changed = new Set<string>();
  for (const { namespace, name, held, mark } of secrets) {
    const inScope = namespace === 0 || has('-A');
    if (!inScope && !(mark === 'copy' && withSource)) continue;
    if (!isFree(mark, withSource)) continue;
    for (const one of held) {
      if (isMeant(one) && isMine(namespace, one.login)) changed.add(`${namespace}/${name} ${one.path}`);
    }
  }
  return changed;
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
  const args = ['rotate', '--server', host, '--username', 'ci', '--password-stdin', '--no-verify', ...state.flags];
  const run = (more: readonly string[]) => regsecretIn(namespaces[0] ?? '', [...args, ...more], { stdin: CANARY });
  const dry = await run(['--dry-run=server', '-o', 'name']);
  const between = await versions(state, namespaces);
  const ran = await run(['-o', 'name']);
  const after = await versions(state, namespaces);
  const again = await run(['-o', 'name']);
  const last = await versions(state, namespaces);
  const wanted = model(state);
  const problems: string[] = [];
  if (dry.stdout.split('\n').sort().join() !== ran.stdout.split('\n').sort().join())
    problems.push('the dry run said something else');
  if (again.stdout !== '') problems.push(`a second run writes ${again.stdout}`);
  for (const { namespace, name, held } of state.secrets) {
    const key = `${namespace}/${name}`;
    const logins = after.get(key)?.logins ?? {};
    if (between.get(key)?.version !== before.get(key)?.version) problems.push(`${key} is written in a dry run`);
    if (last.get(key)?.version !== after.get(key)?.version) problems.push(`${key} is written twice`);
    if (logins['quay.io'] !== 'ci:old') problems.push(`${key} has lost another registry`);
    for (const { login, path } of held) {
      const expected = wanted.has(`${key} ${path}`) ? `ci:${CANARY}` : real(login);
      if (logins[host + path] !== expected) problems.push(`${key}${path} is ${logins[host + path]}, not ${expected}`);
    }
  }
  return problems.length === 0 ? [] : [...problems, JSON.stringify(state), ran.stderr];
}

test(`${CASES} states: what is there afterwards is what the model says`, { timeout: 600_000 }, async () => {
  const states = fc.sample(aState, CASES);
  const problems = await pool(WIDTH, states, problemsOf);
  expect(problems.flat()).toEqual([]);
});
