/**
 * Malformed answers: recorded answers of the API server, a registry and its token server, and answers of a credential helper and
 * an exec plugin, all changed on the way. The error is a sentence, never "this is a bug", and no password is shown.
 * REGSECRET_SEED and REGSECRET_CASES choose other changes.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cluster, janedoe, newNamespace, type RegistryInfo, startRegistry } from '../environment/use.ts';
import { failFirstPod, named, newAccount, newPullSecret, newSecret, newWorkload } from '../support/attach-world.ts';
import { CANARY } from '../support/canary.ts';
import { cases } from '../support/cases.ts';
import { changes } from '../support/changed-answers.ts';
import { fc, seed } from '../support/fast-check.ts';
import { here } from '../support/here.ts';
import { type Recorded, type Replay, startReplay } from '../support/replay.ts';

/**
 * The default seed is fixed: a failure that another seed finds is reported separately, and does not break the build of an
 * unrelated change.
 */
const CASES = cases(40, 1_000);
/** The number of concurrent runs; some of them wait before a retry. */
const LANES = 6;

const LOGIN = ['--server', 'HOST', '--username', 'janedoe', '--password-stdin'];
const LINES = [
  ...[['list'], ['list', '-A', '-o', 'json'], ['list', '-o', 'wide']],
  ...[['doctor'], ['doctor', '-A', '-o', 'json'], ['doctor', '--offline', '-v']],
  ...[
    ['why', 'pod/POD', '-v'],
    ['why', 'deploy/web', '-o', 'json'],
    ['why', 'sa/default', 'secret/pull'],
  ],
  ...[
    ['why', '--image', 'HOST/janedoe/app:v1', '--secret', 'pull', '-v'],
    ['inspect', 'pull'],
    ['inspect', 'odd'],
  ],
  ...[
    ['verify', 'pull'],
    ['verify', 'pull', '--image', 'HOST/janedoe/app:v1', '-o', 'json'],
  ],
  ...[
    ['create', 'new', ...LOGIN],
    ['create', 'pull', ...LOGIN],
    ['create', 'new', ...LOGIN, '--verify'],
  ],
  ...[
    ['create', 'fixed', ...LOGIN, '--force'],
    ['create', 'new', ...LOGIN, '--attach', 'sa/default'],
  ],
  ...[
    ['attach', 'pull', '--sa', 'default'],
    ['attach', 'pull', '--to', 'deploy/web', '--no-checks'],
  ],
  ...[
    ['attach', 'pull', '--used', '-o', 'json'],
    ['attach', 'pull', '--pod', 'bare', '--recreate', '--timeout', '1s'],
  ],
  ...[
    ['detach', 'pull', '--sa', 'default'],
    ['detach', 'pull', '--all-serviceaccounts', '--dry-run=server'],
  ],
];

interface Lane {
  readonly api: Replay;
  readonly registry: Replay;
  readonly tokens: Replay;
  /** The folder with the kubeconfig, the credential helper and the exec plugin. */
  readonly folder: string;
}

const lanes: Lane[] = [];
let folder = '';
let namespace = '';
let pod = '';
let registry: RegistryInfo;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'regsecret-odd-'));
  namespace = await newNamespace({ serviceAccount: true });
  registry = await startRegistry({ auth: 'bearer', users: [{ ...janedoe, password: CANARY }] });
  for (let index = 0; index < LANES; index++) lanes.push(await openLane(index));
  // The registry host differs per lane. The Secret has the host of the first lane, which suffices except where another lane asks
  // its own registry.
  const [{ registry: first }] = lanes as [Lane];
  await newPullSecret(namespace, 'pull', first.host, { username: 'janedoe', password: CANARY });
  await newSecret(namespace, 'odd', 'Opaque', {
    '.dockerconfigjson': '{"auths":{"x.invalid":{"auth":"!"}}}',
    a: CANARY,
  });
  const fixed = { '.dockerconfigjson': JSON.stringify({ auths: { 'r.io': { username: 'u', password: CANARY } } }) };
  await newSecret(namespace, 'fixed', 'kubernetes.io/dockercfg', { '.dockercfg': '{}', ...fixed });
  await newAccount(namespace, { imagePullSecrets: named('gone') }, 'builder');
  const image = `${first.host}/janedoe/app:v1`;
  await newWorkload('Deployment', namespace, { name: 'web', image, list: named('pull', 'gone') });
  pod = await failFirstPod(namespace, 'web');
  await newWorkload('Pod', namespace, { name: 'bare', image });
}, 120_000);

afterAll(() => {
  for (const { api, registry, tokens } of lanes) for (const one of [api, registry, tokens]) one.close();
  rmSync(folder, { recursive: true, force: true });
});

