/**
 * `npm run mutants` changes one operator at a time in src/domain and src/operations, and runs the unit tests of the file's room.
 * It prints each change that no test notices, and for each room how many are noticed. `-n` sets how many it tries, `--room
 * domain/keyring` in which room, and `--seed` which.
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { randomNumbers } from '../support/random.ts';
import { EQUIVALENT } from './equivalent.ts';
import { type Mutation, mutationsOf } from './mutations.ts';
import type { MutantRun } from './run-mutant.ts';

interface Mutant {
  readonly room: string;
  readonly file: string;
  readonly line: number;
  readonly change: string;
  readonly mutation: Mutation;
}

const { values } = parseArgs({
  options: {
    n: { type: 'string', short: 'n', default: '200' },
    room: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});

const files = globSync('src/{domain,operations}/**/*.ts').filter((file) => file.startsWith(`src/${values.room}`));
const mutants = shuffled(files.sort().flatMap(mutantsOf), Number(values.seed)).slice(0, Number(values.n));
console.log(`seed ${values.seed}: ${mutants.length} mutants of ${files.length} files`);
const limits = new Map<string, number>();
for (const room of new Set(mutants.map((mutant) => mutant.room))) limits.set(room, await limitOf(room));
const scores = new Map<string, { killed: number; all: number }>();
const queue = mutants.values();
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work));
for (const [room, { killed, all }] of [...scores].sort()) {
  console.log(`${room.padEnd(24)} ${killed} of ${all} (${Math.round((100 * killed) / all)} %)`);
}
const total = [...scores.values()].reduce((sum, { killed }) => sum + killed, 0);
console.log(`killed ${total} of ${mutants.length} (${Math.round((100 * total) / mutants.length)} %)`);

async function work(): Promise<void> {
  for (const mutant of queue) {
    const killed = await isKilled(mutant);
    const score = scores.get(mutant.room) ?? { killed: 0, all: 0 };
    scores.set(mutant.room, { killed: score.killed + Number(killed), all: score.all + 1 });
    if (!killed) console.log(`survived  ${mutant.file}:${mutant.line}  ${mutant.change}`);
  }
}

/** After so many milliseconds a mutant of this room counts as an endless loop. Measured from the tests without a mutation. */
async function limitOf(room: string): Promise<number> {
  const started = performance.now();
  const unchanged = { room, file: '', mutation: { start: 0, end: 0, text: '' } };
  if (await isKilled(unchanged)) throw new Error(`the tests of ${room} fail without a mutation`);
  return 10_000 + 4 * (performance.now() - started);
}

function isKilled({ room, file, mutation }: Pick<Mutant, 'room' | 'file' | 'mutation'>): Promise<boolean> {
  const tests = room.startsWith('domain/')
    ? [`test/${room}/**/*.test.ts`]
    : ['test/operations/**/*.test.ts', 'test/commands/**/*.test.ts'];
  const run: MutantRun = { file, mutation, tests };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run-mutant.ts'), JSON.stringify(run)], {
    stdio: 'ignore',
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), limits.get(room) ?? 600_000);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(limit);
      resolve(code !== 0);
    });
  });
}

function mutantsOf(file: string): Mutant[] {
  const source = readFileSync(file, 'utf8');
  const lines = source.split('\n');
  return mutationsOf(source).flatMap((mutation) => {
    const line = source.slice(0, mutation.start).split('\n').length;
    const change = `${source.slice(mutation.start, mutation.end)} → ${mutation.text}`;
    const code = lines[line - 1]?.trim();
    const same = EQUIVALENT.some((one) => one.file === file && one.code === code && one.change === change);
    return same ? [] : [{ room: dirname(file).replace(/^src\//, ''), file, line, change, mutation }];
  });
}

/** The items in an order that depends on the seed. */
function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = randomNumbers(seed);
  return items
    .map((item) => ({ item, key: random() }))
    .sort((one, other) => one.key - other.key)
    .map(({ item }) => item);
}
