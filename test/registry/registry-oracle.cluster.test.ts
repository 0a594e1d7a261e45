/**
 * Compares regsecret's verdicts about registries with the code of containerd and go-containerregistry. REGSECRET_SEED and
 * REGSECRET_CASES choose other generated cases. docs/dev/registries.md lists the intended differences.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forEachLimit } from '../../src/system/concurrency.ts';
import { type AskedRegistry, type Asker, startAsker } from '../support/ask-registry.ts';
import { cases } from '../support/cases.ts';
import { fc, seed } from '../support/fast-check.ts';
import { type RegistryCase, registryCase } from '../support/registry-cases.ts';
import { type Counts, differenceOf } from '../support/registry-comparison.ts';
import { MANNERS } from '../support/registry-manners.ts';
import { type RegistryOracle, startRegistryOracle } from '../support/registry-oracle.ts';
import type { LoginName } from '../support/registry-program.ts';

let asker: Asker;
let oracle: RegistryOracle;
beforeAll(async () => {
  asker = await startAsker();
  oracle = await startRegistryOracle(asker.registries);
}, 600_000);
afterAll(async () => {
  oracle?.close();
  await asker?.close();
});

/** The number of registries asked at a time. */
const WIDTH = 8;

const SHOWN = 20;

test('the verdict is what the client of a node meets', { timeout: 3_600_000 }, async () => {
  const total = cases(50, 1_000);
  const counts: Counts = {};
  const found: string[] = [];
  const started = performance.now();
  for (let done = 0; done < total; ) {
    const batch = fc.sample(registryCase, { seed: seed + done, numRuns: Math.min(200, total - done) });
    found.push(...(await compareBatch(batch, counts)).map(([index, text]) => `case ${done + index}: ${text}`));
    done += batch.length;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`registries: seed ${seed}, ${total} cases in ${seconds} s: ${JSON.stringify(counts, undefined, 1)}`);
  expect(found.length, found.slice(0, SHOWN).join('\n')).toBe(0);
  // If most cases failed, the comparison would prove nothing.
  expect(counts['pulls: accepted'] ?? 0).toBeGreaterThan(total / 10);
});

/** The verdict that each login, named after its rights, must get for the image. */
const MEANS = { right: 'accepted', wrong: 'rejected', stranger: 'no access', none: 'anonymous' } as const;

test.each(MANNERS)('%s', async (_, program) => {
  for (const isPublic of [false, true]) {
    const logins = Object.keys(MEANS) as LoginName[];
    const programs = logins.flatMap((login) =>
      [true, false].map((withImage) => ({ program: { ...program, isPublic }, login, withImage })),
    );
    expect(await compareBatch(programs, {})).toEqual([]);
  }
  for (const [login, kind] of Object.entries(MEANS)) {
    const { verdict } = await asker.ask(program, login as LoginName, true);
    expect([login, verdict.kind]).toEqual([login, kind]);
  }
});

async function compareBatch(batch: readonly RegistryCase[], counts: Counts): Promise<[number, string][]> {
  const nodes = await oracle.ask(batch);
  const ours: AskedRegistry[] = [];
  await forEachLimit(WIDTH, batch.entries(), async ([index, { program, login, withImage }]) => {
    ours[index] = await asker.ask(program, login, withImage);
  });
  return batch.flatMap((one, index): [number, string][] => {
    const [node, asked] = [nodes[index], ours[index]];
    if (node === undefined || asked === undefined) throw new Error('an answer is missing');
    const text = differenceOf(one, node, asked, counts);
    return text === undefined ? [] : [[index, text]];
  });
}
