/**
 * `node test-run.ts MINUTES SCRIPT ARGUMENT…` runs one of our scripts with a time limit, which is five times as long where all
 * cases run. Ctrl-C and `kill` end it early, and it leaves nothing behind. Leftovers of runs that were killed are removed first.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { whole } from '../support/cases.ts';
import { sweepRunFolders } from './run-folder.ts';

await sweepRunFolders();
const [minutes = '', ...script] = process.argv.slice(2);
const limit = `${Number(minutes) * (whole ? 5 : 1)}`;
const args = [join(import.meta.dirname, 'test-run-process.ts'), limit, process.execPath, ...script];
// The child ends when this pipe closes, so it also ends when this process is killed.
const child = spawn(process.execPath, args, { stdio: ['pipe', 'inherit', 'inherit'] });
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => child.stdin.end());
child.once('exit', (code) => process.exit(code ?? 1));
