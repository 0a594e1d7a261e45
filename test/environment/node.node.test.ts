import { describe, expect, onTestFinished, test } from 'vitest';
import { startTokenServer } from './token-server.ts';
import {
  api,
  janedoe,
  johndoe,
  kubectl,
  newNamespace,
  node,
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
    await createPod(namespace, privateImage, ['regcred']);
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
    await createPod(namespace, privateImage, ['regcred']);
    expect(await podSettled(namespace, 'app')).toMatchObject({
      phase: 'Pending',
      message: expect.stringMatching(rejected),
    });
  });
});

test('a user without rights to the repository does not get the image from the Bearer registry', async () => {
  const { host, privateImage } = node().registries.bearer;
  const namespace = await namespaceWithSecret(host, johndoe);
  await createPod(namespace, privateImage, ['regcred']);
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
  await createPod(namespace, `${host}/team/app:v2`, ['regcred']);
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
  await createPod(namespace, `${host}/ada/app:v1`, ['regcred']);
  await podSettled(namespace, 'app');
  const login = `Basic ${btoa(`ada:${janedoe.password}`)}`;
  expect(tokenServer.requests.map(({ method, headers }) => [method, headers.authorization])).toContainEqual([
    'GET',
    login,
  ]);
});

test('a burst of pods is not put off', async () => {
  const { host, privateImage } = node().registries.basic;
  const namespace = await namespaceWithSecret(host, janedoe);
  const names = Array.from({ length: 20 }, (_, index) => `app-${index}`);
  await Promise.all(names.map((name) => createPod(namespace, privateImage, ['regcred'], name)));
  const states = await Promise.all(names.map((name) => podSettled(namespace, name)));
  expect(states).toEqual(names.map(() => ({ phase: 'Running' })));
});

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

async function createPod(namespace: string, image: string, secrets: string[] = [], name = 'app'): Promise<void> {
  const { status } = await api('POST', `/api/v1/namespaces/${namespace}/pods`, {
    metadata: { name },
    spec: {
      containers: [{ name: 'app', image, imagePullPolicy: 'Always' }],
      imagePullSecrets: secrets.map((secret) => ({ name: secret })),
    },
  });
  expect(status).toBe(201);
}
