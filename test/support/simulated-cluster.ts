/**
 * Namespaces and Secrets in memory, with watches that can break as those of a cluster do. With a fake clock, hours pass in
 * seconds.
 */

import { ApiError } from '../../src/cluster/api-error.ts';
import type { ApiRequest } from '../../src/cluster/api-request.ts';
import type { Transport } from '../../src/cluster/transport.ts';
import type { WatchEnd, WatchListener } from '../../src/cluster/watch-connection.ts';
import { UserError } from '../../src/errors.ts';
import { ownNamespace } from '../../src/secret/selected-namespace.ts';
import { machineClock } from '../../src/system/clock.ts';

/** The current fault; undefined for none. */
export type SimulatedFault =
  | undefined
  /** The API server cannot be reached. */
  | 'away'
  /** Requests are refused; watches continue. */
  | 'forbidden'
  /** Requests and new watches are refused. */
  | 'all forbidden'
  /** Watches are cut as soon as they are open. */
  | 'cut'
  /** Watches end with an event that their version is too old. */
  | 'expired';

interface Stored {
  readonly plural: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly object: { readonly metadata: object; readonly [field: string]: unknown };
}

interface Event {
  readonly version: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly stored: Stored;
}

interface Open {
  readonly plural: string;
  readonly name: string | undefined;
  readonly hear: WatchListener;
  readonly end: (end: WatchEnd) => void;
  isSilent: boolean;
}

const BOOKMARK_MS = 60_000;
const DEAD_MS = 20_000;
const HOME = 'platform';

