/** Runs the image of a release on a real kubelet, in a pod with all security restrictions. */
import { afterAll, expect, test } from 'vitest';
import { lacks } from '../environment/kubernetes-features.ts';
import { api, cluster, janedoe, kubectl, newNamespace, sharedRegistries, waitFor } from '../environment/use.ts';
import { carefulPod } from '../support/careful-pod.ts';
import { pushControllerImage } from '../support/controller-image.ts';
import { regsecret } from '../support/program.ts';

const roles: string[] = [];

afterAll(async () => {
  const kinds = ['clusterroles', 'clusterrolebindings'];
  const paths = roles.flatMap((name) => kinds.map((kind) => `/apis/rbac.authorization.k8s.io/v1/${kind}/${name}`));
  await Promise.all(paths.map((path) => api('DELETE', path)));
});

test('pulled with a pull secret of its own, it lists all Secrets as user 65532 with the rights that rbac prints', async () => {
  const { basic } = sharedRegistries();
  const namespace = await newNamespace({ serviceAccount: true });
  const image = `${basic.host}/janedoe/${namespace}:v1`;
  await pushControllerImage(image, janedoe);
  const env = { KUBECONFIG: cluster().kubeconfig };
  const role = await regsecret(['rbac', '--for', `sa/${namespace}:default`, '--name', namespace, 'list', '-A'], {
    env,
  });
  roles.push(namespace);
  expect(await kubectl(['apply', '-f', '-'], { stdin: role.stdout })).toMatchObject({ code: 0 });
  const login = ['--server', basic.host, '--username', janedoe.username, '--password-stdin'];
  const secret = await regsecret(['create', 'own', ...login, '-n', namespace], { env, stdin: janedoe.password });
  expect(secret).toMatchObject({ code: 0 });

  const { server } = cluster();
  const pod = carefulPod({ name: 'careful', image, args: ['list', '-A'], server, pullSecret: 'own' });
  expect(await api('POST', `/api/v1/namespaces/${namespace}/pods`, pod)).toMatchObject({ status: 201 });
  const ended = await waitFor(
    async () => {
      const { body } = await api('GET', `/api/v1/namespaces/${namespace}/pods/careful`);
      return ['Succeeded', 'Failed'].includes(body.status?.phase) ? body.status : undefined;
    },
    { what: 'the pod to end', deadlineMs: 90_000, everyMs: 100 },
  );
  const said = await kubectl(['logs', 'careful', '-n', namespace]);
  expect(said.stdout).toMatch(new RegExp(`^${namespace} +own +dockerconfigjson +${basic.host}`, 'm'));
  expect(said.stdout).not.toContain('no permission');
  expect(ended.phase).toBe('Succeeded');
  if (!lacks('user of a container'))
    expect(ended.containerStatuses[0].user.linux).toMatchObject({ uid: 65532, gid: 65532 });
}, 180_000);
