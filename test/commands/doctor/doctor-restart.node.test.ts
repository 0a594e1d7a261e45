/** What doctor reports of pods that run and could not pull again, compared with a pod that restarts and with a new pod. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { minorOf } from '../../../src/workloads/image-verification.ts';
import { killProcess } from '../../environment/cgroup.ts';
import type { KubeletSettings } from '../../environment/kubelet-config.ts';
import { lacks, testedVersion } from '../../environment/kubernetes-features.ts';
import {
  api,
  janedoe,
  kubeconfigFor,
  type NodeInfo,
  newNamespace,
  node,
  nodeWith,
  placedOn,
  podSettled,
  waitFor,
} from '../../environment/use.ts';
import { created, freshName, named, newPullSecret, pathOf, regsecretIn } from '../../support/attach-world.ts';
import { some, whole } from '../../support/cases.ts';
import { startConfigzServer } from '../../support/configz.ts';
import { pushVariant } from '../../support/image-variant.ts';
import { startFront } from '../../support/registry-front.ts';

type Policy = NonNullable<KubeletSettings['imagePullCredentialsVerificationPolicy']>;

const DEFAULT = lacks('verified images') ? 'off' : 'NeverVerifyPreloadedImages';
const OTHERS: readonly Policy[] = ['NeverVerify', 'NeverVerifyAllowlistedImages', 'AlwaysVerify'];
/** Before, no setting makes a kubelet verify. */
const by = (minorOf(testedVersion) ?? 0) < 33 ? 'default' : 'kubelet';
const policies = [DEFAULT, ...(whole && DEFAULT !== 'off' ? OTHERS : [])] as const;

/** The node whose kubelet has this policy; for the default, the usual node. */
function nodeOf(policy: (typeof policies)[number]): NodeInfo | Promise<NodeInfo> {
  if (policy === DEFAULT || policy === 'off') return node();
  const kubelet: KubeletSettings = {
    imagePullCredentialsVerificationPolicy: policy,
    ...(policy === 'NeverVerifyAllowlistedImages' && { preloadedImagesVerificationAllowlist: ['registry.example/*'] }),
  };
  return nodeWith({ label: policy.toLowerCase(), kubelet });
}

interface World {
  readonly namespace: string;
  readonly host: string;
  /** Lets the registry reject every login from now on. */
  reject(): void;
}

const secretPath = (namespace: string): string => `/api/v1/namespaces/${namespace}/secrets/regcred`;
const wrong = { username: 'janedoe', password: 'new' };

async function deleteSecret({ namespace }: World): Promise<void> {
  await api('DELETE', secretPath(namespace));
}

async function changeSecret({ namespace, host }: World, { username, password }: typeof wrong): Promise<void> {
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  const stringData = { '.dockerconfigjson': JSON.stringify({ auths: { [host]: { auth } } }) };
  const headers = { 'content-type': 'application/merge-patch+json' };
  await api('PATCH', secretPath(namespace), { stringData }, headers);
}

/** What happens to the Secret while the pod runs; then what doctor reports, and what becomes of the pods, if the kubelet verifies. */
const situations: readonly (readonly [
  title: string,
  change: (world: World) => Promise<void>,
  reports: 'works' | 'fails' | undefined,
  becomes: 'works' | 'fails',
])[] = [
  ['the same login, which is rejected now', async ({ reject }) => reject(), 'works', 'works'],
  [
    'another login in the same Secret',
    (world) => changeSecret(world, { ...wrong, username: 'other' }),
    'works',
    'works',
  ],
  ['a new password in the same Secret', (world) => changeSecret(world, wrong), 'works', 'works'],
  ['the Secret deleted', deleteSecret, 'fails', 'fails'],
  [
    'the Secret created again with the same login, which is rejected now',
    async (world) => {
      await deleteSecret(world);
      await newPullSecret(world.namespace, 'regcred', world.host, janedoe);
      world.reject();
    },
    undefined,
    'works',
  ],
  [
    'the Secret created again with a new password',
    async (world) => {
      await deleteSecret(world);
      await newPullSecret(world.namespace, 'regcred', world.host, wrong);
    },
    undefined,
    'fails',
  ],
];

