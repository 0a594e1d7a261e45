/**
 * Runs `deploy/` on a real node. Pods of new namespaces pull private images without help, also while the controller's pod is
 * replaced and after a power failure of its node. A new login reaches the copies.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  api,
  janedoe,
  kubectl,
  type NodeInfo,
  nodeWith,
  placedOn,
  rebootNode,
  sharedRegistries,
  waitFor,
} from '../environment/use.ts';
import { newPullSecret } from '../support/attach-world.ts';
import {
  type ControllerWorld,
  controllerReady,
  controllerWorld,
  DEADLINE_MS,
  podIn,
  TEST_MS,
} from '../support/controller-world.ts';
import { overlay } from '../support/deploy-overlay.ts';
import { here } from '../support/here.ts';

const SELECTOR = 'app.kubernetes.io/instance=regsecret';
const { basic, bearer } = sharedRegistries();
/** The label of a separate node, which the test restarts. */
const LABEL = 'controller';
let own: NodeInfo;
let world: ControllerWorld;
let folder = '';
let suffix = '';

beforeAll(async () => {
  [world, own] = await Promise.all([controllerWorld(), nodeWith({ label: LABEL })]);
  suffix = `-${world.image.tag}`;
  const { home, selector } = world;
  const line = ['sync', 'regsecret', '-l', selector, '--attach', 'sa/default', '--watch', '-n', home];
  const { stdout } = await here(['rbac', '--guard', '--name', 'regsecret-sync', ...line]);
  folder = overlay(changes(world), { 'rights.yaml': stdout });
  expect(await kubectl(['apply', '-k', folder])).toMatchObject({ code: 0, stderr: '' });
}, TEST_MS);

// Deletes the cluster roles, which no namespace takes along.
afterAll(async () => void (await kubectl(['delete', '-k', folder, '--wait=false', '--ignore-not-found'])));

/** The patches for the kustomization. Cluster-wide objects get names that only this test uses. */
function changes({ home, image, port, env, selector }: ControllerWorld): object {
  const spec = { hostNetwork: true, ...placedOn(own), containers: [{ name: 'regsecret', env }] };
  const pods = { template: { spec } };
  const imagePullSecrets = [{ name: 'regsecret' }];
  const account = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name },
    imagePullSecrets,
  });
  const metadata = { name: 'regsecret-rotate' };
  const merged = [
    account('regsecret'),
    account('regsecret-rotate'),
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'regsecret' }, spec: pods },
    { apiVersion: 'batch/v1', kind: 'CronJob', metadata, spec: { jobTemplate: { spec: pods } } },
  ];
  const container = '/spec/template/spec/containers/0';
  const replaced = [
    { op: 'replace', path: `${container}/args/3`, value: selector },
    { op: 'replace', path: `${container}/args/8`, value: `:${port}` },
    { op: 'replace', path: `${container}/ports/0/containerPort`, value: port },
  ];
  return {
    namespace: home,
    nameSuffix: suffix,
    images: [{ name: 'ghcr.io/regsecret/regsecret', newName: image.repository, newTag: image.tag }],
    patches: [
      // For another selector, there is another policy.
      { path: 'rights.yaml' },
      ...merged.map((object) => ({ patch: JSON.stringify(object) })),
      { target: { kind: 'Deployment' }, patch: JSON.stringify(replaced) },
    ],
  };
}

/** The start time of the controller's running container. */
async function startOf(home: string): Promise<string | undefined> {
  const { items } = (await api('GET', `/api/v1/namespaces/${home}/pods?labelSelector=${SELECTOR}`)).body;
  const pod = items.find(
    ({ metadata }: { metadata: { deletionTimestamp?: string } }) => metadata.deletionTimestamp === undefined,
  );
  return pod?.status.containerStatuses?.[0]?.state.running?.startedAt;
}

test('a pod of a new namespace pulls a private image, and so does one while the controller is replaced', {
  timeout: TEST_MS,
}, async () => {
  const { home, newTeam } = world;
  await controllerReady(home, `regsecret${suffix}`);
  expect(await podIn(await newTeam(), basic.privateImage)).toEqual({ phase: 'Running' });
  const gone = await kubectl(['delete', 'pods', '-n', home, '-l', SELECTOR, '--wait=false']);
  expect(gone).toMatchObject({ code: 0, stderr: '' });
  expect(await podIn(await newTeam(), basic.privateImage)).toEqual({ phase: 'Running' });
});

test('its node loses power: the controller comes back with its own pull secret, and a namespace that was made meanwhile is served', {
  timeout: TEST_MS,
}, async () => {
  const { home, newTeam } = world;
  const before = await startOf(home);
  const [namespace] = await Promise.all([newTeam(), rebootNode(LABEL)]);
  const isBack = async () => ![before, undefined].includes(await startOf(home));
  await waitFor(isBack, { what: 'the controller to be started again', deadlineMs: DEADLINE_MS });
  await controllerReady(home, `regsecret${suffix}`);
  expect(await podIn(namespace, basic.privateImage)).toEqual({ phase: 'Running' });
  expect(await podIn(await newTeam(), basic.privateImage)).toEqual({ phase: 'Running' });
});

test('a new login reaches the copies, and a pod that needs it', { timeout: TEST_MS }, async () => {
  const { home, newTeam } = world;
  const namespace = await newTeam();
  await newPullSecret(home, 'regsecret-login', bearer.host, janedoe);
  const run = ['create', 'job', 'now', `--from=cronjob/regsecret-rotate${suffix}`, '-n', home];
  expect(await kubectl(run)).toMatchObject({ code: 0, stderr: '' });
  const path = `/api/v1/namespaces/${namespace}/secrets/regsecret`;
  const isNew = async () => {
    const { data } = (await api('GET', path)).body;
    const text = Buffer.from(data?.['.dockerconfigjson'] ?? '', 'base64').toString();
    return text !== '' && !text.includes('too-old');
  };
  await waitFor(isNew, { what: 'the new login', deadlineMs: DEADLINE_MS });
  expect(await podIn(namespace, bearer.privateImage)).toEqual({ phase: 'Running' });
});
