/** `-o name` has one form: `secret/NAME`, and ` -n NAMESPACE` where the command may meet several, as `xargs -L 1 kubectl` takes it. */
import { expect, test } from 'vitest';
import { cluster, kubectl } from '../environment/use.ts';
import { created, freshName, named, regsecretIn } from '../support/attach-world.ts';
import { contextsFile } from '../support/context-world.ts';
import { here } from '../support/here.ts';
import { type Fleet, newFleet, payloadOf, putSecret } from '../support/sync-world.ts';

interface World extends Fleet {
  readonly label: string;
}

/** Namespaces with a pull secret and a service account each. */
async function world(list?: readonly object[]): Promise<World> {
  const fleet = await newFleet(2);
  const label = freshName('account');
  const data = { '.dockerconfigjson': payloadOf('r.example', 'old.example') };
  for (const team of fleet.teams) await putSecret(team, { data });
  for (const namespace of [fleet.home, ...fleet.teams]) {
    const account = { metadata: { name: 'robot', labels: { label } }, imagePullSecrets: list };
    await created(`/api/v1/namespaces/${namespace}/serviceaccounts`, account);
  }
  return { ...fleet, label };
}

const LOGIN = '--server r.example --username jane --password-stdin --no-verify';
const secrets = ({ teams }: World): string[] => teams.map((team) => `secret/regsecret -n ${team}`);
const accounts = ({ home, teams }: World): string[] => [home, ...teams].map((one) => `serviceaccount/robot -n ${one}`);

/** `line` with `-o name` in `home`, or without a namespace where `-A` is one. */
function names(home: string, line: string) {
  const place = /^(list|attach|detach) .*-A/.test(line) ? [] : ['-n', home];
  const env = { KUBECONFIG: cluster().kubeconfig };
  return here([...line.split(' '), ...place, '-o', 'name'], { env, stdin: 'fresh' });
}

const CASES: readonly (readonly [string, (world: World) => string, (world: World) => readonly string[]])[] = [
  ['list', () => 'list regsecret', () => ['secret/regsecret']],
  ['list -A', () => 'list regsecret -A', (one) => [`secret/regsecret -n ${one.home}`, ...secrets(one)]],
  ['sync', ({ teams }) => `sync --to ${teams} --adopt`, secrets],
  ['rotate', () => `rotate ${LOGIN}`, () => ['secret/regsecret']],
  [
    'rotate -l',
    ({ prefix }) => `rotate -l fleet=${prefix} ${LOGIN}`,
    (one) => [`secret/regsecret -n ${one.home}`, ...secrets(one)],
  ],
  ['remove -l', ({ prefix }) => `remove -l fleet=${prefix} --server old.example`, secrets],
  ['attach', () => 'attach --serviceaccount robot', () => ['serviceaccount/robot']],
  ['attach -A', ({ label }) => `attach regsecret --all-serviceaccounts -A -l label=${label}`, accounts],
];

test.each(CASES)('%s', async (_, line, wanted) => {
  const one = await world();
  const ran = await names(one.home, line(one));
  const printed = ran.stdout.trimEnd().split('\n');
  // Other tests have Secrets of that name.
  const ours = printed.filter(
    (text) => !text.includes(' -n ') || [one.home, ...one.teams].some((name) => text.endsWith(name)),
  );
  expect(ours.sort(), ran.stderr).toEqual([...wanted(one)].sort());
  for (const text of ours) {
    const place = text.includes(' -n ') ? [] : ['-n', one.home];
    expect((await kubectl(['get', ...text.split(' '), ...place, '-o', 'name'])).stdout).toMatch(/^\w+\/\w+\n$/);
  }
});

test.each<[string, (world: World) => string, (world: World) => readonly string[]]>([
  ['delete', () => 'delete --yes', () => ['serviceaccount/robot', 'secret/regsecret']],
  [
    'delete -A',
    () => 'delete -A --yes',
    (one) => [...accounts(one), ...secrets(one), `secret/regsecret -n ${one.home}`],
  ],
  ['detach -A', ({ label }) => `detach regsecret --yes --all-serviceaccounts -A -l label=${label}`, accounts],
])('%s: what is taken away', async (_, line, wanted) => {
  const one = await world(named('regsecret'));
  await regsecretIn(one.home, ['sync', '--to', one.teams.join(','), '--adopt']);
  const ran = await names(one.home, line(one));
  expect(ran.stdout.trimEnd().split('\n').sort(), ran.stderr).toEqual([...wanted(one)].sort());
});

test('in several contexts: also the context, so that kubectl asks the right cluster', async () => {
  const one = await world();
  const kubeconfig = contextsFile({ hub: {}, 'the east': {} });
  const contexts = ['--to-context', 'hub', '--to-context', 'the east'];
  const args = ['sync', '--to', one.teams.join(','), '--adopt', ...contexts, '-o', 'name', '--dry-run=client'];
  const { stdout } = await regsecretIn(one.home, args, { kubeconfig });
  expect(stdout.trimEnd().split('\n')).toEqual([
    ...secrets(one).map((line) => `${line} --context hub`),
    ...secrets(one).map((line) => `${line} --context 'the east'`),
  ]);
});
