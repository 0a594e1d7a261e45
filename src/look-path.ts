/** Where a command is (Go os/exec `LookPath`). */
import { accessSync, constants, statSync } from 'node:fs';
import { platform } from 'node:os';
import { delimiter, isAbsolute, join, sep } from 'node:path';
import type { Io } from './io.ts';

/**
 * `command` itself when it says a folder, else the first program of that name in PATH. Relative folders of PATH are passed
 * over, as Go refuses what it finds there: anybody may have put it into the current folder.
 */
export function lookPath(command: string, env: Io['env']): string | undefined {
  const folders = command.includes(sep)
    ? ['']
    : (env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const endings = platform() === 'win32' && !/\.(exe|com)$/i.test(command) ? ['.exe', '.com'] : [''];
  return folders.flatMap((folder) => endings.map((ending) => join(folder, command + ending))).find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
