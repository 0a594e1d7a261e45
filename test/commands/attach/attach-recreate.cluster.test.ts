/** `--recreate`: a bare pod is deleted and created again. However the run ends, nothing is lost. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { run } from '../../../src/run.ts';
import { api, cluster, kubeconfigFor, newNamespace, waitFor } from '../../environment/use.ts';
import {
  created,
  freshName,
  listOf,
  named,
  newAccount,
  newPullSecret,
  newWorkload,
  pathOf,
  regsecretIn,
} from '../../support/attach-world.ts';
import { type Fault, startFaultProxy } from '../../support/fault-proxy.ts';
import { fakeIo } from '../../support/io.ts';
import { artefact } from '../../support/program.ts';

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'regsecret');
});

const pod = async (name: string) => (await api('GET', pathOf('Pod', namespace, name))).body;

/** A state folder, and the pod manifests that the run kept in it. */
function temporary(): {
  env: { XDG_STATE_HOME: string };
  manifests: () => { file: string; mode: number; object: never }[];
} {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-recreate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const manifests = () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json'))
      .map((file) => ({
        file: join(folder, file),
        mode: statSync(join(folder, file)).mode & 0o777,
        object: JSON.parse(readFileSync(join(folder, file), 'utf8')) as never,
      }));
  return { env: { XDG_STATE_HOME: folder }, manifests };
}

/** A pod with every kind of field that must survive, and with fields that the server adds. */
const rich = {
  metadata: { labels: { app: 'rich', team: 'a' }, annotations: { note: 'keep "me"' } },
  fields: {
    initContainers: [{ name: 'init', image: 'r.example/init:1', volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
    volumes: [{ name: 'data', emptyDir: {} }],
    tolerations: [{ key: 'own', operator: 'Exists' }],
    nodeSelector: { disk: 'ssd' },
    hostname: 'me',
    securityContext: { runAsUser: 1000 },
  },
};

describe('the new pod', () => {
  test('is the old one with the Secret: everything of its own stays, the rest is made anew', async () => {
    await newAccount(namespace, { imagePullSecrets: named('of-account') }, 'robot');
    const name = await newWorkload('Pod', namespace, { account: 'robot', ...rich });
    const before = await pod(name);
    const { env, manifests } = temporary();
    const ran = await regsecretIn(namespace, ['attach', '--pod', name, '--recreate'], { env });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `pod/${name} recreated\n` });
    const after = await pod(name);
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(after.metadata.labels).toEqual(before.metadata.labels);
    expect(after.metadata.annotations).toEqual(before.metadata.annotations);
    const token = (volume: { name: string }) => volume.name.startsWith('kube-api-access-');
    const strip = ({ spec }: typeof before) => ({
      ...spec,
      imagePullSecrets: undefined,
      volumes: spec.volumes.filter((volume: { name: string }) => !token(volume)),
      initContainers: spec.initContainers.map((one: object) => ({ ...one, volumeMounts: undefined })),
      containers: spec.containers.map((one: object) => ({ ...one, volumeMounts: undefined })),
    });
    expect(strip(after)).toEqual(strip(before));
    expect(after.spec.imagePullSecrets).toEqual(named('of-account', 'regsecret'));
    const tokens = after.spec.volumes.filter(token);
    expect(tokens).toHaveLength(1);
    expect(tokens[0].name).not.toBe(before.spec.volumes.find(token).name);
    expect(after.spec.containers[0].volumeMounts).toHaveLength(1);
    expect(after.spec.tolerations).toHaveLength(3);
    expect(manifests()).toEqual([]);
    expect(ran.stderr).not.toContain('differs');
  });

  test('has its list without the Secret after detaching', async () => {
    const name = await newWorkload('Pod', namespace, { list: named('regsecret', 'a') });
    const ran = await regsecretIn(namespace, ['detach', '--pod', name, '--recreate', '--yes'], temporary());
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `pod/${name} recreated\n` });
    expect(await listOf('Pod', namespace, name)).toEqual(named('a'));
  });

  test.each([
    ['attach', { 'kubernetes.io/enforce-mountable-secrets': 'true' }, []],
    ['detach', {}, named('regsecret')],
  ])('%s: a service account of the same command comes first', async (verb, annotations, list) => {
    const robot = freshName('sa');
    await newAccount(namespace, { metadata: { name: robot, annotations }, imagePullSecrets: list }, robot);
    const name = await newWorkload('Pod', namespace, { account: robot });
    const both = ['--pod', name, '--recreate', '--serviceaccount', robot, ...(verb === 'detach' ? ['--yes'] : [])];
    const ran = await regsecretIn(namespace, [verb, ...both], temporary());
    expect(ran, ran.stderr).toMatchObject({
      code: 0,
      stdout: `serviceaccount/${robot} patched\npod/${name} recreated\n`,
    });
    expect(await listOf('Pod', namespace, name)).toEqual(verb === 'attach' ? named('regsecret') : undefined);
  });

  test('needs no second room in a quota', async () => {
    const small = await newNamespace({ serviceAccount: true });
    await newPullSecret(small, 'regsecret');
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'one' }, spec: { hard: { pods: '1' } } };
    await created(`/api/v1/namespaces/${small}/resourcequotas`, quota);
    const path = `/api/v1/namespaces/${small}/resourcequotas/one`;
    const status = async () => (await api('GET', path)).body.status;
    // Once the quota is in force, it counts a new pod at once.
    await waitFor(async () => (await status())?.hard?.pods === '1', { what: 'the quota to be in force' });
    const name = await newWorkload('Pod', small);
    expect((await status()).used.pods).toBe('1');
    const ran = await regsecretIn(small, ['attach', '--pod', name, '--recreate'], temporary());
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `pod/${name} recreated\n` });
    expect(await listOf('Pod', small, name)).toEqual(named('regsecret'));
  });
});

