/** Writes credentials into a payload that is already there, and leaves every other byte of it alone. */
import {
  type JsonDocument,
  type JsonMember,
  type JsonNode,
  membersFor,
  parseJson,
  quoteJson,
} from '../codec/go/json.ts';
import { JsonSyntaxError } from '../codec/go/json-scanner.ts';
import { decodeUtf8, encodeUtf8 } from '../codec/go/utf8.ts';
import { encodeAuthFields, encodePayload } from './build.ts';
import type { AuthEntry } from './credential.ts';
import { keyText } from './key.ts';
import { authField, hasOtherLogin, isTokenField, type KubeletEntry, readKubeletEntry } from './keyring.ts';
import type { PullSecretType } from './secret.ts';

export interface PayloadChange {
  readonly payload: Uint8Array;
  /** What happened to each of the given servers. */
  readonly actions: ReadonlyMap<string, EntryAction>;
  /** The former user of each server whose login is another user's now, or was removed. */
  readonly formerUsers?: ReadonlyMap<string, string>;
  /** Servers that are no longer there (only with `replace`). */
  readonly removed: readonly string[];
  /** Entries of others that keep the kubelet from using any credential, with its error. */
  readonly undecodable: readonly { readonly server: string; readonly error: string }[];
}

type EntryAction = 'added' | 'updated' | 'unchanged';

/**
 * Sets `entries` in `payload`, which has the form of `type`. A server that the kubelet takes for the same (`ghcr.io` and
 * `https://ghcr.io/v2/`) is updated under the name it has. Fields of an entry that the kubelet ignores stay, except
 * tokens that would override the new password in other tools. Throws {@link PayloadError}.
 */
export function mergePayload(payload: Uint8Array, entries: readonly AuthEntry[], type: PullSecretType): PayloadChange {
  const servers = readServers(payload, type);
  const { document, values } = servers;
  const byKey = Map.groupBy(values, ([server]) => keyText(server));
  const named = new Set<string>();
  const { actions, formerUsers, edits } = updateEntries(entries, (entry) =>
    (byKey.get(keyText(entry.server)) ?? []).map(([server, node]) => {
      named.add(server);
      return updateEntry(document, node, { ...entry, server });
    }),
  );
  const added = entries.filter(({ server }) => actions.get(server) === 'added');
  if (added.length > 0) edits.push(insertion(servers, added, type));
  const undecodable = [...values].flatMap(([server, node]) => {
    const login = named.has(server) ? undefined : readKubeletEntry(document, node);
    return login !== undefined && 'error' in login ? [{ server, error: login.error }] : [];
  });
  return { payload: splice(payload, edits), actions, formerUsers, removed: [], undecodable };
}

/** A payload of nothing but `entries`, and how it differs from `payload`. Never throws: what was there is dropped. */
export function replacePayload(
  payload: Uint8Array,
  entries: readonly AuthEntry[],
  type: PullSecretType,
): PayloadChange {
  const before = serversOrNone(payload, type);
  const { actions, formerUsers } = updateEntries(entries, (entry) => {
    const node = before?.values.get(entry.server);
    return before && node ? [updateEntry(before.document, node, entry)] : [];
  });
  const removed: string[] = [];
  for (const [server, node] of before?.values ?? []) {
    if (before === undefined || actions.has(server)) continue;
    removed.push(server);
    const { username } = loginIn(before.document, node) ?? {};
    if (username) formerUsers.set(server, username);
  }
  const same =
    before !== undefined && removed.length === 0 && [...actions.values()].every((action) => action === 'unchanged');
  return { payload: same ? payload : encodePayload(entries, type), actions, formerUsers, removed, undecodable: [] };
}

/** What becomes of `entries`; `updatesFor` updates those of the payload that one of them stands for. */
function updateEntries(entries: readonly AuthEntry[], updatesFor: (entry: AuthEntry) => readonly EntryUpdate[]) {
  const actions = new Map<string, EntryAction>();
  const formerUsers = new Map<string, string>();
  const edits: PayloadEdit[] = [];
  for (const entry of entries) {
    const updates = updatesFor(entry);
    const changes = updates.flatMap((update) => update.edits);
    for (const { formerUser } of updates) if (formerUser !== undefined) formerUsers.set(entry.server, formerUser);
    edits.push(...changes);
    actions.set(entry.server, updates.length === 0 ? 'added' : changes.length === 0 ? 'unchanged' : 'updated');
  }
  return { actions, formerUsers, edits };
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

interface EntryUpdate {
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
  const before = loginIn(document, node);
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

function isToken({ name }: JsonMember): boolean {
  return isTokenField(name);
}

function loginIn(document: JsonDocument, node: JsonNode): KubeletEntry | undefined {
  const login = readKubeletEntry(document, node);
  return 'error' in login ? undefined : login;
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

/** The existing payload is not a docker config, so nothing in it can be changed. */
export class PayloadError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PayloadError';
  }
}

export interface PayloadEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** The members of JSON objects that Go decodes into the map of servers, in order. */
export interface Servers {
  readonly document: JsonDocument;
  /** Every object that Go decodes into the map. */
  readonly maps: readonly JsonNode[];
  /** The one a new entry goes into; undefined when there is none yet. */
  readonly map: JsonNode | undefined;
  /** The value of each server that counts: the last one. */
  readonly values: ReadonlyMap<string, JsonNode>;
}

/** Reads the servers of a payload. Throws {@link PayloadError}. */
export function readServers(payload: Uint8Array, type: PullSecretType): Servers {
  const document = parse(payload);
  const { root } = document;
  if (root.kind !== 'object' && root.kind !== 'null')
    throw new PayloadError(`it is a JSON ${root.kind}, not an object`);
  // Go decodes into `auths` every member whose name differs only in case, one after the other into the same map.
  const nodes =
    type === 'kubernetes.io/dockercfg' ? [root] : membersFor(root, 'auths', ['auths']).map((member) => member.value);
  const values = new Map<string, JsonNode>();
  const maps: JsonNode[] = [];
  let map: JsonNode | undefined;
  for (const node of nodes) {
    if (node.kind === 'null') values.clear();
    else if (node.kind !== 'object') throw new PayloadError(`auths is a JSON ${node.kind}, not an object`);
    for (const { name, value } of node.members) values.set(name, value);
    if (node.kind === 'object') maps.push(node);
    map = node;
  }
  return { document, maps, map, values };
}

function parse(payload: Uint8Array): JsonDocument {
  try {
    return parseJson(payload);
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new PayloadError(error.message);
    throw error;
  }
}

/** `bytes` with each of `edits`, which do not overlap. */
export function splice(bytes: Uint8Array, edits: readonly PayloadEdit[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let offset = 0;
  for (const { start, end, text } of edits.toSorted((one, other) => one.start - other.start)) {
    parts.push(bytes.subarray(offset, start), encodeUtf8(text));
    offset = end;
  }
  return join([...parts, bytes.subarray(offset)]);
}

/** All of `parts`, one behind the other. */
function join(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}
