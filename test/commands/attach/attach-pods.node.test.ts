/** `attach` in each situation of a pod, with a real kubelet: the image cannot be pulled before, and the pod runs afterwards. */
import { describe, expect, test } from 'vitest';
import { api, janedoe, kubectl, newNamespace, node, podSettled, waitFor } from '../../environment/use.ts';
import {
  cached,
  type Kind,
  listOf,
  named,
  newPullSecret,
  newScheduledWorkload,
  newWorkload,
  type PodSpecOptions,
  pathOf,
  regsecretIn,
} from '../../support/attach-world.ts';

interface World {
  readonly namespace: string;
  readonly name: string;
  /** The pod that cannot pull. */
  readonly pod: string;
}

/** Creates a namespace with the Secret, and a workload whose first pod fails because it does not name the Secret. */
async function failing(
  kind: Kind,
  options: PodSpecOptions & { readonly fields?: object } = {},
  login = janedoe,
): Promise<World> {
  const { privateImage, host } = node().registries.basic;
  const namespace = await newNamespace({ serviceAccount: true });
  const name = await newScheduledWorkload(kind, namespace, {
    name: kind.toLowerCase(),
    image: privateImage,
    ...options,
  });
  const pod = await firstPod(namespace, name, kind);
  const { phase, reason } = await podSettled(namespace, pod);
  expect(phase).toBe('Pending');
  expect(['ErrImagePull', 'ImagePullBackOff']).toContain(reason);
  await cachedFailure(namespace, pod);
  await newPullSecret(namespace, 'regsecret', host, login);
  return { namespace, name, pod };
}

function cachedFailure(namespace: string, pod: string): Promise<void> {
  return cached(pathOf('Pod', namespace), pod, ({ status }) => /Err|BackOff/.test(JSON.stringify(status)));
}

async function firstPod(namespace: string, name: string, kind: Kind): Promise<string> {
  if (kind === 'Pod') return name;
  const path = `${pathOf('Pod', namespace)}?labelSelector=app=${name}`;
  return waitFor(async () => (await api('GET', path)).body.items[0]?.metadata.name, { what: `a pod of ${name}` });
}

/** Waits until a workload has pods and all of them run. */
async function allRun(namespace: string, name: string): Promise<void> {
  const path = `${pathOf('Pod', namespace)}?labelSelector=app=${name}`;
  const running = async () => {
    const { items } = (await api('GET', path)).body;
    const ready = (pod: {
      metadata: { deletionTimestamp?: string };
      status: { containerStatuses?: { ready: boolean }[] };
    }) =>
      pod.metadata.deletionTimestamp === undefined &&
      pod.status.containerStatuses?.every((status) => status.ready) === true;
    return items.length > 0 && items.every(ready);
  };
  await waitFor(running, { what: `the pods of ${name} to run`, deadlineMs: 60_000 });
}

/** Runs the proposed command that begins with `start`. */
async function typeHint(stderr: string, start: string): Promise<void> {
  const hint = [...stderr.matchAll(/^hint: (.*)$/gm)]
    .map(([, command = '']) => command)
    .find((line) => line.startsWith(start));
  expect(hint, stderr).toBeDefined();
  const [program, ...args] = (hint ?? '').split(' ');
  if (program === 'kubectl') {
    const ran = await kubectl(args);
    expect(ran.code, ran.stderr).toBe(0);
    return;
  }
  const namespace = args[args.indexOf('-n') + 1] ?? '';
  const ran = await regsecretIn(
    namespace,
    args.filter((arg, index) => arg !== '-n' && args[index - 1] !== '-n'),
  );
  expect(ran.code, ran.stderr).toBe(0);
}

