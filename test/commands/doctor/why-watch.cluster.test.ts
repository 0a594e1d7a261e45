/** `why --watch` against the real API server and real registries, until the problem is fixed or another one appears. */
import { beforeAll, describe, expect, test } from 'vitest';
import { api, cluster, janedoe, newNamespace, sharedRegistries, waitFor } from '../../environment/use.ts';
import { named, newAccount, newPullSecret, newWorkload, pathOf, regsecretIn } from '../../support/attach-world.ts';
import { follow } from '../../support/following.ts';
import { keys, terminal } from '../../support/terminal.ts';

const { basic } = sharedRegistries();
const image = basic.privateImage;

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  await Promise.all([
    newPullSecret(namespace, 'good', basic.host, janedoe),
    newPullSecret(namespace, 'rejected', basic.host, { username: 'janedoe', password: 'wrong' }),
    ...['fixed', 'worse', 'partly', 'other', 'stopped', 'calm'].map((name) => newAccount(namespace, {}, name)),
    newAccount(namespace, { imagePullSecrets: named('good') }, 'well'),
    newWorkload('Deployment', namespace, { name: 'alone', image: 'r.example/Upper', fields: { replicas: 0 } }),
  ]);
});

const attach = async (secret: string, account: string): Promise<void> => {
  const { code, stderr } = await regsecretIn(namespace, ['attach', secret, '--sa', account]);
  expect(code, stderr).toBe(0);
};

