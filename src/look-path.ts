/** Where a command is (Go os/exec `LookPath`). */
import { accessSync, constants, statSync } from 'node:fs';
import { platform } from 'node:os';
import { posix, win32 } from 'node:path';
import type { Io } from './io.ts';

/** The machine whose rules apply. */
interface Machine {
  readonly system: NodeJS.Platform;
  readonly isProgram: (path: string) => boolean;
}

const HERE: Machine = { system: platform(), isProgram };

/**
 * `command` itself when it says a folder, else the first program of that name in PATH. Relative folders of PATH are passed
 * over, as Go refuses what it finds there: anybody may have put it into the current folder. On Windows `command` may leave
 * out its ending, which is one of PATHEXT.
 */
export function lookPath(command: string, env: Io['env'], machine = HERE): string | undefined {
  return machine.system === 'win32' ? lookOnWindows(command, env, machine) : lookOnPosix(command, env, machine);
}

function lookOnPosix(command: string, env: Io['env'], machine: Machine): string | undefined {
  if (command.includes(posix.sep)) return machine.isProgram(command) ? command : undefined;
  const folders = (env.PATH ?? '').split(posix.delimiter).filter((folder) => posix.isAbsolute(folder));
  return folders.map((folder) => posix.join(folder, command)).find(machine.isProgram);
}

/** os/exec lp_windows.go `findExecutable`: a name that has an ending may be whole, and may lack another one. */
function lookOnWindows(command: string, env: Io['env'], machine: Machine): string | undefined {
  const endings = [...(/\.[^:\\/]*$/.test(command) ? [''] : []), ...programEndings(env)];
  const named = (path: string): string[] => endings.map((ending) => path + ending);
  if (/[:\\/]/.test(command)) return named(command).find(machine.isProgram);
  // A folder with a `;` in its name stands in quotes (path/filepath `SplitList`).
  const folders = (variable(env, 'PATH').match(/(?:"[^"]*"?|[^;"])+/g) ?? []).map((folder) =>
    folder.replaceAll('"', ''),
  );
  // `\tools` is on the current drive, whichever that is.
  const absolute = folders.filter((folder) => /^(?:[a-z]:[\\/]|[\\/]{2})/i.test(folder));
  return absolute.flatMap((folder) => named(win32.join(folder, command))).find(machine.isProgram);
}

/** os/exec lp_windows.go `pathExt` */
function programEndings(env: Io['env']): readonly string[] {
  const endings = variable(env, 'PATHEXT').toLowerCase().split(';').filter(Boolean);
  if (endings.length === 0) return ['.com', '.exe', '.bat', '.cmd'];
  return endings.map((ending) => (ending.startsWith('.') ? ending : `.${ending}`));
}

/** Windows calls it `Path`, and other programs otherwise. */
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
