/**
 * Compares `sync` on generated namespaces with a model: the run does what its plan says, the resulting state matches the model,
 * and a second run writes nothing. REGSECRET_SEED and REGSECRET_CASES choose other cases.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api, newNamespace } from '../../environment/use.ts';
import { account, freshName, named, regsecretIn } from '../../support/attach-world.ts';
import { cases } from '../../support/cases.ts';
import { fc, seed } from '../../support/fast-check.ts';
import { pool } from '../../support/pool.ts';
import { type StepProxy, startStepProxy } from '../../support/step-proxy.ts';
import { OURS, payloadOf, putSecret, secretIn } from '../../support/sync-world.ts';

const CASES = cases(12, 48);
const WIDTH = 6;
const PATCH = { 'content-type': 'application/merge-patch+json' };
const DOCKERCFG = Buffer.from('{"r.example":{"auth":"eDp5"}}').toString('base64');

const secrets = {
  none: undefined,
  copy: { ours: true, hosts: ['r.example'] },
  'old copy': { ours: true, hosts: ['old.example'] },
  'immutable old copy': { ours: true, hosts: ['old.example'], immutable: true },
  'copy of another type': { ours: true, hosts: ['r.example'], type: 'kubernetes.io/dockercfg' },
  'copy of another source': { ours: true, hosts: ['old.example'], source: 'elsewhere/regsecret' },
  foreign: { hosts: ['old.example'] },
  'foreign with the login': { hosts: ['old.example', 'r.example'] },
  'foreign and immutable': { hosts: ['old.example'], immutable: true },
  'foreign of another type': { hosts: [], type: 'Opaque' },
} as const;
type Present = keyof typeof secrets;

const namespaces = fc.record({
  secret: fc.constantFrom(...(Object.keys(secrets) as Present[])),
  isMeant: fc.boolean(),
  isLeftAlone: fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  list: fc.constantFrom<readonly string[]>([], ['own'], ['own', 'regsecret'], ['regsecret']),
});
const states = fc.record({
  namespaces: fc.array(namespaces, { minLength: 1, maxLength: 4 }),
  foreign: fc.constantFrom('leave', 'merge', 'adopt'),
  attach: fc.boolean(),
  prune: fc.boolean(),
});
type State = typeof states extends fc.Arbitrary<infer T> ? T : never;
type Space = State['namespaces'][number];

/** The state afterwards: the hosts of the Secret, whether it is a copy, and the list of `default`. */
interface After {
  readonly hosts: readonly string[] | 'as it was' | 'none';
  readonly isCopy: boolean;
  readonly list: readonly string[];
  readonly fails: boolean;
}

function isOwn(secret: Present): boolean {
  const present = secrets[secret];
  return present !== undefined && 'ours' in present && !('source' in present);
}

/** Whether `sync` refuses to prune: a label that no namespace has is probably mistyped, and would delete every copy. */
function isRefused({ namespaces: all, prune }: State): boolean {
  return prune && !all.some(({ isMeant }) => isMeant) && all.some((space) => isOwn(space.secret) && !space.isLeftAlone);
}

/** The model of `sync`. */
function expected({ secret, isMeant, isLeftAlone, list }: Space, state: State): After {
  const { foreign, attach, prune } = state;
  const present = secrets[secret];
  const isOurs = isOwn(secret);
  const same = { hosts: present === undefined ? 'none' : 'as it was', isCopy: isOurs, list, fails: false } as const;
  if (isRefused(state)) return { ...same, fails: true };
  if (isLeftAlone) return same;
  if (!isMeant) {
    const isGone = prune && isOurs;
    return isGone
      ? { hosts: 'none', isCopy: false, list: list.filter((one) => one !== 'regsecret'), fails: false }
      : same;
  }
  const attached = attach && !list.includes('regsecret') ? [...list, 'regsecret'] : list;
  if (present === undefined || isOurs) return { hosts: ['r.example'], isCopy: true, list: attached, fails: false };
  if (foreign === 'adopt' && secret !== 'foreign of another type') {
    return { hosts: ['r.example'], isCopy: true, list: attached, fails: false };
  }
  if (foreign === 'merge' && secret === 'foreign') {
    return { hosts: ['old.example', 'r.example'], isCopy: false, list: attached, fails: false };
  }
  if (foreign === 'merge' && secret === 'foreign with the login') return { ...same, list: attached };
  return { ...same, fails: true };
}

let proxy: StepProxy;
beforeAll(async () => {
  proxy = await startStepProxy();
});
afterAll(() => proxy.close());

