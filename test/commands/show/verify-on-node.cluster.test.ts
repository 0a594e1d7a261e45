/**
 * `verify --on-node` where no kubelet runs: what is refused before a pod is made, what the API server refuses, and that a pod is
 * deleted whatever happens to a request.
 */
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { api, newNamespace, waitFor } from '../../environment/use.ts';
import { created, freshName, newAccount, newPullSecret, pathOf, regsecretIn } from '../../support/attach-world.ts';
import { every } from '../../support/cases.ts';
import { FAULT_KINDS, type FaultKind, faultOf } from '../../support/fault-kinds.ts';
import { pool } from '../../support/pool.ts';
import { type Step, type StepProxy, startStepProxy } from '../../support/step-proxy.ts';

const IMAGE = ['--image', 'r.example/app:v1'];
let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'regcred');
});

async function pods(where: string): Promise<string[]> {
  const { body } = await api('GET', pathOf('Pod', where));
  return body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
}

async function newNode(status: object): Promise<string> {
  const name = freshName('node');
  await created('/api/v1/nodes', { metadata: { name }, spec: { unschedulable: true }, status });
  onTestFinished(async () => void (await api('DELETE', `/api/v1/nodes/${name}`)));
  return name;
}

const READY = [{ type: 'Ready', status: 'True' }];
const LOST = [{ type: 'Ready', status: 'Unknown', message: 'Kubelet stopped posting node status.' }];

describe('a line that cannot be meant', () => {
  test.each<[string, string[], string, string]>([
    [
      'no image',
      ['regcred', '--on-node'],
      '--on-node needs --image',
      'regsecret verify -n NS regcred --on-node=any --image ghcr.io/org/app:v1',
    ],
    [
      'an image that is no name',
      ['--on-node', '--image', 'r.example/App:v1'],
      '--image r.example/App:v1 is not an image',
      '--image ghcr.io/org/app:v1',
    ],
    [
      'a node that can have no such name',
      ['--on-node=a,b', ...IMAGE],
      'the name of a node has only',
      'kubectl get nodes',
    ],
    ['all namespaces', ['--on-node', '-A', ...IMAGE], '-A and --on-node cannot be used together', 'regsecret verify'],
    ['a file', ['--on-node', '-f', 'x.yaml', ...IMAGE], '-f and --on-node cannot be used together', 'regsecret verify'],
    [
      'a login of this machine',
      ['--on-node', '--server', 'r.example', ...IMAGE],
      '--server and --on-node cannot be used together',
      'regsecret verify',
    ],
    [
      'a service account without a node',
      ['--serviceaccount', 'ci', ...IMAGE],
      '--serviceaccount is only for --on-node',
      'regsecret verify -n NS --serviceaccount ci --image r.example/app:v1 --on-node',
    ],
    ['no node in the variable', ['--on-node=', ...IMAGE], '--on-node has an empty value', 'set the variable'],
  ])('%s', async (_, args, error, hint) => {
    const { code, stderr } = await regsecretIn(namespace, ['verify', ...args]);
    expect(code).toBe(2);
    expect(stderr).toContain(error);
    expect(stderr.replaceAll(namespace, 'NS')).toMatch(/^hint: /m);
    expect(stderr.replaceAll(namespace, 'NS')).toContain(hint);
    expect(await pods(namespace)).toEqual([]);
  });
});

