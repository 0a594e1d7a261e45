/** A payload and its entries as the kubelet decodes them: Go's json.Unmarshal into the types of pkg/credentialprovider/config.go. */
import { base64ErrorText, base64OrOffset } from '../codec/go/base64.ts';
import {
  type JsonDocument,
  type JsonNode,
  jsonString,
  LARGE_TEXT,
  MemberCursor,
  memberOf,
  nodeAt,
  parseJson,
  typeErrorText,
} from '../codec/go/json.ts';
import { JsonSyntaxError, unquote } from '../codec/go/json-scanner.ts';
import { decodeUtf8 } from '../codec/go/utf8.ts';
import type { PasswordLogin } from './credential.ts';
import type { PullSecretType } from './secret.ts';
import { STEP_ENTRIES } from './steps.ts';

/** A failure at which the kubelet stops: it then uses no credential of the whole pod. */
export interface DecodeFailure {
  /** Go's text. */
  readonly error: string;
  /** The server of the entry at fault, undefined when the whole payload is at fault. */
  readonly server?: string;
}

export type Payload = {
  /** The value of each server. Of several with one name, the last. */
  readonly entries: ReadonlyMap<string, JsonNode>;
  /** How many more entries there are, where only the first ones were asked for. */
  readonly moreEntries: number;
} & (
  | { readonly document: JsonDocument; readonly failure: undefined }
  /** Without a document, the payload is not JSON. */
  | { readonly document: JsonDocument | undefined; readonly failure: DecodeFailure }
);

/**
 * Decodes `bytes`, and yields after every few hundred entries. Keeps only the place of an entry, because there may be thousands,
 * and few are looked at. Entries above `limit` are only checked. Never throws: the failure is in the result, and so is everything
 * around it.
 */
export function* decodePayload(
  bytes: Uint8Array,
  type: PullSecretType,
  limit = Number.POSITIVE_INFINITY,
): Generator<void, Payload> {
  const document = parse(bytes);
  if (bytes.length >= LARGE_TEXT) yield;
  const entries = new Map<string, JsonNode>();
  if ('error' in document) return { document: undefined, entries, moreEntries: 0, failure: document };
  const decoder: Decoder = { document, entries, moreEntries: 0, limit, failure: undefined };
  if (type === 'kubernetes.io/dockercfg') yield* decodeMap(document.root, 'Go value', decoder);
  else yield* decodeConfig(decoder);
  return { document, entries, moreEntries: decoder.moreEntries, failure: decoder.failure };
}

interface Decoder {
  readonly document: JsonDocument;
  readonly entries: Map<string, JsonNode>;
  moreEntries: number;
  readonly limit: number;
  failure: DecodeFailure | undefined;
}

/** Go continues after a value of the wrong type and reports the first one at the end, unless it has to stop at an entry. */
function fail(decoder: Decoder, failure: DecodeFailure): void {
  const isStop = failure.server !== undefined && decoder.failure?.server === undefined;
  if (isStop || decoder.failure === undefined) decoder.failure = failure;
}

function failType(decoder: Decoder, { kind }: JsonNode, target: string): void {
  fail(decoder, { error: typeErrorText(kind, target) });
}

function parse(bytes: Uint8Array): JsonDocument | DecodeFailure {
  try {
    return parseJson(bytes);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return { error: error.message };
    throw error;
  }
}

/** `DockerConfigJSON`. */
function* decodeConfig(decoder: Decoder): Generator<void> {
  const { root } = decoder.document;
  if (root.kind !== 'object' && root.kind !== 'null') {
    failType(decoder, root, 'Go value of type credentialprovider.DockerConfigJSON');
  }
  for (const { name, value } of root.members) {
    const field = memberOf(name, ['auths', 'HttpHeaders']);
    if (field === 'auths') yield* decodeMap(value, AUTHS, decoder);
    else if (field === 'HttpHeaders') decodeHeaders(value, decoder);
  }
}

const AUTHS = 'Go struct field DockerConfigJSON.auths';
const OPEN_BRACE = 0x7b;

/** `DockerConfig`: adds the members of `node`. The last one of a name counts, and `null` empties the map. */
function* decodeMap(node: JsonNode, place: string, decoder: Decoder): Generator<void> {
  const { document, entries, limit } = decoder;
  if (node.kind === 'null') {
    entries.clear();
    decoder.moreEntries = 0;
  } else if (node.kind !== 'object') failType(decoder, node, `${place} of type credentialprovider.DockerConfig`);
  if (node.kind !== 'object') return;
  const cursor = new MemberCursor(document.bytes, node.start);
  for (let count = 1; cursor.next(); count += 1) {
    if (count % STEP_ENTRIES === 0) yield;
    const name = unquote(document, cursor.nameStart, cursor.nameEnd);
    const isKept = entries.size < limit || entries.has(name);
    if (!isKept) decoder.moreEntries += 1;
    // One Secret may have 40,000 entries `{}`, in which nothing can be wrong.
    const isEmpty = cursor.valueEnd - cursor.valueStart === 2 && document.bytes[cursor.valueStart] === OPEN_BRACE;
    if (isEmpty && !isKept) continue;
    const value = nodeAt(document, cursor.valueStart, cursor.valueEnd);
    const login = readKubeletEntry(document, value);
    if ('error' in login) fail(decoder, { error: place === AUTHS ? inAuths(login.error) : login.error, server: name });
    if (isKept) entries.set(name, value);
  }
}

