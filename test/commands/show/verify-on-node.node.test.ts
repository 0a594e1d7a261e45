/**
 * `verify --on-node` on real nodes: it answers what a real pod of the same image gets, nothing of the image runs, and no pod of
 * it is left, even when the program is killed.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FindingCode } from '../../../src/findings/finding.ts';
import type { AskedRow } from '../../../src/output/node-verdicts.ts';
import { parseImage } from '../../../src/secret/image.ts';
import { type PullError, pullErrorOf } from '../../../src/workloads/pull-error.ts';
import { testPod, testPodName } from '../../../src/workloads/test-pod.ts';
import { createAuthority, issueCertificate } from '../../environment/certificate.ts';
import {
  api,
  cluster,
  type NodeInfo,
  newNamespace,
  node,
  nodeWith,
  podSettled,
  sharedRegistries,
  waitFor,
} from '../../environment/use.ts';
import { created, freshName, pathOf, regsecretIn } from '../../support/attach-world.ts';
import { cases, seed, some, whole } from '../../support/cases.ts';
import { good, loggedIn, wrong } from '../../support/doctor-machine.ts';
import { make, type Setup, store } from '../../support/doctor-world.ts';
import { pushLarge, pushVariant } from '../../support/image-variant.ts';
import { pool } from '../../support/pool.ts';
import { artefact } from '../../support/program.ts';
import { randomNumbers } from '../../support/random.ts';
import { type Front, type FrontFault, startFront } from '../../support/registry-front.ts';
import { writeHosts } from '../../support/registry-hosts.ts';

const list = ['regcred'];
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const regcred: NonNullable<Setup['secrets']> = (host) => ({ regcred: { auths: { [host]: good } } });
const withEntry = (entry: object): Setup => ({ secrets: (host) => ({ regcred: { auths: { [host]: entry } } }), list });
const beside = (entry: object): Setup => ({
  secrets: (host) => ({ ...regcred(host), broken: { auths: { 'r.example': entry } } }),
  list: ['regcred', 'broken'],
});

const fronts: Front[] = [];
afterAll(() => Promise.all(fronts.map((one) => one.close())));

/** A registry that gives this answer to a request for a manifest with a login. */
function front(manifests: FrontFault, of = '/manifests/'): NonNullable<Setup['host']> {
  return async (behind) => {
    const started = await startFront({
      behind,
      choose: ({ path, authorization }) => (path.includes(of) && authorization ? manifests : undefined),
    });
    fronts.push(started);
    return started.host;
  };
}

async function untrusted(behind: string): Promise<string> {
  const authority = createAuthority('nobody');
  const issued = issueCertificate(authority, { commonName: 'registry' }, ['127.0.0.1']);
  const started = await startFront({ behind, tls: { certificate: issued.certificate, key: issued.key } });
  fronts.push(started);
  return started.host;
}

/** Has the node pull from a mirror that knows no login, or does not have the image. */
function mirrored(fault: FrontFault): NonNullable<Setup['before']> {
  return async ({ image, node: where }) => {
    const mirror = await startFront({ choose: () => fault });
    fronts.push(mirror);
    writeHosts(where, parseImage(image).domain, `server = "http://${mirror.host}"\n`);
  };
}

/** The registry under a name of its own, so that a node can be configured for it alone. */
const plain = front({ status: 200 }, '/nothing/');

/** The title, what is there, and the answer: the error of the pull and the finding about it. */
type Row = readonly [title: string, setup: Setup, answer: 'accepted' | readonly [PullError, FindingCode]];

const REFUSAL: FrontFault = { status: 401, headers: { 'www-authenticate': 'Basic realm="mirror"' } };

