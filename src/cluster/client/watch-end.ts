/** What is watched, what is heard of it, and how it ends. */
import type { ApiRequest } from './api-request.ts';

export type WatchRequest = Pick<ApiRequest, 'path' | 'query' | 'accept'>;

/** Told of every event as it comes: its type (`ADDED`, `BOOKMARK`, `ERROR` and others) and its object; first of `OPENED`, which is no event. */
export type Hear = (type: string, object: unknown) => void;

/** Why a watch is over. */
export type WatchEnd = {
  /** Whether its connection was asked for signs of life, so that the watch itself need not show them: a long one is safe then. */
  readonly isPinged?: boolean;
} & (
  | /** The API server closes every watch after a time; or it broke; or it was stopped here. */ {
      readonly why: 'closed';
    }
  /** Nothing was heard for so long. */
  | { readonly why: 'silent'; readonly seconds: number }
  | { readonly why: 'refused'; readonly status: number }
  | { readonly why: 'unreachable'; readonly code: string }
);
