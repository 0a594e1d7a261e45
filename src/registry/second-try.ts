/** Decides whether a request to a registry is sent a second time, and after how long. */
import { NetworkError } from '../http/network-error.ts';
import { type Answered, secondsUntilRetry } from './verdicts.ts';

/** The statuses after which containerd retries at once (core/remotes/docker/resolver.go `retryRequest`). */
const STATUSES = [408, 429, 500, 503, 504];
const PAUSE_MS = 100;
const MAX_SECONDS = 2;

/**
 * Milliseconds until the second and last try; undefined for none. A broken connection is retried only without a password, because
 * containerd does not send a password again in that case.
 */
export function secondTryDelay(result: Answered | NetworkError, hasPassword: boolean): number | undefined {
  if (result instanceof NetworkError) return result.kind === 'reset' && !hasPassword ? PAUSE_MS : undefined;
  if (!STATUSES.includes(result.status)) return undefined;
  const seconds = secondsUntilRetry(result);
  if (seconds === undefined) return PAUSE_MS;
  return seconds <= MAX_SECONDS ? seconds * 1000 : undefined;
}