const SITUATIONS: readonly Row[] = [
  ['a good login', { secrets: regcred, list }, 'accepted'],
  ['a good login in the list of the service account', { secrets: regcred, account: list }, 'accepted'],
  ['a public image, without a Secret', { image: () => sharedRegistries().publicImage }, 'accepted'],
  ['an image by its digest', { secrets: regcred, list, image: byDigest }, 'accepted'],
  [
    'an image that no node has',
    { secrets: regcred, list, image: (host) => pushVariant(host, freshName('new')) },
    'accepted',
  ],
  ['an image of 2 MB', { secrets: regcred, list, image: (host) => pushLarge(host, freshName('large')) }, 'accepted'],
  [
    'a wrong password, and a good one in the second Secret',
    { secrets: (host) => ({ bad: { auths: { [host]: wrong } }, ...regcred(host) }), list: ['bad', 'regcred'] },
    'accepted',
  ],
  ['a good login, on the Bearer registry', { on: 'bearer', secrets: regcred, list }, 'accepted'],
  ['no Secret', {}, ['no credential', 'no-pull-secret']],
  ['no Secret, and one in the namespace', { secrets: regcred }, ['no credential', 'no-pull-secret']],
  ['a service account whose Secret is not there', { account: ['gone'] }, ['no credential', 'missing-secret']],
  ['a wrong password', withEntry(wrong), ['refused', 'credential-rejected']],
  [
    'a wrong password, on the Bearer registry',
    { on: 'bearer', ...withEntry(wrong) },
    ['refused', 'credential-rejected'],
  ],
  ['an empty entry', withEntry({}), ['no credential', 'empty-entry']],
  ['an identity token', withEntry({ auth: base64('u:'), identitytoken: 'x' }), ['no credential', 'identity-token']],
  [
    'an entry for another registry',
    { secrets: () => ({ regcred: { auths: { 'r.example': good } } }), list },
    ['no credential', 'no-entry'],
  ],
  [
    'a Secret of another type',
    { secrets: () => ({ regcred: { type: 'Opaque', data: { config: base64('{}') } } }), list },
    ['no credential', 'wrong-type'],
  ],
  ['a Secret that cannot be decoded', beside({ auth: 'notbase64!' }), ['undecodable', 'unreadable-entry']],
  ['an auth without a colon', beside({ auth: base64('nocolon') }), ['undecodable', 'unreadable-entry']],
  ['a login without rights', { secrets: regcred, list, host: front({ status: 403 }) }, ['no access', 'no-access']],
  [
    'a tag that is not there',
    { secrets: regcred, list, image: (host) => `${host}/janedoe/jdoe-private:v1x` },
    ['not found', 'image-not-found'],
  ],
  [
    'a repository that is not there',
    { secrets: regcred, list, image: (host) => `${host}/janedoe/none:v1` },
    ['not found', 'image-not-found'],
  ],
  [
    'another platform',
    { secrets: regcred, list, image: (host) => pushVariant(host, freshName('s390x'), 's390x') },
    ['platform', 'wrong-platform'],
  ],
  ['too many pulls', { secrets: regcred, list, host: front({ status: 429 }) }, ['rate limited', 'rate-limited']],
  [
    'a registry out of order',
    { secrets: regcred, list, host: front({ status: 503 }) },
    ['out of order', 'node-cannot-reach'],
  ],
  [
    'layers that are lost',
    { secrets: regcred, list, host: front({ status: 404 }, '/blobs/'), image: fresh },
    ['layers', 'node-cannot-reach'],
  ],
  ['a name that cannot be resolved', { image: () => 'registry.invalid/app:v1' }, ['name', 'node-cannot-reach']],
  ['a registry that does not listen', { image: () => '127.0.0.1:1/app:v1' }, ['connection', 'node-cannot-reach']],
  [
    'a certificate that the node does not trust',
    { secrets: regcred, list, host: untrusted, before: overTls },
    ['authority', 'node-cannot-reach'],
  ],
  [
    'a mirror that refuses',
    { secrets: regcred, list, host: plain, before: mirrored(REFUSAL) },
    ['refused', 'node-cannot-reach'],
  ],
  [
    'a mirror that does not have the image',
    { secrets: regcred, list, host: plain, before: mirrored({ status: 404 }) },
    ['not found', 'unexplained'],
  ],
];

async function byDigest(host: string): Promise<string> {
  const headers = {
    authorization: `Basic ${(good as { auth: string }).auth}`,
    accept: 'application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json',
  };
  const answer = await fetch(`http://${host}/v2/janedoe/jdoe-private/manifests/v1`, { method: 'HEAD', headers });
  return `${host}/janedoe/jdoe-private@${answer.headers.get('docker-content-digest')}`;
}

/** An image that no node has seen, of a registry behind a front. */
async function fresh(host: string): Promise<string> {
  const { basic } = sharedRegistries();
  return (await pushVariant(basic.host, freshName('layers'))).replace(basic.host, host);
}

async function overTls({ image, node: where }: { readonly image: string; readonly node: NodeInfo }): Promise<void> {
  const { domain } = parseImage(image);
  writeHosts(where, domain, `server = "https://${domain}"\n`);
}

interface Told {
  readonly code: number;
  readonly rows: readonly AskedRow[];
  readonly stderr: string;
}