describe.concurrent('a pod that a controller makes', () => {
  test('Deployment: its template is patched, and the roll-out followed until the pods run', async () => {
    const { namespace, name, pod } = await failing('Deployment');
    const ran = await regsecretIn(namespace, ['attach', '--pod', pod, '--wait']);
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `deployment.apps/${name} patched\n` });
    expect(ran.stderr).toContain(
      `pod/${pod} cannot be changed; change the template of deployment.apps/${name} instead`,
    );
    expect(ran.stderr).toContain(`the pods of deployment.apps/${name} run\n`);
    await allRun(namespace, name);
  });

  test('DaemonSet', async () => {
    const { namespace, name, pod } = await failing('DaemonSet');
    const ran = await regsecretIn(namespace, ['attach', '--pod', pod, '--wait']);
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `daemonset.apps/${name} patched\n` });
    await allRun(namespace, name);
  });

  test('DaemonSet that replaces only what is deleted: the pod to delete is named', async () => {
    const { namespace, name, pod } = await failing('DaemonSet', { fields: { updateStrategy: { type: 'OnDelete' } } });
    const ran = await regsecretIn(namespace, ['attach', '--pod', pod]);
    expect(ran.stderr).toContain('replaces a pod only after it was deleted (OnDelete)');
    await typeHint(ran.stderr, `kubectl delete pod ${pod}`);
    await allRun(namespace, name);
  });

  test('StatefulSet, whose roll-out is stuck behind the pod: it is recognised, and the pod to delete is named', async () => {
    const { namespace, name, pod } = await failing('StatefulSet', { fields: { replicas: 2 } });
    const ran = await regsecretIn(namespace, ['attach', '--pod', pod, '--wait']);
    expect(ran).toMatchObject({ code: 1, stdout: `statefulset.apps/${name} patched\n` });
    expect(ran.stderr).toContain(`statefulset ${namespace}/${name} waits for pod ${pod}, which cannot pull`);
    const again = await regsecretIn(namespace, ['attach', '--to', `sts/${name}`]);
    expect(again.stderr).toContain(`statefulset.apps/${name} waits for pod/${pod}`);
    await typeHint(ran.stderr, `kubectl delete pod ${pod}`);
    const after = await regsecretIn(namespace, ['attach', '--to', `sts/${name}`, '--wait']);
    expect(after, after.stderr).toMatchObject({ code: 0, stdout: `statefulset.apps/${name} unchanged\n` });
    await allRun(namespace, name);
  });

  test('StatefulSet that does not wait for its pods', async () => {
    const { namespace, name, pod } = await failing('StatefulSet', { fields: { podManagementPolicy: 'Parallel' } });
    const ran = await regsecretIn(namespace, ['attach', '--pod', pod, '--wait']);
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `statefulset.apps/${name} patched\n` });
    await allRun(namespace, name);
  });

  test.each(['ReplicaSet', 'ReplicationController'] as const)(
    '%s: its template is patched, and the pod to delete is named',
    async (kind) => {
      const { namespace, name, pod } = await failing(kind);
      const ran = await regsecretIn(namespace, ['attach', '--pod', pod]);
      expect(ran.code, ran.stderr).toBe(0);
      expect(await listOf(kind, namespace, name)).toEqual(named('regsecret'));
      await typeHint(ran.stderr, `kubectl delete pod ${pod}`);
      await allRun(namespace, name);
    },
  );

  test('Job: explained, and what is proposed instead works', async () => {
    const { namespace, name, pod } = await failing('Job');
    const ran = await regsecretIn(namespace, ['attach', '--pod', pod]);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(`the template of job ${namespace}/${name} cannot be changed`);
    const account = await regsecretIn(namespace, ['attach', '--serviceaccount', 'default']);
    expect(account.stderr).toContain(`job.batch/${name} creates another when it is deleted`);
    await typeHint(account.stderr, `kubectl delete pod ${pod}`);
    await allRun(namespace, name);
  });

  test('Job that may not fail any more: its pod is not named as one to delete', async () => {
    const { namespace, name } = await failing('Job', { fields: { backoffLimit: 0 } });
    const ran = await regsecretIn(namespace, ['attach', '--serviceaccount', 'default']);
    expect(ran.stderr).toContain(`created by job.batch/${name}`);
    expect(ran.stderr).not.toContain('kubectl delete');
  });

  test('Job of a CronJob: the CronJob is patched, and the next job runs', async () => {
    const { privateImage, host } = node().registries.basic;
    const namespace = await newNamespace({ serviceAccount: true });
    const cron = await newScheduledWorkload('CronJob', namespace, { name: 'nightly', image: privateImage });
    await kubectl(['create', 'job', 'first', `--from=cronjob/${cron}`, '-n', namespace]);
    const pod = await firstPod(namespace, cron, 'CronJob');
    await podSettled(namespace, pod);
    await newPullSecret(namespace, 'regsecret', host, janedoe);
    const ran = await regsecretIn(namespace, ['attach', '--pod', pod]);
    expect(ran).toMatchObject({ code: 0, stdout: 'cronjob.batch/nightly patched\n' });
    expect(ran.stderr).toContain('the template of job.batch/first cannot be changed: the next job will have it');
    await kubectl(['delete', 'job', 'first', '-n', namespace]);
    await typeHint(ran.stderr, 'kubectl create job --from=cronjob/nightly');
    await allRun(namespace, cron);
  });
});

describe.concurrent('a pod that nothing makes again', () => {
  test('is created anew, and runs', async () => {
    const { namespace, name } = await failing('Pod');
    const ran = await regsecretIn(namespace, ['attach', '--pod', name, '--recreate', '--wait']);
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `pod/${name} recreated\n` });
    expect(ran.stderr).toContain(`pod/${name} runs\n`);
    expect(await podSettled(namespace, name)).toEqual({ phase: 'Running' });
  });

  test('on a node that its maker chose stays there', async () => {
    const { namespace, name } = await failing('Pod', { spec: { nodeName: node().name } });
    expect((await regsecretIn(namespace, ['attach', '--pod', name, '--recreate', '--wait'])).code).toBe(0);
  });
});

