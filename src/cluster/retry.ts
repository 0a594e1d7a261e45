/** Decides whether a request is sent again, and after how long. */

import { NetworkError } from '../http/network-error.ts';
import type { Clock } from '../system/clock.ts';
import type { ApiError } from './api-error.ts';
import type { ApiRequest } from './api-request.ts';

const ATTEMPTS = 5;
const FIRST_DELAY_MS = 200;
const FACTOR = 2.5;
/** The API server itself asks for 32 s at most (apiserver pkg/util/flowcontrol/dropped_requests_tracker.go `maxRetryAfter`). */
const MAX_RETRY_AFTER_MS = 60_000;

export interface RequestFailure {
  /** The failure of attempt number `attempt`, counted from 1. */
  readonly error: ApiError | NetworkError;
  readonly attempt: number;
  /** Whether sending the request twice is harmless: a read, a create, or a write with a resourceVersion. */
  readonly repeatable: boolean;
  /** The Retry-After header. */
  readonly retryAfter?: string | undefined;
}

/** The outcome of one attempt. */
export type AttemptResult<T> = { readonly value: T } | Pick<RequestFailure, 'error' | 'retryAfter'>;

/**
 * Sends `request` through `attempt`, again as long as a retry may help. Returns the answer, or the last failure. Throws whatever
 * `attempt` throws, and the reason of the signal.
 */
export async function withRetries<T>(
  { method, guarded = false, once }: ApiRequest,
  { signal, clock }: { readonly signal: AbortSignal; readonly clock: Clock },
  attempt: () => Promise<AttemptResult<T>>,
): Promise<AttemptResult<T>> {
  const repeatable = method === 'GET' || guarded;
  for (let count = 1; ; count += 1) {
    const attempted = await attempt();
    if ('value' in attempted || once === true) return attempted;
    const delay = retryDelay({ ...attempted, attempt: count, repeatable }, Math.random());
    if (delay === undefined) return attempted;
    await clock.pause(delay, signal);
  }
}

/** Milliseconds that the server asks to wait, in a header or in its Status; undefined when it asks for none. */
export function askedDelay({ error, retryAfter }: Pick<RequestFailure, 'error' | 'retryAfter'>): number | undefined {
  const seconds = Number(retryAfter ?? (error instanceof NetworkError ? 0 : error.details.retryAfterSeconds));
  return seconds > 0 ? Math.min(seconds * 1000, MAX_RETRY_AFTER_MS) : undefined;
}

/** Milliseconds until the next attempt; undefined to give up. `random` is in [0, 1). */
export function retryDelay(failure: RequestFailure, random: number): number | undefined {
  if (failure.attempt >= ATTEMPTS || !isWorthRepeating(failure)) return undefined;
  const asked = askedDelay(failure);
  if (asked !== undefined) return asked;
  // Between half and the whole delay, so that writers that failed together do not retry together.
  return FIRST_DELAY_MS * FACTOR ** (failure.attempt - 1) * (0.5 + random / 2);
}

function isWorthRepeating({ error, repeatable }: RequestFailure): boolean {
  if (error instanceof NetworkError) return error.kind === 'reset' && (repeatable || !error.sent);
  // Too many requests: the server has not processed the request, so any request may be repeated.
  if (error.status === 429) return true;
  return repeatable && [500, 502, 503, 504].includes(error.status);
}
