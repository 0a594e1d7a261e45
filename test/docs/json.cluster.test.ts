/** docs/json.md documents all that commands print with -o json against a real cluster and registry, and nothing else. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Note } from '../../src/attaching/notes.ts';
import { printDoctor } from '../../src/commands/doctor/doctor-printer.ts';
import { printList } from '../../src/commands/show/list-printer.ts';
import { withSyncPrinter } from '../../src/commands/sync/sync-printer.ts';
import { findingView } from '../../src/diagnosis/view.ts';
import { UserError } from '../../src/errors.ts';
import { type Finding, finding } from '../../src/findings/finding.ts';
import { command } from '../../src/line/command.ts';
import { type AskedRow, printAskedRows } from '../../src/output/node-verdicts.ts';
import { printerFor } from '../../src/output/printer.ts';
import { formatJson } from '../../src/output/structured.ts';
import { printVerdicts } from '../../src/output/verdict-printer.ts';
import { shownServer } from '../../src/secret/display-server.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { UNUSED } from '../../src/workloads/references.ts';
import { api, cluster, janedoe, kubeconfigFor, newNamespace, sharedRegistries } from '../environment/use.ts';
import { policyName } from '../support/admission-world.ts';
import {
  created,
  failFirstPod,
  named,
  newPullSecret,
  newSecret,
  newWorkload,
  pathOf,
} from '../support/attach-world.ts';
import { FINDINGS } from '../support/finding-samples.ts';
import { here } from '../support/here.ts';
import { type FakeIo, fakeIo } from '../support/io.ts';
import { rowsOf, shownIn, tables } from '../support/json-page.ts';
import { newNode, removeNodes, reportRunning } from '../support/node-objects.ts';
import { userWith } from '../support/user.ts';

const home = mkdtempSync(join(tmpdir(), 'regsecret-json-'));
const seen = new Set<string>();
let [namespace, other, kubeconfig, limited] = ['', '', '', ''];

const auth = (user: string, password: string): string => Buffer.from(`${user}:${password}`).toString('base64');
/** A JWT with an expiry date, as some registries issue. */
const TOKEN = ['{"alg":"x"}', '{"exp":4102444800}', 'x']
  .map((part) => Buffer.from(part).toString('base64url'))
  .join('.');

