/** Sends the requests on stdin with one client, and prints the outcome of each. */
import { json } from 'node:stream/consumers';
import { createHttpClient } from '../../src/http/http-client.ts';
import type { HttpClientOptions } from '../../src/http/message.ts';
import { NetworkError } from '../../src/http/network-error.ts';

export interface HttpScript {
  readonly client: Omit<HttpClientOptions, 'env' | 'userAgent'>;
  readonly requests: readonly ScriptRequest[];
}

export interface ScriptRequest {
  readonly url: string;
  /** Used instead of resolving the host name of the URL. */
  readonly addresses?: readonly string[];
  readonly method?: string;
  readonly headers?: Record<string, string | readonly string[]>;
  readonly body?: string;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
  /** Milliseconds until Ctrl-C. */
  readonly abortAfter?: number;
}

export type Outcome =
  | { readonly status: number; readonly body: string; readonly headers: Record<string, string> }
  | { readonly kind: string; readonly code: string; readonly sent: boolean; readonly message: string };

const { client: options, requests } = (await json(process.stdin)) as HttpScript;
const client = createHttpClient({ ...options, env: process.env, userAgent: 'test/1' });
const outcomes: unknown[] = [];
for (const {
  url,
  addresses,
  method = 'GET',
  headers = {},
  body,
  timeoutMs = 60_000,
  maxBytes = 1e6,
  abortAfter,
} of requests) {
  const abort = new AbortController();
  if (abortAfter !== undefined) setTimeout(() => abort.abort(new Error('interrupted')), abortAfter);
  try {
    const request = { url: new URL(url), addresses, method, headers, body, timeoutMs, maxBytes, signal: abort.signal };
    const answer = await client.send(request);
    outcomes.push({ ...answer, body: Buffer.from(answer.body).toString() });
  } catch (error) {
    const { kind, code, sent, message } = error as NetworkError;
    outcomes.push(error instanceof NetworkError ? { kind, code, sent, message } : { message });
  }
}
client.close();
console.log(JSON.stringify(outcomes));
