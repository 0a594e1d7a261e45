/** A Transport over the client that a program already has, for one Secret or service account. */

import { type ApiError, readApiError } from '../cluster/api-error.ts';
import type { ApiRequest } from '../cluster/api-request.ts';
import { withRetries } from '../cluster/retry.ts';
import type { Transport } from '../cluster/transport.ts';
import type { Secret } from '../secret/secret.ts';
import { ownNamespace } from '../secret/selected-namespace.ts';
import { machineClock } from '../system/clock.ts';
import type { PullSecretApi } from './pull-secret-api.ts';

export interface ClientObject {
  readonly namespace: string;
  readonly name: string;
  readonly signal: AbortSignal;
}

type Send = (request: ApiRequest) => Promise<object>;

/** For a Secret. Merge patches are sent as JSON patches, the only kind for which the client needs no header. */
export function secretTransport(api: PullSecretApi, object: ClientObject): Transport {
  let read: Secret | undefined;
  return transportOver(object, async ({ method, body, query }) => {
    const { namespace, name } = object;
    if (method === 'POST') return api.createNamespacedSecret({ namespace, body: body as object, ...query });
    if (method === 'GET') {
      const found = plain(await api.readNamespacedSecret({ namespace, name }));
      read = found as Secret;
      return found;
    }
    const patch = jsonPatch(body as MergePatch, read);
    return api.patchNamespacedSecret({ namespace, name, body: patch, ...query });
  });
}

/** For a service account, which is written with JSON patches anyway. */
export function accountTransport(api: PullSecretApi, object: ClientObject): Transport {
  const { namespace, name } = object;
  return transportOver(object, ({ method, body, query }) =>
    method === 'GET'
      ? api.readNamespacedServiceAccount({ namespace, name })
      : api.patchNamespacedServiceAccount({ namespace, name, body, ...query }),
  );
}

/** Returns answers as JSON, throws refusals as ApiError, and repeats a request when that may help. */
function transportOver({ namespace, signal }: ClientObject, send: Send): Transport {
  return {
    namespace: ownNamespace(namespace),
    server: 'of the client',
    concurrency: 1,
    signal,
    clock: machineClock,
    close: () => undefined,
    watch: () => Promise.reject(new Error('nothing is watched here')),
    async request<T>(request: ApiRequest): Promise<T> {
      const end = await withRetries(request, { signal, clock: machineClock }, async () => {
        signal.throwIfAborted();
        return send({ ...request, query: present(request.query) }).then((value) => ({ value }), apiErrorOnly);
      });
      if ('value' in end) return plain(end.value) as T;
      throw end.error;
    },
  };
}

function present(query: ApiRequest['query'] = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/** What client-node throws for an answer other than success (dist/gen/apis/exception.d.ts); its message repeats the body. */
function apiErrorOnly(error: unknown): { readonly error: ApiError; readonly retryAfter: string | undefined } {
  const { code, body, headers } = Object(error);
  if (typeof code !== 'number') throw error;
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
  return { error: readApiError(code, Buffer.from(text)), retryAfter: Object(headers)['retry-after'] };
}

/** Removes classes, dates and undefined members, so that the object is as it came from the server. */
function plain(object: object): object {
  return JSON.parse(JSON.stringify(object));
}

interface MergePatch {
  readonly metadata?: { readonly resourceVersion?: string; readonly annotations?: Changes };
  readonly data?: Changes;
}

type Changes = Readonly<Record<string, string | null>>;

/** Replaces whole maps. With the resourceVersion, nobody else can have changed them. */
function jsonPatch({ metadata = {}, data }: MergePatch, read: Secret | undefined): object[] {
  const { resourceVersion, annotations } = metadata;
  const whole = (path: string, before: Readonly<Record<string, string>> = {}, changes: Changes): object => ({
    op: 'add',
    path,
    value: Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== null)),
  });
  return [
    // A replace rather than a test, so that the API server answers a mismatch with a conflict.
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
    ...(annotations === undefined ? [] : [whole('/metadata/annotations', read?.metadata.annotations, annotations)]),
    ...(data === undefined ? [] : [whole('/data', read?.data, data)]),
  ];
}
