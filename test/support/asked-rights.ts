/** Records what the program asks the API server for, while it runs in this process. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { type AskedRight, askedRight } from '../../src/cluster/api-request.ts';

/** Runs `work`. Returns its result, and the rights for the requests that were sent meanwhile. */
export async function recorded<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly asked: AskedRight[] }> {
  const asked: AskedRight[] = [];
  const record = (message: unknown): void => {
    const { request } = message as { readonly request: ClientRequest };
    // The tests send requests of their own.
    if (!`${request.getHeader('user-agent')}`.startsWith('regsecret/')) return;
    const { pathname, searchParams } = new URL(request.path, 'http://server');
    const method = request.method as Parameters<typeof askedRight>[0]['method'];
    const right = askedRight({ method, path: pathname, query: Object.fromEntries(searchParams) });
    if (right.plural !== '') asked.push(right);
  };
  subscribe('http.client.request.start', record);
  try {
    return { result: await work(), asked };
  } finally {
    unsubscribe('http.client.request.start', record);
  }
}
