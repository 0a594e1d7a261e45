/** Runs the program inside the test process: as fast as a function call, with everything except the process itself. */
import { run } from '../../src/run.ts';
import { holdsCanary } from './canary.ts';
import { type FakeIoOptions, fakeIo } from './io.ts';

export interface RanHere {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line. Throws when the canary password appears on stderr, or on stdout without `secretOnStdout`. */
export async function here(
  args: readonly string[],
  options: FakeIoOptions & { readonly secretOnStdout?: boolean } = {},
): Promise<RanHere> {
  const io = fakeIo(options);
  const code = await run(args, io);
  const { stdout, stderr } = io.written;
  if (holdsCanary(stderr)) throw new Error(`a secret on stderr: ${stderr}`);
  if (!options.secretOnStdout && holdsCanary(stdout)) throw new Error(`a secret on stdout: ${stdout}`);
  return { code, stdout, stderr };
}
