/** What doctor reports depends on the version and the settings of nodes. Their Node objects are real, and no kubelet runs. */
import { randomBytes } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import {
  api,
  cluster,
  janedoe,
  kubeconfigFor,
  newNamespace,
  sharedRegistries,
  waitFor,
} from '../../environment/use.ts';
import { named, newAccount, newPullSecret, newWorkload, pathOf } from '../../support/attach-world.ts';
import { type Fault, type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { here } from '../../support/here.ts';
import { newNode, removeNodes, reportRunning, reportWaiting } from '../../support/node-objects.ts';

const { basic, publicImage } = sharedRegistries();
const proxies: FaultProxy[] = [];
afterAll(() => Promise.all(proxies.map((proxy) => proxy.close())));
afterAll(removeNodes);

interface RunningOptions {
  readonly node: string;
  readonly account?: string;
  readonly image?: string;
  readonly list?: readonly string[];
  readonly policy?: string;
}

/** A Deployment whose pod runs on a node, as its kubelet would report. */
async function runs(namespace: string, name: string, options: RunningOptions): Promise<void> {
  const { node, account, image = basic.privateImage, list = [], policy = 'IfNotPresent' } = options;
  const containers = [{ name: 'app', image, imagePullPolicy: policy }];
  const spec = { nodeName: node, containers, ...(account && { serviceAccountName: account }) };
  await newWorkload('Deployment', namespace, { name, image, spec, ...(list.length > 0 && { list: named(...list) }) });
  const [pod] = await waitFor(
    async () => {
      const { items } = (await api('GET', `${pathOf('Pod', namespace)}?labelSelector=app%3D${name}`)).body;
      return items.length > 0 ? items : undefined;
    },
    { what: `the pod of ${name}` },
  );
  await reportRunning(namespace, pod.metadata.name, image);
  const isReady = async () => (await api('GET', pathOf('Deployment', namespace, name))).body.status.readyReplicas === 1;
  await waitFor(isReady, { what: `${name} to be ready` });
}

/** A pod that waits for its image, as its kubelet would report. */
async function fails(namespace: string, spec: object, waiting: object): Promise<void> {
  const image = basic.privateImage;
  const pod = await newWorkload('Pod', namespace, { image, spec });
  await reportWaiting(namespace, pod, image, waiting);
}

interface Found {
  readonly code: string;
  readonly severity: string;
  readonly object: { readonly name: string; readonly namespace: string };
  readonly message: string;
  readonly arguments: { readonly restart?: object };
  readonly fix: { readonly command: string };
}

async function doctor(args: readonly string[], kubeconfig = cluster().kubeconfig): Promise<readonly Found[]> {
  const { stdout, stderr } = await here(['doctor', ...args, '-o', 'json'], { env: { KUBECONFIG: kubeconfig } });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout).findings;
}

/** Two namespaces with a label of their own: in `one`, a pod with a login runs on the node. */
async function neighborhood(
  version: string,
  image = basic.privateImage,
): Promise<{ one: string; other: string; label: string; node: string }> {
  const label = `regsecret-test=${randomBytes(5).toString('hex')}`;
  const [key = '', value = ''] = label.split('=');
  const [one, other] = await Promise.all(
    [1, 2].map(() => newNamespace({ serviceAccount: true, labels: { [key]: value } })),
  );
  if (one === undefined || other === undefined) throw new Error('no namespaces');
  const node = await newNode(version);
  await newPullSecret(one, 'regcred', basic.host, janedoe);
  await runs(one, 'api', { node, image, list: ['regcred'] });
  return { one, other, label, node };
}

const borrowed = (found: readonly Found[]): string[] =>
  found.flatMap(({ code, severity, object }) =>
    code === 'borrowed-image' ? `${severity} ${object.namespace}/${object.name}` : [],
  );

