/** The folder in which the program keeps what the next run needs: that of the person, and nobody else's. */
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { homedir, platform } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Io } from '../io.ts';

/** That of the XDG Base Directory Specification; a relative one does not count. */
export function stateFolder(env: Io['env'], system = platform()): string {
  return join(stateHome(env, system) ?? join(homedir(), '.local', 'state'), 'regsecret');
}

/** The same, and undefined where the environment names no home of the person, or one that is not there. */
export function namedStateFolder(env: Io['env'], system = platform()): string | undefined {
  const home = stateHome(env, system);
  return home === undefined ? undefined : join(home, 'regsecret');
}

function stateHome(
  { XDG_STATE_HOME = '', LOCALAPPDATA = '', HOME = '' }: Io['env'],
  system: string,
): string | undefined {
  if (isAbsolute(XDG_STATE_HOME)) return XDG_STATE_HOME;
  if (system === 'win32' && LOCALAPPDATA !== '') return LOCALAPPDATA;
  // Root could make it: system users have /nonexistent.
  return existsSync(HOME) ? join(HOME, '.local', 'state') : undefined;
}

/** Makes it, for its owner alone; throws where it is somebody else's. */
export function ownFolder(folder: string): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  return folder;
}
