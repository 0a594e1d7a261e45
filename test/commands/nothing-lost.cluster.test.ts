/**
 * Every kind of fault at every request of every command that writes: nothing is lost, the output is true, the exit code says
 * whether the work is done, and running the same command again completes it. The requests are recorded from an undisturbed run of
 * each command. A part of the cases runs each time; REGSECRET_CASES=all runs and counts all of them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newNamespace } from '../environment/use.ts';
import { newPullSecret } from '../support/attach-world.ts';
import { every, whole } from '../support/cases.ts';
import { FAULT_KINDS, type FaultKind, faultOf } from '../support/fault-kinds.ts';
import type { Fault } from '../support/fault-proxy.ts';
import { type Ended, type Prepared, SITUATIONS, type Situation } from '../support/fault-situations.ts';
import { here } from '../support/here.ts';
import { pool } from '../support/pool.ts';
import { type Step, type StepProxy, startStepProxy } from '../support/step-proxy.ts';

/** Coprime to the number of kinds, so that over all situations every request gets every kind of fault. */
const STRIDE = 97;
const WIDTH = 16;

let namespace = '';
let proxy: StepProxy;
const state = mkdtempSync(join(tmpdir(), 'regsecret-lost-'));
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

/** Runs a command against the proxy. `choose` returns the fault for each request. */
async function ran(
  { name, args, stdin }: Prepared,
  choose?: (step: Step) => Fault | undefined,
  flags: string[] = [],
): Promise<Ended & { steps: Step[] }> {
  const { kubeconfig, steps } = proxy.watch(name, choose);
  const env = { KUBECONFIG: kubeconfig, XDG_STATE_HOME: join(state, name) };
  return { ...(await here([...args, '-n', namespace, ...flags], { env, stdin })), steps };
}

async function problemsOf(situation: Situation, step: Step, kind: FaultKind): Promise<string[]> {
  const prepared = await situation.prepare(namespace, state);
  const isMeant = ({ text, nth }: Step): boolean =>
    text === step.text && (kind.always ? nth >= step.nth : nth === step.nth);
  const flags = kind.hangs ? ['--request-timeout=2s'] : [];
  const ended = await ran(prepared, faultOf(kind, isMeant), flags);
  const isDone = await prepared.isDone();
  const found = await prepared.problems(ended);
  if (ended.code === 0 && !isDone) found.push('exit code 0, and it is not done');
  const canLook = kind.afterwards === undefined && !step.text.startsWith('GET');
  if (ended.code !== 0 && isDone && canLook) found.push('it is done, and the exit code is not 0');
  if (ended.code !== 0 && !/^error: /m.test(ended.stderr)) found.push('no error is told');
  if (!isDone && ended.stdout !== '' && !prepared.writesMany) found.push(`a result: ${ended.stdout}`);
  count(`${kind.title}: ${outcomeOf(ended, isDone)}`);
  const again = await ran(prepared);
  if (again.code !== 0) found.push(`the same command again: ${again.code} ${again.stderr}`);
  if (!(await prepared.isDone())) found.push('the same command again does not do it');
  for (const left of await prepared.leftovers()) found.push(`left at the end: ${left}`);
  return found.map((problem) => `${kind.title} (${prepared.name}): ${problem}\n${ended.stderr}`);
}

function count(what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function outcomeOf({ code, stderr }: Ended, isDone: boolean): string {
  if (code === 0) return /^warning: secret\/\S+-regsecret-copy/m.test(stderr) ? 'done, the copy is left' : 'done';
  if (isDone) return 'done, but that could not be read';
  if (/is deleted and not/.test(stderr)) return 'gone, the copy is named';
  return /not known|or not yet/.test(stderr) ? 'not known, the copy is named' : 'nothing is changed';
}

describe.concurrent.each(SITUATIONS)('$title', (situation) => {
  test('every fault at every request', { timeout: whole ? 3_600_000 : 600_000 }, async () => {
    const clean = await situation.prepare(namespace, state);
    const { steps, code, stderr } = await ran(clean);
    expect(code, stderr).toBe(0);
    expect(await clean.isDone()).toBe(true);
    const all = steps.flatMap((step) => FAULT_KINDS.map((kind) => ({ step, kind })));
    const cases = every(all, STRIDE, SITUATIONS.indexOf(situation));
    count(`cases of ${situation.title}, ${steps.length} requests: ${cases.length}`);
    const problems = await pool(WIDTH, cases, async ({ step, kind }) =>
      (await problemsOf(situation, step, kind)).map((problem) => `${step.text} [${step.nth}], ${problem}`),
    );
    expect(problems.flat()).toEqual([]);
  });
});
