/** The objects that `attach` and `detach` select by kind, use, labels and namespace. */
import { beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../../src/run.ts';
import { api, cluster, newNamespace, waitFor } from '../../environment/use.ts';
import {
  account,
  listOf,
  named,
  newAccount,
  newPullSecret,
  newSecret,
  newWorkload,
  pathOf,
  podSpec,
  regsecretIn,
} from '../../support/attach-world.ts';
import { fakeIo } from '../../support/io.ts';

let namespace = '';
beforeEach(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'regsecret');
});

const listed = async (name: string, where = namespace) => (await account(where, name)).imagePullSecrets;
const lines = (text: string): string[] => text.trimEnd().split('\n').sort();

describe('--all-serviceaccounts', () => {
  test('in a namespace', async () => {
    await newAccount(namespace, { imagePullSecrets: named('regsecret') }, 'has-it');
    await newAccount(namespace, { imagePullSecrets: named('a') }, 'robot');
    const ran = await regsecretIn(namespace, ['attach', '--all-serviceaccounts']);
    expect(ran.code, ran.stderr).toBe(0);
    expect(lines(ran.stdout)).toEqual([
      'serviceaccount/default patched',
      'serviceaccount/has-it unchanged',
      'serviceaccount/robot patched',
    ]);
    expect(await listed('robot')).toEqual(named('a', 'regsecret'));
  });

  test('and a Secret that is missing: it is reported once, not for each account', async () => {
    await newAccount(namespace, {}, 'robot');
    const ran = await regsecretIn(namespace, ['attach', 'regsecrt', '--all-serviceaccounts']);
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toBe(
      `error: secret ${namespace}/regsecrt does not exist; did you mean regsecret?\n  to attach it anyway, add --allow-missing\nhint: regsecret attach -n ${namespace} regsecret --all-serviceaccounts\n`,
    );
  });

  test('by labels', async () => {
    await newAccount(namespace, { metadata: { name: 'robot', labels: { team: 'a' } } });
    const ran = await regsecretIn(namespace, ['attach', '--all-serviceaccounts', '-l', 'team=a']);
    expect(ran.stdout).toBe('serviceaccount/robot patched\n');
  });

  test('-A: wherever the Secret is, and the other namespaces are named', async () => {
    const [second, without] = [
      await newNamespace({ serviceAccount: true }),
      await newNamespace({ serviceAccount: true }),
    ];
    const secret = `pull-${namespace}`;
    await newPullSecret(namespace, secret);
    await newPullSecret(second, secret);
    const env = { KUBECONFIG: cluster().kubeconfig };
    const io = fakeIo({ env });
    expect(await run(['attach', secret, '--all-serviceaccounts', '-A'], io)).toBe(0);
    expect(lines(io.written.stdout)).toEqual(
      [`serviceaccount/default patched in ${namespace}`, `serviceaccount/default patched in ${second}`].sort(),
    );
    expect(io.written.stderr).toMatch(
      new RegExp(`warning: secret ${secret} does not exist in .*, so nothing was attached there`),
    );
    expect(await listed('default', without)).toBeUndefined();
    const again = fakeIo({ env });
    await run(['detach', secret, '--all-serviceaccounts', '-A'], again);
    expect(lines(again.written.stdout).filter((line) => line.includes('patched'))).toHaveLength(2);
    expect(await listed('default', second)).toBeUndefined();
  });

  test('-A --no-checks: where the Secret is, and nowhere else', async () => {
    const secret = `unchecked-${namespace}`;
    await newSecret(namespace, secret, 'Opaque', {});
    const io = fakeIo({ env: { KUBECONFIG: cluster().kubeconfig } });
    expect(await run(['attach', secret, '--all-serviceaccounts', '-A', '--no-checks'], io)).toBe(0);
    expect(io.written.stdout).toBe(`serviceaccount/default patched in ${namespace}\n`);
  });

  test('more of them than fit on a page', { timeout: 120_000 }, async () => {
    const names = Array.from({ length: 620 }, (_, index) => `robot-${index}`);
    await Promise.all(names.map((name) => newAccount(namespace, {}, name)));
    const ran = await regsecretIn(namespace, ['attach', '--all-serviceaccounts']);
    expect(lines(ran.stdout)).toEqual([...names, 'default'].map((name) => `serviceaccount/${name} patched`).sort());
    const { body } = await api('GET', `/api/v1/namespaces/${namespace}/serviceaccounts`);
    const lists = body.items.map(({ imagePullSecrets }: { imagePullSecrets: unknown }) => imagePullSecrets);
    expect(lists).toEqual(Array.from({ length: 621 }, () => named('regsecret')));
  });
});

