/**
 * `node test-run.ts MINUTES SCRIPT ARGUMENT…`: a script of ours, in a run that always ends, that Ctrl-C and `kill` end early,
 * and that leaves nothing behind. What runs that were killed have left is cleared away first.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { sweepRunFolders } from './run-folder.ts';

await sweepRunFolders();
const [minutes = '', ...script] = process.argv.slice(2);
const args = [join(import.meta.dirname, 'test-run-process.ts'), minutes, process.execPath, ...script];
// It lives by this pipe, so it ends its work also when this process is killed.
const child = spawn(process.execPath, args, { stdio: ['pipe', 'inherit', 'inherit'] });
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => child.stdin.end());
child.once('exit', (code) => process.exit(code ?? 1));