describe('is proposed where this machine gets no answer', () => {
  test.each<[string, string, string]>([
    [
      'by verify',
      'verify regcred --image r.example/app:v1 --timeout 5s',
      'verify -n NS regcred --image r.example/app:v1 --on-node',
    ],
    [
      'by why',
      'why --image r.example/app:v1 --secret regcred',
      'verify regcred -n NS --image r.example/app:v1 --on-node',
    ],
    [
      'by why, for a service account',
      'why --image r.example/app:v1 --serviceaccount pulls',
      'verify -n NS --image r.example/app:v1 --serviceaccount pulls --on-node',
    ],
  ])('%s', async (_, line, proposed) => {
    const own = await newNamespace({ serviceAccount: true });
    await newPullSecret(own, 'regcred');
    await newAccount(own, { imagePullSecrets: [{ name: 'regcred' }] }, 'pulls');
    const { code, stdout, stderr } = await regsecretIn(own, line.split(' '));
    expect(code).toBe(3);
    expect((stdout + stderr).replaceAll(own, 'NS')).toMatch(new RegExp(`(hint|next): +regsecret ${proposed}\n`));
  });

  test('not by verify of a login that is not in the cluster', async () => {
    const args = ['--server', 'r.example', '--username', 'u', '--password-stdin', ...IMAGE];
    const { code, stderr } = await regsecretIn(namespace, ['verify', ...args], { stdin: 'x' });
    expect([code, stderr.includes('--on-node')]).toEqual([3, false]);
  });
});

describe('what is not there', () => {
  test.each<[string, string[], RegExp]>([
    ['a Secret', ['gone', '--on-node', ...IMAGE], /^error: secret NS\/gone does not exist/],
    [
      'a service account',
      ['--serviceaccount', 'gone', '--on-node', ...IMAGE],
      /^error: serviceaccount NS\/gone does not exist/,
    ],
    ['a node', ['--on-node=gone', ...IMAGE], /^error: node gone does not exist\nhint: kubectl get nodes/],
  ])('%s', async (_, args, error) => {
    const { code, stderr } = await regsecretIn(namespace, ['verify', ...args]);
    expect(code).toBe(1);
    expect(stderr.replaceAll(namespace, 'NS')).toMatch(error);
    expect(await pods(namespace)).toEqual([]);
  });

  test('the namespace', async () => {
    const { code, stderr } = await regsecretIn('nowhere', ['verify', '--on-node', ...IMAGE]);
    expect([code, stderr]).toEqual([1, 'error: namespace nowhere does not exist\nhint: kubectl get namespaces\n']);
  });

  test('a node whose name is nearly right', async () => {
    const name = await newNode({ conditions: READY });
    const { stderr } = await regsecretIn(namespace, ['verify', 'regcred', `--on-node=${name}x`, ...IMAGE]);
    expect(stderr).toContain(`node ${name}x does not exist; did you mean ${name}?\nhint: regsecret verify`);
    expect(stderr).toContain(`regcred --on-node=${name} --image r.example/app:v1\n`);
  });
});

describe('a node that cannot be asked', () => {
  test.each<[string, object, string]>([
    ['of another platform', { conditions: READY, nodeInfo: { ...info('windows') } }, 'it runs windows, not linux'],
    ['that is not ready', { conditions: LOST }, 'it is not ready: Kubelet stopped posting node status.'],
  ])('%s', async (_, status, reason) => {
    const name = await newNode(status);
    const { code, stderr } = await regsecretIn(namespace, ['verify', 'regcred', `--on-node=${name}`, ...IMAGE]);
    expect([code, stderr]).toEqual([
      1,
      `error: node ${name} cannot be asked: ${reason}\nhint: kubectl describe node ${name}\n`,
    ]);
    expect(await pods(namespace)).toEqual([]);
  });

  test('is named among all of them', async () => {
    const name = await newNode({ conditions: LOST });
    const args = ['verify', 'regcred', '--on-node=all', ...IMAGE, '--timeout', '500ms', '-o', 'json'];
    const reason = 'it is not ready: Kubelet stopped posting node status.';
    const row = {
      source: `${namespace}/regcred`,
      image: 'r.example/app:v1',
      asked: `node ${name}`,
      verdict: { kind: 'not asked', reason },
    };
    // Nodes of other tests come and go meanwhile.
    const ran = await waitFor(
      async () => {
        const one = await regsecretIn(namespace, args);
        return one.code === 3 ? one : undefined;
      },
      { what: 'an answer about all nodes' },
    );
    expect(JSON.parse(ran.stdout).items).toContainEqual(row);
    expect(await pods(namespace)).toEqual([]);
  });
});