/** A cluster for a source `regsecret` in the namespace `platform`. */
export function simulatedCluster() {
  const objects = new Map<string, Stored>();
  const open = new Set<Open>();
  const counts = { reads: 0, writes: 0, watches: 0 };
  let events: Event[] = [];
  let version = 1;
  let forgotten = 0;
  let fault: SimulatedFault;

  const keyOf = (plural: string, namespace: string | undefined, name: string): string =>
    `${plural} ${namespace ?? ''}/${name}`;
  const tell = (watch: Open, { type, stored }: Event): void => {
    if (watch.isSilent || watch.plural !== stored.plural) return;
    if (watch.name === undefined || watch.name === stored.name) watch.hear(type, stored.object);
  };
  const happen = (type: Event['type'], stored: Stored): Stored => {
    version += 1;
    const { object, ...rest } = stored;
    const metadata = { ...object.metadata, resourceVersion: `${version}` };
    const next = { ...rest, object: { ...object, metadata } };
    const key = keyOf(stored.plural, stored.namespace, stored.name);
    if (type === 'DELETED') objects.delete(key);
    else objects.set(key, next);
    const event = { version, type, stored: next };
    events.push(event);
    for (const watch of open) tell(watch, event);
    return next;
  };
  const put = (plural: string, namespace: string | undefined, object: Stored['object']): Stored => {
    const { name } = object.metadata as { name: string };
    const metadata = { ...object.metadata, namespace, uid: `${version}` };
    const isNew = !objects.has(keyOf(plural, namespace, name));
    return happen(isNew ? 'ADDED' : 'MODIFIED', { plural, namespace, name, object: { ...object, metadata } });
  };

  async function answer({ method, path, query = {}, body }: ApiRequest): Promise<unknown> {
    // Simulates the latency of the network.
    await new Promise((done) => setTimeout(done, 5));
    if (fault === 'away') throw new UserError('the API server cannot be reached');
    if (fault === 'forbidden' || fault === 'all forbidden') throw new ApiError(403, 'Forbidden', 'not now');
    counts[method === 'GET' ? 'reads' : 'writes'] += 1;
    const [, namespace, plural = '', name] =
      /^\/api\/v1(?:\/namespaces\/([^/]+)(?=\/))?\/(\w+)(?:\/([^/]+))?$/.exec(path) ?? [];
    const found = name === undefined ? undefined : objects.get(keyOf(plural, namespace, name));
    if (method === 'GET' && name === undefined) {
      const only = /^metadata\.name=(.*)$/.exec(query.fieldSelector ?? '')?.[1];
      const all = [...objects.values()].filter((one) => one.plural === plural && (only ?? one.name) === one.name);
      return { metadata: { resourceVersion: `${version}` }, items: all.map(({ object }) => object) };
    }
    if (method === 'POST') {
      const { metadata } = body as Stored['object'];
      if (objects.has(keyOf(plural, namespace, (metadata as { name: string }).name))) {
        throw new ApiError(409, 'AlreadyExists', 'it is there');
      }
      return put(plural, namespace, body as Stored['object']).object;
    }
    if (found === undefined) throw new ApiError(404, 'NotFound', 'not found');
    if (method === 'PATCH') return happen('MODIFIED', { ...found, object: merged(found.object, body) }).object;
    if (method === 'DELETE') happen('DELETED', found);
    return found.object;
  }

  const transport: Transport = {
    namespace: ownNamespace(HOME),
    server: 'https://simulated.example',
    concurrency: 16,
    clock: machineClock,
    signal: new AbortController().signal,
    close: () => undefined,
    async request<T>(request: ApiRequest): Promise<T> {
      const found = await answer(request);
      const reader = request.reader?.();
      reader?.take(Buffer.from(JSON.stringify(found)));
      return (reader === undefined ? found : reader.end()) as T;
    },
    async watch({ path, query = {} }, hear, signal) {
      await new Promise((done) => setTimeout(done, 5));
      if (fault === 'away') return { why: 'unreachable', code: 'ECONNREFUSED' };
      if (fault === 'all forbidden') return { why: 'refused', status: 403 };
      counts.watches += 1;
      const since = Number(query.resourceVersion);
      if (since < forgotten) return { why: 'refused', status: 410 };
      const { promise, resolve } = Promise.withResolvers<WatchEnd>();
      const end = (why: WatchEnd): void => resolve({ ...why, isPinged: true });
      const [plural = '', name] = [path.split('/').at(-1), /=(.*)$/.exec(query.fieldSelector ?? '')?.[1]];
      const watch: Open = { plural, name, hear, end, isSilent: false };
      const bookmark = (): void => {
        const metadata = { resourceVersion: `${version}` };
        if (!watch.isSilent) hear('BOOKMARK', { metadata });
      };
      const timers = [
        setInterval(bookmark, BOOKMARK_MS),
        setTimeout(() => end({ why: 'closed' }), Number(query.timeoutSeconds) * 1000),
      ];
      const stop = (): void => end({ why: 'closed' });
      signal.addEventListener('abort', stop, { once: true });
      open.add(watch);
      hear('OPENED', undefined);
      if (fault === 'expired') hear('ERROR', { code: 410 });
      if (fault === 'expired' || fault === 'cut') end({ why: 'closed' });
      for (const event of events) if (event.version > since) tell(watch, event);
      try {
        return await promise;
      } finally {
        open.delete(watch);
        for (const timer of timers) clearTimeout(timer);
        signal.removeEventListener('abort', stop);
      }
    },
  };

  return {
    transport,
    counts,
    putNamespace: (name: string): void => void put('namespaces', undefined, { metadata: { name } }),
    deleteNamespace(name: string): void {
      for (const stored of [...objects.values()]) {
        if (stored.namespace === name || (stored.plural === 'namespaces' && stored.name === name))
          happen('DELETED', stored);
      }
    },
    /** Writes the Secret `regsecret` as another client would. */
    putSecret: (namespace: string, fields: object): void =>
      void put('secrets', namespace, {
        type: 'kubernetes.io/dockerconfigjson',
        ...fields,
        metadata: {
          name: 'regsecret',
          ...(objects.get(keyOf('secrets', namespace, 'regsecret'))?.object.metadata ?? {}),
        },
      }),
    deleteSecret(namespace: string): void {
      const stored = objects.get(keyOf('secrets', namespace, 'regsecret'));
      if (stored !== undefined) happen('DELETED', stored);
    },
    payloadIn: (namespace: string): unknown =>
      (
        objects.get(keyOf('secrets', namespace, 'regsecret'))?.object.data as
          | { readonly [key: string]: string }
          | undefined
      )?.['.dockerconfigjson'],
    /** Sets the fault from now on. Open watches are affected too. */
    fail(next: SimulatedFault): void {
      fault = next;
      if (next === 'forbidden') return;
      for (const watch of open) {
        if (next === 'expired') watch.hear('ERROR', { code: 410 });
        if (next !== undefined) watch.end({ why: 'closed' });
      }
    },
    /** Open watches stay open but receive nothing any more, until an unanswered PING reveals it. */
    forgetConnections(): void {
      for (const watch of open) {
        watch.isSilent = true;
        setTimeout(() => watch.end({ why: 'silent', seconds: 20 }), DEAD_MS);
      }
    },
    /** Watches can no longer start from versions before this one. */
    compact(): void {
      forgotten = version;
      events = [];
    },
  };
}

function merged(object: Stored['object'], patch: unknown): Stored['object'] {
  const result: Record<string, unknown> = { ...object };
  for (const [key, value] of Object.entries(patch as object)) {
    if (value === null) delete result[key];
    else if (typeof value === 'object' && !Array.isArray(value)) {
      result[key] = merged((result[key] ?? {}) as Stored['object'], value);
    } else result[key] = value;
  }
  return result as Stored['object'];
}