async function prepare({ secret, isMeant, isLeftAlone, list }: Space, home: string, fleet: string): Promise<string> {
  const labels: Record<string, string> = isMeant ? { fleet } : {};
  const annotations: Record<string, string> = isLeftAlone ? { 'regsecret/sync': 'false' } : {};
  const namespace = await newNamespace({ serviceAccount: true, labels, annotations });
  const accountPath = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  if (list.length > 0) await api('PATCH', accountPath, { imagePullSecrets: named(...list) }, PATCH);
  const present = secrets[secret];
  if (present === undefined) return namespace;
  const source = 'source' in present ? present.source : `${home}/regsecret`;
  const metadata = 'ours' in present ? { labels: OURS, annotations: { 'regsecret/source': source } } : {};
  const data = { '.dockerconfigjson': payloadOf(...present.hosts) };
  const type = 'type' in present ? present.type : undefined;
  const typed = type === undefined ? { data } : { type, data: { '.dockercfg': DOCKERCFG } };
  await putSecret(namespace, { metadata, ...typed, immutable: 'immutable' in present });
  return namespace;
}

async function observed(namespace: string) {
  const [secret, { imagePullSecrets: list = [] }] = [await secretIn(namespace), await account(namespace, 'default')];
  return { secret, list: list.map(({ name }) => name) };
}

function hostsIn(secret: Awaited<ReturnType<typeof secretIn>>): string[] | 'none' {
  const text = Buffer.from(secret?.data?.['.dockerconfigjson'] ?? '', 'base64').toString();
  return text === '' ? 'none' : Object.keys(JSON.parse(text).auths).sort();
}

const sorted = (text: string): string[] => text.replaceAll(' (dry run)', '').split('\n').sort();

async function problemsOf(state: State): Promise<string[]> {
  const found: string[] = [];
  const check = (what: string, one: unknown, other: unknown): void => {
    const [is, should] = [JSON.stringify(one), JSON.stringify(other)];
    if (is !== should) found.push(`${what}: ${is} in place of ${should}`);
  };
  const [home, fleet] = [await newNamespace(), freshName('fleet')];
  await putSecret(home);
  const places = await Promise.all(state.namespaces.map((space) => prepare(space, home, fleet)));
  const before = await Promise.all(places.map(observed));
  const flags = [
    ...(state.foreign === 'leave' ? [] : [`--${state.foreign}`]),
    ...(state.attach ? ['--attach', 'sa/default'] : []),
    ...(state.prune ? ['--prune', '--yes'] : []),
  ];
  const { kubeconfig, steps } = proxy.watch(fleet);
  const args = ['sync', '-l', `fleet=${fleet}`, ...flags];
  const plan = await regsecretIn(home, [...args, '--dry-run=client'], { kubeconfig });
  check('written by the dry run', steps.filter(({ text }) => !text.startsWith('GET')).length, 0);
  const ran = await regsecretIn(home, args, { kubeconfig });
  check('the plan', [plan.code, sorted(plan.stdout)], [ran.code, sorted(ran.stdout)]);
  const models = state.namespaces.map((space) => expected(space, state));
  const isAnyMeant = state.namespaces.some(({ isMeant }) => isMeant);
  check('the exit code', ran.code, !isAnyMeant || models.some(({ fails }) => fails) ? 1 : 0);
  for (const [index, place] of places.entries()) {
    const [was, is, model] = [before[index], await observed(place), models[index]];
    const title = `${state.namespaces[index]?.secret}`;
    if (model?.hosts === 'as it was') check(title, is.secret, was?.secret);
    else check(title, hostsIn(is.secret), model?.hosts);
    check(
      `${title}, its mark`,
      is.secret?.metadata.annotations?.['regsecret/source'] === `${home}/regsecret`,
      model?.isCopy,
    );
    check(`${title}, the list`, is.list, model?.list);
  }
  const count = steps.length;
  const again = await regsecretIn(home, args, { kubeconfig });
  check('the second exit code', again.code, ran.code);
  check('written by the second run', steps.slice(count).filter(({ text }) => !text.startsWith('GET')).length, 0);
  return found.map((text) => `${JSON.stringify(state)}: ${text}\n${ran.stderr}`);
}

test(`${CASES} states`, { timeout: 60_000 + CASES * 10_000 }, async () => {
  const cases = fc.sample(states, { numRuns: CASES, seed });
  const problems = await pool(WIDTH, cases, problemsOf);
  expect(problems.flat()).toEqual([]);
});