describe('nothing is deleted', () => {
  test('without a yes: both ways out are named', async () => {
    const name = await newWorkload('Pod', namespace);
    const before = await pod(name);
    const ran = await regsecretIn(namespace, ['attach', '--pod', name]);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(`hint: regsecret attach regsecret -n ${namespace} --pod ${name} --recreate\n`);
    expect(ran.stderr).toContain('regsecret attach regsecret -f FILE --write');
    expect((await pod(name)).metadata.uid).toBe(before.metadata.uid);
  });

  test.each(['client', 'server'])('in a %s dry run', async (where) => {
    const name = await newWorkload('Pod', namespace);
    const before = await pod(name);
    const ran = await regsecretIn(
      namespace,
      ['attach', '--pod', name, '--recreate', `--dry-run=${where}`],
      temporary(),
    );
    expect(ran.stdout).toBe(`pod/${name} recreated ${where === 'client' ? '(dry run)' : '(server dry run)'}\n`);
    expect((await pod(name)).metadata.uid).toBe(before.metadata.uid);
  });

  test('when the server would not take the new pod', async () => {
    const annotations = { 'kubernetes.io/enforce-mountable-secrets': 'true' };
    const strict = freshName('sa');
    await newAccount(namespace, { metadata: { name: strict, annotations } }, strict);
    const name = await newWorkload('Pod', namespace, { account: strict });
    const before = await pod(name);
    const { env, manifests } = temporary();
    const ran = await regsecretIn(namespace, ['attach', '--pod', name, '--recreate'], { env });
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(`service account ${strict} does not reference that imagePullSecret`);
    expect((await pod(name)).metadata.uid).toBe(before.metadata.uid);
    expect(manifests()).toEqual([]);
  });

  test('when it would have the Secret again, from its service account', async () => {
    const robot = freshName('sa');
    await newAccount(namespace, { imagePullSecrets: named('regsecret') }, robot);
    const name = await newWorkload('Pod', namespace, { account: robot });
    const before = await pod(name);
    expect(before.spec.imagePullSecrets).toEqual(named('regsecret'));
    const ran = await regsecretIn(namespace, ['detach', '--pod', name, '--recreate'], temporary());
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toBe(
      `error: pod ${namespace}/${name} would have regsecret again from serviceaccount ${robot}\nhint: regsecret detach regsecret -n ${namespace} --serviceaccount ${robot}\n`,
    );
    expect((await pod(name)).metadata.uid).toBe(before.metadata.uid);
  });

  test('when the pod has the Secret already', async () => {
    const name = await newWorkload('Pod', namespace, { list: named('regsecret') });
    const ran = await regsecretIn(namespace, ['attach', '--pod', name, '--recreate']);
    expect(ran).toMatchObject({ code: 0, stdout: `pod/${name} unchanged\n` });
  });
});

