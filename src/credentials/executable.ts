/** Programs on the PATH of an environment, found as Go's os/exec finds them. */
import { accessSync, constants, statSync } from 'node:fs';
import { platform } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Io } from '../io.ts';

/** How Go words that `name` is not there (os/exec `ErrNotFound`). */
export function notFoundText(name: string): string {
  return `exec: "${name}": executable file not found in ${platform() === 'win32' ? '%PATH%' : '$PATH'}`;
}

/**
 * The first executable file called `name` on PATH (os/exec `LookPath`). Relative folders are passed over: Go refuses to run
 * what it finds there, as the folder one stands in may be anybody's.
 */
export function findOnPath(name: string, env: Io['env']): string | undefined {
  // Without a shell Windows runs nothing else.
  const extensions = platform() === 'win32' && !/\.(exe|com)$/i.test(name) ? ['.exe', '.com'] : [''];
  return (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => isAbsolute(folder))
    .flatMap((folder) => extensions.map((extension) => join(folder, name + extension)))
    .find(isExecutableFile);
}

function isExecutableFile(path: string): boolean {
  try {
    if (statSync(path).isDirectory()) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
