/** `doctor` for a namespace and for the cluster, with the real API server and real registries, without a node. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  api,
  cluster,
  kubeconfigFor,
  newNamespace,
  pushTestImage,
  type RegistryInfo,
  type RegistryUser,
  sharedRegistries,
  startRegistry,
  waitFor,
} from '../../environment/use.ts';
import {
  freshName,
  named,
  newAccount,
  newPullSecret,
  newSecret,
  newWorkload,
  pathOf,
  regsecretIn,
} from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import { cases } from '../../support/cases.ts';
import { here } from '../../support/here.ts';
import { pool } from '../../support/pool.ts';
import { type Front, type FrontOptions, startFront } from '../../support/registry-front.ts';
import { userWith } from '../../support/user.ts';

const { basic, publicImage } = sharedRegistries();
const ada: RegistryUser = { username: 'ada', password: CANARY, repositories: ['*'] };
const PODS = cases(60, 500);
const wrong = { username: 'janedoe', password: 'wrong' };

let own: RegistryInfo;
let ownImage = '';
beforeAll(async () => {
  own = await startRegistry({ auth: 'basic', users: [ada] });
  ownImage = `${own.host}/team/app:v1`;
  await pushTestImage(ownImage, ada);
});

interface Report {
  readonly healthy: boolean | null;
  readonly asked: boolean;
  readonly pullers?: unknown;
  readonly counts: Readonly<Record<string, number>>;
  readonly findings: readonly {
    readonly code: string;
    readonly severity: string;
    readonly object: { readonly kind: string; readonly name: string };
    readonly message: string;
    readonly affects?: { readonly pods: number; readonly examples: string[]; readonly others: number };
    readonly fix: { readonly command: string };
  }[];
  readonly unchecked: readonly string[];
  readonly unjudged: readonly string[];
}

async function doctor(
  namespace: string,
  args: readonly string[] = [],
  code = 0,
  options: { kubeconfig?: string } = {},
): Promise<Report> {
  const ran = await regsecretIn(namespace, ['doctor', ...args, '-o', 'json'], options);
  if (ran.stdout === '') throw new Error(ran.stderr);
  expect(ran.code, ran.stdout).toBe(code);
  return JSON.parse(ran.stdout);
}

const shown = ({ findings }: Report): string[] =>
  findings.map(({ code, severity, object }) => `${severity} ${code} ${object.kind}/${object.name}`);

/** Writes a pod status as the kubelet would, as administrator. */
async function says(namespace: string, pod: string, status: object): Promise<void> {
  const headers = { 'content-type': 'application/merge-patch+json' };
  const answer = await api('PATCH', `${pathOf('Pod', namespace, pod)}/status`, { status }, headers);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}

