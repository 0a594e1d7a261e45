/**
 * Runs with up to 32 writes into many namespaces are killed before and after each write; the same command then ends like a run
 * that was never killed. A part of the cases runs each time; REGSECRET_CASES=all runs and counts all of them.
 */
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { api, waitFor } from '../environment/use.ts';
import { account, named } from '../support/attach-world.ts';
import { CANARY } from '../support/canary.ts';
import { every, whole } from '../support/cases.ts';
import type { Fault } from '../support/fault-proxy.ts';
import { artefact } from '../support/program.ts';
import { type Step, type StepProxy, startStepProxy } from '../support/step-proxy.ts';
import { type Fleet, newFleet, OURS, payloadOf, putSecret, type StoredSecret } from '../support/sync-world.ts';

/** Odd, so that the selected cases alternate between before and after a write. */
const STRIDE = 7;
const NAMESPACES = whole ? 15 : 5;
/** The number of concurrent cases, each with its own namespaces. */
const WIDTH = 2;
const PATCH = { 'content-type': 'application/merge-patch+json' };

let proxy: StepProxy;
let fleets: Fleet[];
beforeAll(async () => {
  proxy = await startStepProxy();
  fleets = await Promise.all(Array.from({ length: WIDTH }, () => newFleet(NAMESPACES, { serviceAccount: true })));
  const labelled = ({ home, prefix }: Fleet) =>
    api('PATCH', `/api/v1/namespaces/${home}`, { metadata: { labels: { fleet: prefix } } }, PATCH);
  await Promise.all(fleets.map(labelled));
});
afterAll(() => proxy.close());

const placesOf = ({ home, teams }: Fleet): string[] => [home, ...teams];
const copyOf = ({ home }: Fleet) => ({ labels: OURS, annotations: { 'regsecret/source': `${home}/regsecret` } });
const setList = (namespace: string, ...names: string[]) =>
  api('PATCH', `/api/v1/namespaces/${namespace}/serviceaccounts/default`, { imagePullSecrets: named(...names) }, PATCH);
const withLogins = (...servers: string[]) => {
  const auth = Buffer.from('ci:old').toString('base64');
  const payload = JSON.stringify({ auths: Object.fromEntries(servers.map((server) => [server, { auth }])) });
  return { data: { '.dockerconfigjson': Buffer.from(payload).toString('base64') } };
};

interface Situation {
  readonly title: string;
  /** Prepares namespaces that have no Secret and no name in any list. */
  prepare(fleet: Fleet): Promise<unknown>;
  args(fleet: Fleet): string[];
  readonly stdin: string;
  readonly writes: number;
}

const situations: readonly Situation[] = [
  {
    title: 'sync, where there is no copy, an old one, or an old one that is immutable',
    async prepare(fleet) {
      const old = { metadata: copyOf(fleet), data: { '.dockerconfigjson': payloadOf('old.example') } };
      await putSecret(fleet.home);
      await Promise.all(
        fleet.teams.map(async (team, index) => {
          if (index % 2 === 1) await setList(team, 'own');
          if (index % 3 === 1) await putSecret(team, { ...old, immutable: index % 2 === 0 });
        }),
      );
    },
    args: ({ home, prefix }) => ['sync', '-n', home, '-l', `fleet=${prefix}`, '--attach', 'sa/default'],
    stdin: '',
    // Every sixth copy is immutable, so that it is deleted and created.
    writes: 2 * NAMESPACES + Math.floor((NAMESPACES + 1) / 6),
  },
  {
    title: 'rotate, with copies and with Secrets that hold other logins, too',
    prepare: (fleet) =>
      Promise.all(
        placesOf(fleet).map(async (place) => {
          const metadata = place === fleet.home ? {} : copyOf(fleet);
          await putSecret(place, { metadata, ...withLogins('r.example') });
          await putSecret(place, withLogins('quay.io', 'r.example'), 'own');
        }),
      ),
    args: ({ home, prefix }) => {
      const login = ['--server', 'r.example', '--username', 'ci', '--password-stdin', '--no-verify'];
      return ['rotate', '-n', home, '-l', `fleet=${prefix}`, ...login];
    },
    stdin: CANARY,
    writes: 2 * NAMESPACES + 2,
  },
  {
    title: 'delete with all copies, which are named in lists',
    prepare: (fleet) =>
      Promise.all(
        placesOf(fleet).map(async (place) => {
          await putSecret(place, { metadata: place === fleet.home ? {} : copyOf(fleet) });
          await putSecret(place, {}, 'own');
          await setList(place, 'own', 'regsecret');
        }),
      ),
    args: ({ home }) => ['delete', '-n', home, '-A', '--yes'],
    stdin: '',
    writes: 2 * NAMESPACES + 2,
  },
];

