/** Whether a copy would get more from its source than the new login. Pure: works only on what has been read. */
import type { SyncSource } from '../../copies/copy-plan.ts';
import { readContents } from '../../secret/contents.ts';
import type { KubeletEntry } from '../../secret/keyring.ts';
import { DATA_KEY, type Secret } from '../../secret/secret.ts';
import type { RotatedLogin } from './old-login.ts';

/**
 * Whether `source` has a login that `copy` lacks and that is none of the new `logins`. Everyone who can write a Secret can mark it
 * as a copy, and would get that login.
 */
export function isWider({ type, payload }: SyncSource, copy: Secret, logins: readonly RotatedLogin[]): boolean {
  const there = new Map(readContents(copy).entries.map(({ server, login }) => [server, login]));
  return readContents({ type, data: { [DATA_KEY[type]]: payload } }).entries.some(
    ({ server, login, hasToken, hasOtherLogin }) => {
      const known = [there.get(server), ...logins.map(({ credential }) => credential)];
      return login === undefined || hasToken || hasOtherLogin || !known.some((one) => isSame(one, login));
    },
  );
}

type Login = Pick<KubeletEntry, 'username' | 'password'>;

function isSame(one: Login | undefined, other: Login): boolean {
  return one?.username === other.username && one.password === other.password;
}
