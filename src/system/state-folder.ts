/** The folder for what the next run needs. It belongs to the user, and nobody else may read it. */
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Io } from './io.ts';

/** The folder of the XDG Base Directory Specification. A relative XDG_STATE_HOME does not count. */
export function stateFolder(env: Io['env'], system = platform()): string {
  return join(stateHome(env, system) ?? inHome(homedir()), 'regsecret');
}

/** As {@link stateFolder}, but undefined when the environment names no home folder, or one that does not exist. */
export function namedStateFolder(env: Io['env'], system = platform()): string | undefined {
  const home = stateHome(env, system);
  const { HOME = '' } = env;
  // Root could make the folder, but it should not: system users have /nonexistent as their home.
  const isNowhere = home === undefined || (home === inHome(HOME) && !existsSync(HOME));
  return isNowhere ? undefined : join(home, 'regsecret');
}

function inHome(home: string): string {
  return join(home, '.local', 'state');
}

function stateHome(
  { XDG_STATE_HOME = '', LOCALAPPDATA = '', HOME = '' }: Io['env'],
  system: string,
): string | undefined {
  if (isAbsolute(XDG_STATE_HOME)) return XDG_STATE_HOME;
  if (system === 'win32' && LOCALAPPDATA !== '') return LOCALAPPDATA;
  return HOME === '' ? undefined : inHome(HOME);
}

/** Makes the folder, for its owner alone. Throws when it belongs to somebody else. */
export function ownFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return folder;
}