async function openLane(index: number): Promise<Lane> {
  const { server, caFile, admin } = cluster();
  const [ca, cert, key] = [caFile, admin.certFile, admin.keyFile].map((file) => readFileSync(file));
  const api = await startReplay(server, { ca, cert, key });
  const front = await startReplay(`http://${registry.host}`);
  const { headers } = await fetch(`http://${registry.host}/v2/`);
  const [, realm = ''] = /realm="(http:\/\/[^/"]*)/.exec(headers.get('www-authenticate') ?? '') ?? [];
  const tokens = await startReplay(realm);
  const lane = join(folder, `${index}`);
  mkdirSync(lane);
  writeFileSync(join(lane, 'config.json'), JSON.stringify({ credHelpers: { 'helped.example': 'odd' } }));
  for (const [name, answer] of [
    ['docker-credential-odd', 'helper'],
    ['plugin', 'plugin'],
  ] as const) {
    writeFileSync(join(lane, name), `#!/bin/sh\ncat '${join(lane, answer)}'\n`, { mode: 0o755 });
  }
  const user = { exec: { apiVersion: API, command: join(lane, 'plugin'), interactiveMode: 'Never' } };
  writeFileSync(join(lane, 'kubeconfig'), JSON.stringify(kubeconfigOf(`http://${api.host}`, {})));
  writeFileSync(join(lane, 'exec'), JSON.stringify(kubeconfigOf(`http://${api.host}`, user)));
  return { api, registry: front, tokens, folder: lane };
}

const API = 'client.authentication.k8s.io/v1';
const PROGRAMS = {
  helper: { ServerURL: 'helped.example', Username: 'janedoe', Secret: CANARY },
  plugin: { apiVersion: API, kind: 'ExecCredential', status: { token: CANARY } },
};

function kubeconfigOf(server: string, user: object): object {
  return {
    users: [{ name: 'u', user }],
    clusters: [{ name: 'c', cluster: { server } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u', namespace } }],
    'current-context': 'c',
  };
}

/** A command line that takes its login from the helper. */
const HELPED = ['create', 'new', '--server', 'helped.example', '--dry-run=server'];

const changedRuns = fc.oneof(
  { weight: 10, arbitrary: fc.record({ line: fc.constantFrom(...LINES), at: fc.nat({ max: 11 }), change: changes }) },
  {
    weight: 1,
    arbitrary: fc.record({ line: fc.constant(HELPED), at: fc.constant('helper' as const), change: changes }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ line: fc.constant(['list']), at: fc.constant('plugin' as const), change: changes }),
  },
);
type Case = typeof changedRuns extends fc.Arbitrary<infer T> ? T : never;

test(`whatever a server answers, seed ${seed}`, { timeout: 600_000 + CASES * 100 }, async () => {
  const queue = fc.sample(changedRuns, { seed, numRuns: CASES }).entries();
  const wrong: string[] = [];
  const codes: Record<string, number> = {};
  const work = async (lane: Lane): Promise<void> => {
    for (const [index, one] of queue) {
      const { code, problem } = await runWith(lane, one);
      codes[code] = (codes[code] ?? 0) + 1;
      if (problem !== undefined) wrong.push(`${index}: ${one.line.join(' ')}, answer ${one.at}: ${problem}`);
    }
  };
  await Promise.all(lanes.map(work));
  console.log(`odd answers: seed ${seed}, ${CASES} cases, exit codes ${JSON.stringify(codes)}`);
  expect(wrong.slice(0, 20)).toEqual([]);
});

interface Ran {
  readonly code: number;
  readonly problem?: string;
}

async function runWith(lane: Lane, { line, at, change }: Case): Promise<Ran> {
  const { api, registry: front, tokens } = lane;
  let answers = 0;
  let changed = '';
  const changeOne = (answer: Recorded): Recorded | undefined => {
    if (answers++ !== at) return answer;
    const other = change(answer);
    changed = other === undefined ? 'cut' : `${other.status} ${other.body.toString().slice(0, 300)}`;
    return other;
  };
  for (const one of [api, tokens]) one.change = changeOne;
  front.change = (answer) => changeOne(leadTo(tokens.host, answer));
  for (const program of ['helper', 'plugin'] as const) {
    const answer = { status: 0, headers: {}, body: Buffer.from(JSON.stringify(PROGRAMS[program])) };
    const given = at === program ? change(answer) : answer;
    writeFileSync(join(lane.folder, program), given?.body ?? '');
  }
  const args = line.map((word) => word.replace('HOST', front.host).replace('POD', pod));
  const env = {
    KUBECONFIG: join(lane.folder, at === 'plugin' ? 'exec' : 'kubeconfig'),
    ...{ HOME: folder, XDG_STATE_HOME: folder, DOCKER_CONFIG: lane.folder, PATH: `${lane.folder}:${process.env.PATH}` },
  };
  try {
    const { code, stdout, stderr } = await here([...args, '--request-timeout', '5s'], { stdin: CANARY, env });
    if (/this is a bug|a bug in regsecret/.test(stdout + stderr)) return { code, problem: `${changed} → ${stderr}` };
    return [0, 1, 2, 3].includes(code) ? { code } : { code, problem: `exit code ${code}` };
  } catch (error) {
    return { code: -1, problem: `${changed} → ${error}` };
  }
}

/** Redirects the token server in a challenge to a server of this test. */
function leadTo(host: string, answer: Recorded): Recorded {
  const challenge = answer.headers['www-authenticate']?.replace(/realm="http:\/\/[^/"]*/, `realm="http://${host}`);
  return challenge === undefined
    ? answer
    : { ...answer, headers: { ...answer.headers, 'www-authenticate': challenge } };
}
