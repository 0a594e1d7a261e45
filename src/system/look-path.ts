/** Finds the program of a command (Go os/exec `LookPath`). */
import { accessSync, constants, statSync } from 'node:fs';
import { platform } from 'node:os';
import { posix, win32 } from 'node:path';
import type { Io } from './io.ts';

/** The operating system and the file check to use. */
interface Machine {
  readonly system: NodeJS.Platform;
  readonly isProgram: (path: string) => boolean;
}

const HERE: Machine = { system: platform(), isProgram };

/**
 * `command` itself when it names a folder, otherwise the first program of that name in PATH. Relative folders of PATH are
 * skipped, because anybody may have put a program into the current folder; Go refuses such a program as well. On Windows,
 * `command` may leave out an extension that PATHEXT lists.
 */
export function lookPath(command: string, env: Io['env'], machine = HERE): string | undefined {
  return machine.system === 'win32' ? lookOnWindows(command, env, machine) : lookOnPosix(command, env, machine);
}

function lookOnPosix(command: string, env: Io['env'], machine: Machine): string | undefined {
  if (command.includes(posix.sep)) return machine.isProgram(command) ? command : undefined;
  const folders = (env.PATH ?? '').split(posix.delimiter).filter((folder) => posix.isAbsolute(folder));
  return folders.map((folder) => posix.join(folder, command)).find(machine.isProgram);
}

/** As os/exec lp_windows.go `findExecutable`: a name with an extension may be complete, or may lack another one. */
function lookOnWindows(command: string, env: Io['env'], machine: Machine): string | undefined {
  const endings = [...(/\.[^:\\/]*$/.test(command) ? [''] : []), ...programEndings(env)];
  const named = (path: string): string[] => endings.map((ending) => path + ending);
  if (/[:\\/]/.test(command)) return named(command).find(machine.isProgram);
  // A folder with a `;` in its name is in quotes (path/filepath `SplitList`).
  const folders = (variable(env, 'PATH').match(/(?:"[^"]*"?|[^;"])+/g) ?? []).map((folder) =>
    folder.replaceAll('"', ''),
  );
  // `\tools` depends on the current drive, so it does not count.
  const absolute = folders.filter((folder) => /^(?:[a-z]:[\\/]|[\\/]{2})/i.test(folder));
  return absolute.flatMap((folder) => named(win32.join(folder, command))).find(machine.isProgram);
}

/** os/exec lp_windows.go `pathExt` */
function programEndings(env: Io['env']): readonly string[] {
  const endings = variable(env, 'PATHEXT').toLowerCase().split(';').filter(Boolean);
  if (endings.length === 0) return ['.com', '.exe', '.bat', '.cmd'];
  return endings.map((ending) => (ending.startsWith('.') ? ending : `.${ending}`));
}

/** Looks the variable up in any case: Windows calls PATH `Path`, and other programs call it otherwise. */
function variable(env: Io['env'], name: string): string {
  const [, value] = Object.entries(env).find(([one, text]) => one.toUpperCase() === name && text !== undefined) ?? [];
  return value ?? '';
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