const closers: (() => Promise<void>)[] = [];
let kubeconfig = '';
beforeAll(async () => {
  const server = await startConfigzServer();
  closers.push(server.close);
  kubeconfig = kubeconfigFor({ server: server.server });
});
afterAll(() => Promise.all(closers.map((close) => close())));

/** A registry with an image that no node has, whose logins can be rejected later. */
async function newRegistry(): Promise<{ readonly host: string; readonly image: string; reject(): void }> {
  const { basic } = node().registries;
  let isRejecting = false;
  const headers = { 'www-authenticate': 'Basic realm="registry"' };
  const front = await startFront({
    behind: basic.host,
    choose: () => (isRejecting ? { status: 401, headers } : undefined),
  });
  closers.push(front.close);
  const tag = freshName('restart');
  const image = (await pushVariant(basic.host, tag)).replace(basic.host, front.host);
  return {
    host: front.host,
    image,
    reject: () => {
      isRejecting = true;
    },
  };
}

async function newWorld(registry: Awaited<ReturnType<typeof newRegistry>>): Promise<World> {
  const namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'regcred', registry.host, janedoe);
  const made = Date.now();
  // The API server has whole seconds: a Secret of the second in which a pod starts may be newer than the pod.
  await waitFor(async () => Date.now() > made + 1000, { what: 'the next second' });
  return { namespace, ...registry };
}

