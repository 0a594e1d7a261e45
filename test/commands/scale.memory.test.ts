/**
 * `list -A` and `doctor -A` over 2,000 pods in bounded memory, or 10,000 with `REGSECRET_CASES=all`, on a separate control plane. Both artefacts
 * share it because filling it takes longest. `npm run bench` measures the time of the commands.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { type Supervisor, startSupervisor } from '../environment/supervisor.ts';
import { whole } from '../support/cases.ts';
import { createCrowd, PODS_A_SECRET, SECRETS } from '../support/crowd.ts';
import { measured } from '../support/peak-memory.ts';
import { artefacts } from '../support/program.ts';

/** The namespaces take turns, so that this is a multiple of their number. */
const secrets = whole ? SECRETS : 400;
const MAX_BYTES = whole ? 150e6 : 120e6;

let supervisor: Supervisor;
let cluster: ClusterInfo;

beforeAll(async () => {
  supervisor = await startSupervisor();
  cluster = await supervisor.cluster();
  await createCrowd(cluster, secrets);
}, 400_000);

afterAll(() => supervisor?.close(), 60_000);

describe.skipIf(process.platform !== 'linux').each(artefacts())('%s', (_, program) => {
  test('list -A', { timeout: 120_000 }, async () => {
    const { code, stdout, peakBytes } = await measured([...program, 'list', '-A', '-o', 'json'], cluster);
    expect(code).toBe(0);
    const { items } = JSON.parse(stdout);
    expect(items).toHaveLength(secrets);
    expect(items.every((row: { usedBy: { pods: number } }) => row.usedBy.pods === PODS_A_SECRET)).toBe(true);
    expect(peakBytes).toBeLessThan(MAX_BYTES);
  });

  test('doctor -A --offline', { timeout: 120_000 }, async () => {
    const { code, stdout, peakBytes } = await measured(
      [...program, 'doctor', '-A', '--offline', '-o', 'json'],
      cluster,
    );
    expect(code).toBe(0);
    const { counts, findings } = JSON.parse(stdout);
    expect(counts).toMatchObject({ pods: secrets * PODS_A_SECRET, failingPods: 0, secrets });
    expect(findings).toEqual([]);
    expect(peakBytes).toBeLessThan(MAX_BYTES);
  });
});
