/** Runs tests with one mutation in one file, in a separate process. The exit code is 0 if all tests pass. */
import { resolve } from 'node:path';
import { startVitest } from 'vitest/node';
import type { Mutation } from './mutations.ts';

/** The only argument of the process, as JSON. */
export interface MutantRun {
  readonly file: string;
  readonly mutation: Mutation;
  readonly tests: readonly string[];
}

const { file, mutation, tests }: MutantRun = JSON.parse(process.argv[2] ?? '');
const path = resolve(file);
const mutate = {
  name: 'mutate',
  enforce: 'pre',
  transform: (code: string, id: string) =>
    id === path ? code.slice(0, mutation.start) + mutation.text + code.slice(mutation.end) : undefined,
} as const;

await startVitest(
  'test',
  [],
  {
    config: false,
    watch: false,
    bail: 1,
    pool: 'threads',
    maxWorkers: 1,
    isolate: false,
    fsModuleCache: false, // the cache ignores the mutation
    include: [...tests],
    exclude: ['**/*.{cluster,node,memory}.test.ts'],
    passWithNoTests: true,
    reporters: [{}],
    testTimeout: 60_000,
  },
  { plugins: [mutate] },
);