beforeAll(async () => {
  [namespace, other] = await Promise.all([
    newNamespace({ serviceAccount: true }),
    newNamespace({ serviceAccount: true }),
  ]);
  kubeconfig = kubeconfigFor({ certificate: cluster().admin, namespace });
  const config = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  config.clusters.push({ name: 'away', cluster: { server: 'https://127.0.0.1:1' } });
  config.contexts.push({ name: 'away', context: { cluster: 'away', user: 'test' } });
  writeFileSync(kubeconfig, JSON.stringify(config));
  const { host, privateImage: image } = sharedRegistries().basic;
  const mixed = {
    [host]: { auth: auth('janedoe', 'changed'), email: 'j@example.com' },
    'broken.example': { auth: 'no base64!' },
    ...Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`b${index}.example`, { auth: '*' }])),
  };
  const type = 'kubernetes.io/dockerconfigjson';
  await newSecret(namespace, 'mixed', type, { '.dockerconfigjson': JSON.stringify({ auths: mixed }) });
  const many = Object.fromEntries(
    Array.from({ length: 1500 }, (_, index) => [`m${index}.example`, { auth: auth('m', 'm') }]),
  );
  await newSecret(namespace, 'many', type, { '.dockerconfigjson': JSON.stringify({ auths: many }) });
  await newPullSecret(namespace, 'pull', host, { ...janedoe, password: 'changed' });
  const good = {
    [host]: { auth: auth(janedoe.username, janedoe.password) },
    'token.example': { auth: auth('ci', TOKEN) },
  };
  await newSecret(namespace, 'good', type, { '.dockerconfigjson': JSON.stringify({ auths: good }) });
  await newPullSecret(other, 'pull', host);
  for (const [name, password] of [
    ['fixed', 'pa55word'],
    ['frozen', 'changed'],
  ] as const) {
    const stringData = {
      '.dockerconfigjson': JSON.stringify({ auths: { [host]: { auth: auth('janedoe', password) } } }),
    };
    const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type, immutable: true, stringData };
    await created(`/api/v1/namespaces/${namespace}/secrets`, body);
  }
  await newWorkload('Deployment', namespace, { name: 'web', image, list: named('pull') });
  const failed = await failFirstPod(namespace, 'web');
  await newWorkload('Deployment', namespace, { name: 'free', image });
  const pod = await newWorkload('Pod', namespace, {
    name: 'placed',
    image,
    list: named('many'),
    spec: { nodeName: 'n1' },
  });
  const node = await newNode('v1.36.3');
  const containers = [{ name: 'app', image, imagePullPolicy: 'IfNotPresent' }];
  await newWorkload('Pod', namespace, { name: 'kept', list: named('gone'), spec: { nodeName: node, containers } });
  await reportRunning(namespace, 'kept', image);
  // These failures are older than every Secret.
  for (const name of [pod, failed]) {
    const { body } = await api('GET', pathOf('Pod', namespace, name));
    await created(`/api/v1/namespaces/${namespace}/events`, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.1` },
      type: 'Warning',
      reason: 'Failed',
      message: `Failed to pull image "${image}": not found`,
      involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace, name, uid: body.metadata.uid },
      source: { component: 'kubelet' },
      count: 2,
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
    });
  }
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'pull' }, type };
  const own = JSON.stringify({ auths: { [host]: { auth: auth('ci', 't0ken') } } });
  const app = (name: string, ...list: string[]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [{ name: 'a', image }], imagePullSecrets: named(...list) },
  });
  const manifest = [
    { ...secret, stringData: { '.dockerconfigjson': own } },
    app('one', 'pull'),
    app('two', 'pull', 'kept'),
  ]
    .map((one) => JSON.stringify(one))
    .join('\n---\n');
  writeFileSync(join(home, 'app.yaml'), manifest);
  // A pod in two namespaces, and one with a placeholder for its image.
  const pods = ['a', 'b'].map((space) => {
    const pod = app('one', 'pull');
    return { ...pod, metadata: { ...pod.metadata, namespace: space } };
  });
  const unfilled = {
    ...app('one', 'pull'),
    metadata: { name: 'unfilled', namespace: 'a' },
    spec: { serviceAccountName: 'builder', containers: [{ name: 'app', image: `\${IMAGE}` }] },
  };
  const builder = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'builder' },
    imagePullSecrets: [{ name: 'pull' }, { name: `\${LIST}` }],
  };
  const open = { ...secret, metadata: { name: 'pull' }, stringData: { '.dockerconfigjson': `\${CONFIG}` } };
  writeFileSync(
    join(home, 'open.yaml'),
    [open, builder, unfilled, ...pods].map((one) => JSON.stringify(one)).join('\n---\n'),
  );
  policyName(namespace, 'fixed');
  limited = await userWith(namespace, [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }]);
});

afterAll(removeNodes);
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Situation {
  readonly table: string;
  /**
   * The command line. `HOST` is the registry, `IMAGE` an image in it, `OTHER` the other namespace and `~` a folder with files.
   */
  readonly line: string;
}

const STDIN = '--username janedoe --password-stdin --no-verify';
const SITUATIONS: readonly Situation[] = [
  // First, because a pod on a node that does not exist is soon removed.
  { table: 'why and doctor', line: 'why deploy/web pod/placed pod/kept sa/default secret/pull' },
  { table: 'why and doctor', line: 'why secret/many secret/mixed secret/pull deploy/nowhere --offline' },
  { table: 'why and doctor', line: 'why --image IMAGE' },
  { table: 'version', line: 'version' },
  { table: 'rbac', line: 'rbac -o json --for user/u list' },
  { table: 'create', line: `create fixed --server HOST ${STDIN}` },
  { table: 'attach and detach', line: 'attach pull --sa default --to deploy/nowhere --to deploy/free' },
  { table: 'attach and detach', line: 'attach pull --sa default' },
  { table: 'attach and detach', line: 'attach good --sa default --to deploy/free --restart' },
  { table: 'attach and detach 2', line: 'detach pull -f ~/app.yaml --write --yes' },
  { table: 'inspect', line: 'inspect mixed' },
  { table: 'inspect', line: 'inspect good --reveal' },
  { table: 'list', line: 'list' },
  { table: 'verify', line: 'verify pull' },
  { table: 'verify', line: 'verify good --image IMAGE' },
  { table: 'verify', line: 'verify good --image HOST/janedoe/jdoe-private:nowhere' },
  { table: 'why and doctor', line: 'why --image IMAGE --sa default' },
  { table: 'why and doctor', line: 'doctor --offline --ignore unused-secret' },
  { table: 'why and doctor', line: 'doctor -f ~/app.yaml' },
  { table: 'why and doctor', line: 'doctor -f ~/open.yaml' },
  { table: 'why and doctor', line: 'doctor --kubeconfig LIMITED -n OWN --offline' },
  { table: 'sync', line: 'sync good --to OTHER --attach sa/default --attach sa/nowhere' },
  { table: 'sync', line: 'sync pull --to OTHER' },
  { table: 'sync', line: 'sync good --to OTHER --to-context test --to-context away' },
  { table: 'sync', line: 'sync fixed --to OTHER --admission' },
  { table: 'why and doctor', line: 'why --image IMAGE --sa default -n OTHER --offline' },
  { table: 'list', line: 'list -n OTHER' },
  { table: 'why and doctor', line: 'why secret/good -n OTHER --offline' },
  { table: 'rotate', line: `rotate frozen --server HOST ${STDIN}` },
  { table: 'rotate', line: `rotate pull --server HOST ${STDIN} --restart` },
  { table: 'remove', line: 'remove many --server m0.example --yes' },
  { table: 'remove', line: 'remove fixed --server HOST --yes' },
  { table: 'delete', line: 'delete pull --yes' },
  { table: 'delete', line: 'delete pull --yes --force' },
  { table: 'delete', line: 'delete fixed -A --yes --force' },
];

/** Records which rows of the page `value` has, and checks that it has nothing else. */
function note(table: string, value: object): void {
  const values = Array.isArray(value) ? value : [value];
  for (const one of values) {
    // With several contexts, each has the answer of the command.
    const contexts: { context: string; error?: object }[] = one.contexts ?? [];
    const rest = contexts.flatMap(({ context: _, ...answer }) => ('error' in answer ? [] : [[table, answer] as const]));
    const heads = contexts.map(({ context, error }) => (error === undefined ? { context } : { context, error }));
    const whole =
      one.contexts === undefined ? [[table, one] as const] : [['several clusters', { contexts: heads }] as const];
    for (const [title, answer] of [...whole, ...rest]) {
      const { rows, unknown } = shownIn(title, answer);
      expect(unknown).toEqual([]);
      for (const row of rows) seen.add(row);
    }
  }
}

describe('printed with -o json', () => {
  test.each(SITUATIONS)('$line', async ({ table, line }) => {
    const { host, privateImage } = sharedRegistries().basic;
    const typed = line
      .replaceAll('HOST', host)
      .replaceAll('IMAGE', privateImage)
      .replaceAll('OTHER', other)
      .replaceAll('OWN', namespace)
      .replaceAll('LIMITED', limited)
      .replaceAll('~', home);
    const env = { KUBECONFIG: kubeconfig, HOME: home };
    const { stdout, stderr } = await here([...typed.split(' '), ...(typed.includes('-o json') ? [] : ['-o', 'json'])], {
      env,
      stdin: 'pa55word',
      secretOnStdout: true,
    });
    expect(stdout, stderr).toMatch(/^[{[]/);
    note(table, JSON.parse(stdout));
  });
});

/** Answers that a short run does not produce, printed by the same printers. */
describe('rare answers', () => {
  const ref = { kind: 'Deployment', namespace: 'a', name: 'web' } as const;
  const [first] = FINDINGS;
  const print = async (table: string, work: (io: FakeIo) => Promise<unknown>): Promise<void> => {
    const io = fakeIo();
    await work(io);
    note(table, JSON.parse(io.written.stdout));
  };

  test('every finding', () =>
    print('list', (io) => {
      const usedBy = { ...UNUSED, volumes: ['pod/a'], env: ['pod/a'] };
      const row = { namespace: 'a', name: 'b', registries: [], usedBy, findings: [...FINDINGS, ...RARE] };
      return printList([row], { output: 'json', namespaces: false, headers: true, now: 0 }, io);
    }));

  test('a finding of many', () =>
    print('why and doctor', (io) => {
      const affects = { pods: 2, examples: ['deployment/web'], others: 1, namespaces: ['a', 'b'] };
      const findings =
        first === undefined ? [] : [{ ...findingView(first, affects), secrets: [{ namespace: 'a', name: 'b' }] }];
      const report = { healthy: false, asked: false, findings, unchecked: [], unseen: [] };
      return printDoctor(report, { output: 'json', verbose: false, now: 0 }, io);
    }));

  test('a pod that is not ready for another reason than its images', () =>
    print('why and doctor', (io) => {
      const counts = { pods: 1, failingPods: 0, troubledPods: 1, workloads: 1, troubledWorkloads: 1 };
      const pullers = [{ trouble: 'CreateContainerConfigError: configmap "gone" not found', images: [] }];
      const report = { healthy: true, asked: false, counts, pullers, findings: [], unchecked: [], unseen: [] };
      return printDoctor(report as never, { output: 'json', verbose: false, now: 0 }, io);
    }));

  test('a namespace that is being deleted', () =>
    print('why and doctor', (io) => {
      const report = { healthy: false, asked: false, ending: ['a'], findings: [], unchecked: [], unseen: [] };
      return printDoctor(report, { output: 'json', verbose: false, now: 0 }, io);
    }));

  test('every verdict', () =>
    print('verify', async (io) => {
      const rows = VERDICTS.map((verdict) => ({ source: 'a/b', verdict }));
      return printVerdicts(rows, { output: 'json' }, io, await printerFor(io));
    }));

  test('every answer of a node', () =>
    print('verify 2', async (io) => {
      const of = { source: 'a/b', image: 'r.example/app:v1', asked: 'node n1' };
      const args = { image: of.image, node: 'n1', remedy: { how: 'manifest' } } as const;
      const cause = findingView(finding('wrong-platform', { kind: 'Pod', name: 'a' }, args));
      const rows: AskedRow[] = [
        { ...of, verdict: { kind: 'accepted', milliseconds: 1, bytes: 1 } },
        { ...of, verdict: { kind: 'not pulled', error: 'platform', message: 'no match for platform' }, cause },
        { ...of, verdict: { kind: 'not asked', reason: 'it is not ready' } },
      ];
      return printAskedRows(rows, 'json', io, await printerFor(io));
    }));

  test('every note, namespaces that are skipped, and logins that are lost', () =>
    print('sync', async (io) => {
      const run = {
        io,
        printer: await printerFor(io),
        answer: (value: object) => io.stdout.write(formatJson(value)),
        counted: () => undefined,
      };
      const options = { name: 'pull', output: 'json', dryRun: 'none', command: command`regsecret sync` } as const;
      return withSyncPrinter(options, run, async (listener) => {
        listener.problem(new UserError('no'));
        listener.outcome({ namespace: 'a', action: 'updated', lost: [server] });
        listener.skipped({ leftAlone: ['a'], ending: ['b'] });
        listener.list({ ref, action: 'patched', before: ['a'], after: ['a', 'b'] });
        for (const one of [...NOTES, ...FINDINGS]) listener.note(one, 'attach');
      });
    }));

  const secret = { kind: 'Secret', namespace: 'a', name: 'pull' } as const;
  const [image, server, remedy] = ['r.example/app:v1', shownServer('r.example'), { how: 'manifest' }] as const;
  const run = { how: 'template', target: ref, next: { step: 'run again', job: 'web-1' } } as const;
  const RARE: readonly Finding[] = [
    finding('attached-later', ref, { image, account: 'a', secrets: ['pull'], remedy, rollout: '1 of 2 pods are new' }),
    finding('attached-later', ref, { image, account: 'a', secrets: ['pull'], remedy, stuck: 'exceeded quota' }),
    finding('outdated-pod', ref, { image, template: 'deployment/web', remedy: run, rollout: '1 of 2 pods are new' }),
    finding('outdated-pod', ref, { image, template: 'deployment/web', remedy: run, stuck: 'exceeded quota' }),
    finding('outdated-pod', ref, { image, template: 'deployment/web', remedy: run, changed: 'image' }),
    finding('outdated-pod', ref, { image, template: 'deployment/web', remedy: run, newFails: true }),
    finding('stale-copy', secret, {
      source: { namespace: 'b', name: 'pull' },
      namespaces: ['a', 'b'],
      refusedBy: server,
    }),
    finding('missing-account', ref, { account: 'a', usable: 'pull', absent: true }),
    finding('wrong-type', secret, { type: 'Opaque', dataKey: '.dockercfg' }),
    finding('unreadable-payload', secret, { error: 'x', ignored: true }),
    finding('unreadable-entry', secret, { server, error: 'x', ignored: true }),
    finding('no-entry', ref, { image, secrets: ['pull'], servers: [server], moreServers: 1, remedy }),
    finding('different-credentials', ref, {
      server,
      secrets: ['a', 'b'],
      usernames: ['c'],
      works: ['a'],
      remedy,
      more: 1,
    }),
    finding('image-not-found', ref, {
      image,
      container: 'app',
      volume: true,
      remedy,
      missing: 'tag',
      tags: { names: ['v2'], more: 1, isPart: true },
      anonymous: true,
      said: { by: 'kubelet' },
    }),
    finding('unreadable-file', { kind: 'File', name: 'a.yaml' }, { error: 'x', chart: true, others: ['b.yaml'] }),
  ];
  const NOTES: readonly Note[] = [
    { code: 'unchecked', rights: ['list pods'] },
    { code: 'secret-elsewhere', namespaces: ['b'] },
    { code: 'picks-none', kind: 'Pod', labels: 'a=b', name: 'c', namespace: 'd' },
    { code: 'still-added', policy: 'p', namespace: 'd' },
    { code: 'opens-none', ref, images: ['r.example/app'] },
    { code: 'shadowed', ref, account: 'default', list: ['own'] },
    { code: 'account-list', ref, account: 'default', names: ['own'] },
    { code: 'failing', ref, reason: 'ErrImagePull', remedy: { how: 'restart', controller: ref } },
    {
      code: 'failing',
      ref: { ...ref, name: 'b' },
      reason: 'ErrImagePull',
      remedy: { how: 'ask the owner', owner: 'rollout.argoproj.io/web' },
    },
    { code: 'managed', ref, manager: 'argocd' },
    { code: 'kept', ref, account: 'default', names: ['a'] },
    { code: 'belongs', ref, owner: ref },
    { code: 'owned', ref, owner: 'rollout.argoproj.io/web' },
    { code: 'partition', ref, partition: 1 },
    {
      code: 'loses-login',
      ref,
      images: ['r.example/app'],
      refused: [{ secret: 'a/b', username: 'c', why: 'rejected' }],
    },
    { code: 'others-unread', ref, images: ['r.example/app'], others: ['own'] },
    { code: 'not-named', ref, near: 'pull' },
    { code: 'stuck', ref, pod: 'web-0', reason: 'ErrImagePull' },
    { code: 'differs', ref, fields: ['spec.nodeName'] },
    { code: 'saved', ref, file: 'pod.json' },
  ];
  const VERDICTS: readonly Verdict[] = [
    { kind: 'accepted', public: true },
    { kind: 'not found', repository: 'a', missing: 'tag', tags: { names: ['v1'], more: 1, isPart: true } },
    { kind: 'anonymous', why: 'same answer', result: 'pulls' },
    { kind: 'rate limited', retryAfterSeconds: 1 },
    { kind: 'unreachable', cause: 'dns', reason: 'no address' },
  ];
});

/** Printed only by release builds. */
const ELSEWHERE = ['version: commit'];

test('all of the page is printed', () => {
  const all = [...tables.keys()].flatMap((title) =>
    rowsOf(title).flatMap(({ path, present }) => {
      if (title !== 'arguments of findings') return path === '…' ? [] : [`${title}: ${path}`];
      return [...present.matchAll(/`([\w-]+)`/g)].map(([, code]) => `${title}: ${path} of ${code}`);
    }),
  );
  expect(all.filter((row) => !seen.has(row) && !ELSEWHERE.includes(row))).toEqual([]);
});
