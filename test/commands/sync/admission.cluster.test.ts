/** `sync --admission` on the API server: what a new pod gets, in every shape that pods have, and what it keeps. */
import { beforeAll, describe, expect, test } from 'vitest';
import { api, newNamespace, waitFor } from '../../environment/use.ts';
import { policyName, rehearsed, removePolicy, withPolicy } from '../../support/admission-world.ts';
import { freshName, type Kind, named, newAccount, newWorkload, pathOf } from '../../support/attach-world.ts';
import { newFleet, putSecret } from '../../support/sync-world.ts';

let home: string;
/** A namespace that is selected, and one that is not, with the same service accounts. */
let team: string;
let other: string;
let labels: Record<string, string>;
/** A pod that was there before the policy. */
const EARLY = 'early';

beforeAll(async () => {
  const fleet = await newFleet(1, { serviceAccount: true });
  home = fleet.home;
  [team = ''] = fleet.teams;
  labels = { fleet: fleet.prefix };
  other = await newNamespace({ serviceAccount: true });
  for (const namespace of [team, other]) {
    await newAccount(namespace, { imagePullSecrets: named('theirs') }, 'listed');
    await newAccount(namespace, { imagePullSecrets: named('theirs', 'regsecret', 'more') }, 'synced');
  }
  await newWorkload('Pod', team, { name: EARLY, list: named('own') });
  await withPolicy(home, ['-l', `fleet=${fleet.prefix}`]);
}, 60_000);

const mirror = { annotations: { 'kubernetes.io/config.mirror': 'hash' } };
const on = { nodeName: 'node-1', automountServiceAccountToken: false };
const owner = (kind: string, apiVersion: string) => ({
  ownerReferences: [{ apiVersion, kind, name: 'x', uid: '3d9b0e0c-0a4b-4b0e-8f0a-000000000000', controller: true }],
});
const init = { name: 'first', image: 'r.example/init:1' };

type Shape = readonly [shape: string, list: readonly string[], spec?: object, metadata?: object];
const SHAPES: readonly Shape[] = [
  ['no list', ['regsecret']],
  ['an empty list', ['regsecret'], { imagePullSecrets: [] }],
  ['a list', ['own', 'regsecret'], { imagePullSecrets: named('own') }],
  ['a long list', ['c', 'a', 'b', 'regsecret'], { imagePullSecrets: named('c', 'a', 'b') }],
  ['an entry without a name', ['', 'regsecret'], { imagePullSecrets: [{}] }],
  ['a similar name', ['regsecret-2', 'regsecret'], { imagePullSecrets: named('regsecret-2') }],
  ['the name already', ['regsecret'], { imagePullSecrets: named('regsecret') }],
  ['the name between others', ['a', 'regsecret', 'b'], { imagePullSecrets: named('a', 'regsecret', 'b') }],
  ['the name twice', ['regsecret', 'a', 'regsecret'], { imagePullSecrets: named('regsecret', 'a', 'regsecret') }],
  ['the list of the account', ['theirs', 'regsecret'], { serviceAccountName: 'listed' }],
  ['the list of an account that has the name', ['theirs', 'regsecret', 'more'], { serviceAccountName: 'synced' }],
  [
    'a list beside that of the account',
    ['own', 'regsecret'],
    { serviceAccountName: 'listed', imagePullSecrets: named('own') },
  ],
  [
    'a list beside that of an account that has the name',
    ['own', 'regsecret'],
    { serviceAccountName: 'synced', imagePullSecrets: named('own') },
  ],
  ['a mirror pod', [], on, mirror],
  ['annotations', ['regsecret'], {}, { annotations: { 'kubernetes.io/config.source': 'api' } }],
  ['labels', ['regsecret'], {}, { labels: { app: 'web' } }],
  ['a pod of a ReplicaSet', ['regsecret'], {}, owner('ReplicaSet', 'apps/v1')],
  ['a pod of a DaemonSet, for one node', ['regsecret'], on, owner('DaemonSet', 'apps/v1')],
  ['a pod of a Job', ['regsecret'], { restartPolicy: 'Never' }, owner('Job', 'batch/v1')],
  ['a pod of a kind of someone', ['regsecret'], {}, owner('Rollout', 'argoproj.io/v1alpha1')],
  ['init containers', ['regsecret'], { initContainers: [init] }],
  ['a sidecar', ['regsecret'], { initContainers: [{ ...init, restartPolicy: 'Always' }] }],
  ['the network of its node', ['regsecret'], { hostNetwork: true }],
  ['a node of Windows', ['regsecret'], { os: { name: 'windows' } }],
  ['a gate', ['regsecret'], { schedulingGates: [{ name: 'example.com/gate' }] }],
  ['a volume of the Secret', ['regsecret'], { volumes: [{ name: 'v', secret: { secretName: 'regsecret' } }] }],
  ['no token', ['regsecret'], { automountServiceAccountToken: false }],
];

