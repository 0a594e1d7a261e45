/** The process: its arguments in, its exit code out. */
import { processIo } from './io.ts';
import { run } from './run.ts';

/** Runs this process to its end. `argv` is that of the process: the runtime, the program, then the arguments. */
export async function main(argv: readonly string[]): Promise<never> {
  // kubectl finds plugins by this name.
  const plugin = /(^|[\\/])kubectl-regsecret(\.exe|\.js)?$/.test(argv[1] ?? '');
  process.exit(await run(argv.slice(2), processIo(), plugin ? 'kubectl regsecret' : 'regsecret'));
}
