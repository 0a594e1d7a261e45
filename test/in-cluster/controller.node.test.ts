/**
 * `deploy/` on a real node: pods of new namespaces pull private images with nobody's help, also while the controller's pod is
 * replaced, and a new login reaches the copies.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api, janedoe, kubectl, node, placedOn, sharedRegistries, waitFor } from '../environment/use.ts';
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

const { basic, bearer } = sharedRegistries();
let world: ControllerWorld;
let folder = '';
let suffix = '';

beforeAll(async () => {
  world = await controllerWorld();
  suffix = `-${world.image.tag}`;
  folder = overlay(changes(world));
  expect(await kubectl(['apply', '-k', folder])).toMatchObject({ code: 0, stderr: '' });
}, TEST_MS);

// The roles are in no namespace.
afterAll(async () => void (await kubectl(['delete', '-k', folder, '--wait=false', '--ignore-not-found'])));

/** Names of objects that are in no namespace are those of this test. */
function changes({ home, image, port, env, selector }: ControllerWorld): object {
  const spec = { hostNetwork: true, ...placedOn(node()), containers: [{ name: 'regsecret', env }] };
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
      ...merged.map((object) => ({ patch: JSON.stringify(object) })),
      { target: { kind: 'Deployment' }, patch: JSON.stringify(replaced) },
    ],
  };
}

test('a pod of a new namespace pulls a private image, and so does one while the controller is replaced', {
  timeout: TEST_MS,
}, async () => {
  const { home, newTeam } = world;
  await controllerReady(home, `regsecret${suffix}`);
  expect(await podIn(await newTeam(), basic.privateImage)).toEqual({ phase: 'Running' });
  const selector = 'app.kubernetes.io/instance=regsecret';
  const gone = await kubectl(['delete', 'pods', '-n', home, '-l', selector, '--wait=false']);
  expect(gone).toMatchObject({ code: 0, stderr: '' });
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