// biome-ignore lint/suspicious/noExplicitAny: a pod
const listOf = (pod: any): string[] =>
  (pod.spec.imagePullSecrets ?? []).map(({ name }: { name?: string }) => name ?? '');

/** Without the list, and without what differs between any two pods. */
// biome-ignore lint/suspicious/noExplicitAny: a pod
function rest({ metadata, spec }: any): object {
  const { name: _, namespace: __, uid: ___, creationTimestamp: ____, managedFields: _____, ...kept } = metadata;
  const { imagePullSecrets: ______, volumes = [], ...fields } = spec;
  const text = JSON.stringify({ kept, fields, volumes });
  return JSON.parse(text.replaceAll(/kube-api-access-\w+/g, 'kube-api-access'));
}

describe('a new pod gets the name, and is otherwise as without the policy:', () => {
  test.for<Shape>(SHAPES)('%s', async ([, list, spec = {}, metadata = {}]) => {
    const [here, there] = await Promise.all([team, other].map((place) => rehearsed(place, { spec, metadata })));
    expect([here?.status, there?.status], JSON.stringify(here?.body)).toEqual([201, 201]);
    expect(listOf(here?.body)).toEqual(list);
    expect(rest(here?.body)).toEqual(rest(there?.body));
    const before = listOf(there?.body);
    expect(list.slice(0, before.length)).toEqual(before);
  });
});

describe('the pods that a controller creates', () => {
  test.each<Kind>(['Deployment', 'ReplicaSet', 'StatefulSet', 'ReplicationController', 'Job'])(
    'for a %s have the name, and its template does not',
    async (kind) => {
      const app = await newWorkload(kind, team, { list: named('own') });
      const pods = async () => (await api('GET', `${pathOf('Pod', team)}?labelSelector=app%3D${app}`)).body.items[0];
      expect(listOf(await waitFor(pods, { what: `a pod of ${app}` }))).toEqual(['own', 'regsecret']);
      expect(listOf((await api('GET', pathOf(kind, team, app))).body.spec.template)).toEqual(['own']);
    },
  );
});

describe('a pod that is there', () => {
  const path = () => pathOf('Pod', team, EARLY);
  test.each([
    [
      'gets an ephemeral container',
      '/ephemeralcontainers',
      { spec: { ephemeralContainers: [{ name: 'debug', image: 'r.example/debug:1' }] } },
    ],
    ['gets a label', '', { metadata: { labels: { late: 'yes' } } }],
  ])('%s and keeps its list', async (_title, part, patch) => {
    const headers = { 'content-type': 'application/strategic-merge-patch+json' };
    const { status, body } = await api('PATCH', `${path()}${part}`, patch, headers);
    expect([status, listOf(body)]).toEqual([200, ['own']]);
  });
});

describe('a namespace', () => {
  test.for<
    readonly [situation: string, isAdded: boolean, prefix: string, own: boolean, annotation?: string | undefined]
  >([
    ['that is selected', true, 'test', true],
    ['that is not selected', false, 'test', false],
    ['that opts out', false, 'test', true, 'false'],
    ['that opts out in its own words', false, 'test', true, 'please not'],
    ['that opts in again', true, 'test', true, 'True'],
    ['of Kubernetes', false, 'kube-test', true],
  ])('%s', async ([, isAdded, prefix, own, annotation]) => {
    const annotations: Record<string, string> = annotation === undefined ? {} : { 'regsecret/sync': annotation };
    const namespace = await newNamespace({ serviceAccount: true, prefix, labels: own ? labels : {}, annotations });
    expect(listOf((await rehearsed(namespace)).body)).toEqual(isAdded ? ['regsecret'] : []);
  });

  test('of the source', async () => {
    await api(
      'PATCH',
      `/api/v1/namespaces/${home}`,
      { metadata: { labels } },
      { 'content-type': 'application/merge-patch+json' },
    );
    expect(listOf((await rehearsed(home)).body)).toEqual([]);
  });

  test('that was created a moment ago, with its first pod', async () => {
    for (let count = 0; count < 10; count += 1) {
      const namespace = await newNamespace({ labels });
      await api('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
      const created = await waitFor(
        async () => {
          const answer = await rehearsed(namespace);
          return answer.status === 201 ? answer.body : undefined;
        },
        { what: 'the account', everyMs: 5 },
      );
      expect(listOf(created)).toEqual(['regsecret']);
    }
  });
});

test('two such policies, each for a source of its own, and one that is deleted', async () => {
  const second = freshName('second');
  await putSecret(home, {}, second);
  await withPolicy(home, ['-l', `fleet=${labels.fleet}`], second);
  const list = listOf((await rehearsed(team, { spec: { imagePullSecrets: named('own') } })).body);
  expect([list[0], ...list.slice(1).sort()]).toEqual(['own', 'regsecret', second]);
  await removePolicy(policyName(home, second));
  const gone = async () => listOf((await rehearsed(team)).body).join() === 'regsecret';
  await waitFor(gone, { what: 'the policy to be gone' });
});
