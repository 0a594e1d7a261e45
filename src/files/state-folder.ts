/** The folder in which the program keeps what the next run needs: that of the person, and nobody else's. */
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Io } from '../io.ts';

/** That of the XDG Base Directory Specification; a relative one does not count. */
export function stateFolder(env: Io['env'], system = platform()): string {
  return join(stateHome(env, system) ?? inHome(homedir()), 'regsecret');
}

/** The same, and undefined where the environment names no home of the person, or one that is not there. */
export function namedStateFolder(env: Io['env'], system = platform()): string | undefined {
  const home = stateHome(env, system);
  const { HOME = '' } = env;
  // Root could make it: system users have /nonexistent.
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

/** Makes it, for its owner alone; throws where it is somebody else's. */
export function ownFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return folder;
}
