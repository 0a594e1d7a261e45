/** Records every version of the objects of a kind from a watch, including versions that are replaced a moment later. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { createInterface } from 'node:readline';
import { cluster } from '../environment/use.ts';
import type { Metadata } from './attach-world.ts';

export interface HistoryObject {
  readonly metadata: Metadata & { readonly namespace: string };
}

export interface Version<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: T;
}

export interface History<T> {
  /** The watch events for the objects of a namespace in order, including those that existed when the watch began. */
  of(namespace: string): readonly Version<T>[];
  close(): void;
}

/** Starts a watch of all objects called `plural` of the core group, in all namespaces. */
export async function startHistory<T extends HistoryObject>(plural: string): Promise<History<T>> {
  const { server, caFile, admin } = cluster();
  const [ca, cert, key] = [caFile, admin.certFile, admin.keyFile].map((file) => readFileSync(file));
  const sent = request(new URL(`/api/v1/${plural}?watch=true`, server), { ca, cert, key });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject).end();
  });
  const told = new Map<string, Version<T>[]>();
  const lines = createInterface({ input: response });
  // The streams fail when we close the watch, or when the cluster ends.
  for (const stream of [sent, response, lines]) stream.on('error', () => undefined);
  lines.on('line', (line) => {
    const { type, object } = JSON.parse(line) as Version<T>;
    const { namespace } = object.metadata;
    const versions = told.get(namespace) ?? [];
    versions.push({ type, object });
    told.set(namespace, versions);
  });
  return { of: (namespace) => told.get(namespace) ?? [], close: () => sent.destroy() };
}
