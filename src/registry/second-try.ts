/** Whether a registry is asked the same again, and after how long. */
import type { HttpResponse } from '../http/message.ts';
import { NetworkError } from '../http/network-error.ts';
import { secondsUntilRetry } from './verdicts.ts';

/** What containerd asks again at once (core/remotes/docker/resolver.go `retryRequest`). */
const STATUSES = [408, 429, 500, 503, 504];
const PAUSE_MS = 100;
const MAX_SECONDS = 2;

/**
 * Milliseconds until the second and last try, undefined where there is none. A connection that breaks is tried again only
 * without a password: containerd does not send it twice for that.
 */
export function secondTryDelay(result: HttpResponse | NetworkError, hasPassword: boolean): number | undefined {
  if (result instanceof NetworkError) return result.kind === 'reset' && !hasPassword ? PAUSE_MS : undefined;
  if (!STATUSES.includes(result.status)) return undefined;
  const seconds = secondsUntilRetry(result);
  if (seconds === undefined) return PAUSE_MS;
  return seconds <= MAX_SECONDS ? seconds * 1000 : undefined;
}
