/** Parses the flags that only `sync --watch` has. */

import { parseDuration } from '../../codec/go/duration.ts';
import { usesLogin } from '../../credentials/credential-flags.ts';
import { UsageError } from '../../errors.ts';
import { words } from '../../line/command.ts';
import { prose } from '../../line/hint.ts';
import type { SyncOptions } from './sync-options.ts';

export interface WatchOptions {
  /** The address to answer on. Undefined where nothing answers. */
  readonly listen: { readonly host: string | undefined; readonly port: number } | undefined;
  /**
   * The longest time between renewals of the login. Undefined where it can be read only once, or where the source is a Secret.
   */
  readonly refreshMs: number | undefined;
}

const REFRESH_MS = 6 * 3_600_000;
const SHORTEST_MS = 1000;
const LONGEST_MS = 365 * 24 * 3_600_000;

/** Throws UsageError. */
export function watchOptions(options: SyncOptions): WatchOptions {
  const { listen, refresh } = options;
  const isOnce = options.passwordStdin === true || (options.fromFile ?? []).includes('-');
  if (refresh !== undefined && !usesLogin(options)) {
    throw new UsageError('--refresh is for a login from here, and the source is a Secret', words`--server ghcr.io`);
  }
  if (refresh !== undefined && isOnce) {
    throw new UsageError(
      'what is read from stdin cannot be read again, so --refresh does not go with it',
      words`--password-file token`,
    );
  }
  return {
    listen: listen === undefined ? undefined : address(listen),
    refreshMs: usesLogin(options) && !isOnce ? duration(refresh) : undefined,
  };
}

/** `:8080`, `127.0.0.1:8080`, `[::1]:8080`, as Go's net.Listen takes it. */
function address(text: string): { host: string | undefined; port: number } {
  const [, bracketed, host = bracketed, digits = ''] =
    /^(?:\[([0-9a-f:.]+)\]|([^:[\]/\s]*)):([0-9]{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 65_535) {
    throw new UsageError(
      '--listen takes an address with a port',
      prose`${words`--listen :8080`} or ${words`--listen 127.0.0.1:8080`}`,
    );
  }
  return { host: host || undefined, port };
}

function duration(text: string | undefined): number {
  if (text === undefined) return REFRESH_MS;
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined && milliseconds >= SHORTEST_MS && milliseconds <= LONGEST_MS) return milliseconds;
  throw new UsageError(
    '--refresh takes a duration of a second or more',
    prose`${words`--refresh 6h`} or ${words`--refresh 30m`}`,
  );
}
