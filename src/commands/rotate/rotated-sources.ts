/** The Secrets of which copies are made: what they hold with the new login, first as planned, then as written. */
import { lookAtSecret } from '../../cluster/secret-request.ts';
import type { Transport } from '../../cluster/transport.ts';
import { fromElsewhere, type SyncSource, syncSourceOf } from '../../copies/copy-plan.ts';
import { readContents } from '../../secret/contents.ts';
import { changedSecret, changeLogins, type DataChange } from '../../secret/entry-change.ts';
import type { Secret } from '../../secret/secret.ts';
import { secretKey } from '../../workloads/references.ts';
import type { RotatedSource, RotateRequest } from './rotate-request.ts';
import { isRotatedSource, type PlannedEntry, type PlannedSecret } from './rotation-plan.ts';

export type Changer = (secret: Secret, entries: readonly PlannedEntry[]) => DataChange | undefined;

/** Secrets with the same data get the same change, which is computed once for consecutive ones. */
export function createChanger(): Changer {
  let last: { readonly key: string; readonly change: DataChange | undefined } | undefined;
  return (secret, entries) => {
    const meant = entries.filter(({ state }) => state === 'new');
    const key = JSON.stringify([secret.type, secret.data, meant.map(({ server }) => server)]);
    if (last?.key !== key) {
      const logins = new Map(meant.map(({ server, next: { server: _, ...login } }) => [server, login]));
      last = { key, change: changeLogins(secret, logins) };
    }
    return last.change;
  };
}

/** What the sources that this run rotates have afterwards: as planned, then as written. */
export class RotatedSources {
  readonly #transport: Transport;
  readonly #request: RotateRequest;
  readonly #changeOf: Changer;
  readonly #planned: ReadonlyMap<string, PlannedSecret>;
  readonly #known = new Map<string, RotatedSource>();

  constructor(transport: Transport, request: RotateRequest, items: readonly PlannedSecret[], changeOf: Changer) {
    this.#transport = transport;
    this.#request = request;
    this.#changeOf = changeOf;
    this.#planned = new Map(
      items.filter(isRotatedSource).map((item) => [secretKey(item.ref.namespace, item.ref.name), item]),
    );
    for (const key of this.#planned.keys()) request.note(key, () => this.#of(key));
  }

  /** The source of a copy; undefined where it could not be written. */
  async of({ mark }: PlannedSecret): Promise<SyncSource | undefined> {
    if (mark === undefined) return undefined;
    if (mark.from === 'this-cluster') return this.#of(mark.source);
    const source = await this.#request.rotatedElsewhere.get(mark.source)?.();
    return source && fromElsewhere(source);
  }

  #of(key: string): Promise<SyncSource | undefined> {
    const known = this.#known.get(key) ?? once(() => this.#plan(key));
    this.#known.set(key, known);
    return known();
  }

  async #plan(key: string): Promise<SyncSource | undefined> {
    const item = this.#planned.get(key);
    if (item === undefined) return undefined;
    const present = item.secret ?? (await lookAtSecret(this.#transport, item.ref));
    if (typeof present === 'string') return undefined;
    const change = item.action === 'update' ? this.#changeOf(present, item.entries) : undefined;
    return sourceOf(change === undefined ? present : changedSecret(present, change));
  }

  written({ ref, isCopy }: PlannedSecret, secret: Secret | undefined): void {
    // A source may have a thousand copies, and is read once for all of them.
    const read = once(async () => secret && sourceOf(secret));
    if (!isCopy) this.#known.set(secretKey(ref.namespace, ref.name), read);
  }

  failed({ ref, isCopy }: PlannedSecret): void {
    if (!isCopy) this.#known.set(secretKey(ref.namespace, ref.name), async () => undefined);
  }
}

function once(read: RotatedSource): RotatedSource {
  let found: ReturnType<RotatedSource> | undefined;
  return () => {
    found ??= read();
    return found;
  };
}

function sourceOf(secret: Secret): SyncSource {
  return syncSourceOf(secret, readContents(secret), { foreign: 'leave', madeFrom: undefined });
}
