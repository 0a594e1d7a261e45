/** Files that a kubeconfig consists of or names, read with a limit. */
import { command, pathWord } from '../../domain/text/command.ts';
import { UserError } from '../../errors.ts';
import { CONFIG_BYTES, type Limit, readFile, readFileOrPipe } from '../../files/file.ts';

const LIMIT: Limit = {
  bytes: CONFIG_BYTES,
  error: (path) => new UserError(`${path} holds more than 16 MiB: it is too large`, command`ls -l ${pathWord(path)}`),
};

/** The bytes of `path`; throws what node:fs throws, and UserError when there are too many. */
export function readConfigFile(path: string): Uint8Array {
  return readFile(path, LIMIT);
}

/** As {@link readConfigFile}, and a pipe is waited for without blocking the program; throws the reason of `signal`, too. */
export function readConfigFileOrPipe(path: string, signal: AbortSignal): Promise<Uint8Array> {
  return readFileOrPipe(path, LIMIT, signal);
}