async function verify(namespace: string, args: readonly string[], host = 'r.example'): Promise<Told> {
  const ran = await regsecretIn(namespace, ['verify', ...args, '-o', 'json'], { env: loggedIn(host) });
  const { items: rows = [] } = ran.stdout === '' ? {} : JSON.parse(ran.stdout);
  return { code: ran.code, rows, stderr: ran.stderr };
}

async function testPods(namespace: string): Promise<string[]> {
  const { body } = await api('GET', pathOf('Pod', namespace));
  const names: string[] = body.items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  return names.filter((name) => name.startsWith(testPodName('')));
}

describe.concurrent('the answer is that of a real pod', () => {
  test.for(some(SITUATIONS, 10))('%s', { timeout: 240_000 }, async ([, setup, answer]) => {
    const where = node();
    const { namespace, image, host } = await make(setup, where);
    const names = (setup.list ?? []).map(String);
    const told = verify(namespace, [...names, '--image', image, `--on-node=${where.name}`], host);
    const [{ code, rows, stderr }, real] = await Promise.all([told, podSettled(namespace, 'web', 120_000)]);
    const [row] = rows;
    const seen = row?.verdict.kind === 'not pulled' ? [row.verdict.error, row.cause?.code] : row?.verdict.kind;
    expect(seen, `${stderr}${JSON.stringify(rows)}`).toEqual(answer);
    expect(code).toBe(answer === 'accepted' ? 0 : 1);
    const theirs = real.phase === 'Running' ? 'accepted' : pullErrorOf(real.reason ?? '', real.message ?? '');
    expect(theirs).toBe(typeof answer === 'string' ? answer : answer[0]);
    expect(row).toMatchObject({ image, asked: `node ${where.name}` });
    expect(await testPods(namespace)).toEqual([]);
  });
});

describe.concurrent('a node', () => {
  let namespace = '';
  let image = '';
  let own: NodeInfo;
  beforeAll(async () => {
    own = await nodeWith({ label: 'asked' });
    ({ namespace, image } = await make({ secrets: regcred, list }, node()));
  }, 120_000);

  test('that the scheduler chooses', async () => {
    const { code, rows } = await verify(namespace, ['regcred', '--image', image, '--on-node']);
    expect([code, rows.map(({ verdict }) => verdict.kind)]).toEqual([0, ['accepted']]);
  });

  test('with a taint, and cordoned', async () => {
    const merge = { 'content-type': 'application/merge-patch+json' };
    await api('PATCH', `/api/v1/nodes/${own.name}`, { spec: { unschedulable: true } }, merge);
    const { code, rows } = await verify(namespace, ['regcred', '--image', image, `--on-node=${own.name}`]);
    await api('PATCH', `/api/v1/nodes/${own.name}`, { spec: { unschedulable: null } }, merge);
    expect([code, rows[0]?.asked]).toEqual([0, `node ${own.name}`]);
  });

  test('that cannot reach the registry, beside one that can', async () => {
    const reached = await plain(sharedRegistries().basic.host);
    writeHosts(own, reached, 'server = "http://127.0.0.1:1"\n');
    await store(namespace, 'both', { auths: { [reached]: good } });
    const asked = image.replace(/^[^/]+/, reached);
    const { code, rows } = await verify(namespace, ['both', '--image', asked, '--on-node=all']);
    const of = (name: string) => rows.find((row) => row.asked === `node ${name}`)?.verdict;
    expect(code).toBe(1);
    expect(of(node().name)?.kind).toBe('accepted');
    expect(of(own.name)).toMatchObject({ kind: 'not pulled', error: 'connection' });
  });

  test('in a namespace with Pod Security restricted', async () => {
    const enforced = await newNamespace({
      serviceAccount: true,
      labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
    });
    await store(enforced, 'regcred', { auths: { [sharedRegistries().basic.host]: good } });
    const { code, stderr } = await verify(enforced, ['regcred', '--image', image, '--on-node']);
    expect([code, stderr]).toEqual([0, '']);
  });

  test('whose registry keeps silent: there is no answer, and the kubelet still pulls', async () => {
    const host = await front('hang')(sharedRegistries().basic.host);
    const quiet = await newNamespace({ serviceAccount: true });
    await store(quiet, 'silent', { auths: { [host]: good } });
    const args = ['silent', '--image', image.replace(/^[^/]+/, host), '--on-node', '--timeout', '10s'];
    const { code, rows } = await verify(quiet, args);
    expect(code).toBe(3);
    expect(rows[0]?.verdict).toEqual({ kind: 'not asked', reason: 'no answer within 10 s: it is still pulling' });
    expect(await testPods(quiet)).toEqual([]);
  });

  test.runIf(whole)('with an image of 200 MB', { timeout: 600_000 }, async () => {
    const large = await pushLarge(sharedRegistries().basic.host, freshName('huge'), 200_000_000);
    const { code, rows } = await verify(namespace, ['regcred', '--image', large, '--on-node']);
    expect([code, rows[0]?.verdict.kind]).toEqual([0, 'accepted']);
  });

  test('nothing of the image runs, whatever user it has', async () => {
    const numeric = await pushVariant(sharedRegistries().basic.host, freshName('user'), undefined, '65532');
    for (const one of [image, numeric]) {
      expect((await verify(namespace, ['regcred', '--image', one, '--on-node'])).code).toBe(0);
    }
    const { body } = await api('GET', `/api/v1/namespaces/${namespace}/events`);
    const ours = body.items.filter((event: Event) => event.involvedObject.name.startsWith(testPodName('')));
    const reasons = ours.map(({ reason }: Event) => reason);
    expect(reasons).toContain('Pulled');
    expect(reasons).not.toContain('Started');
  });
});

