/** One long-running program of the cluster, with its log. */
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { killChild, startChild } from './child.ts';
import { waitFor } from './condition.ts';
import { report } from './report.ts';

export interface Daemon {
  name: string;
  /** Waits until the program can be used. Rejects with the end of its log when it dies or takes too long. */
  ready(condition: () => Promise<boolean>): Promise<void>;
  stop(): Promise<void>;
}

export interface DaemonOptions {
  name: string;
  command: string;
  args: readonly string[];
  /** The folder of the run. The log is `logs/<name>.log` in it. */
  folder: string;
  env?: NodeJS.ProcessEnv;
}

/**
 * Settings of Go's garbage collector. With the defaults a quarter of the API server's work was collecting garbage, because its
 * heap is small and short-lived here.
 */
const UNHURRIED_COLLECTOR = { GOGC: '400', GOMEMLIMIT: '1GiB' };

/** Starts a program that runs until it is stopped. If it ends by itself, stderr says so. */
export function startDaemon(options: DaemonOptions): Daemon {
  const { name, command, args, folder } = options;
  const logFile = join(folder, 'logs', `${name}.log`);
  const log = openSync(logFile, 'w');
  const env = { ...UNHURRIED_COLLECTOR, ...(options.env ?? { PATH: process.env.PATH, HOME: join(folder, 'home') }) };
  const child = startChild(command, args, { cwd: folder, env, stdio: ['ignore', log, log] });
  closeSync(log);

  let state: 'starting' | 'ready' | 'stopping' = 'starting';
  const death = new AbortController();
  whenEnded(child, (how) => {
    daemons.delete(daemon);
    const error = new Error(`${name} ${how}\n${tail(logFile)}`);
    if (state === 'ready') report(error.message); // while it starts, `ready` reports the error
    death.abort(error);
  });

  const daemon: Daemon = {
    name,
    ready: async (condition) => {
      const what = `${name} to be ready`;
      try {
        await waitFor(condition, { what, deadlineMs: 60_000, everyMs: 25, signal: death.signal });
        state = 'ready';
      } catch (error) {
        if (death.signal.aborted) throw death.signal.reason;
        throw new Error(`${(error as Error).message}\n${tail(logFile)}`, { cause: error });
      }
    },
    stop: () => {
      state = 'stopping';
      return killChild(child);
    },
  };
  daemons.add(daemon);
  return daemon;
}

/** Kills all daemons. None has state worth a graceful end. */
export async function stopDaemons(): Promise<void> {
  await Promise.all([...daemons].map((daemon) => daemon.stop()));
}

const daemons = new Set<Daemon>();

function whenEnded(child: ChildProcess, then: (how: string) => void): void {
  child.once('error', (error) => then(`did not start: ${error.message}`));
  child.once('exit', (code, signal) => then(signal ? `was ended by ${signal}` : `ended with code ${code}`));
}

function tail(file: string): string {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-30);
  return [`last lines of ${file}:`, ...lines].map((line) => `  ${line}`).join('\n');
}