describe.concurrent('a service account', () => {
  test('its pods that fail do not heal by themselves, which is said; --restart restarts just their controllers', async () => {
    const { namespace, name } = await failing('Deployment');
    const { publicImage } = node().registries;
    const calm = await newScheduledWorkload('Deployment', namespace, { name: 'calm', image: publicImage });
    const bare = await newScheduledWorkload('Pod', namespace, {
      name: 'bare',
      image: node().registries.basic.privateImage,
    });
    await podSettled(namespace, bare);
    await cachedFailure(namespace, bare);
    await allRun(namespace, calm);
    const calmPod = await firstPod(namespace, calm, 'Deployment');
    const ran = await regsecretIn(namespace, ['attach', '--serviceaccount', 'default']);
    expect(ran).toMatchObject({ code: 0, stdout: 'serviceaccount/default patched\n' });
    expect(ran.stderr).toContain('2 pods keep failing until recreated');
    expect(ran.stderr).toContain(`hint: regsecret attach -n ${namespace} --serviceaccount default --restart\n`);
    expect(ran.stderr).toContain(`hint: regsecret attach regsecret -n ${namespace} --pod bare --recreate\n`);
    const restarted = await regsecretIn(namespace, ['attach', '--serviceaccount', 'default', '--restart', '--wait']);
    expect(restarted, restarted.stderr).toMatchObject({
      code: 0,
      stdout: `serviceaccount/default unchanged\ndeployment.apps/${name} restarted\n`,
    });
    expect(restarted.stderr).toContain('1 pod keeps failing until recreated');
    await allRun(namespace, name);
    expect(await firstPod(namespace, calm, 'Deployment')).toBe(calmPod);
    expect(await podSettled(namespace, bare)).toMatchObject({ phase: 'Pending' });
    const last = await regsecretIn(namespace, ['attach', '--used', '--restart', '--wait']);
    expect(last.stdout).toBe('serviceaccount/default unchanged\n');
  });

  test('a workload with a list of its own is not restarted in vain', async () => {
    const { namespace, name } = await failing('Deployment', { list: named('other') });
    const ran = await regsecretIn(namespace, ['attach', '--serviceaccount', 'default', '--restart']);
    expect(ran.stdout).toBe('serviceaccount/default patched\n');
    await typeHint(ran.stderr, `regsecret attach regsecret -n ${namespace} --to deployment/${name}`);
    await allRun(namespace, name);
  });

  test('a pod whose image the Secret does not open is not restarted in vain', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    const { privateImage } = node().registries.bearer;
    const name = await newScheduledWorkload('Deployment', namespace, { image: privateImage });
    const pod = await firstPod(namespace, name, 'Deployment');
    await podSettled(namespace, pod);
    await cachedFailure(namespace, pod);
    await newPullSecret(namespace, 'regsecret', node().registries.basic.host, janedoe);
    const ran = await regsecretIn(namespace, ['attach', '--serviceaccount', 'default', '--restart']);
    expect(ran.stdout).toBe('serviceaccount/default patched\n');
    expect(ran.stderr).toContain(`regsecret has no login for ${privateImage} of pod/${pod}\n`);
    expect(ran.stderr).not.toContain('failing until recreated');
  });
});

describe.concurrent('what still does not run is said, and why', () => {
  test('with a wrong password', async () => {
    const { namespace, name, pod } = await failing('Deployment', {}, { ...janedoe, password: 'wrong' });
    const ran = await regsecretIn(namespace, ['attach', '--pod', pod, '--wait']);
    expect(ran).toMatchObject({ code: 1, stdout: `deployment.apps/${name} patched\n` });
    expect(ran.stderr).toContain(`error: deployment ${namespace}/${name} does not run: pod `);
    expect(ran.stderr).toContain('401 Unauthorized');
    expect(ran.stderr).toMatch(new RegExp(`^hint: regsecret why pod/${name}-\\S+ -n ${namespace}$`, 'm'));
  });

  test('after too long a time', async () => {
    const { namespace, name } = await failing('Pod');
    const nowhere = await newWorkload('Pod', namespace, { name: 'nowhere' });
    const args = ['attach', '--pod', nowhere, '--recreate', '--wait', '--timeout', '2s'];
    const ran = await regsecretIn(namespace, args);
    expect(ran).toMatchObject({ code: 1, stdout: `pod/${nowhere} recreated\n` });
    expect(ran.stderr).toContain(`error: pod ${namespace}/${nowhere} does not run after 2 s`);
    expect(name).toBe('pod');
  });
});

test('detached from a Deployment, whose new pods cannot pull any more: that is said, and its old ones keep running', async () => {
  const { privateImage, host } = node().registries.basic;
  const namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'regsecret', host, janedoe);
  const name = await newScheduledWorkload('Deployment', namespace, {
    name: 'web',
    image: privateImage,
    list: named('regsecret'),
  });
  await allRun(namespace, name);
  const ran = await regsecretIn(namespace, ['detach', '--from', `deploy/${name}`, '--wait', '--yes']);
  expect(ran).toMatchObject({ code: 1, stdout: `deployment.apps/${name} patched\n` });
  expect(ran.stderr).toContain('cannot pull');
});
