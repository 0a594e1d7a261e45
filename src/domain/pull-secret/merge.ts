/** Writes credentials into a payload that is already there, and leaves every other byte of it alone. */
import { type JsonDocument, quoteJson } from '../go/json.ts';
import type { JsonMember, JsonNode } from '../go/json-node.ts';
import { decodeUtf8, encodeUtf8 } from '../go/utf8.ts';
import type { AuthEntry } from '../keyring/credential.ts';
import {
  authField,
  decodeKubeletEntry,
  EntryError,
  hasOtherLogin,
  isTokenField,
  type KubeletEntry,
} from '../keyring/entry.ts';
import { keyText } from '../keyring/key.ts';
import type { PullSecretType } from '../keyring/secret.ts';
import { encodeAuthFields, encodePayload } from './build.ts';
import { join, type PayloadEdit, PayloadError, readServers, type Servers, splice } from './payload-edit.ts';

export interface Merged {
  readonly payload: Uint8Array;
  /** What happened to each of the given servers. */
  readonly actions: ReadonlyMap<string, 'added' | 'updated' | 'unchanged'>;
  /** The former user of each server whose login is another user's now, or was removed. */
  readonly formerUsers?: ReadonlyMap<string, string>;
  /** Servers that are no longer there (only with `replace`). */
  readonly removed: readonly string[];
  /** Entries of others that keep the kubelet from using any credential, with its error. */
  readonly undecodable: readonly { readonly server: string; readonly error: string }[];
}

/**
 * Sets `entries` in `payload`, which has the form of `type`. A server that the kubelet takes for the same (`ghcr.io` and
 * `https://ghcr.io/v2/`) is updated under the name it has. Fields of an entry that the kubelet ignores stay, except
 * tokens that would override the new password in other tools. Throws {@link PayloadError}.
 */
export function mergePayload(payload: Uint8Array, entries: readonly AuthEntry[], type: PullSecretType): Merged {
  const servers = readServers(payload, type);
  const actions = new Map<string, 'added' | 'updated' | 'unchanged'>();
  const formerUsers = new Map<string, string>();
  const edits: PayloadEdit[] = [];
  const added: AuthEntry[] = [];
  const named = new Set<string>();
  const byKey = Map.groupBy(servers.values, ([server]) => keyText(server));
  for (const entry of entries) {
    const targets = byKey.get(keyText(entry.server)) ?? [];
    const changed = targets.flatMap(([server, node]) => {
      named.add(server);
      const { edits: changes, formerUser } = updateEntry(servers.document, node, { ...entry, server });
      if (formerUser !== undefined) formerUsers.set(entry.server, formerUser);
      return changes;
    });
    edits.push(...changed);
    if (targets.length === 0) added.push(entry);
    actions.set(entry.server, targets.length === 0 ? 'added' : changed.length === 0 ? 'unchanged' : 'updated');
  }
  if (added.length > 0) edits.push(insertion(servers, added, type));
  return {
    payload: splice(payload, edits),
    actions,
    formerUsers,
    removed: [],
    undecodable: undecodableEntries(servers, named),
  };
}

/** A payload of nothing but `entries`, and how it differs from `payload`. Never throws: what was there is dropped. */
export function replacePayload(payload: Uint8Array, entries: readonly AuthEntry[], type: PullSecretType): Merged {
  const before = serversOrNone(payload, type);
  const actions = new Map<string, 'added' | 'updated' | 'unchanged'>();
  const formerUsers = new Map<string, string>();
  for (const entry of entries) {
    const node = before?.values.get(entry.server);
    const update = before && node && updateEntry(before.document, node, entry);
    if (update?.formerUser !== undefined) formerUsers.set(entry.server, update.formerUser);
    if (update === undefined) actions.set(entry.server, 'added');
    else actions.set(entry.server, update.edits.length === 0 ? 'unchanged' : 'updated');
  }
  const removed: string[] = [];
  for (const [server, node] of before?.values ?? []) {
    if (before === undefined || actions.has(server)) continue;
    removed.push(server);
    const { username } = decodeOrNone(before.document, node) ?? {};
    if (username) formerUsers.set(server, username);
  }
  const same =
    before !== undefined && removed.length === 0 && [...actions.values()].every((action) => action === 'unchanged');
  return { payload: same ? payload : encodePayload(entries, type), actions, formerUsers, removed, undecodable: [] };
}

