import { expect, test } from 'vitest';
import { testedVersion } from './kubernetes-features.ts';
import { kubernetesVersion } from './programs.ts';
import { api, cluster, kubeconfigFor, kubectl, newNamespace, podSettled, waitFor } from './use.ts';

test('kubectl creates a secret and reads it back', async () => {
  const namespace = await newNamespace();
  const flags = ['--docker-server=registry.example.com', '--docker-username=jane', '--docker-password=s3cret'];
  const created = await kubectl(['create', 'secret', 'docker-registry', 'regcred', '-n', namespace, ...flags]);
  expect(created).toEqual({ code: 0, stdout: 'secret/regcred created\n', stderr: '' });
  const read = await kubectl(['get', 'secret', 'regcred', '-n', namespace, '-o', 'jsonpath={.type}']);
  expect(read.stdout).toBe('kubernetes.io/dockerconfigjson');
});

test('a new namespace gets its default service account', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  const { status } = await api('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/default`);
  expect(status).toBe(200);
});

test.skipIf(process.env.KUBEBUILDER_ASSETS && !process.env.REGSECRET_KUBERNETES)(
  'the server reports the version that we claim to test with',
  async () => {
    const version = await kubectl(['version', '-o', 'json']);
    const { clientVersion, serverVersion } = JSON.parse(version.stdout);
    expect([clientVersion.gitVersion, serverVersion.gitVersion]).toEqual([kubernetesVersion, testedVersion]);
  },
);

test('a user with a client certificate has the rights that a test gives, and no others', async () => {
  const namespace = await newNamespace();
  const kubeconfig = kubeconfigFor({ user: 'jane', groups: ['developers'], namespace });
  const whoami = await kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo}'], { kubeconfig });
  expect(JSON.parse(whoami.stdout)).toMatchObject({ username: 'jane', groups: ['developers', 'system:authenticated'] });
  const refused = await kubectl(['get', 'secrets'], { kubeconfig });
  expect(refused.stderr).toContain('secrets is forbidden: User "jane" cannot list resource "secrets"');
  await kubectl(['create', 'rolebinding', 'view', '--clusterrole=admin', '--user=jane', '-n', namespace]);
  const allowed = async (): Promise<boolean> => (await kubectl(['get', 'secrets'], { kubeconfig })).code === 0;
  await waitFor(allowed, { what: 'the role binding to count' });
});

test.each(Object.entries({ 'token-admin': 'yes', 'token-nobody': 'no' }))(
  'static token user %s: %s',
  async (user, can) => {
    const token = cluster().tokenUsers[user as 'token-admin'].token;
    const answer = await kubectl(['auth', 'can-i', 'create', 'secrets'], { kubeconfig: kubeconfigFor({ token }) });
    expect(answer.stdout).toBe(`${can}\n`);
  },
);

test('a service account token works', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  const { stdout } = await kubectl(['create', 'token', 'default', '-n', namespace]);
  const whoami = await kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}'], {
    kubeconfig: kubeconfigFor({ token: stdout.trim() }),
  });
  expect(whoami.stdout).toBe(`system:serviceaccount:${namespace}:default`);
});

test('a deployment gets its pods', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  await kubectl(['create', 'deployment', 'web', '--image=example.com/web', '-n', namespace]);
  const pods = async (): Promise<string> =>
    (await kubectl(['get', 'pods', '-n', namespace, '-o', 'jsonpath={.items[*].metadata.name}'])).stdout;
  await waitFor(async () => (await pods()).startsWith('web-'), { what: 'a pod of deployment web' });
});

test('a pod that never settles is an error that shows its status', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  await kubectl(['run', 'app', '--image=example.com/app', '-n', namespace, '--overrides={"spec":{"nodeName":"none"}}']);
  await expect(podSettled(namespace, 'app', 500)).rejects.toThrow(
    /waited 0.5 s in vain for pod .* to settle: .*Pending/,
  );
});
