/** Logins that are not written: those that have expired, and those that their registry rejects. */
import { UserError } from '../errors.ts';
import { type Hint, prose } from '../line/hint.ts';
import type { AuthEntry, PasswordLogin } from '../secret/credential.ts';
import { displayServer } from '../secret/display-server.ts';
import { claimedEnd, EXPIRES_AT, parseExpiries } from '../secret/expiry.ts';
import type { Secret } from '../secret/secret.ts';
import type { Change } from '../secret/secret-plan.ts';
import { loginCommand, registryOf } from '../secret/server.ts';
import { many } from '../text/enumerate.ts';
import { rfc3339 } from '../text/time.ts';
import { loginAdvice } from './known-registries.ts';

/** A login, with a text for people that says where it comes from. */
export interface FoundLogin extends AuthEntry {
  readonly credential: PasswordLogin;
  readonly from: string;
  /** How to get another password. Left out if a new login gives one. */
  readonly renew?: Hint | undefined;
}

const ANYWAY = '--no-verify writes it anyway';

/** Throws UserError for a login that says itself that it ended before `now`, in milliseconds since 1970. */
export function checkNotExpired(login: FoundLogin, now: number): void {
  const end = claimedEnd(login.credential);
  if (end !== undefined && end <= now) throw new UserError(expired(login, end), renewal(login), [ANYWAY]);
}

/**
 * An error for each of `logins` that `secret` had already and that expired before `now`, as its annotation says: the password may
 * not show that. `actions` is what happened to each login.
 */
export function expiredBefore(
  logins: readonly FoundLogin[],
  { secret, actions }: { readonly secret: Secret; readonly actions: Change['actions'] },
  now: number,
): UserError[] {
  const ends = parseExpiries(secret.metadata.annotations?.[EXPIRES_AT]);
  return logins.flatMap((login) => {
    const end = Date.parse(ends.get(login.server) ?? '');
    if (actions.get(login.server) !== 'unchanged' || !(end <= now)) return [];
    const text = `${expired(login, end)} (annotation ${EXPIRES_AT})`;
    return [new UserError(text, renewal(login))];
  });
}

/** How to get another password. */
export function renewal({ server, renew }: FoundLogin): Hint {
  return renew ?? loginCommand(server);
}

function expired({ server, from }: FoundLogin, end: number): string {
  return `the login for ${displayServer(server)} from ${from} expired at ${rfc3339(end)}`;
}

interface LoginAttempt {
  /** Whether a person has just typed the login. */
  readonly isTyped: boolean;
  /** Whether the login is only checked because `--verify` was typed. */
  readonly isWanted?: boolean | undefined;
  /** In a dry run: the same line without the check. */
  readonly rehearsed?: Hint | undefined;
}

/** The hint for a login in one of `files`, which `docker login` does not write. `-` is stdin. */
export function correctIn(files: readonly string[]): Hint {
  const names = files.map((file) => (file === '-' ? 'what you pipe in' : file));
  return prose`correct the login in ${many(names)}, then run it again`;
}

export interface Rejection {
  readonly login: FoundLogin;
  /** Says that its registry rejects it. */
  readonly sentence: string;
}

/** What a login that is not accepted means: for this run, or in a dry run (with `rehearsed`) for the real one. */
export function consequence(rehearsed: Hint | undefined): string {
  return rehearsed === undefined ? 'nothing was written' : 'a real run would stop here';
}

/** The error for logins that their registries reject. */
export function rejectedLogins(
  [first, ...others]: readonly [Rejection, ...Rejection[]],
  { isTyped, isWanted = false, rehearsed }: LoginAttempt,
): UserError {
  const { login, sentence } = first;
  const advice = loginAdvice(registryOf(login.server) ?? '', login.credential.username);
  return new UserError(
    `${sentence}; ${consequence(rehearsed)}`,
    rehearsed !== undefined
      ? prose`if the password is not valid yet: ${rehearsed}`
      : isTyped
        ? prose`check username and password, then run the command again`
        : renewal(login),
    [
      `it is the login of ${whose(login)}`,
      ...(advice === undefined ? [] : [advice]),
      ...others.map((other) => `${other.sentence}: the login of ${whose(other.login)}`),
      ...(rehearsed === undefined ? [isWanted && !isTyped ? 'leave out --verify to write it anyway' : ANYWAY] : []),
    ],
  );
}

function whose({ credential: { username, password }, from }: FoundLogin): string {
  const end = /\s$/.exec(password)?.[0];
  // `echo` before base64 adds a newline.
  const note = end === undefined ? '' : `; its password ends with ${end === '\n' ? 'a newline' : 'white space'}`;
  return `${username} from ${from}${note}`;
}
