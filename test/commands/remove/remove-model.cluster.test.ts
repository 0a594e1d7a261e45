/**
 * Compares `remove` on generated Secrets with a model: the run does what its plan says, the Secrets match the model with every
 * other byte unchanged, and a second run writes nothing. REGSECRET_SEED and REGSECRET_CASES choose other cases.
 */
import { expect, test } from 'vitest';
import { api, newNamespace } from '../../environment/use.ts';
import { freshName, named, newWorkload, regsecretIn } from '../../support/attach-world.ts';
import { cases } from '../../support/cases.ts';
import { fc, seed } from '../../support/fast-check.ts';
import { pool } from '../../support/pool.ts';
import { OURS, putSecret } from '../../support/sync-world.ts';

const CASES = cases(20, 60);
const AUTH = Buffer.from('jane:x').toString('base64');
const MARKS = {
  none: {},
  Helm: {
    labels: { 'app.kubernetes.io/managed-by': 'Helm' },
    annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'x' },
  },
  copy: { labels: OURS, annotations: { 'regsecret/source': 'elsewhere/NAME' } },
  /** Of a Secret with another name, so it is no copy. */
  'half a copy': { labels: OURS, annotations: { 'regsecret/source': 'elsewhere/x' } },
} as const;

/** Generated Secrets. The kubelet treats all servers of `meant` as the same key. */
const secrets = fc.record({
  meant: fc.subarray(['r.example', 'https://r.example/v2/', 'http://r.example'], { maxLength: 2 }),
  others: fc.subarray(['quay.io', 'r.example/acme', 'https://index.docker.io/v1/'], { maxLength: 2 }),
  order: fc.boolean(),
  mark: fc.constantFrom('none', 'none', 'half a copy', 'Helm', 'copy') as fc.Arbitrary<keyof typeof MARKS>,
  immutable: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  isNeeded: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});
type State = typeof secrets extends fc.Arbitrary<infer T> ? T : never;

interface Flags {
  readonly owned: boolean;
  readonly yes: boolean;
}

/** The model of `remove`. */
function becomes(
  { meant, others, mark, immutable, isNeeded }: State,
  { owned, yes }: Flags,
): 'same' | 'stays' | 'goes' {
  if (meant.length === 0) return 'same';
  const isStopped =
    others.length === 0 || immutable || ((mark === 'Helm' || mark === 'copy') && !owned) || (isNeeded && !yes);
  return isStopped ? 'stays' : 'goes';
}

/** A payload with unusual white space. */
function payloadWith({ order }: State, servers: readonly string[]): string {
  const sorted = order ? servers : servers.toReversed();
  return `{"auths": {${sorted.map((server) => `"${server}": {"auth":"${AUTH}"}`).join(',')}}, "more" :1}`;
}

interface Ran {
  readonly results: readonly { readonly name: string; readonly removed: readonly string[] }[];
  readonly errors: readonly { readonly name: string; readonly hint?: string }[];
}

const names = (found: Ran['errors']): string[] => found.map(({ name }) => name).sort();

test.each<Flags>([
  { owned: false, yes: false },
  { owned: true, yes: true },
])(`${CASES} Secrets, --owned is $owned, --yes is $yes, seed ${seed}`, async (flags) => {
  const label = freshName('remove');
  const namespace = await newNamespace({ serviceAccount: true, labels: { remove: label } });
  const states = fc.sample(secrets, { numRuns: CASES }).map((state, index) => ({ ...state, name: `s${index}` }));
  await pool(12, states, async (state) => {
    const payload = payloadWith(state, [...state.others, ...state.meant]);
    const data = { '.dockerconfigjson': Buffer.from(payload).toString('base64') };
    const metadata = JSON.parse(JSON.stringify(MARKS[state.mark]).replace('NAME', state.name));
    await putSecret(namespace, { metadata, data, immutable: state.immutable }, state.name);
    if (state.isNeeded) await newWorkload('Pod', namespace, { image: 'r.example/app:1', list: named(state.name) });
  });
  const expected = Map.groupBy(states, (state) => becomes(state, flags));
  expect(expected.size).toBe(3);
  const called = (what: 'stays' | 'goes'): string[] => (expected.get(what) ?? []).map(({ name }) => name).sort();

  const args = ['remove', '--server', 'r.example', '-l', `remove=${label}`, '-o', 'json'];
  const all = [...args, ...(flags.owned ? ['--owned'] : []), ...(flags.yes ? ['--yes'] : [])];
  const run = async (...more: string[]): Promise<Ran> =>
    JSON.parse((await regsecretIn(namespace, [...all, ...more])).stdout);
  const plan = await run('--dry-run=server');
  const done = await run();
  // A command proposed after a dry run is a dry run as well.
  const errors = done.errors.map((error) => ({
    ...error,
    hint: error.hint
      ?.replace('--yes', '--dry-run=server --yes')
      .replace(/^regsecret (?:delete .*|remove .*?(?= &&))/, '$& --dry-run=server'),
  }));
  expect(plan).toEqual({ ...done, errors, dryRun: 'server' });
  expect(names(done.results)).toEqual(called('goes'));
  expect(names(done.errors)).toEqual(called('stays'));

  const { items } = (await api('GET', `/api/v1/namespaces/${namespace}/secrets`)).body;
  const versions = new Map<string, string>();
  for (const { metadata, data } of items) {
    const state = states.find(({ name }) => name === metadata.name);
    if (state === undefined) continue;
    versions.set(state.name, metadata.resourceVersion);
    const left = becomes(state, flags) === 'goes' ? state.others : [...state.others, ...state.meant];
    expect(Buffer.from(data['.dockerconfigjson'], 'base64').toString()).toBe(payloadWith(state, left));
  }
  expect(versions.size).toBe(CASES);

  const again = await run();
  expect([again.results, names(again.errors)]).toEqual([[], called('stays')]);
  const after = (await api('GET', `/api/v1/namespaces/${namespace}/secrets`)).body.items;
  for (const { metadata } of after) {
    if (versions.has(metadata.name)) expect(metadata.resourceVersion).toBe(versions.get(metadata.name));
  }
});
