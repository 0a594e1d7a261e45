/**
 * Compares `delete` on generated namespaces with a model: the run does what its plan says, the resulting state matches the model,
 * and a second run writes nothing. REGSECRET_SEED and REGSECRET_CASES choose other cases.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api, newNamespace } from '../../environment/use.ts';
import { account, freshName, listOf, named, newWorkload, regsecretIn } from '../../support/attach-world.ts';
import { cases } from '../../support/cases.ts';
import { fc, seed } from '../../support/fast-check.ts';
import { pool } from '../../support/pool.ts';
import { type StepProxy, startStepProxy } from '../../support/step-proxy.ts';
import { OURS, payloadOf, putSecret, secretIn } from '../../support/sync-world.ts';

const CASES = cases(4, 12);
const WIDTH = 4;
const PATCH = { 'content-type': 'application/merge-patch+json' };

/** The object that exists under the name of the Secret, or with `renamed` under another name. */
interface Present {
  readonly host?: string;
  readonly type?: 'Opaque';
  readonly immutable?: true;
  /** The manager that would create it again. */
  readonly maker?: 'owner' | 'Helm';
  /** Its source: the deleted Secret (`home`) or another one. */
  readonly copyOf?: 'home' | 'elsewhere';
  /** It has the annotation, which anybody may write, but not the label. */
  readonly isMarkedHalf?: true;
  readonly renamed?: true;
}

const present = {
  none: undefined,
  plain: {},
  immutable: { immutable: true },
  'of another registry': { host: 'else.example' },
  'no pull secret': { type: 'Opaque' },
  'with an owner': { maker: 'owner' },
  'of Helm': { maker: 'Helm' },
  'copy of another': { copyOf: 'elsewhere' },
  copy: { copyOf: 'home' },
  'immutable copy': { copyOf: 'home', immutable: true },
  'copy with an owner': { copyOf: 'home', maker: 'owner' },
  'copy of another name': { copyOf: 'home', renamed: true },
  'half a copy': { copyOf: 'home', isMarkedHalf: true },
} as const satisfies Record<string, Present | undefined>;
type Title = keyof typeof present;
const AT_HOME: Title[] = [
  'none',
  'plain',
  'immutable',
  'of another registry',
  'no pull secret',
  'with an owner',
  'of Helm',
  'copy of another',
];
const ELSEWHERE: Title[] = [
  'none',
  'plain',
  'copy of another',
  'copy',
  'copy',
  'immutable copy',
  'copy with an owner',
  'copy of another name',
  'half a copy',
];

/** `spare` has a login for the same registry, `own` for another one, and `gone` does not exist. `x` is deleted. */
const lists = fc.shuffledSubarray(['x', 'renamed', 'spare', 'own', 'gone'], { maxLength: 3 });
const space = (titles: Title[]) =>
  fc.record({
    title: fc.constantFrom(...titles),
    list: lists,
    /**
     * The lists of a CronJob and of a pod, which both pull from the registry. A CronJob without names uses the account's list.
     */
    jobs: fc.option(lists, { nil: undefined }),
    pod: fc.option(lists, { nil: undefined, freq: 1 }),
  });
const states = fc.record({
  home: space(AT_HOME),
  others: fc.array(space(ELSEWHERE), { maxLength: 3 }),
  flags: fc.subarray(['-A', '--force', '--owned'] as const),
  dryRun: fc.constantFrom('client', 'server'),
});
type State = typeof states extends fc.Arbitrary<infer T> ? T : never;
type Space = State['home'];

const nameIn = ({ title }: Space): string => ((present[title] as Present | undefined)?.renamed ? 'renamed' : 'x');
/** Admission copies the account's list into a pod without a list. */
const podList = ({ pod }: Space): readonly string[] | undefined => (pod?.length ? pod : undefined);

interface After {
  readonly isThere: boolean;
  readonly list: readonly string[];
  readonly jobs: readonly string[] | undefined;
  readonly fails: boolean;
}

/** The model of `delete`. */
function expected(here: Space, isHome: boolean, { flags }: State): After {
  const secret: Present | undefined = present[here.title];
  const name = nameIn(here);
  const same = { isThere: secret !== undefined, list: here.list, jobs: here.jobs, fails: false };
  const isMeant =
    isHome || (flags.includes('-A') && secret?.copyOf === 'home' && !secret.isMarkedHalf && !secret.renamed);
  if (!isMeant) return same;
  const opens = (one: string): boolean =>
    one === 'spare' || (one === name && secret !== undefined && !secret.type && secret.host === undefined);
  const jobsList = here.jobs && (here.jobs.length > 0 ? here.jobs : here.list);
  const isNeeded = [jobsList, podList(here)].some(
    (list) => list?.some((one) => one === name && opens(one)) && !list.includes('spare'),
  );
  const isStopped = (secret?.maker && !flags.includes('--owned')) || (isNeeded && !flags.includes('--force'));
  if (isStopped) return { ...same, fails: true };
  const without = (list: readonly string[]): string[] => list.filter((one) => one !== name);
  return { isThere: false, list: without(here.list), jobs: here.jobs && without(here.jobs), fails: false };
}

