/**
 * Runs a test program to its end: `node test-run-process.ts MINUTES COMMAND ARGUMENT…`. When the time is over, or when stdin
 * closes because the starter of this process is gone, everything that the program has started ends with it. Its temporary files
 * are in a folder that is removed at the end, or by the next run if this process is killed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers';
import { report } from './report.ts';
import { createLockedFolder, killProcessesOf, removeRunFolder } from './run-folder.ts';

/** The time that tests may take to clean up by themselves. */
const GRACE_MS = 30_000;
/** The exit code of coreutils' `timeout`. */
const TIME_OVER = 124;
const INTERRUPTED = 130;

const [minutes = '', command = '', ...args] = process.argv.slice(2);
const folder = createLockedFolder('tests');
const hasGroups = process.platform !== 'win32';
const child = spawn(command, args, {
  env: { ...process.env, TMPDIR: folder, TEMP: folder, TMP: folder },
  stdio: ['ignore', 'inherit', 'inherit'],
  detached: hasGroups,
});
let code: number | undefined;

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => end(INTERRUPTED));
process.stdin.once('close', () => end(INTERRUPTED)).resume();
const limit = setTimeout(() => {
  report(`the tests have not ended after ${minutes} minutes, and are stopped`);
  end(TIME_OVER);
}, Number(minutes) * 60_000);

const [exitCode, signal] = await once(child, 'exit').catch((error: Error) => {
  report(`cannot start ${command}: ${error.message}`);
  return [1, null];
});
clearTimeout(limit);
send('SIGKILL');
await killProcessesOf(folder);
await removeRunFolder(folder).catch((error: Error) => report(`could not clear away ${folder}: ${error.message}`));
process.exit(code ?? (signal === null ? exitCode : 1));

/** Sends SIGINT once, as Ctrl-C does, and SIGKILL after the grace period. */
function end(because: number): void {
  if (code !== undefined) return;
  code = because;
  send('SIGINT');
  setTimeout(() => send('SIGKILL'), GRACE_MS).unref();
}

function send(name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(hasGroups ? -child.pid : child.pid, name);
  } catch {
    // The process has ended.
  }
}