const container = (image: string, state: object, imageID = '') => ({
  containerStatuses: [{ name: 'app', image, imageID, ready: imageID !== '', restartCount: 0, state }],
});
const failing = (image: string) => ({
  phase: 'Pending',
  ...container(image, {
    waiting: {
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "${image}": ErrImagePull: failed to authorize: no basic auth credentials`,
    },
  }),
});
const running = (image: string) => ({
  phase: 'Running',
  ...container(image, { running: { startedAt: new Date().toISOString() } }, `${image}@sha256:${'0'.repeat(64)}`),
});

async function podsOf(namespace: string, app: string, count: number): Promise<string[]> {
  const found = await waitFor(
    async () => {
      const { items } = (await api('GET', `${pathOf('Pod', namespace)}?labelSelector=app%3D${app}`)).body;
      return items.length >= count ? items : undefined;
    },
    { what: `the pods of ${app}`, deadlineMs: 120_000 },
  );
  return found.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
}

/** Creates a Deployment that reports running pods. */
async function runningDeployment(namespace: string, options: Parameters<typeof newWorkload>[2]): Promise<string> {
  const name = await newWorkload('Deployment', namespace, options);
  const [pod = ''] = await podsOf(namespace, name, 1);
  await says(namespace, pod, running(options?.image ?? ''));
  await says(namespace, pod, { conditions: [{ type: 'Ready', status: 'True' }] });
  const isReady = async () => (await api('GET', pathOf('Deployment', namespace, name))).body.status.readyReplicas === 1;
  await waitFor(isReady, { what: `${name} to be ready` });
  return name;
}

describe.concurrent('a namespace', () => {
  test('without anything', async () => {
    const namespace = await newNamespace();
    const { code, stdout, stderr } = await regsecretIn(namespace, ['doctor']);
    expect([code, stderr]).toEqual([
      0,
      'no pods, workloads or pull secrets in this namespace\nhint: regsecret doctor -A\n',
    ]);
    expect(stdout).toMatch(/^nothing is wrong: 0 pods, 0 workloads, \d service accounts?, 0 pull secrets\nnot checked/);
  });

  test('with a pull secret and nothing that pulls', async () => {
    const namespace = await newNamespace();
    await newPullSecret(namespace, 'regcred');
    const { stderr } = await regsecretIn(namespace, ['doctor', '--offline']);
    expect(stderr).toContain('no pods or workloads in this namespace\nhint: regsecret doctor -A\n');
  });

  test('that does not exist', async () => {
    const { code, stderr } = await regsecretIn('no-such-namespace', ['doctor']);
    expect([code, stderr]).toEqual([
      1,
      'error: namespace no-such-namespace does not exist\nhint: kubectl get namespaces\n',
    ]);
  });

  test('in which all is well', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    await newPullSecret(namespace, 'good', own.host, ada);
    await newWorkload('Deployment', namespace, { image: ownImage, list: named('good'), name: 'web' });
    await newWorkload('CronJob', namespace, { image: publicImage, name: 'nightly' });
    await podsOf(namespace, 'web', 1);
    const report = await doctor(namespace, ['--strict']);
    expect(report).toMatchObject({
      healthy: true,
      asked: true,
      findings: [],
      counts: { pods: 1, failingPods: 0, workloads: 2, secrets: 1, registries: 2 },
    });
    expect(report.pullers).toBeUndefined();
  });

  test(`in which ${PODS} pods of one Deployment fail: one finding, with a count`, { timeout: 180_000 }, async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    await newWorkload('Deployment', namespace, { image: ownImage, name: 'web', fields: { replicas: PODS } });
    const pods = await podsOf(namespace, 'web', PODS);
    await pool(16, pods, (pod) => says(namespace, pod, failing(ownImage)));
    const report = await doctor(namespace, [], 1);
    expect(shown(report)).toEqual(['error no-pull-secret Deployment/web']);
    expect(report.findings[0]?.affects).toEqual({ pods: PODS, examples: ['deployment/web'], others: 0 });
    expect(report.counts).toMatchObject({ pods: PODS, failingPods: PODS, workloads: 1 });
    const { stdout } = await regsecretIn(namespace, ['doctor']);
    expect(stdout).toContain(`\n  affects ${PODS} pods: deployment/web\n`);
  });

  test('with references to Secrets that are missing', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    await newAccount(namespace, { imagePullSecrets: named('gone') }, 'builder');
    await newWorkload('StatefulSet', namespace, { image: publicImage, list: named('gone', 'lost'), name: 'db' });
    const report = await doctor(namespace, ['--offline', '--strict'], 1);
    const missing = report.findings.filter(({ code }) => code === 'missing-secret');
    expect(missing.map(({ severity, message }) => [severity, message])).toEqual([
      [
        'warning',
        expect.stringMatching(
          /secret \S+\/gone does not exist; used by serviceaccount\/builder, statefulset\/db( \(1 pod\))?/,
        ),
      ],
      ['warning', expect.stringMatching(/secret \S+\/lost does not exist; used by statefulset\/db( \(1 pod\))?/)],
    ]);
  });

  test('with Secrets that nobody uses, and two that hold the same', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    await newPullSecret(namespace, 'one', own.host, ada);
    await newPullSecret(namespace, 'two', own.host, ada);
    await newPullSecret(namespace, 'broken', 'registry-1.docker.io', ada);
    await newAccount(namespace, { imagePullSecrets: named('one') }, 'builder');
    const report = await doctor(namespace);
    expect(shown(report).sort()).toEqual([
      'warning same-content Secret/one',
      'warning unused-secret Secret/broken',
      'warning unused-secret Secret/two',
      'warning unusual-server Secret/broken',
    ]);
  });

  test('with the same registry twice in one list', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    await newPullSecret(namespace, 'one', own.host, ada);
    await newPullSecret(namespace, 'two', own.host, wrong);
    await newAccount(namespace, { imagePullSecrets: named('one', 'two') }, 'builder');
    const report = await doctor(namespace, ['--offline']);
    expect(shown(report)).toEqual(['warning different-credentials ServiceAccount/builder']);
  });

  test('with a login that has expired, and one that is about to', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    const token = (seconds: number): string => {
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${part({ alg: 'none' })}.${part({ exp: Math.floor(Date.now() / 1000) + seconds })}.x`;
    };
    await newPullSecret(namespace, 'old', 'r.example', { username: 'u', password: token(-60) });
    await newPullSecret(namespace, 'soon', 's.example', { username: 'u', password: token(3600) });
    await newAccount(namespace, { imagePullSecrets: named('old', 'soon') }, 'builder');
    const report = await doctor(namespace, ['--offline'], 1);
    expect(shown(report)).toEqual(['error expired Secret/old', 'warning expires-soon Secret/soon']);
  });

  test('in which a Deployment runs, and would not come back: its Secret is gone', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    await runningDeployment(namespace, { image: ownImage, list: named('gone'), name: 'web' });
    const report = await doctor(namespace, [], 1);
    expect(shown(report)).toEqual(['error fails-at-restart Deployment/web']);
    expect(report.findings[0]?.message).toBe(
      `deployment ${namespace}/web runs, but could not pull ${ownImage} again: secret ${namespace}/gone does not exist`,
    );
  });

  test('in which two Deployments run with a login that is rejected now: one finding', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    await newPullSecret(namespace, 'old', basic.host, wrong);
    for (const name of ['api', 'web']) {
      await runningDeployment(namespace, { image: basic.privateImage, list: named('old'), name });
    }
    const report = await doctor(namespace, [], 1);
    expect(shown(report)).toEqual(['error fails-at-restart Deployment/api']);
    expect(report.findings[0]?.affects).toEqual({
      pods: 2,
      examples: ['deployment/api', 'deployment/web'],
      others: 0,
    });
    expect(report.findings[0]?.fix.command).toBe(
      `regsecret create old -n ${namespace} --server ${basic.host} --username janedoe`,
    );
  });

  test('in which a pod without a controller runs with a Secret that spoils every pull', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    await newSecret(namespace, 'undecodable', 'kubernetes.io/dockerconfigjson', {
      '.dockerconfigjson': '{"auths":{"r.example":{"auth":"***"}}}',
    });
    const pod = await newWorkload('Pod', namespace, { image: publicImage, list: named('undecodable') });
    await says(namespace, pod, running(publicImage));
    const report = await doctor(namespace, ['--offline'], 1);
    expect(shown(report)).toEqual([`error fails-at-restart Pod/${pod}`]);
    expect(report.findings[0]?.message).toContain('cannot be decoded');
  });

  test('whose Secret is of another type, and has logins all the same', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    const auth = Buffer.from(`ada:${CANARY}`).toString('base64');
    await newSecret(namespace, 'opaque', 'Opaque', {
      '.dockerconfigjson': JSON.stringify({ auths: { [own.host]: { auth } } }),
    });
    await newWorkload('Deployment', namespace, { image: ownImage, list: named('opaque'), name: 'web' });
    expect(shown(await doctor(namespace, [], 1))).toEqual(['error wrong-type Secret/opaque']);
    expect(shown(await doctor(namespace, ['--offline'], 1))).toEqual(['error wrong-type Secret/opaque']);
  });
});

