/**
 * The memory of `doctor -A` and `list -A` with 100 tenant Secrets of a megabyte each, and 20 with only empty entries, of which as
 * many as possible.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { type Supervisor, startSupervisor } from '../environment/supervisor.ts';
import { whole } from '../support/cases.ts';
import { createHostileSecrets } from '../support/hostile-secrets.ts';
import { measured } from '../support/peak-memory.ts';
import { artefacts } from '../support/program.ts';

const SIZE = whole
  ? { namespaces: 10, secrets: 100, empty: 20, pods: 300 }
  : { namespaces: 5, secrets: 25, empty: 5, pods: 75 };
const MAX_BYTES = 250e6;

let supervisor: Supervisor;
let cluster: ClusterInfo;

beforeAll(async () => {
  supervisor = await startSupervisor();
  cluster = await supervisor.cluster();
  await createHostileSecrets(cluster, SIZE);
}, 400_000);

afterAll(() => supervisor?.close(), 60_000);

describe.skipIf(process.platform !== 'linux').each(artefacts())('%s', (_, program) => {
  test('doctor -A --offline', { timeout: 300_000 }, async () => {
    const { stdout, peakBytes } = await measured([...program, 'doctor', '-A', '--offline', '-o', 'json'], cluster);
    expect(JSON.parse(stdout).counts).toMatchObject({ failingPods: SIZE.pods, secrets: SIZE.secrets + SIZE.empty });
    expect(peakBytes).toBeLessThan(MAX_BYTES);
  });

  test('list -A --server', { timeout: 300_000 }, async () => {
    const { stdout, peakBytes } = await measured([...program, 'list', '-A', '--server', 'a.io', '-o', 'json'], cluster);
    expect(JSON.parse(stdout).items).toEqual([]);
    expect(peakBytes).toBeLessThan(MAX_BYTES);
  });
});
