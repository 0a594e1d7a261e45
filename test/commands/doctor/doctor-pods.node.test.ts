/** `why pod/x` with few rights, for unusual pods, and the requests that it makes. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { DoctorReport } from '../../../src/diagnosis/report.ts';
import { api, cluster, kubeconfigFor, node, podSettled, sharedRegistries, waitFor } from '../../environment/use.ts';
import { pathOf, regsecretIn } from '../../support/attach-world.ts';
import { good, loggedIn, paste, runningPod, wrong } from '../../support/doctor-machine.ts';
import { make, type Setup } from '../../support/doctor-world.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { type Front, startFront } from '../../support/registry-front.ts';
import { userWith } from '../../support/user.ts';

const list = ['regcred'];
const regcred: NonNullable<Setup['secrets']> = (host) => ({ regcred: { auths: { [host]: good } } });
const rejected: NonNullable<Setup['secrets']> = (host) => ({ regcred: { auths: { [host]: wrong } } });

interface Seen {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly report: DoctorReport;
}

async function why(namespace: string, options: { readonly kubeconfig?: string } = {}): Promise<Seen> {
  const { stdout } = await regsecretIn(namespace, ['why', 'pod/web', '-o', 'json'], options);
  return { ...(await regsecretIn(namespace, ['why', 'pod/web'], options)), report: JSON.parse(stdout) };
}

const verdict = ({ code, report }: Seen) => {
  const [puller] = report.pullers ?? [];
  const [image] = puller?.images ?? [];
  return { code, state: puller?.state, outcome: image?.outcome, cause: image?.cause?.code };
};

describe.concurrent('with the right to get pods only', () => {
  const unread =
    /^warning: not read, no permission to get nodes, (get secrets, )?get serviceaccounts, list events, list secrets\n/;

  test.each([
    ['a login that was refused', { secrets: rejected, list }, 'a login was sent and refused for', 'unread-secrets'],
    ['no login that could be sent', { list }, 'no login was sent for', 'unread-secrets'],
    ['no list at all', {}, 'has no pull secret', 'no-pull-secret'],
    [
      'an entry that cannot be decoded',
      { secrets: () => ({ regcred: { auths: [] } }), list },
      'json:',
      'undecodable-list',
    ],
  ] satisfies [string, Setup, string, string][])('%s', async (_, setup, text, cause) => {
    const { namespace } = await make(setup);
    await podSettled(namespace, 'web');
    const kubeconfig = await userWith(namespace, [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }]);
    const seen = await why(namespace, { kubeconfig });
    expect(verdict(seen), seen.stdout).toMatchObject({ code: 1, outcome: 'will not pull', cause });
    expect(seen.stdout).toContain(text);
    expect(seen.stderr).toMatch(unread);
  });
});

describe.concurrent('a pod', () => {
  test('that has just been created and has no node', async () => {
    const { namespace } = await make({ secrets: rejected, list, spec: () => ({ nodeSelector: { nowhere: 'yes' } }) });
    const seen = await why(namespace);
    expect(verdict(seen)).toEqual({
      code: 1,
      state: 'unscheduled',
      outcome: 'will not pull',
      cause: 'credential-rejected',
    });
    expect(seen.stdout).toMatch(
      /^pod\/web is not on a node yet, so no image has been pulled for it\npod\/web cannot pull /,
    );
  });

  test('that has just been created and will pull', async () => {
    const { namespace } = await make({ secrets: regcred, list, spec: () => ({ nodeSelector: { nowhere: 'yes' } }) });
    expect(verdict(await why(namespace))).toEqual({ code: 0, state: 'unscheduled', outcome: 'will pull' });
  });

  test('on a node that is gone', async () => {
    const { namespace } = await make({ secrets: regcred, list, spec: () => ({ nodeName: 'gone' }) });
    const seen = await why(namespace);
    expect(verdict(seen)).toMatchObject({ state: 'node gone', outcome: 'will pull' });
    expect(seen.stdout).toMatch(/^node gone, which pod\/web is on, no longer exists/);
  });

  test('that is being deleted', async () => {
    // One container runs and is slow to stop. Otherwise the kubelet would end the pod during the diagnosis.
    const slow = {
      name: 'slow',
      image: sharedRegistries().publicImage,
      lifecycle: { preStop: { sleep: { seconds: 60 } } },
    };
    const spec = (image: string) => ({
      terminationGracePeriodSeconds: 60,
      containers: [{ name: 'app', image, imagePullPolicy: 'Always' }, slow],
    });
    const { namespace } = await make({ secrets: rejected, list, spec });
    const path = pathOf('Pod', namespace, 'web');
    const runs = async () => {
      const { containerStatuses = [] } = (await api('GET', path)).body.status;
      return containerStatuses.some(({ state }: { state: { running?: object } }) => state.running !== undefined);
    };
    await podSettled(namespace, 'web');
    await waitFor(runs, { what: 'the container that is slow to stop' });
    await api('DELETE', path);
    const seen = await why(namespace);
    await api('DELETE', `${path}?gracePeriodSeconds=0`);
    expect(verdict(seen)).toMatchObject({ code: 1, state: 'terminating', cause: 'credential-rejected' });
    expect(seen.stdout).toMatch(/^pod\/web is being deleted\n/);
  });

  test('that has ended', async () => {
    const { namespace } = await make({
      secrets: regcred,
      list,
      spec: () => ({ activeDeadlineSeconds: 1, restartPolicy: 'Never' }),
    });
    const ended = async () => (await api('GET', pathOf('Pod', namespace, 'web'))).body.status.phase === 'Failed';
    await waitFor(ended, { what: 'the pod to end' });
    const seen = await why(namespace);
    expect(verdict(seen)).toEqual({ code: 0, state: 'done', outcome: 'cannot know' });
    expect(seen.stdout).toBe('pod/web has finished, so it pulls no more images\n');
  });
});

test('a command is for the cluster that was asked about, whatever the machine is set to', async () => {
  const { namespace, host } = await make({ kind: 'Pod' });
  await podSettled(namespace, 'web');
  const elsewhere = kubeconfigFor({ server: 'https://127.0.0.1:1' });
  const flags = ['--kubeconfig', cluster().kubeconfig];
  const { stdout } = await regsecretIn(namespace, ['why', 'pod/web', ...flags], {
    kubeconfig: elsewhere,
    env: loggedIn(host),
  });
  const [, fix = ''] = /^ {2}fix: {3}(.*)$/m.exec(stdout) ?? [];
  await paste(fix, host, { kubeconfig: elsewhere });
  await runningPod(namespace);
});

describe('what is asked', () => {
  interface Asked {
    readonly cluster: readonly string[];
    readonly registry: readonly string[];
  }

  /** The requests of one run for a settled pod. */
  async function asked(setup: Setup, ...flags: string[]): Promise<Asked> {
    const fronts: Front[] = [];
    const host = async (behind: string): Promise<string> => {
      const front = await startFront({ behind });
      fronts.push(front);
      return front.host;
    };
    const { namespace } = await make({ host, ...setup });
    await podSettled(namespace, 'web');
    const proxy = await startFaultProxy(cluster());
    onTestFinished(() => Promise.all([proxy.close(), ...fronts.map((front) => front.close())]).then(() => undefined));
    const before = fronts[0]?.requests.length ?? 0;
    const { token } = cluster().tokenUsers['token-admin'];
    const kubeconfig = kubeconfigFor({ server: proxy.server, token });
    await regsecretIn(namespace, ['why', 'pod/web', ...flags], { kubeconfig });
    const paths = proxy.requests.map(({ path }) => path.replaceAll(namespace, 'NS').replace(node().name, 'NODE'));
    const said = (fronts[0]?.requests ?? []).slice(before);
    const names = paths.map((path) =>
      path.replace(/^\/apis?\/(v1|apps\/v1)\/(namespaces\/NS\/)?/, '').replace(/\?.*$/, ''),
    );
    return {
      cluster: names.map((name) => name.replace(/web-[-\w]+/, 'POD')).sort(),
      registry: said
        .map(({ method, path, authorization }) => {
          const what = path.includes('/manifests/') ? 'manifest' : path;
          return `${method} ${what}${authorization === undefined ? '' : ' with login'}`;
        })
        .sort(),
    };
  }

  const always = ['events', 'nodes/NODE', 'pods/web', 'serviceaccounts/default'];

  test.each([
    [
      'of a pod that runs',
      { secrets: regcred, list },
      [...always, 'secrets/regcred'],
      ['HEAD manifest', 'HEAD manifest with login'],
    ],
    [
      'of a pod that fails: all pull secrets of its namespace, too',
      { secrets: rejected, list },
      [...always, 'namespaces/NS', 'secrets', 'secrets', 'secrets/regcred'],
      ['GET /v2/', 'GET /v2/ with login', 'HEAD manifest', 'HEAD manifest with login'],
    ],
    ['of a pod without a list', {}, [...always, 'namespaces/NS', 'secrets', 'secrets'], ['HEAD manifest']],
    [
      'of a pod with two logins, the second of which is good',
      {
        secrets: (host) => ({ one: { auths: { [host]: wrong } }, two: { auths: { [host]: good } } }),
        list: ['one', 'two'],
      },
      [...always, 'secrets/one', 'secrets/two'],
      ['GET /v2/', 'GET /v2/ with login', 'HEAD manifest', 'HEAD manifest with login', 'HEAD manifest with login'],
    ],
  ] satisfies [string, Setup, string[], string[]][])('%s', async (_, setup, requests, registry) => {
    expect(await asked(setup)).toEqual({ cluster: requests.sort(), registry });
    expect(await asked(setup, '--offline')).toEqual({ cluster: requests, registry: [] });
  });
});
