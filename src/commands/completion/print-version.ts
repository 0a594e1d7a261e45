/** `regsecret version`: the version of this program, and the runtime. */
import { EXIT } from '../../errors.ts';
import { printerFor } from '../../output/printer.ts';
import { writeStructured } from '../../output/structured.ts';
import type { Io } from '../../system/io.ts';
import { COMMIT, RELEASE, VERSION } from '../../version.ts';

export interface VersionOptions {
  readonly output?: 'json' | 'yaml';
}

/** Sends no request. Returns the exit code. */
export async function printVersion({ output }: VersionOptions, io: Io): Promise<number> {
  const { runtime, platform } = io.machine;
  if (output !== undefined) await writeStructured({ version: RELEASE, commit: COMMIT, runtime, platform }, output, io);
  else (await printerFor(io)).result(`regsecret ${VERSION}, ${runtime}, ${platform}`);
  return EXIT.ok;
}
