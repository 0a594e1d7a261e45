/**
 * `npm run mutants` changes one operator at a time in the pure rooms of src, and runs the tests of the file's room: those in the
 * folder of the same name, and those that import something of it. What they do not notice, the tests that run whole commands may.
 * It prints each change that no test notices, and for each room how many are noticed. `-n` sets how many it tries, `--room secret`
 * in which folder of src, also one that is not pure, and `--seed` which. A file that is moved has the same mutants.
 */
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
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

/** The unit tests, each with the files that it imports. Those that count executions need a process of their own. */
const imports = new Map(
  globSync('test/**/*.test.ts', { exclude: ['**/*.{cluster,node,memory}.test.ts'] })
    .map((test) => [test, importsOf(test)] as const)
    .filter(([, files]) => !files.includes('test/support/executions.ts')),
);
const imported = new Set([...imports.values()].flat());
/** Tests that run whole commands in their own process. */
const COMMANDS = testsWhere((_, files) => files.includes('test/support/here.ts'));

/** The rooms whose rules the unit tests have to hold by themselves. What stands above them has its tests on a real cluster. */
const PURE = /^src\/(text|line|codec\/go|secret|verify|workloads|findings|diagnosis)\//;
const inRoom = join('src', values.room);
const isMeant = (file: string): boolean => (values.room === '' ? PURE.test(file) : file.startsWith(inRoom));
const files = globSync('src/**/*.ts').filter((file) => isMeant(file) && imported.has(file));
const mutants = shuffled(files.sort(byName).flatMap(mutantsOf), Number(values.seed)).slice(0, Number(values.n));
console.log(`seed ${values.seed}: ${mutants.length} mutants of ${files.length} files`);
/** After so many milliseconds the tests with a mutant count as an endless loop. */
const limits = new Map<readonly string[], number>();
const rooms = new Map([...new Set(mutants.map(({ room }) => room))].sort().map((room) => [room, testsOf(room)]));
for (const tests of [...rooms.values(), COMMANDS]) limits.set(tests, await limitOf(tests));
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

/** Measured from the tests without a mutation. */
async function limitOf(tests: readonly string[]): Promise<number> {
  const started = performance.now();
  const unchanged = { file: '', mutation: { start: 0, end: 0, text: '' } };
  if (await fails(unchanged, tests)) throw new Error(`without a mutation these fail: ${tests.join(' ')}`);
  return 10_000 + 4 * (performance.now() - started);
}

async function isKilled(mutant: Mutant): Promise<boolean> {
  return (await fails(mutant, rooms.get(mutant.room) ?? [])) || (await fails(mutant, COMMANDS));
}

function fails({ file, mutation }: Pick<Mutant, 'file' | 'mutation'>, tests: readonly string[]): Promise<boolean> {
  const run: MutantRun = { file, mutation, tests };
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run-mutant.ts'), JSON.stringify(run)], {
    stdio: 'ignore',
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), limits.get(tests) ?? 1_200_000);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(limit);
      resolve(code !== 0);
    });
  });
}

/** The files that a test imports from src and from test. */
function importsOf(test: string): string[] {
  return [...readFileSync(test, 'utf8').matchAll(/from '(\.[^']+)'/g)].map(([, path = '']) =>
    join(dirname(test), path),
  );
}

function testsOf(room: string): string[] {
  return testsWhere(
    (test, files) => dirname(test) === join('test', room) || files.some((file) => dirname(file) === join('src', room)),
  );
}

function testsWhere(isMeant: (test: string, files: readonly string[]) => boolean): string[] {
  return [...imports].flatMap(([test, files]) => (isMeant(test, files) ? [test] : [])).sort();
}

/** By the name, so that the order stays when a file is moved. */
function byName(one: string, other: string): number {
  return basename(one).localeCompare(basename(other)) || one.localeCompare(other);
}

function mutantsOf(file: string): Mutant[] {
  const source = readFileSync(file, 'utf8');
  const lines = source.split('\n');
  return mutationsOf(source).flatMap((mutation) => {
    const line = source.slice(0, mutation.start).split('\n').length;
    const change = `${source.slice(mutation.start, mutation.end)} → ${mutation.text}`;
    const code = lines[line - 1]?.trim();
    const same = EQUIVALENT.some(
      (one) => basename(one.file) === basename(file) && one.code === code && one.change === change,
    );
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
