/** Pods whose pull secret comes from a policy of `sync --admission`: `why` and `doctor` know where the name is from. */
import { beforeAll, describe, expect, test } from 'vitest';
import { api, newNamespace, waitFor } from '../../environment/use.ts';
import { POLICIES, policyName, removePolicy, withPolicy } from '../../support/admission-world.ts';
import { recorded } from '../../support/asked-rights.ts';
import { created, failFirstPod, named, newPullSecret, newWorkload, regsecretIn } from '../../support/attach-world.ts';
import { newFleet, OURS } from '../../support/sync-world.ts';

let home: string;
let team: string;
let policy: string;
let labels: Record<string, string>;

beforeAll(async () => {
  const fleet = await newFleet(1, { serviceAccount: true });
  home = fleet.home;
  [team = ''] = fleet.teams;
  labels = { fleet: fleet.prefix };
  policy = policyName(home);
  await withPolicy(home, ['-l', `fleet=${fleet.prefix}`]);
}, 60_000);

async function why(namespace: string, target: string) {
  const text = await regsecretIn(namespace, ['why', target, '-v', '--offline']);
  const json = await regsecretIn(namespace, ['why', target, '--offline', '-o', 'json']);
  const [puller] = JSON.parse(json.stdout).pullers;
  return {
    line: /^ {2}imagePullSecrets .*$/m.exec(text.stdout)?.[0].replace(/^ *imagePullSecrets +/, ''),
    text: text.stdout,
    list: puller.list,
  };
}

const said = (name = policy) => `regsecret is added by mutatingadmissionpolicy ${name}`;
const added = () => [{ name: 'regsecret', policy }];

describe('a pod that cannot pull', () => {
  test.each([
    ['no list', undefined, ['regsecret'], 'policy'],
    ['a list of its own', named('own'), ['own', 'regsecret'], 'own'],
  ])(
    'of a Deployment with %s: the name is from the policy, and the next pod has it as well',
    async (_title, list, names, from) => {
      const app = await newWorkload('Deployment', team, list === undefined ? {} : { list });
      const pod = await failFirstPod(team, app);
      const { line, text, list: shown } = await why(team, `pod/${pod}`);
      expect(shown).toEqual({ names, from, added: added() });
      expect(line).toContain(said());
      expect(text).not.toMatch(/delete pod|rollout restart|no longer/);
    },
  );

  test('in a namespace whose copy is not there yet', async () => {
    const fresh = await newNamespace({ serviceAccount: true, labels });
    const app = await newWorkload('Deployment', fresh);
    const pod = await failFirstPod(fresh, app);
    const { list, line } = await why(fresh, `pod/${pod}`);
    expect([list.from, list.names, line]).toEqual(['policy', ['regsecret'], `regsecret; ${said()}`]);
  });
});

describe('a workload without pods', () => {
  test('gets the name with its first pod', async () => {
    const app = await newWorkload('Deployment', team, { fields: { replicas: 0 } });
    expect((await why(team, `deploy/${app}`)).list).toEqual({ names: ['regsecret'], from: 'policy', added: added() });
  });

  test('gets nothing where its namespace opts out, although the copy stayed', async () => {
    const silent = await newNamespace({ serviceAccount: true, labels, annotations: { 'regsecret/sync': 'false' } });
    const metadata = { labels: OURS, annotations: { 'regsecret/source': `${home}/regsecret` } };
    await created(`/api/v1/namespaces/${silent}/secrets`, {
      metadata: { name: 'regsecret', ...metadata },
      type: 'kubernetes.io/dockerconfigjson',
      stringData: { '.dockerconfigjson': '{"auths":{"r.example":{"auth":"eDp5"}}}' },
    });
    const app = await newWorkload('Deployment', silent, { fields: { replicas: 0 } });
    expect((await why(silent, `deploy/${app}`)).list).toEqual({ names: [], from: 'none' });
  });
});

test.each([
  ['for another source', { 'regsecret/source': 'x/regsecret', 'regsecret/selection': '{"all":"yes","names":[1]}' }],
  ['without a selection', { 'regsecret/source': 'x/regsecret' }],
  [
    'with a selector that nobody can read',
    { 'regsecret/source': 'x/regsecret', 'regsecret/selection': '{"labelSelector":"(","all":true}' },
  ],
  ['with text for a terminal', { 'regsecret/source': '\u001b[2J', 'regsecret/selection': '[' }],
])('a policy with our label that someone wrote, %s, changes no answer', async (_title, annotations) => {
  const name = policyName('x', `forged-${Math.random().toString(36).slice(2)}`);
  const { spec } = (await api('GET', `${POLICIES}/${policy}`)).body;
  await created(POLICIES, { metadata: { name, labels: { 'regsecret/admission': 'true' }, annotations }, spec });
  const app = await newWorkload('Deployment', team, { fields: { replicas: 0 } });
  expect((await why(team, `deploy/${app}`)).list).toEqual({ names: ['regsecret'], from: 'policy', added: added() });
  await removePolicy(name);
});

test('requests for policies: none where the account has the name, and one where a policy adds it', async () => {
  const app = await newWorkload('Deployment', team, { fields: { replicas: 0 } });
  const count = async () => {
    const { asked } = await recorded(() => regsecretIn(team, ['why', `deploy/${app}`, '--offline']));
    return asked.filter(({ verb, plural }) => verb === 'list' && plural.startsWith('mutating')).length;
  };
  expect(await count()).toBe(1);
  expect((await regsecretIn(team, ['attach', '--serviceaccount', 'default'])).code).toBe(0);
  expect(await count()).toBe(0);
  await regsecretIn(team, ['detach', '--serviceaccount', 'default', '--yes']);
  const plain = await newNamespace({ serviceAccount: true });
  await newPullSecret(plain, 'regsecret');
  const { asked } = await recorded(() => regsecretIn(plain, ['doctor', '--offline']));
  expect(asked.filter(({ plural }) => plural.startsWith('mutating'))).toEqual([]);
});

test('doctor of the namespace finds nothing wrong with a workload that gets the name', async () => {
  const place = await newNamespace({ serviceAccount: true, labels });
  await withPolicy(home, ['-l', `fleet=${labels.fleet}`]);
  await newWorkload('Deployment', place, { fields: { replicas: 0 } });
  const there = async () => (await api('GET', `/api/v1/namespaces/${place}/secrets/regsecret`)).status === 200;
  await waitFor(there, { what: 'the copy' });
  const { findings } = JSON.parse((await regsecretIn(place, ['doctor', '--offline', '-o', 'json'])).stdout);
  expect(findings.map(({ code }: { code: string }) => code)).toEqual([]);
});

test('attach and detach tell that the policy adds the name anyway', async () => {
  const attached = await regsecretIn(team, ['attach', '--serviceaccount', 'default']);
  const adds = `adds regsecret to each new pod in namespace ${team}`;
  expect(attached.stderr).toContain(`mutatingadmissionpolicy ${policy} ${adds} anyway\n`);
  const detached = await regsecretIn(team, ['detach', '--serviceaccount', 'default', '--yes']);
  expect(detached.stderr).toContain(
    `warning: mutatingadmissionpolicy ${policy} still ${adds}\nhint: kubectl annotate namespace ${team} regsecret/sync=false\n`,
  );
});
