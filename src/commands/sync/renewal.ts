/** Renews a login of this machine before it ends. */

import { UserError } from '../../errors.ts';
import { copiedContent } from '../../secret/copy.ts';
import { EXPIRES_AT, parseExpiries } from '../../secret/expiry.ts';
import type { Secret } from '../../secret/secret.ts';
import type { Clock } from '../../system/clock.ts';

export interface Renewal {
  /** Asks for the login again. Throws UserError. */
  readonly renew: () => Promise<Secret>;
  /** The longest time between renewals, also where it is unknown when a login ends. */
  readonly everyMs: number;
  readonly changed: (login: Secret) => void;
  /** Is told of each attempt that fails. The old login stays. */
  readonly trouble: (error: UserError) => void;
}

const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 600_000;
/** A clock that was set forward is noticed within this time. */
const LONGEST_SLEEP_MS = 30_000;

/** When to renew a login obtained at `had`: after two thirds of the shortest time left, at the latest after `everyMs`. */
export function renewalTime(ends: readonly number[], had: number, everyMs: number): number {
  const lives = ends.filter((end) => end > had).map((end) => had + ((end - had) * 2) / 3);
  return Math.min(...lives, had + everyMs);
}

/** The delay before the next attempt, after `failures` attempts in a row have failed. */
export function renewalDelay(failures: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
}

/** Renews `login` until `signal` is aborted, and never throws but for a bug. */
export async function keepRenewed(
  login: Secret,
  { renew, everyMs, changed, trouble }: Renewal,
  signal: AbortSignal,
  clock: Clock,
): Promise<void> {
  let current = login;
  let failures = 0;
  for (let due = renewalTime(endsOf(current), clock.now(), everyMs); !signal.aborted; ) {
    const rest = due - clock.now();
    if (rest > 0) {
      await clock.pause(Math.min(rest, LONGEST_SLEEP_MS), signal).catch(() => undefined);
      continue;
    }
    try {
      const next = await renew();
      failures = 0;
      due = renewalTime(endsOf(next), clock.now(), everyMs);
      if (isOther(next, current)) changed(next);
      current = next;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failures += 1;
      due = clock.now() + Math.min(everyMs, renewalDelay(failures));
      trouble(error);
    }
  }
}

function endsOf({ metadata }: Secret): number[] {
  return [...parseExpiries(metadata.annotations?.[EXPIRES_AT]).values()].map((end) => Date.parse(end));
}

function isOther(one: Secret, other: Secret): boolean {
  return (
    copiedContent(one) !== copiedContent(other) ||
    one.metadata.annotations?.[EXPIRES_AT] !== other.metadata.annotations?.[EXPIRES_AT]
  );
}