async function registryFront(choose?: FrontOptions['choose']): Promise<Front> {
  const front = await startFront({ behind: own.host, ...(choose && { choose }) });
  fronts.push(front);
  return front;
}
const fronts: Front[] = [];
afterAll(() => Promise.all(fronts.map((front) => front.close())));

describe.concurrent('registries are asked', () => {
  test('once for an image and a login, however many workloads and pods have pulled nothing so far', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    const front = await registryFront();
    await newPullSecret(namespace, 'good', front.host, ada);
    await newAccount(namespace, { imagePullSecrets: named('good') }, 'builder');
    await Promise.all(
      [1, 2, 3, 4, 5].map(() =>
        newWorkload('Deployment', namespace, {
          image: `${front.host}/team/app:v1`,
          account: 'builder',
          fields: { replicas: 4 },
        }),
      ),
    );
    expect((await doctor(namespace)).counts.registries).toBe(1);
    expect(
      front.requests.map(({ method, path, authorization = '' }) => `${method} ${path} ${authorization !== ''}`).sort(),
    ).toEqual([
      'GET /v2/ false',
      'GET /v2/ true',
      'HEAD /v2/team/app/manifests/v1 false',
      'HEAD /v2/team/app/manifests/v1 true',
    ]);
  });

  test('about an image where pods fail, once for all of them', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    const front = await registryFront();
    const image = `${front.host}/team/app:v1`;
    await newWorkload('ReplicaSet', namespace, { image, name: 'web', fields: { replicas: 8 } });
    const pods = await podsOf(namespace, 'web', 8);
    await Promise.all(pods.map((pod) => says(namespace, pod, failing(image))));
    const report = await doctor(namespace, [], 1);
    expect(report.findings.map(({ code, affects }) => [code, affects?.pods])).toEqual([['no-pull-secret', 8]]);
    expect(front.requests).toHaveLength(1);
  });

  test('about an image of a template that has neither a list nor pods', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    await newWorkload('Deployment', namespace, { image: ownImage, name: 'web', fields: { replicas: 0 } });
    expect(shown(await doctor(namespace, [], 1))).toEqual(['error no-pull-secret Deployment/web']);
  });

  test('not at all with --offline', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    const front = await registryFront();
    await newPullSecret(namespace, 'good', front.host, ada);
    await newAccount(namespace, { imagePullSecrets: named('good') }, 'builder');
    await doctor(namespace, ['--offline']);
    expect(front.requests).toEqual([]);
  });

  test('and one that limits the rate is not taken for one that is content', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    const front = await registryFront(() => ({ status: 429 }));
    await newPullSecret(namespace, 'good', front.host, ada);
    await newAccount(namespace, { imagePullSecrets: named('good') }, 'builder');
    const report = await doctor(namespace, [], 3);
    expect(shown(report)).toEqual(['warning registry-unreachable Secret/good']);
    expect([report.healthy, report.unjudged]).toEqual([
      null,
      [`the login in secret ${namespace}/good for ${front.host}`],
    ]);
    expect(report.findings[0]?.message).toContain('it limits the rate of requests');
  });

  test('and one that does not answer is a warning, once', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    await newPullSecret(namespace, 'one', 'localhost:1', ada);
    await newPullSecret(namespace, 'two', 'localhost:1', wrong);
    await newAccount(namespace, { imagePullSecrets: named('one') }, 'a');
    await newAccount(namespace, { imagePullSecrets: named('two') }, 'b');
    const report = await doctor(namespace, [], 3);
    expect(shown(report)).toEqual(['warning registry-unreachable Secret/one']);
    // The finding counts Secrets, and not the pods of the Secret that it is shown for.
    expect(report.findings[0]?.affects).toEqual({ pods: 0, examples: ['secret/one', 'secret/two'], others: 0 });
  });
});