describe.concurrent('a pod without a login beside one that has pulled its image', () => {
  test('on 1.34 is found, with the command that gives it a login', { timeout: 120_000 }, async () => {
    const { one, other, label, node } = await neighborhood('v1.34.4');
    await runs(other, 'web', { node });
    const found = await doctor(['-l', label]);
    expect(borrowed(found)).toEqual([`warning ${other}/web`]);
    const of = () => found.find(({ code }) => code === 'borrowed-image');
    expect(of()?.message).toMatch(`and runs because pod ${one}/api-`);
    expect(of()?.message).toMatch(`pulled it on node ${node} (kubelet v1.34.4)`);
    expect(of()?.fix.command).toMatch(/^regsecret create /);
    await newPullSecret(other, 'own', basic.host, janedoe);
    const again = (await doctor(['-l', label])).find(({ code }) => code === 'borrowed-image');
    expect(again?.fix.command).toBe(`regsecret attach own -n ${other} --to deployment/web`);
    expect(borrowed(await doctor(['-l', label, '--offline']))).toEqual([]);
  });

  test.each<[string, version: string, image: string, web: Partial<RunningOptions>, besides?: true]>([
    ['on 1.36: its kubelet would not let it run', 'v1.36.3', basic.privateImage, {}],
    ['of an image that anyone may pull', 'v1.34.4', publicImage, {}],
    ['that pulls at each start, and so has a login of the node', 'v1.34.4', basic.privateImage, { policy: 'Always' }],
    ['of another node', 'v1.34.4', basic.privateImage, {}, true],
  ])('%s: nothing is found', { timeout: 120_000 }, async (_, version, image, web, besides) => {
    const { other, label, node } = await neighborhood(version, image);
    await runs(other, 'web', { node: besides ? await newNode(version) : node, image, ...web });
    expect(borrowed(await doctor(['-l', label]))).toEqual([]);
  });
});

const configz = (kubeletconfig: unknown, status = 200): Fault => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ kubeletconfig }),
});
const settings = { syncFrequency: '1m0s', imagePullCredentialsVerificationPolicy: 'NeverVerify' };

