/** Gives single entries of a pull secret another login, or removes them. Every other byte of the Secret stays. */
import { decodeBase64, encodeBase64 } from '../codec/go/base64.ts';
import type { AuthEntry } from './credential.ts';
import { EXPIRES_AT, type Expiry, expiryAnnotation, expiryPatch } from './expiry.ts';
import { type PayloadEdit, readServers, type Servers, splice, updateEntry } from './merge.ts';
import { checkSize, DATA_KEY, describeSecret, isPullSecretType, type Secret, type SecretContent } from './secret.ts';

export interface NewLogin extends Omit<AuthEntry, 'server'> {
  /** Undefined if the expiry is not known. */
  readonly expiry: Expiry | undefined;
}

/** The changed data of a Secret. */
export interface DataChange {
  readonly data: Readonly<Record<string, string>>;
  /** The expiry of each entry with another login. Undefined if it is not known, or the entry was removed. */
  readonly ends: ReadonlyMap<string, Expiry | undefined>;
}

/**
 * Gives entries new logins, by the server as it is written in the Secret. Undefined if they have these logins already. Throws
 * PayloadError if the Secret is no docker config.
 */
export function changeLogins(existing: SecretContent, logins: ReadonlyMap<string, NewLogin>): DataChange | undefined {
  const opened = open(existing);
  if (opened === undefined) return undefined;
  const { servers } = opened;
  const ends = new Map<string, Expiry | undefined>();
  const edits = [...logins].flatMap(([server, { expiry, ...login }]) => {
    const node = servers.values.get(server);
    const changes = node === undefined ? [] : updateEntry(servers.document, node, { ...login, server }).edits;
    // A login that was there keeps the time that was recorded when it was new.
    if (changes.length > 0) ends.set(server, expiry);
    return changes;
  });
  return changeOf(opened, edits, ends);
}

export interface Removal {
  readonly patch: object;
  /** As they are written in the Secret. */
  readonly removed: readonly string[];
  /** How many entries stay. */
  readonly left: number;
}

/** Removes the entries that `isMeant` accepts, also those that are there twice. Undefined if there is none. */
export function removalOf(existing: Secret, isMeant: (server: string) => boolean): Removal | undefined {
  const opened = open(existing);
  if (opened === undefined) return undefined;
  const { maps, values } = opened.servers;
  const removed = [...values.keys()].filter(isMeant);
  const edits = maps.flatMap((map) => removals(map, isMeant));
  const change = changeOf(opened, edits, new Map(removed.map((server) => [server, undefined])));
  return change && { patch: patchOf(existing, change), removed, left: values.size - removed.length };
}

interface OpenPayload {
  readonly key: string;
  readonly payload: Uint8Array;
  readonly servers: Servers;
}

/** Undefined for a Secret that no kubelet reads, or that is empty. */
function open({ type, data }: SecretContent): OpenPayload | undefined {
  if (!isPullSecretType(type)) return undefined;
  const key = DATA_KEY[type];
  const payload = decodeBase64(data?.[key] ?? '');
  return payload.length === 0 ? undefined : { key, payload, servers: readServers(payload, type) };
}

function changeOf(
  { key, payload }: OpenPayload,
  edits: readonly PayloadEdit[],
  ends: DataChange['ends'],
): DataChange | undefined {
  return edits.length === 0 ? undefined : { data: { [key]: encodeBase64(splice(payload, edits)) }, ends };
}

/**
 * The JSON merge patch (RFC 7386) for `change`. It holds the resourceVersion of `existing`. Throws UserError if the Secret would
 * be too large.
 */
export function patchOf(existing: Secret, { data, ends }: DataChange): object {
  checkSize(describeSecret(existing), { ...existing.data, ...data });
  return { ...expiryPatch(existing, expiryAnnotation(existing.metadata.annotations?.[EXPIRES_AT], ends)), data };
}

/** `existing` as {@link patchOf} makes it. */
export function changedSecret(existing: Secret, { data, ends }: DataChange): Secret {
  const { [EXPIRES_AT]: before, ...others } = existing.metadata.annotations ?? {};
  const after = expiryAnnotation(before, ends);
  const annotations = after === undefined ? others : { ...others, [EXPIRES_AT]: after };
  return { ...existing, data: { ...existing.data, ...data }, metadata: { ...existing.metadata, annotations } };
}

/** Removes members. Each goes with the comma before it or, as long as no earlier member stays, with the comma after it. */
function removals({ members }: Servers['maps'][number], isMeant: (server: string) => boolean): PayloadEdit[] {
  let hasKept = false;
  return members.flatMap(({ name, nameStart, value }, index) => {
    if (!isMeant(name)) {
      hasKept = true;
      return [];
    }
    const start = hasKept ? (members[index - 1]?.value.end ?? nameStart) : nameStart;
    const end = hasKept ? value.end : (members[index + 1]?.nameStart ?? value.end);
    return [{ start, end, text: '' }];
  });
}
