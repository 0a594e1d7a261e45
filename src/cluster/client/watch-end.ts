/** What is watched, what is heard of it, and how it ends. */
import type { ApiRequest } from './api-request.ts';

export type WatchRequest = Pick<ApiRequest, 'path' | 'query' | 'accept'>;

/** Told of every event as it comes: its type (`ADDED`, `BOOKMARK`, `ERROR` and others) and its object. */
export type Hear = (type: string, object: unknown) => void;

/** Why a watch is over. */
export type WatchEnd =
  /** The API server closes every watch after a time; or it was stopped here. */
  | { readonly why: 'closed' }
  /** Nothing was heard for half a minute. */
  | { readonly why: 'silent' }
  | { readonly why: 'refused'; readonly status: number }
  | { readonly why: 'unreachable'; readonly code: string };
