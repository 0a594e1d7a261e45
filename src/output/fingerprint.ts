/** Short marks by which equal logins are recognised, without a way back to them. */
import { hash, randomBytes } from 'node:crypto';

export type Fingerprint = (login: { readonly username: string; readonly password: string }) => string;

/**
 * A function from a login to eight hexadecimal digits, the same for the same user name and password. Its key is random,
 * is kept nowhere and ends with the process: nobody can try passwords against a mark, nor compare marks of two runs.
 */
export function createFingerprint(): Fingerprint {
  // The key comes first and most of the hash is dropped, so that this is as good as an HMAC, which takes ten times as long in Node.
  const key = randomBytes(32).toString('hex');
  return ({ username, password }) => hash('sha256', key + JSON.stringify([username, password])).slice(0, 8);
}