test('what there is no time to ask about is not called healthy', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  let later = 0;
  const now = performance.now.bind(performance);
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now() + later);
  onTestFinished(() => clock.mockRestore());
  const front = await registryFront(() => {
    later = 3_600_000;
    return undefined;
  });
  const names = Array.from({ length: 40 }, (_, index) => `login-${index}`);
  for (const name of names) await newPullSecret(namespace, name, front.host, { ...ada, username: name });
  await newAccount(namespace, { imagePullSecrets: named(...names) }, 'builder');
  const report = await doctor(namespace, [], 3);
  expect(report.healthy).toBeNull();
  expect(report.unjudged).toContain('24 questions to registries (no time left)');
});

describe.concurrent('least rights', () => {
  const may = (resources: string[], groups = ['']) => [{ apiGroups: groups, resources, verbs: ['list'] }];

  test('pods only', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    const pod = await newWorkload('Pod', namespace, { image: ownImage, list: named('regcred') });
    await says(namespace, pod, failing(ownImage));
    const report = await doctor(namespace, [], 1, { kubeconfig: await userWith(namespace, may(['pods'])) });
    expect(shown(report)).toEqual([`error unread-secrets Pod/${pod}`]);
    expect(report.unchecked).toEqual([
      'get secrets',
      'get serviceaccounts',
      'list cronjobs',
      'list daemonsets',
      'list deployments',
      'list jobs',
      'list replicasets',
      'list replicationcontrollers',
      'list secrets',
      'list serviceaccounts',
      'list statefulsets',
    ]);
  });

  test('all but one kind, each in turn: it is not called healthy, and what was not seen is named', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    const kinds = [
      ...['pods', 'secrets', 'serviceaccounts', 'deployments', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs'],
      'replicationcontrollers',
      'replicasets',
    ];
    const all = await userWith(namespace, may(kinds, ['', 'apps', 'batch']));
    expect((await doctor(namespace, [], 0, { kubeconfig: all })).healthy).toBe(true);
    for (const missing of kinds) {
      const others = kinds.filter((kind) => kind !== missing);
      const kubeconfig = await userWith(namespace, may(others, ['', 'apps', 'batch']));
      const report = await doctor(namespace, [], 3, { kubeconfig });
      expect([report.healthy, report.unjudged]).toEqual([null, [`${missing} in namespace ${namespace}`]]);
    }
  });

  test('all but one kind: nothing is called unused', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    await newPullSecret(namespace, 'one', 'r.example');
    const kubeconfig = await userWith(namespace, may(['pods', 'secrets', 'serviceaccounts']));
    const { code, stdout, stderr } = await regsecretIn(namespace, ['doctor', '--offline'], { kubeconfig });
    expect([code, stdout.split(':')[0]]).toEqual([3, 'nothing wrong was found']);
    expect(stderr).toBe(
      'warning: not read, no permission to list cronjobs, list daemonsets, list deployments, list jobs, list replicasets, list replicationcontrollers, list statefulsets\nregistries were not checked (--offline)\n',
    );
  });

  test('none', async () => {
    const namespace = await newNamespace();
    const { code, stderr } = await regsecretIn(namespace, ['doctor'], { kubeconfig: await userWith(namespace, []) });
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        `^error: no permission to list anything in namespace ${namespace}\nhint: an administrator can run: regsecret rbac --for user/.* doctor -n ${namespace} `,
      ),
    ]);
  });
});