interface Event {
  readonly reason: string;
  readonly involvedObject: { readonly name: string };
}

describe.concurrent('a policy of the cluster', () => {
  const GROUP = '/apis/admissionregistration.k8s.io/v1';
  const left: string[] = [];
  afterAll(async () => {
    for (const path of left) await api('DELETE', path);
  });

  /** Changes every test pod of the namespace, as webhooks do. Skips the test where the API server cannot. */
  async function mutate(namespace: string, expression: string, skip: () => void): Promise<void> {
    const name = freshName('mutation');
    const spec = {
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
      failurePolicy: 'Fail',
      reinvocationPolicy: 'Never',
      mutations: [{ patchType: 'JSONPatch', jsonPatch: { expression } }],
    };
    const { status } = await api('POST', `${GROUP}/mutatingadmissionpolicies`, { metadata: { name }, spec });
    if (status === 404) return skip();
    await created(`${GROUP}/mutatingadmissionpolicybindings`, { metadata: { name }, spec: { policyName: name } });
    left.push(`${GROUP}/mutatingadmissionpolicybindings/${name}`, `${GROUP}/mutatingadmissionpolicies/${name}`);
    const pod = testPod({ id: 'probe0000', image: 'r.example/app:1', account: 'default', deadlineSeconds: 1 });
    const before = JSON.stringify((pod as { spec: object }).spec);
    const changes = async (): Promise<boolean> => {
      const { body } = await api('POST', `${pathOf('Pod', namespace)}?dryRun=All`, pod);
      const { nodeSelector, containers } = body.spec ?? {};
      return !before.includes(JSON.stringify(nodeSelector)) || containers[0].image !== 'r.example/app:1';
    };
    await waitFor(changes, { what: `${name} to be in force` });
  }

  test('that no node fits: the reason of the scheduler', async ({ skip }) => {
    const { namespace, image } = await make({ secrets: regcred, list }, node());
    await mutate(namespace, '[JSONPatch{op: "add", path: "/spec/nodeSelector/nowhere", value: "yes"}]', skip);
    const { code, rows } = await verify(namespace, ['regcred', '--image', image, '--on-node', '--timeout', '3s']);
    expect(code).toBe(3);
    expect(rows[0]).not.toHaveProperty('asked');
    expect(rows[0]?.verdict).toMatchObject({
      kind: 'not asked',
      reason: expect.stringMatching(/Unschedulable: 0\/\d+ nodes/),
    });
    expect(await testPods(namespace)).toEqual([]);
  });

  test('that changes the image: the image of the pod is reported', async ({ skip }) => {
    const { namespace } = await make({ secrets: regcred, list }, node());
    const { publicImage } = sharedRegistries();
    const expression = `[JSONPatch{op: "replace", path: "/spec/containers/0/image", value: "${publicImage}"}]`;
    await mutate(namespace, expression, skip);
    const { code, rows } = await verify(namespace, ['regcred', '--image', 'r.example/app:v1', '--on-node']);
    expect([code, rows[0]?.image]).toEqual([0, publicImage]);
  });
});