/** The payload with its map of servers moved into the form of the other type, every entry byte for byte. */
export function convertPayload(payload: Uint8Array, from: PullSecretType, to: PullSecretType): Uint8Array {
  if (from === to) return payload;
  const { document, map } = readServers(payload, from);
  const text = map === undefined ? encodeUtf8('{}') : document.bytes.subarray(map.start, map.end);
  return to === 'kubernetes.io/dockercfg' ? text : join([encodeUtf8('{"auths":'), text, encodeUtf8('}')]);
}

/** The servers of `payload`. None if it is no docker config. */
export function serversIn(payload: Uint8Array, type: PullSecretType): readonly string[] {
  return [...(serversOrNone(payload, type)?.values.keys() ?? [])];
}

function serversOrNone(payload: Uint8Array, type: PullSecretType): Servers | undefined {
  try {
    return readServers(payload, type);
  } catch (error) {
    if (error instanceof PayloadError) return undefined;
    throw error;
  }
}

export interface EntryUpdate {
  /** One or none. */
  readonly edits: readonly PayloadEdit[];
  /** The former user, if the login is another user's now. */
  readonly formerUser: string | undefined;
}

/**
 * No edit if the kubelet already reads the same credential and the entry has no other one. Otherwise the whole value is written
 * anew, with unknown fields as they were. Tokens that would override the password in other tools are removed.
 */
export function updateEntry(document: JsonDocument, node: JsonNode, entry: AuthEntry): EntryUpdate {
  const before = decodeOrNone(document, node);
  const isFine =
    before !== undefined &&
    isSame(before, entry) &&
    !hasOtherLogin(document, node, before) &&
    !node.members.some(isToken);
  const formerUser = formerUserOf(before, entry);
  if (isFine) return { edits: [], formerUser };
  const others = node.members
    .filter((member) => authField(member.name) === undefined && !isToken(member))
    .map(({ nameStart, value }) => decodeUtf8(document.bytes.subarray(nameStart, value.end)));
  const email = entry.email ?? before?.email;
  const text = encodeAuthFields(entry, email, others);
  return { edits: [{ start: node.start, end: node.end, text }], formerUser };
}

function formerUserOf(before: KubeletEntry | undefined, { credential }: AuthEntry): string | undefined {
  const username = before?.username;
  return username && 'username' in credential && username !== credential.username ? username : undefined;
}

function isSame(before: KubeletEntry, { credential, email }: AuthEntry): boolean {
  return (
    'password' in credential &&
    before.username === credential.username &&
    before.password === credential.password &&
    (email === undefined || before.email === email)
  );
}

/** docker prefers these to a user name and password. */
function isToken({ name }: JsonMember): boolean {
  return isTokenField(name);
}

function decodeOrNone(document: JsonDocument, node: JsonNode): KubeletEntry | undefined {
  try {
    return decodeKubeletEntry(document, node);
  } catch (error) {
    if (error instanceof EntryError) return undefined;
    throw error;
  }
}

function undecodableEntries({ document, values }: Servers, named: ReadonlySet<string>): Merged['undecodable'] {
  return [...values].flatMap(([server, node]) => {
    if (named.has(server)) return [];
    try {
      decodeKubeletEntry(document, node);
      return [];
    } catch (error) {
      if (error instanceof EntryError) return [{ server, error: error.message }];
      throw error;
    }
  });
}

function insertion({ document, map }: Servers, added: readonly AuthEntry[], type: PullSecretType): PayloadEdit {
  const { root } = document;
  const members = added.map((entry) => `${quoteJson(entry.server)}:${encodeAuthFields(entry)}`).join(',');
  if (map === undefined && root.kind === 'object') return append(root, `"auths":{${members}}`);
  if (map?.kind === 'object') return append(map, members);
  const { start, end } = map ?? root;
  const text = map === undefined ? decodeUtf8(encodePayload(added, type)) : `{${members}}`;
  return { start, end, text };
}

/** Adds members at the end of an object, directly behind its last one. */
function append(object: JsonNode, members: string): PayloadEdit {
  const last = object.members.at(-1);
  const start = last?.value.end ?? object.start + 1;
  return { start, end: start, text: last === undefined ? members : `,${members}` };
}
