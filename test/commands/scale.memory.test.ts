/**
 * `list -A` and `doctor -A` over 10,000 pods and 2,000 Secrets in bounded memory, on a separate control plane. Both artefacts
 * share it because filling it takes longest. `npm run bench` measures the time of the commands.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { type Supervisor, startSupervisor } from '../environment/supervisor.ts';
import { createCrowd, PODS, SECRETS } from '../support/crowd.ts';
import { measured } from '../support/peak-memory.ts';
import { artefacts } from '../support/program.ts';

const MAX_BYTES = 150e6;

let supervisor: Supervisor;
let cluster: ClusterInfo;

beforeAll(async () => {
  supervisor = await startSupervisor();
  cluster = await supervisor.cluster();
  await createCrowd(cluster);
}, 400_000);

afterAll(() => supervisor?.close(), 60_000);

describe.skipIf(process.platform !== 'linux').each(artefacts())('%s', (_, program) => {
  test('list -A', { timeout: 120_000 }, async () => {
    const { code, stdout, peakBytes } = await measured([...program, 'list', '-A', '-o', 'json'], cluster);
    expect(code).toBe(0);
    const { items } = JSON.parse(stdout);
    expect(items).toHaveLength(SECRETS);
    expect(items.every((row: { usedBy: { pods: number } }) => row.usedBy.pods === PODS / SECRETS)).toBe(true);
    expect(peakBytes).toBeLessThan(MAX_BYTES);
  });

  test('doctor -A --offline', { timeout: 120_000 }, async () => {
    const { code, stdout, peakBytes } = await measured(
      [...program, 'doctor', '-A', '--offline', '-o', 'json'],
      cluster,
    );
    expect(code).toBe(0);
    const { counts, findings } = JSON.parse(stdout);
    expect(counts).toMatchObject({ pods: PODS, failingPods: 0, secrets: SECRETS });
    expect(findings).toEqual([]);
    expect(peakBytes).toBeLessThan(MAX_BYTES);
  });
});
