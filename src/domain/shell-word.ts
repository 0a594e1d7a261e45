/** Texts in command lines that are to be pasted. */
import { DOCKER_HUB } from './server.ts';

/** `text` as one word of a POSIX shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** `server` as it is typed after `--server`. */
export function serverWord(server: string): string {
  return server === DOCKER_HUB ? 'docker.io' : shellWord(server);
}

/** The name of a file, and `FILE` for stdin. */
export function fileWord(name: string): string {
  return name === '-' ? 'FILE' : shellWord(name);
}
