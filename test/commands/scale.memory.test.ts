/**
 * `list -A` and `doctor -A` over 10,000 pods and 2,000 Secrets in bounded memory, on a control plane of its own. Both
 * artefacts share it, because it takes longest to fill it; how long the commands take, `npm run bench` measures.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClusterInfo } from '../environment/control-plane.ts';
import { type Supervisor, startSupervisor } from '../environment/supervisor.ts';
import { createCrowd, PODS, SECRETS } from '../support/crowd.ts';
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

/** Runs a program, and looks at its peak of resident memory as long as it lives. */
async function measured([command = '', ...args]: readonly string[]): Promise<{ stdout: string; peakBytes: number }> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, KUBECONFIG: cluster.kubeconfig },
  });
  let peakBytes = 0;
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peakBytes = Math.max(peakBytes, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // It has ended.
    }
  };
  const timer = setInterval(look, 5);
  child.stdout.on('data', look);
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const stdout = (await buffer(child.stdout)).toString();
  const code = await closed;
  clearInterval(timer);
  expect(code).toBe(0);
  return { stdout, peakBytes };
}

describe.skipIf(process.platform !== 'linux').each(artefacts())('%s', (_, program) => {
  test('list -A', { timeout: 120_000 }, async () => {
    const { stdout, peakBytes } = await measured([...program, 'list', '-A', '-o', 'json']);
    const { items } = JSON.parse(stdout);
    expect(items).toHaveLength(SECRETS);
    expect(items.every((row: { usedBy: { pods: number } }) => row.usedBy.pods === PODS / SECRETS)).toBe(true);
    expect(peakBytes).toBeLessThan(MAX_BYTES);
  });

  test('doctor -A --offline', { timeout: 120_000 }, async () => {
    const { stdout, peakBytes } = await measured([...program, 'doctor', '-A', '--offline', '-o', 'json']);
    const { counts, findings } = JSON.parse(stdout);
    expect(counts).toMatchObject({ pods: PODS, failingPods: 0, secrets: SECRETS });
    expect(findings).toEqual([]);
    expect(peakBytes).toBeLessThan(MAX_BYTES);
  });
});