test('a creation that fails leaves the manifest in a file that only its owner can read, and says where', async () => {
  const name = await newWorkload('Pod', namespace, rich);
  const before = await pod(name);
  let posts = 0;
  const refused = { status: 403, headers: { 'content-type': 'application/json' }, body: FORBIDDEN };
  const between = await startFaultProxy(cluster(), ({ method }) => {
    posts += method === 'POST' ? 1 : 0;
    return method === 'POST' && posts > 1 ? refused : undefined;
  });
  onTestFinished(() => between.close());
  const { env, manifests } = temporary();
  const kubeconfig = kubeconfigFor({ server: between.server });
  const ran = await regsecretIn(namespace, ['attach', '--pod', name, '--recreate'], { kubeconfig, env });
  expect(ran).toMatchObject({ code: 1, stdout: '' });
  const [kept] = manifests();
  expect(kept?.mode).toBe(0o600);
  expect(ran.stderr).toContain(`error: pod ${namespace}/${name} was deleted and not created again: no more pods today`);
  expect(ran.stderr).toContain(`hint: kubectl create -n ${namespace} -f ${kept?.file}\n`);
  await created(pathOf('Pod', namespace), kept?.object ?? {});
  const after = await pod(name);
  expect(after.metadata.annotations).toEqual(before.metadata.annotations);
  expect(after.spec.imagePullSecrets).toEqual(named('regsecret'));
});

test('what an interrupted run has left is made use of, once that is agreed', async () => {
  const name = await newWorkload('Pod', namespace, rich);
  const before = await pod(name);
  let posts = 0;
  const between = await startFaultProxy(cluster(), ({ method }) => {
    posts += method === 'POST' ? 1 : 0;
    return method === 'POST' && posts === 2 ? { status: 403 } : undefined;
  });
  onTestFinished(() => between.close());
  const { env, manifests } = temporary();
  const kubeconfig = kubeconfigFor({ server: between.server });
  await regsecretIn(namespace, ['attach', '--pod', name, '--recreate'], { kubeconfig, env });
  const [{ file = '' } = {}] = manifests();
  const plain = await regsecretIn(namespace, ['attach', '--pod', name], { kubeconfig, env });
  expect(plain).toMatchObject({ code: 1, stdout: '' });
  expect(plain.stderr).toBe(
    `error: pod ${namespace}/${name} is missing: an interrupted run left its manifest in ${file}\nhint: regsecret attach regsecret -n ${namespace} --pod ${name} --recreate\n`,
  );
  const ran = await regsecretIn(namespace, ['attach', '--pod', name, '--recreate'], { kubeconfig, env });
  expect(ran).toMatchObject({ code: 0, stdout: `pod/${name} recreated\n` });
  expect(ran.stderr).toContain(
    `pod/${name} is missing: it is created again from ${file}, which an interrupted run left\n`,
  );
  const after = await pod(name);
  expect(after.metadata.annotations).toEqual(before.metadata.annotations);
  expect(after.spec.imagePullSecrets).toEqual(named('regsecret'));
  expect(manifests()).toEqual([]);
});

const FORBIDDEN = JSON.stringify({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  reason: 'Forbidden',
  message: 'no more pods today',
  code: 403,
});

/** Answers of a proxy after the API server has executed the request. */
const LOST = [
  { status: 401, body: '{}' },
  { status: 403, headers: { 'content-type': 'text/html' }, body: '<html>no</html>' },
  { status: 409, body: '{"kind":"Status","code":409,"reason":"Conflict"}' },
  { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>yes</html>' },
  { status: 302, headers: { location: 'https://login.example/' } },
].map((fault) => ({ ...fault, after: true as const }));

describe('the pod is created again once, and no manifest is left, after', () => {
  const unavailable: Fault = { status: 503, headers: { 'content-type': 'application/json' }, body: '{"code":503}' };
  test.each<[string, string, number, Fault]>([
    ['a deletion whose answer was lost', 'DELETE', 1, 'reset-after'],
    ['a deletion that did not arrive', 'DELETE', 1, 'reset'],
    ...LOST.map((fault): [string, string, number, Fault] => [
      `a deletion that a proxy answers with ${fault.status}`,
      'DELETE',
      1,
      fault,
    ]),
    ['a creation whose answer was lost', 'POST', 2, 'reset-after'],
    ['a creation that did not arrive', 'POST', 2, 'reset'],
    ['a server that is not available for a moment', 'POST', 2, unavailable],
  ])('%s', async (_, method, number, fault) => {
    const name = await newWorkload('Pod', namespace, rich);
    const before = await pod(name);
    let seen = 0;
    const between = await startFaultProxy(cluster(), (request) => {
      seen += request.method === method ? 1 : 0;
      return request.method === method && seen === number ? fault : undefined;
    });
    onTestFinished(() => between.close());
    const { env, manifests } = temporary();
    const kubeconfig = kubeconfigFor({ server: between.server });
    const ran = await regsecretIn(namespace, ['attach', '--pod', name, '--recreate'], { kubeconfig, env });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `pod/${name} recreated\n` });
    const after = await pod(name);
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(after.metadata.labels).toEqual(before.metadata.labels);
    expect(after.spec.imagePullSecrets).toEqual(named('regsecret'));
    expect(manifests()).toEqual([]);
  });
});