function info(operatingSystem: string): object {
  const unknown = ['architecture', 'bootID', 'containerRuntimeVersion', 'kernelVersion', 'kubeProxyVersion'];
  const more = ['kubeletVersion', 'machineID', 'osImage', 'systemUUID'];
  return { ...Object.fromEntries([...unknown, ...more].map((name) => [name, ''])), operatingSystem };
}

describe('the API server refuses the pod', () => {
  test('for a quota', async () => {
    const full = await newNamespace({ serviceAccount: true });
    await newPullSecret(full, 'regcred');
    const path = `/api/v1/namespaces/${full}/resourcequotas`;
    await created(path, {
      metadata: { name: 'none' },
      spec: { hard: { pods: '0' } },
      status: { hard: { pods: '0' }, used: { pods: '0' } },
    });
    const { code, stderr } = await regsecretIn(full, ['verify', 'regcred', '--on-node', ...IMAGE]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: cannot create pod .*: pods "regsecret-pull-test-\w+" is forbidden: .*(quota|status unknown)/,
    );
  });

  test('for a Secret that pods of the service account may not use', async () => {
    const annotations = { 'kubernetes.io/enforce-mountable-secrets': 'true' };
    await newAccount(namespace, { metadata: { name: 'strict', annotations } });
    const { code, stderr } = await regsecretIn(namespace, [
      'verify',
      'regcred',
      '--serviceaccount',
      'strict',
      '--on-node',
      ...IMAGE,
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('does not reference that imagePullSecret');
    expect(await pods(namespace)).toEqual([]);
  });
});

describe('a fault', () => {
  /** Coprime to the number of cases, so that every request gets every kind in some run. */
  const STRIDE = 7;

  test('at any request leaves no pod, or names it', { timeout: 600_000 }, async () => {
    const proxy = await startStepProxy();
    onTestFinished(() => proxy.close());
    const steps = new Map<string, Step>();
    await run(proxy, 'clean', (step) => {
      if (/pods/.test(step.text) && !steps.has(plain(step))) steps.set(plain(step), step);
      return undefined;
    });
    expect([...steps.keys()].toSorted()).toEqual(['DELETE pods/POD', 'GET pods', 'GET pods/POD', 'POST pods']);
    const all = [...steps.keys()].flatMap((text) => FAULT_KINDS.map((kind) => ({ text, kind })));
    const problems = await pool(8, every(all, STRIDE), (one) => problemsOf(proxy, one));
    expect(problems.flat()).toEqual([]);
  });

  /** The text of a request with the name of the pod taken out. */
  function plain({ text }: Pick<Step, 'text'>): string {
    return text.replace(/regsecret-pull-test-\w+/, 'POD');
  }

  function run(
    proxy: StepProxy,
    name: string,
    choose: NonNullable<Parameters<StepProxy['watch']>[1]>,
    flags: string[] = [],
  ) {
    const { kubeconfig } = proxy.watch(name, choose);
    return regsecretIn(
      name === 'clean' ? namespace : name,
      ['verify', 'regcred', '--on-node', ...IMAGE, '--timeout', '500ms', ...flags],
      { kubeconfig },
    );
  }

  async function problemsOf(proxy: StepProxy, { text, kind }: { text: string; kind: FaultKind }): Promise<string[]> {
    const own = await newNamespace({ serviceAccount: true });
    await newPullSecret(own, 'regcred');
    const isMeant = (step: Step): boolean => plain(step) === text && (kind.always || step.nth === 0);
    const { code, stderr } = await run(proxy, own, faultOf(kind, isMeant), kind.hangs ? ['--request-timeout=2s'] : []);
    const left = await pods(own);
    const unnamed = left.filter((name) => !stderr.includes(`kubectl delete pod ${name}`));
    const found = [
      ...(unnamed.length > 0 ? [`left: ${unnamed}`] : []),
      ...(code === 0 ? ['exit code 0'] : []),
      ...(/this is a bug/.test(stderr) ? ['a bug'] : []),
    ];
    return found.map((problem) => `${text}, ${kind.title}: ${problem}\n${stderr}`);
  }
});