/** Escapes for colours, a window title and overwriting a line, and a mark that reverses the text direction. */
const HOSTILE = '\u001b[31m\u001b]0;x\u0007\r\u009b2J\u202e';
const CONTROLS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/;

test('nothing that clusters hold moves the cursor, and no password is seen', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  const auth = Buffer.from(`ada${HOSTILE}:${CANARY}`).toString('base64');
  await newSecret(namespace, 'hostile', 'kubernetes.io/dockerconfigjson', {
    '.dockerconfigjson': JSON.stringify({
      auths: { [own.host]: { auth }, [`r.example/${HOSTILE}`]: { auth }, [`u:${CANARY}@s.example`]: { auth } },
    }),
  });
  await newSecret(namespace, 'typed', `x${HOSTILE}`, { '.dockerconfigjson': `{"auths":{"t":{"auth":"${auth}"}}}` });
  await newAccount(namespace, { imagePullSecrets: named('hostile', 'typed') }, 'builder');
  const pod = await newWorkload('Pod', namespace, { image: ownImage, list: named('hostile'), account: 'builder' });
  const state = { waiting: { reason: `Err${HOSTILE}`, message: `401 Unauthorized ${HOSTILE}` } };
  await says(namespace, pod, { phase: 'Pending', ...container(ownImage, state) });
  const lines = [
    ['doctor'],
    ['doctor', '--offline'],
    ['why', `pod/${pod}`, 'sa/builder', 'secret/hostile', 'secret/typed', '-v'],
    // A flag cannot contain a carriage return.
    ['why', '--image', `${own.host}/x${HOSTILE.replace('\r', '')}`, '--secret', 'hostile', '-v'],
  ];
  const runs = lines.flatMap((args) => [args, [...args, '-o', 'json'], [...args, '-o', 'yaml']]);
  // Running them also checks for the canary.
  for (const args of runs) {
    const { stdout, stderr } = await regsecretIn(namespace, args);
    expect(stdout, args.join(' ')).not.toMatch(CONTROLS);
    expect(stderr, args.join(' ')).not.toMatch(CONTROLS);
    expect(stdout, stderr).not.toBe('');
  }
});