/** Starts the program as users do, and kills it after some time. Returns its exit code; undefined when a signal ended it. */
function killed(args: readonly string[], signal: NodeJS.Signals, afterMs: number): Promise<number | undefined> {
  const [command, ...first] = artefact();
  const home = mkdtempSync(join(cluster().home, 'killed-'));
  const env = { PATH: process.env.PATH ?? '', HOME: home, KUBECONFIG: cluster().kubeconfig };
  const child = spawn(command, [...first, ...args], { env, stdio: 'ignore' });
  const timer = setTimeout(() => child.kill(signal), afterMs);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code ?? undefined);
    });
  });
}

describe.concurrent('a program that is killed at a random moment', () => {
  const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
  const runs = cases(6, 100);

  test(`leaves no pod: ${runs} runs`, { timeout: 1_200_000 }, async () => {
    const [gentle, hard] = await Promise.all([
      newNamespace({ serviceAccount: true }),
      newNamespace({ serviceAccount: true }),
    ]);
    const { basic } = sharedRegistries();
    for (const namespace of [gentle, hard]) await store(namespace, 'regcred', { auths: { [basic.host]: good } });
    const line = (namespace: string) => [
      'verify',
      'regcred',
      '-n',
      namespace,
      '--image',
      basic.privateImage,
      '--on-node',
      '--timeout',
      '2s',
    ];
    const began = performance.now();
    await killed(line(gentle), 'SIGKILL', 60_000);
    const length = performance.now() - began;
    const chance = randomNumbers(seed);
    const moments = Array.from({ length: runs }, (_, index) => ({
      signal: SIGNALS[index % SIGNALS.length] ?? 'SIGKILL',
      afterMs: length * (0.3 + chance() * 0.8),
    }));
    const codes = await pool(3, moments, ({ signal, afterMs }) =>
      killed(line(signal === 'SIGKILL' ? hard : gentle), signal, afterMs),
    );
    expect(await testPods(gentle)).toEqual([]);
    for (const [index, code] of codes.entries())
      if (moments[index]?.signal !== 'SIGKILL') expect([0, 130, 3, undefined]).toContain(code);
    const others = await bystanders(hard);
    // The API server's clock decides, and the deadline of a pod is 12 s after it was created.
    const path = pathOf('Pod', hard);
    const isPast = async (): Promise<boolean> => {
      const { body } = await api('GET', path);
      const mine = body.items.filter(({ metadata }: Pod) => !others.includes(metadata.name));
      return mine.every((pod: Pod) => Date.parse(pod.metadata.creationTimestamp) + 14_000 < Date.now());
    };
    await waitFor(isPast, { what: 'the deadlines to pass', deadlineMs: 60_000, everyMs: 500 });
    const count = (await testPods(hard)).filter((name) => !others.includes(name)).length;
    const next = await verify(hard, ['regcred', '--image', basic.privateImage, '--on-node']);
    expect(next.code, next.stderr).toBe(0);
    const { body } = await api('GET', path);
    expect(body.items.map(({ metadata }: Pod) => metadata.name).toSorted()).toEqual(others.toSorted());
    if (whole) console.log(`${runs} runs killed, ${count} pods were left until the next run`);
  });
});

interface Pod {
  readonly metadata: { readonly name: string; readonly creationTimestamp: string };
}

/** Pods that look like test pods in all but one respect. */
async function bystanders(namespace: string): Promise<string[]> {
  const image = 'r.example/app:1';
  const waits = { nodeSelector: { nowhere: 'yes' } };
  const names: string[] = [];
  const add = async (id: string, change: (pod: Shape) => object): Promise<void> => {
    const pod = testPod({ id, image, account: 'default', deadlineSeconds: 1 }) as unknown as Shape;
    const body = change({ ...pod, spec: { ...pod.spec, ...waits } });
    const { metadata } = await created<Pod>(pathOf('Pod', namespace), body);
    names.push(metadata.name);
  };
  await add('aaaaaaaa1', (pod) => ({ ...pod, metadata: { ...pod.metadata, name: 'web' } }));
  await add('aaaaaaaa2', (pod) => ({ ...pod, metadata: { ...pod.metadata, labels: {} } }));
  await add('aaaaaaaa3', (pod) => ({ ...pod, spec: { ...pod.spec, activeDeadlineSeconds: 3600 } }));
  await add('aaaaaaaa4', (pod) => ({ ...pod, spec: { ...pod.spec, activeDeadlineSeconds: undefined } }));
  await add('aaaaaaaa5', (pod) => {
    const [container] = pod.spec.containers;
    return { ...pod, spec: { ...pod.spec, containers: [{ ...container, command: ['/app'] }] } };
  });
  return names;
}

interface Shape {
  readonly metadata: object;
  readonly spec: { readonly containers: readonly object[] };
}
