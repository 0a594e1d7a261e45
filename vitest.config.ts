import { existsSync, globSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { executableName, hostName } from './build/targets.ts';
import { missing } from './test/environment/availability.ts';
import { runSummary } from './test/environment/run-summary.ts';
import { whole } from './test/support/cases.ts';

/**
 * Three projects by what a test needs: nothing (`*.test.ts`), a control plane (`*.cluster.test.ts`), a node with
 * registries (`*.node.test.ts`). Tests that run the program as a process run in a second one each, with the executable: those
 * whose head says "With the executable, too" and why, since there it can differ from the npm package (HTTP, child processes,
 * files, signals, memory, start), and with `REGSECRET_CASES=all` the others as well.
 * What measures memory (`*.memory.test.ts`) runs after them and alone: on a busy machine garbage is collected late.
 * What this machine cannot run is left out, in one line each, or is an error when REGSECRET_REQUIRE names it.
 */
/**
 * How often a test that fails is tried again. Only .ci/run says more than 0, since one test in 13,000 that meets a busy machine
 * would hide what all the others say; the summary lists what needed it, and each of those is to be mended. Generated cases
 * are the same in each try.
 */
const retry = Number(process.env.REGSECRET_RETRY ?? 0);
const required = (process.env.REGSECRET_REQUIRE ?? '').split(',');

function runnable(need: 'cluster' | 'node' | 'executable', reason: string | undefined): boolean {
  if (reason === undefined) return true;
  if (required.includes(need)) throw new Error(`the ${need} tests are required but cannot run: ${reason}`);
  console.error(`left out: the ${need} tests, because ${reason}`);
  return false;
}

const executable = resolve('exe', executableName(hostName()));
const withExecutable = runnable(
  'executable',
  existsSync(executable) ? undefined : 'there is none for this machine: npm run build:exe -- host',
);

const all = globSync('test/**/*.test.ts').map((file) => file.replaceAll('\\', '/'));
const clusterTests = all.filter((file) => file.endsWith('.cluster.test.ts'));
const nodeTests = all.filter((file) => file.endsWith('.node.test.ts'));
const memoryTests = all.filter((file) => file.endsWith('.memory.test.ts'));
const otherTests = all.filter((file) => ![...clusterTests, ...nodeTests, ...memoryTests].includes(file));
const countingTests = otherTests.filter((file) => has(file, /from '[^']*support\/executions\.ts'/));
const unitTests = otherTests.filter((file) => !countingTests.includes(file));

const setupFiles = ['test/environment/setup-file.ts'];

function has(file: string, pattern: RegExp): boolean {
  return pattern.test(readFileSync(join(import.meta.dirname, file), 'utf8'));
}

function runsExecutable(file: string): boolean {
  if (!whole) return has(file, /^ ?\/?\*+ .*\bWith the executable, too\b/m);
  return has(file, /\b(artefact|regsecret|terminal)\b[^}]*\} from '[^']*support\/(program|terminal)\.ts'/);
}

function project(
  name: string,
  include: string[],
  globalSetup: string[],
  maxConcurrency = 5,
): TestProjectInlineConfiguration[] {
  const outside = include.filter(runsExecutable);
  // To start a process and load the program for each of 460 files takes as long as a tenth of the tests.
  const setup = { globalSetup, retry, setupFiles, isolate: false, maxConcurrency };
  return [
    { test: { name, include, ...setup } },
    ...(withExecutable && outside.length > 0
      ? [{ test: { name: `${name}-exe`, include: outside, env: { REGSECRET_EXE: executable }, ...setup } }]
      : []),
  ];
}

export default defineConfig({
  test: {
    pool: 'forks',
    // Most tests wait: for a kubelet, a roll-out, a time-out. With one worker for each core, a fifth of the time nothing runs.
    maxWorkers: 2 * availableParallelism() + 1,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', ...(process.env.GITHUB_ACTIONS ? ['github-actions'] : []), runSummary],
    projects: [
      ...project('unit', unitTests, []),
      // V8 does not count calls of what other files had it compile.
      { test: { name: 'unit-counting', include: countingTests, setupFiles, retry } },
      ...(runnable('cluster', missing('cluster'))
        ? [
            ...project('cluster', clusterTests, ['test/environment/setup.ts']),
            // One file at a time: each has an API server with many objects, and side by side they take as long.
            {
              test: {
                name: 'memory',
                include: memoryTests,
                setupFiles,
                retry,
                maxWorkers: 1,
                sequence: { groupOrder: 1 },
              },
            },
          ]
        : []),
      // A kubelet mostly waits: for the next attempt to pull, for a container to stop.
      ...(runnable('node', missing('node')) ? project('node', nodeTests, ['test/environment/setup-node.ts'], 8) : []),
    ],
  },
});
