/**
 * Ctrl-C ends doctor in the middle of its work, in a namespace full of Secrets with thousands of entries and pods that name them.
 * With the executable, too: signals.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { beforeAll, describe, expect, test } from 'vitest';
import { cluster, newNamespace, waitFor } from '../../environment/use.ts';
import { named, newSecret, newWorkload } from '../../support/attach-world.ts';
import { artefact } from '../../support/program.ts';

const SECRETS = 36;
const ENTRIES = 25_000;

let namespace: string;
beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  const names = Array.from({ length: SECRETS }, (_, index) => `pull-${index}`);
  for (const name of names) {
    const hosts = Array.from({ length: ENTRIES }, (_, index) => `r${index}.${name}.example`);
    const auths = Object.fromEntries(hosts.map((host) => [host, { auth: 'YTpi' }]));
    const payload = { '.dockerconfigjson': JSON.stringify({ auths }) };
    await newSecret(namespace, name, 'kubernetes.io/dockerconfigjson', payload);
  }
  for (let index = 0; index < 8; index++) {
    await newWorkload('Pod', namespace, { image: `r.example/app:${index}`, list: named(...names) });
  }
}, 120_000);

/** The CPU time of a process in hundredths of a second (proc_pid_stat(5)). */
function ticksOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

describe.runIf(platform() === 'linux')('after so much CPU time', () => {
  // Starting takes less CPU time than this, and these Secrets take several times as much.
  test.each([100, 150])('%d hundredths of a second', { timeout: 180_000 }, async (ticks) => {
    const [command, ...first] = artefact();
    const args = [...first, 'doctor', '-n', namespace, '--offline'];
    const child = spawn(command, args, { env: { PATH: '', KUBECONFIG: cluster().kubeconfig }, stdio: 'pipe' });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    const ended = once(child, 'close');
    const pid = child.pid ?? 0;
    await waitFor(() => ticksOf(pid) >= ticks, { what: 'the program to be at work', deadlineMs: 90_000 });
    const before = ticksOf(pid);
    child.kill('SIGINT');
    let after = before;
    const timer = setInterval(() => {
      if (child.exitCode === null) after = Math.max(after, ticksOf(pid));
    }, 10);
    const [code] = await ended;
    clearInterval(timer);
    expect([code, Buffer.concat(output).toString()]).toEqual([130, '']);
    expect(after - before).toBeLessThan(100);
  });
});
