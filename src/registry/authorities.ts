/** Authorities of a company, in a file. */
import { command, pathWord } from '../domain/text/command.ts';
import { systemReason } from '../errno.ts';
import { UserError } from '../errors.ts';
import { type Limit, readFile } from '../files/file.ts';
import { trustedRoots } from '../http/trust-store.ts';
import type { Io } from '../io.ts';

/** PEM of the authorities in `path` and of the machine's: the token server may be a public one. Throws UserError. */
export async function extraAuthorities(path: string, io: Io): Promise<string> {
  const own = read(path);
  if (!own.includes('-----BEGIN CERTIFICATE-----')) {
    throw new UserError(`there is no certificate in ${path}`, command`openssl x509 -in ${pathWord(path)} -text`);
  }
  return [own, ...(await trustedRoots(io.env))].join('\n');
}

const LIMIT: Limit = {
  bytes: 16 * 1024 * 1024,
  error: (path) => new UserError(`${path} holds more than ${LIMIT.bytes} bytes`, command`ls -l ${pathWord(path)}`),
};

function read(path: string): string {
  try {
    return Buffer.from(readFile(path, LIMIT)).toString('utf8');
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot read ${path}: ${systemReason(error)}`, command`ls -l ${pathWord(path)}`);
  }
}