function newPod(
  namespace: string,
  name: string,
  image: string,
  where: NodeInfo,
  list: readonly string[] = ['regcred'],
): Promise<unknown> {
  const container = { name: 'app', image, imagePullPolicy: 'IfNotPresent' };
  const spec = {
    ...placedOn(where),
    terminationGracePeriodSeconds: 1,
    imagePullSecrets: named(...list),
    containers: [container],
  };
  return created(pathOf('Pod', namespace), { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
}

interface Restart {
  readonly result: string;
  readonly policy: string;
  readonly by: string;
}

async function reported(namespace: string, config?: string): Promise<Restart | undefined> {
  const options = config === undefined ? {} : { kubeconfig: config };
  const { stdout } = await regsecretIn(namespace, ['doctor', '-o', 'json'], options);
  const found: readonly { code: string; arguments: { restart?: Restart } }[] = JSON.parse(stdout).findings;
  expect(found.map(({ code }) => code)).toEqual(['fails-at-restart']);
  return found[0]?.arguments.restart;
}

/** Kills the container of a pod, and waits for what the kubelet does then. */
async function restarted(namespace: string, pod: string): Promise<'works' | 'fails'> {
  const read = async () => (await api('GET', pathOf('Pod', namespace, pod))).body.status.containerStatuses[0];
  const id = `${(await read()).containerID}`.replace('containerd://', '');
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && cgroupOf(name).includes(id));
  expect(processes).not.toEqual([]);
  for (const one of processes) killProcess(Number(one));
  return waitFor(
    async () => {
      const { restartCount, state } = await read();
      if (restartCount > 0 && state.running !== undefined) return 'works';
      return /^(ErrImage|ImagePull)/.test(state.waiting?.reason ?? '') ? 'fails' : undefined;
    },
    { what: `${pod} to restart or to fail`, deadlineMs: 60_000 },
  );
}

function cgroupOf(process: string): string {
  try {
    return readFileSync(`/proc/${process}/cgroup`, 'utf8');
  } catch {
    return ''; // it has ended
  }
}

async function becomes(namespace: string, image: string, where: NodeInfo): Promise<readonly string[]> {
  const again = await restarted(namespace, 'web');
  await newPod(namespace, 'new', image, where);
  const { phase } = await podSettled(namespace, 'new');
  return [again, phase === 'Running' ? 'works' : 'fails'];
}

describe.concurrent.each(policies)('%s', (policy) => {
  const verifies = policy !== 'NeverVerify' && policy !== 'off';

  test.each(some(situations, 4))('%s', { timeout: 180_000 }, async (_, change, reports, expected) => {
    const where = await nodeOf(policy);
    const registry = await newRegistry();
    const world = await newWorld(registry);
    await newPod(world.namespace, 'web', registry.image, where);
    expect(await podSettled(world.namespace, 'web')).toEqual({ phase: 'Running' });
    await change(world);
    const result = verifies ? reports : 'works';
    const found = await reported(world.namespace, kubeconfig);
    expect(found === undefined ? undefined : [found.result, found.policy, found.by]).toEqual(
      result && [result, policy, by],
    );
    // Without the kubelet's word, the version decides.
    if (policy === DEFAULT) expect(await reported(world.namespace)).toEqual(found && { ...found, by: 'default' });
    const is = verifies ? expected : 'works';
    expect(await becomes(world.namespace, registry.image, where)).toEqual([is, is]);
  });

  test('an equal Secret in another namespace, whose login is rejected now', { timeout: 180_000 }, async () => {
    const where = await nodeOf(policy);
    const registry = await newRegistry();
    const [one, other] = [await newWorld(registry), await newWorld(registry)];
    for (const { namespace } of [one, other]) {
      await newPod(namespace, 'web', registry.image, where);
      expect(await podSettled(namespace, 'web')).toEqual({ phase: 'Running' });
    }
    registry.reject();
    expect(await reported(other.namespace, kubeconfig)).toMatchObject({ result: 'works', by });
    expect(await becomes(other.namespace, registry.image, where)).toEqual(['works', 'works']);
  });

  test('no login, beside a pod that has one', { timeout: 180_000 }, async () => {
    const where = await nodeOf(policy);
    const registry = await newRegistry();
    const { namespace } = await newWorld(registry);
    await newPod(namespace, 'web', registry.image, where);
    expect(await podSettled(namespace, 'web')).toEqual({ phase: 'Running' });
    await newPod(namespace, 'bare', registry.image, where, []);
    expect((await podSettled(namespace, 'bare')).phase).toBe(verifies ? 'Pending' : 'Running');
    const { stdout } = await regsecretIn(namespace, ['doctor', '-o', 'json'], { kubeconfig });
    const found: readonly { code: string; fix: { command: string } }[] = JSON.parse(stdout).findings;
    const fix = `regsecret attach regcred -n ${namespace} --pod bare --recreate`;
    expect(found.map((one) => [one.code, one.fix.command])).toEqual(
      policy === 'off' ? [['borrowed-image', fix]] : verifies ? [['no-pull-secret', fix]] : [],
    );
  });

  test.runIf(whole)('another Secret with a login that is rejected', { timeout: 180_000 }, async () => {
    const where = await nodeOf(policy);
    const registry = await newRegistry();
    const [one, other] = [await newWorld(registry), await newWorld(registry)];
    await newPod(one.namespace, 'web', registry.image, where);
    expect(await podSettled(one.namespace, 'web')).toEqual({ phase: 'Running' });
    await changeSecret(other, { username: 'other', password: 'wrong' });
    await newPod(other.namespace, 'web', registry.image, where);
    const { phase } = await podSettled(other.namespace, 'web');
    expect(phase).toBe(verifies ? 'Pending' : 'Running');
    if (!verifies) expect(await reported(other.namespace, kubeconfig)).toMatchObject({ result: 'works', by });
  });
});

test.concurrent('the kubelet is asked once, however many pods could not pull again, and not where it changes nothing', {
  timeout: 180_000,
}, async () => {
  const registry = await newRegistry();
  const world = await newWorld(registry);
  const names = ['web', 'api', 'db'];
  for (const name of names) await newPod(world.namespace, name, registry.image, node());
  for (const name of names) expect(await podSettled(world.namespace, name)).toEqual({ phase: 'Running' });
  const own = await startConfigzServer();
  closers.push(own.close);
  const run = () =>
    regsecretIn(world.namespace, ['doctor', '-o', 'json'], { kubeconfig: kubeconfigFor({ server: own.server }) });
  expect((await run()).code).toBe(0);
  const toNodes = (): readonly string[] =>
    own.requests.flatMap(({ path }) => (path.startsWith('/api/v1/nodes') ? path.replace(node().name, 'NODE') : []));
  expect(toNodes()).toEqual([]);
  await deleteSecret(world);
  expect((await run()).code).toBe(1);
  const asked = by === 'kubelet' ? ['/api/v1/nodes/NODE/proxy/configz'] : [];
  expect(toNodes()).toEqual(['/api/v1/nodes/NODE', ...asked]);
});
