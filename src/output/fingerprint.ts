/** Short marks by which equal logins are recognised, without a way back to them. */
import { createHmac, randomBytes } from 'node:crypto';

/**
 * A function from a login to eight hexadecimal digits, the same for the same user name and password. Its key is random,
 * is kept nowhere and ends with the process: nobody can try passwords against a mark, nor compare marks of two runs.
 */
export function createFingerprint(): (login: { readonly username: string; readonly password: string }) => string {
  const key = randomBytes(32);
  return ({ username, password }) =>
    createHmac('sha256', key)
      .update(JSON.stringify([username, password]))
      .digest('hex')
      .slice(0, 8);
}