/** encoding/json `addErrorContext`: the names of the outer struct and field come before those of the entry. */
function inAuths(error: string): string {
  return error
    .replace(/Go struct field dockerConfigEntryWithAuth\./, `${AUTHS}.`)
    .replace(/Go value of type /, `${AUTHS} of type `);
}

function decodeHeaders(node: JsonNode, decoder: Decoder): void {
  const field = 'Go struct field DockerConfigJSON.HttpHeaders';
  if (node.kind !== 'object' && node.kind !== 'null') failType(decoder, node, `${field} of type map[string]string`);
  const wrong = node.members.find(({ value }) => value.kind !== 'string' && value.kind !== 'null');
  if (wrong !== undefined) failType(decoder, wrong.value, `${field} of type string`);
}

export interface KubeletEntry extends PasswordLogin {
  readonly email: string;
}

const FIELDS = ['username', 'password', 'email', 'auth'] as const;

/** The field that the member `name` decodes into. Others are ignored, so it is undefined (`dockerConfigEntryWithAuth`). */
export function authField(name: string): (typeof FIELDS)[number] | undefined {
  return memberOf(name, FIELDS);
}

/** Decodes the value of one server (`DockerConfigEntry.UnmarshalJSON`). The failure is a value: there may be thousands. */
export function readKubeletEntry(document: JsonDocument, node: JsonNode): KubeletEntry | DecodeFailure {
  const type = 'credentialprovider.dockerConfigEntryWithAuth';
  if (node.kind !== 'object' && node.kind !== 'null') {
    return { error: typeErrorText(node.kind, `Go value of type ${type}`) };
  }
  const { members } = node;
  if (members.length === 0) return EMPTY;
  const fields = readFields(document, members);
  if ('error' in fields) return fields;
  const { username, password, email, auth } = fields;
  if (auth === '') return { username, password, email };
  const login = readAuthField(auth);
  return 'error' in login ? login : { ...login, email };
}

const EMPTY: KubeletEntry = { username: '', password: '', email: '' };

/**
 * Whether an image is pulled anonymously in spite of this entry. containerd drops a credential without a user name
 * (internal/cri/server/images `ParseAuth`), and asks anonymously without a password (core/remotes/docker/authorizer.go).
 */
export function isAnonymous({ username, password }: KubeletEntry): boolean {
  return username === '' || password === '';
}

const TOKEN_FIELDS = ['identitytoken', 'registrytoken'] as const;

/** Whether the member `name` is a token, which docker prefers to a user name and password. */
export function isTokenField(name: string): boolean {
  return memberOf(name, TOKEN_FIELDS) !== undefined;
}

/** Whether the entry holds a token that docker would use, and for which the kubelet has no field. */
export function hasIdentityToken(node: JsonNode): boolean {
  return node.members.some(({ name, value }) => {
    // An empty string takes two bytes.
    return isTokenField(name) && value.kind === 'string' && value.end - value.start > 2;
  });
}

/**
 * Whether fields that the kubelet ignores hold another login than `login`, which it reads: the fields beside `auth`, or the first
 * of two fields with one name.
 */
export function hasOtherLogin(document: JsonDocument, { members }: JsonNode, login: KubeletEntry): boolean {
  if (members.length < 2) return false;
  return members.some(({ name, value }) => {
    const field = authField(name);
    if (field === undefined || field === 'email' || value.kind !== 'string') return false;
    const text = jsonString(document, value);
    if (text === '') return false;
    if (field !== 'auth') return text !== login[field];
    const other = readAuthField(text);
    return 'error' in other || other.username !== login.username || other.password !== login.password;
  });
}

/** Splits `base64(username:password)`, with or without padding (`decodeDockerConfigFieldAuth`). */
function readAuthField(auth: string): PasswordLogin | DecodeFailure {
  const bytes = base64OrOffset(auth, { padding: PADDED.test(auth) });
  if (typeof bytes === 'number') return { error: base64ErrorText(bytes) };
  const text = decodeUtf8(bytes);
  const colon = text.indexOf(':');
  if (colon < 0) return { error: 'unable to parse auth field, must be formatted as base64(username:password)' };
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Text with padding ends in `=` and perhaps white space as Go's unicode.IsSpace knows it, which is not that of `\s`. */
const PADDED = /=[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

/** The last value of each field; `null` leaves a field as it was. The first value of a wrong type is the failure. */
function readFields(
  document: JsonDocument,
  members: JsonNode['members'],
): Record<(typeof FIELDS)[number], string> | DecodeFailure {
  const fields = { username: '', password: '', email: '', auth: '' };
  for (const { name, value } of members) {
    const field = authField(name);
    if (field === undefined || value.kind === 'null') continue;
    if (value.kind !== 'string') {
      return { error: typeErrorText(value.kind, `Go struct field dockerConfigEntryWithAuth.${field} of type string`) };
    }
    fields[field] = jsonString(document, value);
  }
  return fields;
}