test('Ctrl-C between deletion and creation: where the manifest is is the last word', async () => {
  const name = await newWorkload('Pod', namespace, rich);
  let posts = 0;
  const between = await startFaultProxy(cluster(), ({ method }) => {
    posts += method === 'POST' ? 1 : 0;
    return posts > 1 ? 'hang' : undefined;
  });
  onTestFinished(() => between.close());
  const { env, manifests } = temporary();
  const io = fakeIo({ env: { KUBECONFIG: kubeconfigFor({ server: between.server }), ...env } });
  const running = run(['attach', '--pod', name, '--recreate', '-n', namespace], io);
  await waitFor(() => posts > 1, { what: 'the creation' });
  io.interrupt();
  expect(await running).toBe(130);
  const [kept] = manifests();
  expect(io.written.stderr).toContain(`hint: kubectl create -n ${namespace} -f ${kept?.file}\n`);
  await created(pathOf('Pod', namespace), kept?.object ?? {});
});

describe('the program is killed', () => {
  /** The requests of a run: read the pod, read its Secret, rehearse, delete, wait for the end, create. */
  const REQUESTS = 6;
  const cases = Array.from({ length: REQUESTS }, (_, index) => index + 1).flatMap((step): [number, Fault][] => [
    [step, 'hang'],
    [step, 'hang-after'],
  ]);

  test.each(cases)('at request %i, by %s: the pod exists, or its manifest is on disk', async (step, fault) => {
    const name = await newWorkload('Pod', namespace, { name: freshName('kill'), ...rich });
    const between = await startFaultProxy(cluster(), (_, number) => (number >= step ? fault : undefined));
    onTestFinished(() => between.close());
    const { env, manifests } = temporary();
    const kubeconfig = kubeconfigFor({ server: between.server });
    const child = start(['attach', '--pod', name, '--recreate', '-n', namespace], { KUBECONFIG: kubeconfig, ...env });
    const ended = new Promise((resolve) => child.once('close', resolve));
    await waitFor(() => between.requests.length >= step, { what: `request ${step}` });
    // The server completes a request that it got before the program ended.
    if (fault === 'hang-after') await waitFor(() => between.passed >= step, { what: 'the server to have done it' });
    child.kill('SIGKILL');
    await ended;
    const { status, body } = await api('GET', pathOf('Pod', namespace, name));
    const exists = status === 200 && body.metadata.deletionTimestamp === undefined;
    const [kept] = manifests();
    expect(exists || kept !== undefined).toBe(true);
    if (kept !== undefined && !exists) await created(pathOf('Pod', namespace), kept.object);
    const after = await pod(name);
    expect(after.metadata.annotations).toEqual(rich.metadata.annotations);
    expect(after.spec.hostname).toBe('me');
  });

  test('after the last one: it is done, and nothing is left on disk', async () => {
    const name = await newWorkload('Pod', namespace, rich);
    const between = await startFaultProxy(cluster());
    onTestFinished(() => between.close());
    const { env, manifests } = temporary();
    const kubeconfig = kubeconfigFor({ server: between.server });
    const child = start(['attach', '--pod', name, '--recreate', '-n', namespace], { KUBECONFIG: kubeconfig, ...env });
    expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0);
    expect(between.requests).toHaveLength(REQUESTS);
    expect(manifests()).toEqual([]);
  });
});

/** Starts the built program in its own environment. */
function start(args: readonly string[], env: Record<string, string>): ChildProcess {
  const [command, ...first] = artefact();
  return spawn(command, [...first, ...args], { env: { PATH: process.env.PATH ?? '', ...env }, stdio: 'ignore' });
}