async function prepare(situation: Situation, fleet: Fleet): Promise<void> {
  const clear = (place: string) => Promise.all([api('DELETE', `/api/v1/namespaces/${place}/secrets`), setList(place)]);
  await Promise.all(placesOf(fleet).map(clear));
  await situation.prepare(fleet);
}

interface Running {
  /** The write requests so far. */
  writes(): readonly Step[];
  readonly ended: Promise<number | null>;
  kill(): void;
}

const isWrite = ({ text }: Step): boolean => !/^GET|dry run/.test(text);

/** Starts the program. `fault` hits its write number `nth`. */
function start({ args, stdin }: Situation, fleet: Fleet, nth = 0, fault?: Fault): Running {
  let count = 0;
  const { kubeconfig, steps } = proxy.watch(fleet.prefix, (step) => {
    if (!isWrite(step)) return undefined;
    count += 1;
    return count === nth ? fault : undefined;
  });
  const [command, ...first] = artefact();
  const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', KUBECONFIG: kubeconfig };
  const child = spawn(command, [...first, ...args(fleet)], { env, stdio: ['pipe', 'ignore', 'ignore'] });
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const ended = new Promise<number | null>((resolve) => child.on('close', (code) => resolve(code)));
  return { writes: () => steps.filter(isWrite), ended, kill: () => child.kill('SIGKILL') };
}

type NamedSecret = StoredSecret & { readonly metadata: { readonly name: string } };

/** All Secrets and lists, with names that do not depend on the fleet. */
async function stateOf(fleet: Fleet): Promise<string[]> {
  const states = placesOf(fleet).map(async (place, index) => {
    const { items } = (await api('GET', `/api/v1/namespaces/${place}/secrets`)).body as { items: NamedSecret[] };
    const secrets = items.map(({ metadata: { name, labels, annotations }, type, immutable, data }) => ({
      name,
      labels,
      annotations,
      type,
      immutable,
      data,
    }));
    const { imagePullSecrets: list } = await account(place, 'default');
    return `${index}: ${JSON.stringify({ secrets, list }).replaceAll(fleet.home, 'HOME')}`;
  });
  return Promise.all(states);
}

interface Case {
  readonly nth: number;
  readonly fault: 'hang' | 'hang-after';
}

async function problemsOf(situation: Situation, fleet: Fleet, { nth, fault }: Case, wanted: string[]) {
  await prepare(situation, fleet);
  const killed = start(situation, fleet, nth, fault);
  // The program reads a hundred lists before its first write, which takes long on a busy machine.
  const waiting = waitFor(() => killed.writes()[nth - 1], { what: `write ${nth}`, everyMs: 5, deadlineMs: 180_000 });
  waiting.catch(() => undefined);
  const step = await Promise.race([waiting, killed.ended]);
  if (step === null || typeof step === 'number') return [`${fault} ${nth}: it ended before, with ${step}`];
  if (fault === 'hang-after') await step.done;
  killed.kill();
  const first = await killed.ended;
  const again = await start(situation, fleet).ended;
  const state = await stateOf(fleet);
  return [
    ...(first === null ? [] : [`it was not killed: ${first}`]),
    ...(again === 0 ? [] : [`exit code ${again}`]),
    ...state.filter((line, index) => line !== wanted[index]),
  ].map((text) => `${fault} ${nth}: ${text}`);
}

test.each(situations)('$title', { timeout: whole ? 3_600_000 : 600_000 }, async (situation) => {
  const [first] = fleets as [Fleet];
  await prepare(situation, first);
  const clean = start(situation, first);
  expect(await clean.ended).toBe(0);
  expect(clean.writes()).toHaveLength(situation.writes);
  const wanted = await stateOf(first);
  const all = Array.from({ length: situation.writes }, (_, index) => index + 1).flatMap((nth) =>
    (['hang', 'hang-after'] as const).map((fault): Case => ({ nth, fault })),
  );
  const cases = every(all, STRIDE, situations.indexOf(situation));
  const problems = fleets.map(async (fleet, worker) => {
    const found: string[] = [];
    for (const one of cases.filter((_, index) => index % WIDTH === worker)) {
      found.push(...(await problemsOf(situation, fleet, one, wanted)));
    }
    return found;
  });
  expect((await Promise.all(problems)).flat()).toEqual([]);
  if (whole) console.log(`${cases.length}\t${situation.title}`);
});
