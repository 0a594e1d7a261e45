/** Reads the file of a company's own certificate authorities. */
import { command, pathWord } from '../domain/text/command.ts';
import { systemReason } from '../errno.ts';
import { UserError } from '../errors.ts';
import { CONFIG_BYTES, type Limit, readFileOrPipe } from '../files/file.ts';
import { trustedRoots } from '../http/trust-store.ts';
import type { Io } from '../io.ts';

/**
 * The authorities in `path` and those of the machine, as PEM. The machine's are included because the token server may be a public
 * one. Throws UserError.
 */
export async function extraAuthorities(path: string, io: Io): Promise<string> {
  const own = await read(path, io.signal);
  if (!own.includes('-----BEGIN CERTIFICATE-----')) {
    throw new UserError(`there is no certificate in ${path}`, command`openssl x509 -in ${pathWord(path)} -text`);
  }
  return [own, ...(await trustedRoots(io.env))].join('\n');
}

const LIMIT: Limit = {
  bytes: CONFIG_BYTES,
  error: (path) => new UserError(`${path} holds more than ${LIMIT.bytes} bytes`, command`ls -l ${pathWord(path)}`),
};

/** Throws UserError, and the reason of `signal`. */
async function read(path: string, signal: AbortSignal): Promise<string> {
  try {
    return Buffer.from(await readFileOrPipe(path, LIMIT, signal)).toString('utf8');
  } catch (error) {
    if (signal.aborted || error instanceof UserError) throw error;
    throw new UserError(`cannot read ${path}: ${systemReason(error)}`, command`ls -l ${pathWord(path)}`);
  }
}
