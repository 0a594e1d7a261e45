/** When a request is sent again, and after how long. */
import { NetworkError } from '../../http/network-error.ts';
import type { ApiError } from './api-error.ts';

const ATTEMPTS = 5;
const FIRST_DELAY_MS = 200;
const FACTOR = 2.5;
const MAX_RETRY_AFTER_MS = 30_000;

export interface RequestFailure {
  /** What went wrong at attempt number `attempt`, from 1 on. */
  readonly error: ApiError | NetworkError;
  readonly attempt: number;
  /** Whether doing it twice is harmless: reading, creating, or writing with a resourceVersion. */
  readonly repeatable: boolean;
  /** The header of that name. */
  readonly retryAfter?: string | undefined;
}

/** Milliseconds until the next attempt, undefined for giving up. `random` is in [0, 1). */
export function retryDelay(failure: RequestFailure, random: number): number | undefined {
  if (failure.attempt >= ATTEMPTS || !isWorthRepeating(failure)) return undefined;
  const asked = Number(
    failure.retryAfter ?? (failure.error instanceof NetworkError ? 0 : failure.error.details.retryAfterSeconds),
  );
  if (asked > 0) return Math.min(asked * 1000, MAX_RETRY_AFTER_MS);
  // Between half and all of it, so that writers which failed together do not come back together.
  return FIRST_DELAY_MS * FACTOR ** (failure.attempt - 1) * (0.5 + random / 2);
}

function isWorthRepeating({ error, repeatable }: RequestFailure): boolean {
  if (error instanceof NetworkError) return error.kind === 'reset' && (repeatable || !error.sent);
  // Too many requests: the server has not even looked at it, so any request may be repeated.
  if (error.status === 429) return true;
  return repeatable && [500, 502, 503, 504].includes(error.status);
}