test('a service account of every namespace that has the Secret, and then every list that names it', async () => {
  const second = await newNamespace({ serviceAccount: true });
  const secret = `pull-${namespace}`;
  await newPullSecret(namespace, secret);
  await newPullSecret(second, secret);
  await newAccount(second, {}, 'other');
  const web = await newWorkload('Deployment', second, { list: named(secret, 'kept') });
  const env = { KUBECONFIG: cluster().kubeconfig };
  const attached = fakeIo({ env });
  expect(await run(['attach', secret, '--sa', 'default', '-A'], attached)).toBe(0);
  const both = [namespace, second].map((where) => `serviceaccount/default patched in ${where}`).sort();
  expect(lines(attached.written.stdout)).toEqual(both);
  const detached = fakeIo({ env });
  expect(await run(['detach', secret, '-A', '--yes'], detached), detached.written.stderr).toBe(0);
  expect(lines(detached.written.stdout)).toEqual([`deployment.apps/${web} patched in ${second}`, ...both]);
  expect(await listOf('Deployment', second, web)).toEqual(named('kept'));
  const again = fakeIo({ env });
  expect(await run(['detach', secret, '-A'], again)).toBe(0);
  expect(again.written).toEqual({ stdout: '', stderr: `no imagePullSecrets in any namespace reference ${secret}\n` });
});

test('--used: the service accounts that pods and workloads name, and no other', async () => {
  for (const name of ['of-pod', 'of-job', 'of-cron', 'idle']) await newAccount(namespace, {}, name);
  await newWorkload('Pod', namespace, { account: 'of-pod' });
  await newWorkload('CronJob', namespace, { account: 'of-cron' });
  await newWorkload('Job', namespace, { account: 'of-job' });
  const used = async () => (await api('GET', pathOf('Pod', namespace))).body.items.length === 2;
  await waitFor(used, { what: 'the pod of the job' });
  const ran = await regsecretIn(namespace, ['attach', '--used']);
  expect(lines(ran.stdout)).toEqual(['of-cron', 'of-job', 'of-pod'].map((name) => `serviceaccount/${name} patched`));
});

test('--used where nothing is: that is said', async () => {
  expect(await regsecretIn(namespace, ['attach', '--used'])).toEqual({
    code: 0,
    stdout: '',
    stderr: `warning: there is no pod in namespace ${namespace}\nhint: kubectl get pods -n ${namespace}\n`,
  });
});

describe('--to KIND -l', () => {
  test('workloads with these labels', async () => {
    const web = await newWorkload('Deployment', namespace, { metadata: { labels: { team: 'a' } } });
    await newWorkload('Deployment', namespace, { metadata: { labels: { team: 'b' } } });
    const ran = await regsecretIn(namespace, ['attach', '--to', 'deploy', '-l', 'team=a']);
    expect(ran).toMatchObject({ code: 0, stdout: `deployment.apps/${web} patched\n` });
    expect(await listOf('Deployment', namespace, web)).toEqual(named('regsecret'));
  });

  test.each([
    ['deploy', 'team=none', 'deployment', ''],
    ['rs', 'made=by-a-deployment', 'replicaset', ', apart from those of other workloads'],
  ])('--to %s -l %s, which picks nothing: that is said', async (kind, labels, word, apart) => {
    const metadata = { labels: { made: 'by-a-deployment' } };
    const template = { metadata: { labels: { app: 'owner', made: 'by-a-deployment' } }, spec: podSpec() };
    await newWorkload('Deployment', namespace, { name: 'owner', metadata, fields: { template, replicas: 0 } });
    const path = `${pathOf('ReplicaSet', namespace)}?labelSelector=app=owner`;
    await waitFor(async () => (await api('GET', path)).body.items.length === 1, { what: 'a ReplicaSet' });
    expect(await regsecretIn(namespace, ['attach', '--to', kind, '-l', labels])).toEqual({
      code: 0,
      stdout: '',
      stderr: `warning: there is no ${word} with the labels ${labels} in namespace ${namespace}${apart}\nhint: kubectl get ${word}s -l ${labels} -n ${namespace}\n`,
    });
  });

  test('pods with these labels: what makes them, once', async () => {
    const web = await newWorkload('Deployment', namespace, { fields: { replicas: 3 } });
    const path = `${pathOf('Pod', namespace)}?labelSelector=app=${web}`;
    await waitFor(async () => (await api('GET', path)).body.items.length === 3, { what: 'three pods' });
    const ran = await regsecretIn(namespace, ['attach', '--to', 'pods', '-l', `app=${web}`]);
    expect(ran).toMatchObject({ code: 0, stdout: `deployment.apps/${web} patched\n` });
  });

  test('one that cannot be done does not keep the others from it', async () => {
    const metadata = { labels: { team: 'c' } };
    await newWorkload('Pod', namespace, { metadata });
    await newAccount(namespace, { metadata: { name: 'robot', labels: { team: 'c' } } });
    const ran = await regsecretIn(namespace, ['attach', '--to', 'pod', '--all-serviceaccounts', '-l', 'team=c']);
    expect(ran).toMatchObject({ code: 1, stdout: 'serviceaccount/robot patched\n' });
    expect(ran.stderr).toContain('--recreate');
  });
});