describe.concurrent('why --watch', { timeout: 150_000 }, () => {
  test('ends with 0 as soon as it is fixed', async () => {
    const seen = follow(namespace, [image, '--sa', 'fixed']);
    await seen.see('[no-pull-secret]');
    await attach('good', 'fixed');
    expect(await seen.ended, seen.stderr()).toBe(0);
    expect(seen.stdout()).toContain(`a new pod with serviceaccount/fixed can pull ${image}\n`);
    expect(seen.stderr()).toContain('; Ctrl-C or --timeout ends it\n');
  });

  test('ends with 1 when something else is wrong, and says what', async () => {
    const seen = follow(namespace, [image, '--sa', 'worse']);
    await seen.see('[no-pull-secret]');
    await attach('rejected', 'worse');
    expect(await seen.ended, seen.stderr()).toBe(1);
    expect(seen.stdout().trimEnd().split('\n').slice(-4).join('\n')).toContain('[credential-rejected]');
  });

  test('goes on while one of two is fixed', async () => {
    // No replicas, because a pod would keep the list with which it was created.
    const fields = { replicas: 0 };
    await newWorkload('Deployment', namespace, { name: 'two', image, spec: { serviceAccountName: 'other' }, fields });
    const seen = follow(namespace, [image, '--sa', 'partly', 'deploy/two']);
    await seen.see('[no-pull-secret]');
    await attach('good', 'partly');
    await seen.see(`a new pod with serviceaccount/partly can pull ${image}`);
    await attach('good', 'other');
    expect(await seen.ended, seen.stderr()).toBe(0);
  });

  test('of a namespace goes on while something else goes wrong in it, and ends with 0 when all is well', async () => {
    const own = await newNamespace({ serviceAccount: true });
    await newPullSecret(own, 'good', basic.host, janedoe);
    const idle = { image, fields: { replicas: 0 } };
    await newWorkload('Deployment', own, { ...idle, name: 'api' });
    const seen = follow(own, []);
    await seen.see('deployment/api');
    await newWorkload('Deployment', own, { ...idle, name: 'web' });
    await seen.see('--to deployment/api --to deployment/web');
    const attached = await regsecretIn(own, ['attach', 'good', '--to', 'deployment/api', '--to', 'deployment/web']);
    expect(attached.code, attached.stderr).toBe(0);
    expect(await seen.ended, seen.stderr()).toBe(0);
    expect(seen.stdout()).toContain('nothing is wrong: 0 pods, 2 workloads');
    expect(seen.stderr()).toContain('waiting for 1 problem to be fixed; Ctrl-C or --timeout ends it\n');
  });

  test.each([
    ['an empty namespace is not well, and is exit code 3 when the time is up', []],
    ['JSON on stdout is one report, and what is awaited stays on stderr', ['-o', 'json']],
  ])('%s', async (_, flags) => {
    const empty = await newNamespace({ serviceAccount: true });
    const ran = await regsecretIn(empty, ['doctor', '--watch', '--timeout', '3s', ...flags]);
    expect(ran).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/\nwaiting for pods or workloads\ngave up after 3s \(--timeout\)\n$/),
    });
    if (flags.length > 0) expect(JSON.parse(ran.stdout).counts).toMatchObject({ pods: 0, workloads: 0 });
  });

  test('has nothing to wait for where all is well', async () => {
    const seen = follow(namespace, [image, '--sa', 'well']);
    expect(await seen.ended, seen.stderr()).toBe(0);
    expect(seen.stdout()).toBe(
      `a new pod with serviceaccount/well can pull ${image}\n  login: janedoe in secret good, for ${basic.host}: the registry accepts the login\n`,
    );
  });

  test('ends when --timeout has passed, with what the last look says', async () => {
    const watch = (...args: string[]) => regsecretIn(namespace, ['why', '--watch', '--timeout', '1ms', ...args]);
    expect(await watch('registry.invalid/app:1', '--sa', 'stopped')).toMatchObject({ code: 3 });
    expect(await watch('deploy/alone')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/\ngave up after 1ms \(--timeout\)\n$/),
    });
  });

  test('a pod that runs does not hide a workload that cannot be judged', async () => {
    const pod = await newWorkload('Pod', namespace, { image, list: named('good') });
    const app = { name: 'app', image: '', imageID: 'sha256:1', ready: true, restartCount: 0, state: { running: {} } };
    const status = { phase: 'Running', containerStatuses: [app] };
    const headers = { 'content-type': 'application/merge-patch+json' };
    await api('PATCH', `${pathOf('Pod', namespace, pod)}/status`, { status }, headers);
    const options = { name: 'dead', image: 'registry.invalid/app:1', list: named('good'), fields: { replicas: 0 } };
    await newWorkload('Deployment', namespace, options);
    const watch = ['why', '--watch', '--timeout', '5s', `pod/${pod}`, 'deploy/dead'];
    expect(await regsecretIn(namespace, watch)).toMatchObject({ code: 3 });
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends it with 130', async (signal) => {
    const seen = follow(namespace, [image, '--sa', 'stopped']);
    await seen.see('[no-pull-secret]');
    seen.kill(signal);
    expect(await seen.ended).toBe(130);
    expect(seen.stderr()).not.toContain('error');
  });

  test('asks a registry once, however often it looks', async () => {
    await attach('rejected', 'calm');
    const seen = follow(namespace, [image, '--sa', 'calm', '-v=6']);
    await seen.see('[credential-rejected]');
    const count = (what: string): number => seen.stderr().split(what).length - 1;
    const asked = count(`${basic.host}/v2/`);
    await waitFor(() => count('serviceaccounts/calm') >= 4, { what: 'four looks', deadlineMs: 60_000 });
    seen.kill('SIGINT');
    await seen.ended;
    expect([asked > 0, count(`${basic.host}/v2/`)]).toEqual([true, asked]);
  });

  test('-o json prints a document for each verdict', async () => {
    const seen = follow(namespace, [image, '--sa', 'stopped', '-o', 'json']);
    await seen.see('no-pull-secret');
    seen.kill('SIGINT');
    await seen.ended;
    expect(JSON.parse(seen.stdout()).healthy).toBe(false);
  });

  test('a terminal shows what it waits for', async () => {
    const env = { KUBECONFIG: cluster().kubeconfig, HOME: '/nonexistent' };
    const tty = terminal(['why', image, '--sa', 'stopped', '--watch', '-n', namespace], env, 200);
    await tty.see('[no-pull-secret]');
    await tty.see('waiting for new pods of serviceaccount/stopped to be able to pull');
    tty.type(keys.ctrlC);
    expect(await tty.ended).toBe(130);
  });

  test('a target that there is not is an error at once', async () => {
    const seen = follow(namespace, ['pod/nowhere']);
    expect(await seen.ended).toBe(1);
    expect(seen.stderr()).toContain('pod');
  });
});