/** The model for all namespaces: a source stays as long as one of its copies stays, unless it is forced. */
function expectedAll(state: State): After[] {
  const others = state.others.map((one) => expected(one, false, state));
  const { home } = state;
  const isLast =
    present[home.title] === undefined || state.flags.includes('--force') || others.every(({ fails }) => !fails);
  const stays: After = { isThere: true, list: home.list, jobs: home.jobs, fails: true };
  return [isLast ? expected(home, true, state) : stays, ...others];
}

let proxy: StepProxy;
beforeAll(async () => {
  proxy = await startStepProxy();
});
afterAll(() => proxy.close());

async function prepare(here: Space, namespace: string, home: string): Promise<void> {
  const { title, list, jobs } = here;
  const secret: Present | undefined = present[title];
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
  if (list.length > 0) await api('PATCH', path, { imagePullSecrets: named(...list) }, PATCH);
  await putSecret(namespace, {}, 'spare');
  await putSecret(namespace, { data: { '.dockerconfigjson': payloadOf('own.example') } }, 'own');
  if (secret !== undefined) {
    const { host = 'r.example', type, immutable = false, maker, copyOf, isMarkedHalf } = secret;
    const source = copyOf === undefined ? undefined : copyOf === 'home' ? `${home}/x` : 'elsewhere/x';
    const helm = { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': namespace };
    const metadata = {
      labels: {
        ...(source === undefined || isMarkedHalf ? {} : OURS),
        ...(maker === 'Helm' ? { 'app.kubernetes.io/managed-by': 'Helm' } : {}),
      },
      annotations: {
        ...(source === undefined ? {} : { 'regsecret/source': source }),
        ...(maker === 'Helm' ? helm : {}),
      },
      ...(maker === 'owner'
        ? { ownerReferences: [{ apiVersion: 'x.example/v1', kind: 'Maker', name: 'm', uid: 'u' }] }
        : {}),
    };
    const data = { '.dockerconfigjson': payloadOf(host) };
    await putSecret(namespace, { metadata, data, immutable, ...(type && { type }) }, nameIn(here));
  }
  if (jobs !== undefined) await newWorkload('CronJob', namespace, { name: 'jobs', list: named(...jobs) });
  const pod = podList(here);
  if (pod !== undefined) await newWorkload('Pod', namespace, { name: 'pod', list: named(...pod) });
}

const namesOf = (list: readonly { readonly name?: string }[] = []): (string | undefined)[] =>
  list.map(({ name }) => name);

async function observed(here: Space, namespace: string) {
  return {
    secret: await secretIn(namespace, nameIn(here)),
    others: [await secretIn(namespace, 'spare'), await secretIn(namespace, 'own')],
    list: namesOf((await account(namespace, 'default')).imagePullSecrets),
    jobs: here.jobs && namesOf(await listOf('CronJob', namespace, 'jobs')),
    pod: podList(here) && namesOf(await listOf('Pod', namespace, 'pod')),
  };
}

const sorted = (text: string): string[] =>
  text
    .replace(/ \((server )?dry run\)/g, '')
    .split('\n')
    .sort();

async function problemsOf(state: State): Promise<string[]> {
  const found: string[] = [];
  const check = (what: string, one: unknown, other: unknown): void => {
    const [is, should] = [JSON.stringify(one), JSON.stringify(other)];
    if (is !== should) found.push(`${what}: ${is} in place of ${should}`);
  };
  const spaces = [state.home, ...state.others];
  const places = await Promise.all(spaces.map(() => newNamespace({ serviceAccount: true })));
  const [home = ''] = places;
  await Promise.all(spaces.map((one, index) => prepare(one, places[index] ?? '', home)));
  const look = () => Promise.all(spaces.map((one, index) => observed(one, places[index] ?? '')));
  const before = await look();
  const { kubeconfig, steps } = proxy.watch(freshName('delete'));
  const written = (): number => steps.filter(({ text }) => !/^GET|dry run/.test(text)).length;
  const args = ['delete', 'x', '--yes', ...state.flags];
  const plan = await regsecretIn(home, [...args, `--dry-run=${state.dryRun}`], { kubeconfig });
  check('after the dry run', await look(), before);
  const ran = await regsecretIn(home, args, { kubeconfig });
  check('the plan', [plan.code, sorted(plan.stdout)], [ran.code, sorted(ran.stdout)]);
  const models = expectedAll(state);
  check('the exit code', ran.code, models.some(({ fails }) => fails) ? 1 : 0);
  const after = await look();
  for (const [index, { title }] of spaces.entries()) {
    const [was, is, model] = [before[index], after[index], models[index]];
    check(`${title}, its Secret`, is?.secret, model?.isThere ? was?.secret : undefined);
    check(`${title}, other Secrets`, is?.others, was?.others);
    check(`${title}, the list`, is?.list, model?.list);
    check(`${title}, the list of the CronJob`, is?.jobs, model?.jobs);
    check(`${title}, the list of the pod`, is?.pod, was?.pod);
  }
  const count = written();
  const again = await regsecretIn(home, args, { kubeconfig });
  check('the second run', [again.code, again.stdout, written()], [ran.code, '', count]);
  return found.map((text) => `${JSON.stringify(state)}: ${text}\n${ran.stderr}`);
}

test(`${CASES} states`, { timeout: 60_000 + CASES * 10_000 }, async () => {
  const sample = fc.sample(states, { numRuns: CASES, seed });
  const problems = await pool(WIDTH, sample, problemsOf);
  expect(problems.flat()).toEqual([]);
});
