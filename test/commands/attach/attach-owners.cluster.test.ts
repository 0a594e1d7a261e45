/** Pods whose owner is of an unknown kind, or may not be changed. */
import { beforeAll, describe, expect, test } from 'vitest';
import { api, newNamespace } from '../../environment/use.ts';
import {
  failFirstPod,
  freshName,
  listOf,
  named,
  newPullSecret,
  newWorkload,
  regsecretIn,
} from '../../support/attach-world.ts';

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'regsecret');
});

/** An owner of a kind that this API server does not know, so that its garbage collector leaves the pod alone. */
const rollout = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web', uid: 'f3b1', controller: true };

describe('a pod made by a kind that we do not know', () => {
  test('its owner is named, with what to change there and what works as well', async () => {
    const name = await newWorkload('Pod', namespace, { metadata: { ownerReferences: [rollout] } });
    const ran = await regsecretIn(namespace, ['attach', '--pod', name]);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toBe(
      [
        `error: pod ${namespace}/${name} is created by rollout.argoproj.io/web, whose template regsecret does not know`,
        '  add {"name": "regsecret"} to imagePullSecrets in its pod template',
        `  or to all pods of its service account: regsecret attach regsecret -n ${namespace} --serviceaccount default`,
        `hint: kubectl edit rollout.argoproj.io/web -n ${namespace}`,
        '',
      ].join('\n'),
    );
  });

  test('doctor proposes the same', async () => {
    const name = await newWorkload('Pod', namespace, {
      metadata: { ownerReferences: [rollout] },
      spec: { nodeName: 'node-7' },
    });
    await failFirstPod(namespace, name);
    const ran = await regsecretIn(namespace, ['why', `pod/${name}`, '--offline']);
    expect(ran.stdout).toContain(`kubectl edit rollout.argoproj.io/web -n ${namespace}`);
    expect(ran.stdout).not.toContain('FILE');
  });

  test('is not created again, for its owner would do so, too', async () => {
    const name = await newWorkload('Pod', namespace, { metadata: { ownerReferences: [rollout] } });
    const { body: before } = await api('GET', `/api/v1/namespaces/${namespace}/pods/${name}`);
    expect((await regsecretIn(namespace, ['attach', '--pod', name, '--recreate'])).code).toBe(1);
    const { body: after } = await api('GET', `/api/v1/namespaces/${namespace}/pods/${name}`);
    expect(after.metadata.uid).toBe(before.metadata.uid);
  });

  test('through a ReplicaSet', async () => {
    const name = await newWorkload('ReplicaSet', namespace, { metadata: { ownerReferences: [rollout] } });
    const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=app=${name}`;
    await expect.poll(async () => (await api('GET', path)).body.items.length, { timeout: 30_000 }).toBe(1);
    const pod = (await api('GET', path)).body.items[0].metadata.name;
    const ran = await regsecretIn(namespace, ['attach', '--pod', pod]);
    expect(ran.stderr).toContain(
      `is created by rollout.argoproj.io/web, through replicaset ${namespace}/${name}, whose`,
    );
  });
});

test('a workload that an operator keeps is patched when it is named, with a warning', async () => {
  const name = await newWorkload('Deployment', namespace, { metadata: { ownerReferences: [rollout] } });
  const ran = await regsecretIn(namespace, ['attach', '--to', `deploy/${name}`]);
  expect(ran).toMatchObject({ code: 0, stdout: `deployment.apps/${name} patched\n` });
  expect(ran.stderr).toContain(`warning: rollout.argoproj.io/web created deployment.apps/${name} and may undo this`);
});

test('a static pod is explained', async () => {
  const annotations = { 'kubernetes.io/config.mirror': 'abc', 'kubernetes.io/config.source': 'file' };
  const name = await newWorkload('Pod', namespace, { metadata: { annotations }, spec: { nodeName: 'node-7' } });
  const ran = await regsecretIn(namespace, ['attach', '--pod', name, '--recreate']);
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toContain(
    `error: pod ${namespace}/${name} is a static pod, which cannot use Secrets: node node-7 creates it from a file on the node`,
  );
  expect(ran.stderr).toContain("in the kubelet's config.json or from a credential provider plugin");
});

test('a pod that has the Secret from its service account cannot lose it by its template', async () => {
  const own = await newNamespace({ serviceAccount: true });
  await newPullSecret(own, 'regsecret');
  await regsecretIn(own, ['attach', '--serviceaccount', 'default']);
  const name = await newWorkload('StatefulSet', own);
  const pod = `${name}-0`;
  await expect.poll(() => listOf('Pod', own, pod).catch(() => []), { timeout: 30_000 }).toEqual(named('regsecret'));
  const ran = await regsecretIn(own, ['detach', '--pod', pod]);
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toContain(`pod ${own}/${pod} has regsecret from serviceaccount default`);
  expect(ran.stderr).toContain(`hint: regsecret detach regsecret -n ${own} --serviceaccount default\n`);
});

test.each([
  ['a pod', ['--pod', 'nope']],
  ['a workload', ['--to', 'deploy/nope']],
])('%s that does not exist', async (_, target) => {
  const ran = await regsecretIn(namespace, ['attach', ...target]);
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  expect(ran.stderr).toMatch(
    /^error: (pod|deployment) \S+\/nope does not exist\nhint: kubectl get (pods|deployments) /,
  );
});

test('a workload with almost this name is proposed', async () => {
  const name = await newWorkload('Deployment', namespace, { name: freshName('frontend') });
  const ran = await regsecretIn(namespace, ['attach', '--to', `deploy/${name.slice(0, -1)}`]);
  expect(ran.stderr).toContain(
    `did you mean ${name}?\nhint: regsecret attach -n ${namespace} --to deployment/${name}\n`,
  );
});