describe.concurrent('where a pod runs without its Secret', () => {
  test.each<[string, version: string, Fault, restart: object, asked: number]>([
    [
      'the kubelet has the last word',
      'v1.36.3',
      configz(settings),
      { result: 'works', policy: 'NeverVerify', by: 'kubelet' },
      1,
    ],
    [
      'and a kubelet of 1.34 may verify',
      'v1.34.4',
      configz({ ...settings, imagePullCredentialsVerificationPolicy: 'AlwaysVerify' }),
      { result: 'fails', policy: 'AlwaysVerify', by: 'kubelet' },
      1,
    ],
    [
      'without permission, the version decides',
      'v1.36.3',
      configz(undefined, 403),
      { result: 'fails', by: 'default' },
      1,
    ],
    [
      'with a kubelet that is down, it decides at once',
      'v1.36.3',
      configz(undefined, 503),
      { result: 'fails', by: 'default' },
      1,
    ],
    ['with a kubelet that does not answer, it decides', 'v1.36.3', 'hang', { result: 'fails', by: 'default' }, 1],
    ['with an answer of something else, it decides', 'v1.36.3', configz('x'), { result: 'fails', by: 'default' }, 1],
    ['before 1.33, the kubelet is not asked', 'v1.32.1', 'reset', { result: 'works', policy: 'off', by: 'default' }, 0],
  ])('%s', { timeout: 120_000 }, async (_, version, fault, restart, asked) => {
    const namespace = await newNamespace({ serviceAccount: true });
    const node = await newNode(version);
    for (const name of ['web', 'api']) await runs(namespace, name, { node, list: ['gone'] });
    const proxy = await startFaultProxy(cluster(), ({ path }) => (path.endsWith('/proxy/configz') ? fault : undefined));
    proxies.push(proxy);
    const found = await doctor(['-n', namespace], kubeconfigFor({ server: proxy.server }));
    expect(found.map(({ code, arguments: { restart: is } }) => [code, is])).toEqual([
      ['fails-at-restart', expect.objectContaining({ ...restart, node, version })],
    ]);
    expect(proxy.requests.filter(({ path }) => path.endsWith('/configz'))).toHaveLength(asked);
  });

  test.each<[string, Fault | undefined, code: string]>([
    ['an image that is there is withheld by default', undefined, 'unverified-image'],
    ['an image that is there is not withheld by a kubelet that verifies nothing', configz(settings), 'never-pulled'],
  ])('%s', { timeout: 120_000 }, async (_, fault, code) => {
    const namespace = await newNamespace({ serviceAccount: true });
    const image = basic.privateImage;
    const node = await newNode('v1.36.3', [{ names: [image], sizeBytes: 1 }]);
    const spec = { nodeName: node, containers: [{ name: 'app', image, imagePullPolicy: 'Never' }] };
    const message = `Container image "${image}" is not present with pull policy of Never`;
    await fails(namespace, spec, { reason: 'ErrImageNeverPull', message });
    const proxy = await startFaultProxy(cluster(), ({ path }) => (path.endsWith('/proxy/configz') ? fault : undefined));
    proxies.push(proxy);
    const found = await doctor(['-n', namespace], kubeconfigFor({ server: proxy.server }));
    expect(found.map((one) => one.code)).toEqual([code]);
  });

  test('why reports the same of the pod', { timeout: 120_000 }, async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    const node = await newNode('v1.36.3');
    await runs(namespace, 'web', { node, list: ['gone'] });
    const { stdout } = await here(['why', 'deploy/web', '-n', namespace], {
      env: { KUBECONFIG: cluster().kubeconfig },
    });
    expect(stdout).toContain(
      `has ${basic.privateImage}, but could not pull it again; on node ${node} it cannot restart either: by default kubelet v1.36.3 requires a login for an image that was pulled with a pull secret`,
    );
  });

  test('who may not ask one kubelet asks no other', { timeout: 120_000 }, async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    for (const name of ['web', 'api', 'db'])
      await runs(namespace, name, { node: await newNode('v1.36.3'), list: ['gone'] });
    const proxy = await startFaultProxy(cluster(), ({ path }) =>
      path.endsWith('/proxy/configz') ? configz(null, 403) : undefined,
    );
    proxies.push(proxy);
    await doctor(['-n', namespace], kubeconfigFor({ server: proxy.server }));
    const asked = proxy.requests.flatMap(({ path }) =>
      path.startsWith('/api/v1/nodes/') ? path.split('/').slice(5) : [],
    );
    expect(asked.filter((part) => part === 'configz')).toHaveLength(1);
    expect(proxy.requests.filter(({ path }) => /^\/api\/v1\/nodes\/[^/]+$/.test(path))).toHaveLength(3);
  });
});

describe.concurrent('a pod without a login, and without an annotation of its service account', () => {
  const role = 'eks.amazonaws.com/role-arn';
  const annotated = { metadata: { annotations: { [role]: 'arn:x', 'meta.helm.sh/release-name': 'x' } } };

  test.each<[string, others: readonly string[], own: object, expected: string]>([
    [
      'that all others have whose pods run so',
      ['one', 'two'],
      {},
      'serviceaccount own lacks the annotation eks.amazonaws.com/role-arn, which all others',
    ],
    ['that one of the others lacks as well', ['one', 'plain'], {}, ''],
    ['that it has', ['one'], annotated.metadata, ''],
    ['that nobody has', ['plain'], {}, ''],
  ])('%s', { timeout: 120_000 }, async (_, others, own, expected) => {
    const namespace = await newNamespace({ serviceAccount: true });
    const node = await newNode('v1.36.3');
    for (const name of others) {
      await newAccount(namespace, { metadata: { name, ...(name === 'plain' ? {} : annotated.metadata) } }, name);
      await runs(namespace, name, { node, account: name });
    }
    await newAccount(namespace, { metadata: { name: 'own', ...own } }, 'own');
    const spec = { nodeName: node, serviceAccountName: 'own' };
    const message = `failed to pull and unpack image "${basic.privateImage}": pull access denied: no basic auth credentials`;
    await fails(namespace, spec, { reason: 'ErrImagePull', message });
    const [found] = (await doctor(['-n', namespace])).filter(({ code }) => code === 'no-pull-secret');
    expect(found?.message).toContain(expected);
    expect(found?.message.includes('lacks')).toBe(expected !== '');
    expect(found?.message).not.toContain('helm');
  });
});
