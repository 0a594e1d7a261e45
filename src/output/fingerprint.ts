/** Short marks that show which logins are equal, without a way back to the logins. */
import { hash, randomBytes } from 'node:crypto';
import type { PasswordLogin } from '../secret/credential.ts';
import type { Io } from '../system/io.ts';
import { keptKey } from '../system/kept-key.ts';
import { namedStateFolder } from '../system/state-folder.ts';

export type Fingerprint = (login: PasswordLogin) => string;

/**
 * A function from a login to eight hexadecimal digits, the same for the same user name and password. Its key belongs to the user
 * on this machine, and is read for the first mark. Without the key, nobody can test passwords against a mark. When the key cannot
 * be stored, it ends with the process, and the marks of two runs cannot be compared.
 */
export function createFingerprint({ env }: Pick<Io, 'env'>): Fingerprint {
  let key: string | undefined;
  // The key comes first and most of the hash is dropped, so this is as good as an HMAC, which takes ten times as long in Node.
  return ({ username, password }) => {
    key ??= keyFor(env);
    return hash('sha256', key + JSON.stringify([username, password])).slice(0, 8);
  };
}

function keyFor(env: Io['env']): string {
  const folder = namedStateFolder(env);
  return (folder === undefined ? undefined : keptKey(folder)) ?? randomBytes(32).toString('hex');
}
