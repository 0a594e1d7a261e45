/** `why` with a name that does not exist, with the real API server. */
import { beforeAll, describe, expect, test } from 'vitest';
import { api, newNamespace, waitFor } from '../../environment/use.ts';
import { freshName, newPullSecret, newWorkload, pathOf, regsecretIn } from '../../support/attach-world.ts';
import { userWith } from '../../support/user.ts';

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
});

test('that is in other namespaces', async () => {
  const [one, two, name] = [await newNamespace(), await newNamespace(), freshName('shop')];
  await newWorkload('Deployment', one, { name });
  const line = `hint: regsecret why deployment/${name} -n ${one}\n`;
  for (const [target, text] of [
    [`deploy/${name}`, `deployment ${namespace}/${name} does not exist, but it does in namespace ${one}`],
    [name, `pod ${namespace}/${name} does not exist, but deployment/${name} does in namespace ${one}`],
  ] as const)
    expect((await regsecretIn(namespace, ['why', target])).stderr).toBe(`error: ${text}\n${line}`);
  await newWorkload('Deployment', two, { name });
  const { code, stderr } = await regsecretIn(namespace, ['why', `deploy/${name}`]);
  expect([code, stderr]).toEqual([
    1,
    `error: deployment ${namespace}/${name} does not exist, but it does in namespaces ${[one, two].sort().join(', ')}\nhint: add -n with one of them\n`,
  ]);
  const kubeconfig = await userWith(namespace, [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }]);
  expect((await regsecretIn(namespace, ['why', `deploy/${name}`], { kubeconfig })).stderr).toBe(
    `error: deployment ${namespace}/${name} does not exist\nhint: kubectl get deployments -n ${namespace}\n`,
  );
});

test.each(['Deployment', 'CronJob', 'StatefulSet'] as const)(
  'a name that is the one of a %s, and of no pod',
  async (kind) => {
    const name = await newWorkload(kind, namespace, { name: freshName('shop') });
    const target = `${kind.toLowerCase()}/${name}`;
    const [bare, whole] = await Promise.all(
      [name, target].map((one) => regsecretIn(namespace, ['why', one, '-o', 'json'])),
    );
    expect(JSON.parse(bare?.stdout ?? '').pullers[0].object).toEqual(JSON.parse(whole?.stdout ?? '').pullers[0].object);
    const { code, stderr } = await regsecretIn(namespace, ['why', `pod/${name}`]);
    expect([code, stderr]).toEqual([
      1,
      `error: pod ${namespace}/${name} does not exist, but ${target} does\nhint: regsecret why ${target} -n ${namespace}\n`,
    ]);
  },
);

describe('a name that is nearly the one of what makes pods', () => {
  let own = '';
  beforeAll(async () => {
    own = await newNamespace({ serviceAccount: true });
    await Promise.all([
      newWorkload('Deployment', own, { name: 'shop' }),
      newWorkload('CronJob', own, { name: 'nightly' }),
      newWorkload('StatefulSet', own, { name: 'api' }),
      newWorkload('StatefulSet', own, { name: 'apps' }),
    ]);
    await waitFor(async () => (await api('GET', pathOf('Pod', own))).body.items.length === 3, { what: 'its pods' });
  });

  test.each([
    // Pods have similar names too, but users do not remember those.
    ['sho', 'deployment/shop', 'deployment/shop'],
    ['shpo', 'deployment/shop', 'deployment/shop'],
    ['sh', 'deployment/shop', 'deployment/shop'],
    ['shop-1', 'deployment/shop', 'deployment/shop'],
    ['nigthly', 'cronjob/nightly', 'cronjob/nightly'],
    ['pod/nightl', 'cronjob/nightly', 'cronjob/nightly'],
    ['sts/appss', 'apps', 'statefulset/apps'],
    ['deploy/sh', 'shop', 'deployment/shop'],
    ['api-00', 'api-0', 'pod/api-0'],
  ])('%s', async (typed, meant, target) => {
    const { code, stderr } = await regsecretIn(own, ['why', typed]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(`does not exist; did you mean ${meant}\\?\nhint: regsecret why ${target} -n ${own}\n$`),
    ]);
  });

  test.each(['ap', 'else'])('%s, which is none, or may be two', async (typed) => {
    const { stderr } = await regsecretIn(own, ['why', typed]);
    expect(stderr).toBe(`error: pod ${own}/${typed} does not exist\nhint: kubectl get pods -n ${own}\n`);
  });

  test('sts/ap, which may be two', async () => {
    const { stderr } = await regsecretIn(own, ['why', 'sts/ap']);
    expect(stderr).toBe(`error: statefulset ${own}/ap does not exist\nhint: kubectl get statefulsets -n ${own}\n`);
  });

  test('and attach, which keeps its flags', async () => {
    await newPullSecret(own, 'regsecret');
    const { code, stderr } = await regsecretIn(own, ['attach', '--pod', 'shpo', '--sa', 'default']);
    expect([code, stderr]).toEqual([
      1,
      `error: pod ${own}/shpo does not exist; did you mean deployment/shop?\nhint: regsecret attach -n ${own} --to deployment/shop --serviceaccount default\n`,
    ]);
  });
});

test('a name that is the one of a namespace, and of no pod', async () => {
  const { code, stderr } = await regsecretIn(namespace, ['doctor', namespace]);
  expect([code, stderr]).toEqual([
    1,
    `error: pod ${namespace}/${namespace} does not exist, but a namespace of that name does\nhint: regsecret doctor -n ${namespace}\n`,
  ]);
});

test('a name that is the one of a service account, and of a namespace, too', async () => {
  const line = `regsecret why sa/default -n ${namespace}`;
  const text = `error: pod ${namespace}/default does not exist, but a namespace and a service account of that name do`;
  expect(await regsecretIn(namespace, ['why', 'default'])).toMatchObject({
    code: 1,
    stderr: `${text}\nhint: regsecret doctor -n default, or ${line}\n`,
  });
});

test('a name that is the one of a Secret, and of no pod', async () => {
  const own = await newNamespace();
  await newPullSecret(own, 'regcred');
  const { code, stderr } = await regsecretIn(own, ['why', 'regcred']);
  expect([code, stderr]).toEqual([
    1,
    `error: pod ${own}/regcred does not exist, but secret/regcred does\nhint: regsecret why secret/regcred -n ${own}\n`,
  ]);
});
