/**
 * Compares regsecret's choice of a login with docker's and podman's own code. REGSECRET_SEED and REGSECRET_CASES choose other
 * generated cases. docs/dev/logins.md lists the intended differences.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cases } from '../support/cases.ts';
import { fc, seed } from '../support/fast-check.ts';
import { type LoginCase, loginCase } from '../support/login-cases.ts';
import { type Counts, compareForms } from '../support/login-forms.ts';
import { loginMachine } from '../support/login-machine.ts';
import { type Answer, type LoginOracle, startLoginOracle } from '../support/login-oracle.ts';
import { pool } from '../support/pool.ts';

/** The number of concurrent cases. Each mostly waits for a credential helper, longest on a busy machine. */
const LANES = 6;

let oracle: LoginOracle;
let root: string;
beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'regsecret-logins-')));
  oracle = await startLoginOracle();
}, 600_000);
afterAll(() => {
  oracle?.close();
  rmSync(root, { recursive: true, force: true });
});

test('every form takes the login that docker, else podman, would send', { timeout: 1_800_000 }, async () => {
  const total = cases(60, 3_000);
  const counts: Counts = {};
  const started = performance.now();
  for (let done = 0; done < total; ) {
    const batch = fc.sample(loginCase, { seed: seed + done, numRuns: Math.min(200, total - done) });
    await compareBatch(batch, `seed ${seed}, from case ${done}`, counts);
    done += batch.length;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`logins: seed ${seed}, ${total} cases in ${seconds} s: ${JSON.stringify(counts)}`);
  // If most cases failed, the comparison would prove nothing.
  expect(counts['--server: found']).toBeGreaterThan(total / 6);
});

async function compareBatch(batch: readonly LoginCase[], where: string, counts: Counts): Promise<void> {
  const machines = batch.map((one, index) => loginMachine(one, join(root, String(index))));
  const answers: readonly Answer[] = await oracle.ask(batch.map((one, index) => ({ one, machine: machines[index] })));
  await pool(LANES, batch, async (one, index) => {
    const [machine, answer] = [machines[index], answers[index]];
    if (machine === undefined || answer === undefined) throw new Error('an answer is missing');
    await compareForms({ one, machine, answer, again: () => oracle.askOften(one, machine) }, where, counts);
    machine.remove();
  });
}
