import { describe, expect, onTestFinished, test } from 'vitest';
import { whole } from '../support/cases.ts';
import { kubeletConfigz } from '../support/configz.ts';
import { lacks } from './kubernetes-features.ts';
import { startTokenServer } from './token-server.ts';
import {
  api,
  janedoe,
  johndoe,
  kubectl,
  type NodeInfo,
  newNamespace,
  node,
  nodeWith,
  placedOn,
  podSettled,
  pushTestImage,
  type RegistryUser,
  startRegistry,
} from './use.ts';

const noCredentials = /pull access denied, repository does not exist or may require authorization: .*no basic auth/;
const rejected = /401 Unauthorized/;

describe.each(['basic', 'bearer'] as const)('registry with %s auth', (auth) => {
  test('a pod with a pull secret of kubectl runs the private image', async () => {
    const { host, privateImage } = node().registries[auth];
    const namespace = await namespaceWithSecret(host, janedoe);
    await createPod(namespace, privateImage, { secrets: ['regcred'] });
    expect(await podSettled(namespace, 'app')).toEqual({ phase: 'Running' });
  });

  test('a pod without a pull secret does not', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    await createPod(namespace, node().registries[auth].privateImage);
    const { phase, message } = await podSettled(namespace, 'app');
    expect(phase).toBe('Pending');
    expect(message).toMatch(auth === 'basic' ? noCredentials : /pull access denied|insufficient_scope/);
  });

  test('a pod with a wrong password does not', async () => {
    const { host, privateImage } = node().registries[auth];
    const namespace = await namespaceWithSecret(host, { ...janedoe, password: 'wrong' });
    await createPod(namespace, privateImage, { secrets: ['regcred'] });
    expect(await podSettled(namespace, 'app')).toMatchObject({
      phase: 'Pending',
      message: expect.stringMatching(rejected),
    });
  });
});

test('a user without rights to the repository does not get the image from the Bearer registry', async () => {
  const { host, privateImage } = node().registries.bearer;
  const namespace = await namespaceWithSecret(host, johndoe);
  await createPod(namespace, privateImage, { secrets: ['regcred'] });
  const { message } = await podSettled(namespace, 'app');
  expect(message).toContain('insufficient_scope');
});

test('the public image runs without a pull secret', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  await createPod(namespace, node().registries.publicImage);
  expect(await podSettled(namespace, 'app')).toEqual({ phase: 'Running' });
});

test('a registry and a user of its own for one test', async () => {
  const grace: RegistryUser = { username: 'grace', password: 'hopper', repositories: ['*'] };
  const { host } = await startRegistry({ auth: 'bearer', users: [grace] });
  await pushTestImage(`${host}/team/app:v2`, grace);
  const namespace = await namespaceWithSecret(host, grace);
  await createPod(namespace, `${host}/team/app:v2`, { secrets: ['regcred'] });
  expect(await podSettled(namespace, 'app')).toEqual({ phase: 'Running' });
});

test('a registry that trusts a token server of the test', async () => {
  const users: RegistryUser[] = [{ username: 'ada', password: 'lovelace', repositories: ['ada/*'] }];
  const tokenServer = await startTokenServer({ users });
  onTestFinished(tokenServer.close);
  const { url, service, issuer, jwks } = tokenServer;
  const { host } = await startRegistry({ auth: 'bearer', tokenServer: { url, service, issuer, jwks } });
  await pushTestImage(`${host}/ada/app:v1`, users[0]);
  const namespace = await namespaceWithSecret(host, { ...janedoe, username: 'ada' });
  tokenServer.requests.length = 0;
  await createPod(namespace, `${host}/ada/app:v1`, { secrets: ['regcred'] });
  await podSettled(namespace, 'app');
  const login = `Basic ${btoa(`ada:${janedoe.password}`)}`;
  expect(tokenServer.requests.map(({ method, headers }) => [method, headers.authorization])).toContainEqual([
    'GET',
    login,
  ]);
});

describe.each(['Watch', 'Get'] as const)('a kubelet with %s', (strategy) => {
  test('reads Secrets so, and verifies and reports as it does by default', async () => {
    const config = (await kubeletConfigz(node(strategy).name)).kubeletconfig;
    expect(config).toMatchObject({
      configMapAndSecretChangeDetectionStrategy: strategy,
      ...(lacks('verified images') ? {} : { imagePullCredentialsVerificationPolicy: 'NeverVerifyPreloadedImages' }),
      eventRecordQPS: 50,
      eventBurst: 100,
      kubeAPIQPS: 50,
      kubeAPIBurst: 100,
      syncFrequency: '1m0s',
      nodeStatusUpdateFrequency: '10s',
    });
    expect(config.featureGates ?? {}).toEqual({});
  });
});

test.runIf(whole)(
  'a burst of pods is put off by the defaults, and runs all the same',
  { timeout: 180_000 },
  async () => {
    const kubelet = { registryPullQPS: 5, serializeImagePulls: true };
    const where = await nodeWith({ label: 'queue', kubelet });
    expect((await kubeletConfigz(where.name)).kubeletconfig).toMatchObject({ ...kubelet, registryBurst: 10 });
    const { host, privateImage } = node().registries.basic;
    const namespace = await namespaceWithSecret(host, janedoe);
    const names = Array.from({ length: 20 }, (_, index) => `app-${index}`);
    await Promise.all(names.map((name) => createPod(namespace, privateImage, { secrets: ['regcred'], name, where })));
    const states = await Promise.all(names.map((name) => podSettled(namespace, name, 150_000)));
    expect(states).toEqual(names.map(() => ({ phase: 'Running' })));
  },
);

async function namespaceWithSecret(server: string, user: RegistryUser): Promise<string> {
  const namespace = await newNamespace({ serviceAccount: true });
  const login = [
    `--docker-server=${server}`,
    `--docker-username=${user.username}`,
    `--docker-password=${user.password}`,
  ];
  const { code } = await kubectl(['create', 'secret', 'docker-registry', 'regcred', '-n', namespace, ...login]);
  expect(code).toBe(0);
  return namespace;
}

interface PodOptions {
  readonly secrets?: readonly string[];
  readonly name?: string;
  readonly where?: NodeInfo;
}

async function createPod(
  namespace: string,
  image: string,
  { secrets = [], name = 'app', where = node() }: PodOptions = {},
): Promise<void> {
  const { status } = await api('POST', `/api/v1/namespaces/${namespace}/pods`, {
    metadata: { name },
    spec: {
      ...placedOn(where),
      containers: [{ name: 'app', image, imagePullPolicy: 'Always' }],
      imagePullSecrets: secrets.map((secret) => ({ name: secret })),
    },
  });
  expect(status).toBe(201);
}
