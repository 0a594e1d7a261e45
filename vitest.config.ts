import { defineConfig } from 'vitest/config';
import { missing } from './test/cluster/availability.ts';

/**
 * Three projects by what a test needs: nothing (`*.test.ts`), a control plane (`*.cluster.test.ts`), a node with
 * registries (`*.node.test.ts`). What this machine cannot run is left out, in one line each, or is an error when
 * REGSECRET_REQUIRE names it.
 */
const required = (process.env.REGSECRET_REQUIRE ?? '').split(',');

function runnable(need: 'cluster' | 'node'): boolean {
  const reason = missing(need);
  if (reason === undefined) return true;
  if (required.includes(need)) throw new Error(`the ${need} tests are required but cannot run: ${reason}`);
  console.error(`left out: the ${need} tests, because ${reason}`);
  return false;
}

const clusterTests = 'test/**/*.cluster.test.ts';
const nodeTests = 'test/**/*.node.test.ts';

export default defineConfig({
  test: {
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      { test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: [clusterTests, nodeTests] } },
      ...(runnable('cluster')
        ? [{ test: { name: 'cluster', include: [clusterTests], globalSetup: ['test/cluster/setup.ts'] } }]
        : []),
      ...(runnable('node')
        ? [{ test: { name: 'node', include: [nodeTests], globalSetup: ['test/cluster/setup-node.ts'] } }]
        : []),
    ],
  },
});
