/** Measures the peak memory of a program. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';

export interface Measured {
  readonly code: number | null;
  readonly stdout: string;
  readonly peakBytes: number;
}

/**
 * Runs a program against a cluster and samples its peak resident memory while it lives. One without end gets a SIGTERM once it
 * has printed `until`. Linux only.
 */
export async function measured(
  [command = '', ...args]: readonly string[],
  { kubeconfig }: { readonly kubeconfig: string },
  until?: RegExp,
): Promise<Measured> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, KUBECONFIG: kubeconfig },
  });
  let peakBytes = 0;
  const look = (): void => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peakBytes = Math.max(peakBytes, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024);
    } catch {
      // The process has ended.
    }
  };
  const timer = setInterval(look, 5);
  child.stdout.on('data', (chunk: Buffer) => {
    look();
    if (until?.test(`${chunk}`)) child.kill('SIGTERM');
  });
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const stdout = (await buffer(child.stdout)).toString();
  const code = await closed;
  clearInterval(timer);
  return { code, stdout, peakBytes };
}
