/** Reads the kubeconfig files, and the files they name, up to a size limit. */
import { command, pathWord } from '../../domain/text/command.ts';
import { UserError } from '../../errors.ts';
import { CONFIG_BYTES, type Limit, readFile, readFileOrPipe } from '../../files/file.ts';

const LIMIT: Limit = {
  bytes: CONFIG_BYTES,
  error: (path) => new UserError(`${path} holds more than 16 MiB: it is too large`, command`ls -l ${pathWord(path)}`),
};

/** The bytes of `path`. Throws what node:fs throws, and UserError for a file that is too large. */
export function readConfigFile(path: string): Uint8Array {
  return readFile(path, LIMIT);
}

/** As {@link readConfigFile}, but waits for a pipe without blocking the program. Also throws the reason of `signal`. */
export function readConfigFileOrPipe(path: string, signal: AbortSignal): Promise<Uint8Array> {
  return readFileOrPipe(path, LIMIT, signal);
}
