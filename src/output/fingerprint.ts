/** Short marks by which equal logins are recognised, without a way back to them. */
import { hash, randomBytes } from 'node:crypto';
import { keptKey } from '../files/kept-key.ts';
import { namedStateFolder } from '../files/state-folder.ts';
import type { Io } from '../io.ts';

export type Fingerprint = (login: { readonly username: string; readonly password: string }) => string;

/**
 * A function from a login to eight hexadecimal digits, the same for the same user name and password. Its key is the person's
 * own on this machine, and is read with the first mark: without the key nobody can try passwords against a mark. Where it cannot
 * be kept, it ends with the process, and marks of two runs say nothing.
 */
export function createFingerprint({ env }: Pick<Io, 'env'>): Fingerprint {
  let key: string | undefined;
  // The key comes first and most of the hash is dropped, so that this is as good as an HMAC, which takes ten times as long in Node.
  return ({ username, password }) => {
    key ??= keyFor(env);
    return hash('sha256', key + JSON.stringify([username, password])).slice(0, 8);
  };
}

function keyFor(env: Io['env']): string {
  const folder = namedStateFolder(env);
  return (folder === undefined ? undefined : keptKey(folder)) ?? randomBytes(32).toString('hex');
}
