/**
 * Signals before and after every request of every command that writes, and for the executable also transport faults: nothing is
 * lost, and running the same command again completes the work. A part of the cases runs each time; REGSECRET_CASES=all runs and
 * counts all of them. With the executable, too: HTTP and signals.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newNamespace, waitFor } from '../environment/use.ts';
import { newPullSecret } from '../support/attach-world.ts';
import { holdsCanary } from '../support/canary.ts';
import { every, some, whole } from '../support/cases.ts';
import { FAULT_KINDS, type FaultKind, faultOf } from '../support/fault-kinds.ts';
import type { Fault } from '../support/fault-proxy.ts';
import { type Ended, type Prepared, SITUATIONS, type Situation } from '../support/fault-situations.ts';
import { pool } from '../support/pool.ts';
import { artefact } from '../support/program.ts';
import { NEXT_PAGE, type Step, type StepProxy, startStepProxy } from '../support/step-proxy.ts';

/** Coprime to the number of cases of a request, so that over all situations every request gets every case. */
const STRIDE = 47;
const WIDTH = 6;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const;
/**
 * Transport faults, which are tested here for the executable only, because its HTTP client reacts in its own way.
 * nothing-lost.cluster.test.ts tests the package.
 */
const OF_TRANSPORT = /reset|cut in half|no answer|302|HTML 200|nothing/;

let namespace = '';
let proxy: StepProxy;
const state = mkdtempSync(join(tmpdir(), 'regsecret-killed-'));
const counts = new Map<string, number>();

beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  for (const name of ['regsecret', 'kept']) await newPullSecret(namespace, name);
  proxy = await startStepProxy();
});
afterAll(async () => {
  await proxy.close();
  rmSync(state, { recursive: true, force: true });
  if (whole) for (const [what, count] of [...counts].toSorted()) console.log(`${count}\t${what}`);
});

interface Running {
  readonly steps: readonly Step[];
  readonly ended: Promise<Ended>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts the program as a process, as users do. */
function start(
  { name, args, stdin }: Prepared,
  choose?: (step: Step) => Fault | undefined,
  flags: string[] = [],
): Running {
  const { kubeconfig, steps } = proxy.watch(name, choose);
  const [command, ...first] = artefact();
  const env = { PATH: process.env.PATH ?? '', HOME: state, KUBECONFIG: kubeconfig, XDG_STATE_HOME: join(state, name) };
  const child = spawn(command, [...first, ...args, '-n', namespace, ...flags], { env, stdio: 'pipe' });
  const texts = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (texts.stdout += chunk));
  child.stderr.on('data', (chunk: Buffer) => (texts.stderr += chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      if (holdsCanary(texts.stdout + texts.stderr)) throw new Error(`a secret is shown: ${texts.stderr}`);
      resolve({ ...texts, code: code ?? 128 + constants.signals[signal ?? 'SIGKILL'] });
    });
  });
  return { steps, ended, kill: (signal) => child.kill(signal) };
}

interface Case {
  readonly title: string;
  readonly step: Step;
  readonly act: Readonly<FaultKind> | { readonly signal: NodeJS.Signals; readonly fault: 'hang' | 'hang-after' };
}

function casesOf(steps: readonly Step[]): Case[] {
  const signals = SIGNALS.flatMap((signal) => (['hang', 'hang-after'] as const).map((fault) => ({ signal, fault })));
  const isOther = process.env.REGSECRET_EXE !== undefined;
  const faults = FAULT_KINDS.filter(({ title }) => isOther && OF_TRANSPORT.test(title));
  return steps.flatMap((step): Case[] => [
    ...signals.map((act) => ({ title: `${act.signal} ${act.fault === 'hang' ? 'before' : 'after'}`, step, act })),
    ...faults.map((act) => ({ title: act.title, step, act })),
  ]);
}

async function endOf(prepared: Prepared, { step, act }: Case): Promise<Ended> {
  const always = 'always' in act && act.always;
  const isMeant = ({ text, nth }: Step): boolean => text === step.text && (always ? nth >= step.nth : nth === step.nth);
  const flags = 'hangs' in act && act.hangs ? ['--request-timeout=2s'] : [];
  const running = start(prepared, faultOf(act, isMeant), flags);
  if (!('signal' in act)) return running.ended;
  const find = (): Step | undefined => running.steps.find(isMeant);
  // Sixty programs start at once.
  const waiting = waitFor(find, { what: `${step.text} of ${prepared.name}`, everyMs: 5, deadlineMs: 120_000 });
  waiting.catch(() => undefined);
  const met = await Promise.race([waiting, running.ended]);
  if (!('done' in met)) throw new Error(`${step.text} of ${prepared.name} never came: ${met.code} ${met.stderr}`);
  // The API server completes a request that it got before the program ended.
  if (act.fault === 'hang-after') await met.done;
  running.kill(act.signal);
  return running.ended;
}

async function problemsOf(situation: Situation, one: Case): Promise<string[]> {
  const prepared = await situation.prepare(namespace, state);
  const ended = await endOf(prepared, one);
  const isDone = await prepared.isDone();
  // A killed program prints nothing more, so its output may stop anywhere.
  const found = await prepared.problems(ended);
  if (ended.code === 0 && !isDone) found.push('exit code 0, and it is not done');
  if (!isDone && ended.stdout !== '' && !prepared.writesMany) found.push(`a result: ${ended.stdout}`);
  if ('signal' in one.act && /SIGINT|SIGTERM/.test(one.act.signal) && ended.code !== 130) found.push(`${ended.code}`);
  const outcome = isDone
    ? 'done'
    : /regsecret-copy|its manifest is in/.test(ended.stderr)
      ? 'the copy is named'
      : 'not done';
  count(`${one.title}: ${outcome}`);
  const again = await start(prepared).ended;
  if (again.code !== 0) found.push(`the same command again: ${again.code} ${again.stderr}`);
  if (!(await prepared.isDone())) found.push('the same command again does not do it');
  for (const left of await prepared.leftovers()) found.push(`left at the end: ${left}`);
  return found.map(
    (problem) => `${one.step.text} [${one.step.nth}], ${one.title} (${prepared.name}): ${problem}\n${ended.stderr}`,
  );
}

function count(what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

/** With the executable a few: what is different there is how it sends a request, not which one. */
const situations = process.env.REGSECRET_EXE === undefined ? SITUATIONS : some(SITUATIONS, 7);

describe.concurrent.each(situations)('$title', (situation) => {
  test('every signal at every request', { timeout: whole ? 3_600_000 : 600_000 }, async () => {
    const clean = await situation.prepare(namespace, state);
    const running = start(clean);
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(0);
    const steps = running.steps.filter(({ text }) => !text.endsWith(NEXT_PAGE));
    const cases = every(casesOf(steps), STRIDE, SITUATIONS.indexOf(situation));
    count(`cases of ${situation.title}: ${cases.length}`);
    const problems = await pool(WIDTH, cases, (one) => problemsOf(situation, one));
    expect(problems.flat()).toEqual([]);
  });
});
