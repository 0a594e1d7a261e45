/** The minimal rights of `attach` and `detach`, and the messages where further rights are missing. */
import { beforeAll, describe, expect, test } from 'vitest';
import { newNamespace } from '../../environment/use.ts';
import {
  account,
  freshName,
  listOf,
  named,
  newAccount,
  newPullSecret,
  newWorkload,
  regsecretIn,
} from '../../support/attach-world.ts';
import { userWith } from '../../support/user.ts';

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'regsecret');
});

const rule = (apiGroup: string, resource: string, verbs: string[], name?: string) => ({
  apiGroups: [apiGroup],
  resources: [resource],
  verbs,
  ...(name === undefined ? {} : { resourceNames: [name] }),
});

describe('get and patch on the named service account', () => {
  test('suffice to attach to it; what could not be checked is one line', async () => {
    const name = freshName('sa');
    await newAccount(namespace, { imagePullSecrets: named('a') }, name);
    const kubeconfig = await userWith(namespace, [rule('', 'serviceaccounts', ['get', 'patch'], name)]);
    const ran = await regsecretIn(namespace, ['attach', '--serviceaccount', name], { kubeconfig });
    expect(ran).toMatchObject({ code: 0, stdout: `serviceaccount/${name} patched\n` });
    expect(ran.stderr).toBe(
      'not checked, no permission to get secrets, list cronjobs, list daemonsets, list deployments, list jobs, list pods, list replicasets, list replicationcontrollers, list statefulsets\n',
    );
    expect((await account(namespace, name)).imagePullSecrets).toEqual(named('a', 'regsecret'));
    const quiet = await regsecretIn(namespace, ['detach', '--serviceaccount', name, '--no-checks'], { kubeconfig });
    expect(quiet).toEqual({ code: 0, stdout: `serviceaccount/${name} patched\n`, stderr: '' });
  });

  test('without patch: the missing right is named', async () => {
    const name = freshName('sa');
    await newAccount(namespace, {}, name);
    const kubeconfig = await userWith(namespace, [rule('', 'serviceaccounts', ['get'], name)]);
    const ran = await regsecretIn(namespace, ['attach', '--serviceaccount', name], { kubeconfig });
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(`error: no permission to patch serviceaccount ${namespace}/${name}\n`);
    expect(ran.stderr).toContain(` attach -n ${namespace} --serviceaccount ${name} | kubectl apply -f -\n`);
  });

  test('detach without patch: of a list that still has it nobody says that it does not', async () => {
    const list = named('regsecret');
    const [name, web] = [freshName('sa'), await newWorkload('Deployment', namespace, { list })];
    await newAccount(namespace, { imagePullSecrets: list }, name);
    const rules = [rule('', 'serviceaccounts', ['get'], name), rule('apps', 'deployments', ['get'], web)];
    const kubeconfig = await userWith(namespace, rules);
    const targets = ['--sa', name, '--from', `deploy/${web}`, '--yes', '--no-checks'];
    const ran = await regsecretIn(namespace, ['detach', ...targets], { kubeconfig });
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(`error: no permission to patch deployment ${namespace}/${web}\n`);
    expect(ran.stderr).not.toContain('does not name');
  });
});

test('detach from a Deployment without patch: of a list that still has it nobody says where its pods get it without that', async () => {
  const list = named('regsecret');
  const name = freshName('sa');
  await newAccount(namespace, { imagePullSecrets: list }, name);
  const web = await newWorkload('Deployment', namespace, { list, account: name });
  const rules = [rule('', 'serviceaccounts', ['get'], name), rule('apps', 'deployments', ['get'], web)];
  const args = ['detach', '--from', `deploy/${web}`, '--yes'];
  const ran = await regsecretIn(namespace, args, { kubeconfig: await userWith(namespace, rules) });
  expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining('error: no permission to patch deployment ')]);
  expect(ran.stderr).not.toContain('from serviceaccount');
  const done = await regsecretIn(namespace, args);
  expect([done.code, done.stderr]).toEqual([0, expect.stringContaining(`get regsecret from serviceaccount/${name}`)]);
});

test('get and patch on a Deployment suffice; that the list of its service account may be hidden is said', async () => {
  const name = await newWorkload('Deployment', namespace);
  const kubeconfig = await userWith(namespace, [rule('apps', 'deployments', ['get', 'patch'], name)]);
  const ran = await regsecretIn(namespace, ['attach', '--to', `deploy/${name}`], { kubeconfig });
  expect(ran).toMatchObject({ code: 0, stdout: `deployment.apps/${name} patched\n` });
  expect(ran.stderr).toContain('not checked, no permission to get secrets, get serviceaccounts\n');
  expect(await listOf('Deployment', namespace, name)).toEqual(named('regsecret'));
});

test('listing is asked for only where something is picked', async () => {
  const kubeconfig = await userWith(namespace, [rule('', 'serviceaccounts', ['get', 'patch'])]);
  const ran = await regsecretIn(namespace, ['attach', '--all-serviceaccounts'], { kubeconfig });
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toContain(` attach -n ${namespace} --all-serviceaccounts | kubectl apply -f -\n`);
});

test('a bare pod stays when the new one may not be created', async () => {
  const name = await newWorkload('Pod', namespace);
  const kubeconfig = await userWith(namespace, [rule('', 'pods', ['get', 'delete'])]);
  const ran = await regsecretIn(namespace, ['attach', '--pod', name, '--recreate'], { kubeconfig });
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toContain(`error: no permission to create pod ${namespace}/${name}\n`);
  expect(await listOf('Pod', namespace, name)).toBeUndefined();
});