test('all namespaces: where else a Secret is that is missing here', async () => {
  const name = freshName('shared');
  const [namespace, other] = await Promise.all([newNamespace({ serviceAccount: true }), newNamespace()]);
  // A login that no other namespace uses.
  await newPullSecret(other, name, own.host, { username: name, password: CANARY });
  await newAccount(namespace, { imagePullSecrets: named(name) }, 'builder');
  const { stdout, stderr } = await here(['doctor', '-A', '--offline', '-o', 'json'], {
    env: { KUBECONFIG: cluster().kubeconfig },
  });
  expect(stdout, stderr).not.toBe('');
  const { findings } = JSON.parse(stdout) as Report;
  const ours = findings.filter(({ object }) => object.name === name);
  expect(ours.map(({ code, message }) => [code, message])).toEqual([
    [
      'missing-secret',
      `secret ${namespace}/${name} does not exist; used by serviceaccount/builder; it exists in namespace ${other}, but a pod can use only Secrets of its own namespace`,
    ],
    ['unused-secret', `no imagePullSecrets reference secret ${other}/${name}; volumes and env not checked`],
  ]);
});

test('credentials that the API server does not accept', async () => {
  const env = { KUBECONFIG: kubeconfigFor({ token: 'wrong' }) };
  const message = 'error: the API server does not accept the login of this kubeconfig\nhint: kubectl auth whoami\n';
  const lines = [
    ['doctor'],
    ['doctor', '-A'],
    ...['pod/x', 'deploy/x', 'sa/x', 'secret/x'].map((target) => ['why', target]),
    ['why', '--image', ownImage],
  ];
  for (const args of lines) expect(await here(args, { env })).toEqual({ code: 1, stdout: '', stderr: message });
});

test('what makes no sense together', async () => {
  const env = { KUBECONFIG: cluster().kubeconfig };
  const both = await here(['doctor', '-A', '-n', 'x'], { env });
  expect([both.code, both.stderr.split('\n')[0]]).toEqual([
    2,
    'error: --all-namespaces and --namespace cannot be used together',
  ]);
  const target = await here(['doctor', '-A', 'pod/x'], { env });
  expect([target.code, target.stderr.split('\n')[0]]).toEqual([
    2,
    'error: --all-namespaces cannot be combined with targets',
  ]);
});
