/** What a watch requests, which events it reports, and how it ends. */
import type { ApiRequest } from './api-request.ts';

export type WatchRequest = Pick<ApiRequest, 'path' | 'query' | 'accept'>;

/**
 * Receives every event as it arrives: its type (`ADDED`, `BOOKMARK`, `ERROR` and others) and its object. The first call has the
 * type `OPENED`, which is not an event of the server.
 */
export type Hear = (type: string, object: unknown) => void;

export type WatchEnd = {
  /** Whether the connection was checked with PINGs. If so, the next watch may be a long one, since its silence is harmless. */
  readonly isPinged?: boolean;
} & (
  | /** The API server closed the watch, as it does after a time, or the watch broke, or it was stopped here. */ {
      readonly why: 'closed';
    }
  /** Nothing was heard for `seconds`. */
  | { readonly why: 'silent'; readonly seconds: number }
  | { readonly why: 'refused'; readonly status: number }
  | { readonly why: 'unreachable'; readonly code: string }
);
