/** Single entries of a pull secret with another login, or gone. Every other byte of the Secret stays. */
import { decodeBase64, encodeBase64 } from '../go/base64.ts';
import type { AuthEntry } from '../keyring/credential.ts';
import {
  checkSize,
  DATA_KEY,
  describeSecret,
  isPullSecretType,
  type Secret,
  type SecretContent,
} from '../keyring/secret.ts';
import { EXPIRES_AT, type Expiry, expiryAnnotation } from './expiry.ts';
import { updateEntry } from './merge.ts';
import { type PayloadEdit, readServers, type Servers, splice } from './payload-edit.ts';

export interface NewLogin extends Omit<AuthEntry, 'server'> {
  /** Undefined where nothing is known. */
  readonly expiry: Expiry | undefined;
}

/** What becomes of the data of a Secret. */
export interface DataChange {
  readonly data: Readonly<Record<string, string>>;
  /** When each entry ends that has another login now, or is gone. */
  readonly ends: ReadonlyMap<string, Expiry | undefined>;
}

/**
 * Gives each of these entries its login, by the server as it is written in the Secret; undefined where they have it. Throws
 * PayloadError where the Secret is no docker config.
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

/** The same without the entries that `isMeant` names, also where one stands twice; undefined where there is none of them. */
export function removalOf(existing: Secret, isMeant: (server: string) => boolean): Removal | undefined {
  const opened = open(existing);
  if (opened === undefined) return undefined;
  const { maps, values } = opened.servers;
  const removed = [...values.keys()].filter(isMeant);
  const edits = maps.flatMap((map) => removals(map, isMeant));
  const change = changeOf(opened, edits, new Map(removed.map((server) => [server, undefined])));
  return change && { patch: patchOf(existing, change), removed, left: values.size - removed.length };
}

interface Opened {
  readonly key: string;
  readonly payload: Uint8Array;
  readonly servers: Servers;
}

/** Undefined for a Secret that no kubelet reads. */
function open({ type, data }: SecretContent): Opened | undefined {
  if (!isPullSecretType(type)) return undefined;
  const key = DATA_KEY[type];
  const payload = decodeBase64(data?.[key] ?? '');
  return payload.length === 0 ? undefined : { key, payload, servers: readServers(payload, type) };
}

function changeOf(
  { key, payload }: Opened,
  edits: readonly PayloadEdit[],
  ends: DataChange['ends'],
): DataChange | undefined {
  return edits.length === 0 ? undefined : { data: { [key]: encodeBase64(splice(payload, edits)) }, ends };
}

/**
 * The JSON merge patch (RFC 7386) for `change`; it holds the resourceVersion of `existing`. Throws UserError where the Secret would
 * be too large.
 */
export function patchOf(existing: Secret, { data, ends }: DataChange): object {
  checkSize(describeSecret(existing), { ...existing.data, ...data });
  const { resourceVersion, annotations } = existing.metadata;
  const before = annotations?.[EXPIRES_AT];
  const after = expiryAnnotation(before, ends);
  const said = before === undefined && after === undefined ? {} : { annotations: { [EXPIRES_AT]: after ?? null } };
  return { metadata: { resourceVersion, ...said }, data };
}

/** With the comma in front of what stands behind another one, else with the one behind it. */
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
