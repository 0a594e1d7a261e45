/** One entry of a pull secret as the kubelet decodes it (kubernetes pkg/credentialprovider/config.go). */
import { base64ErrorText, base64OrOffset } from '../go/base64.ts';
import { type JsonDocument, jsonString, memberOf, typeErrorText } from '../go/json.ts';
import type { JsonNode } from '../go/json-node.ts';
import { decodeUtf8 } from '../go/utf8.ts';

export interface KubeletEntry {
  readonly username: string;
  readonly password: string;
  readonly email: string;
}

/** An entry that the kubelet cannot decode: it then uses no credential of the whole pod. The text is the kubelet's. */
export class EntryError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EntryError';
  }
}

const FIELDS = ['username', 'password', 'email', 'auth'] as const;

/** The fields that are decoded; a pull secret may hold others, which are ignored (`dockerConfigEntryWithAuth`). */
export type KubeletAuthField = (typeof FIELDS)[number];

/** The field that the member `name` decodes into, undefined when it is ignored. */
export function authField(name: string): KubeletAuthField | undefined {
  return memberOf(name, FIELDS);
}

/** The error at which the kubelet stops, in its words. */
export interface EntryFailure {
  readonly error: string;
}

/** Decodes the value of one server; throws {@link EntryError} (`DockerConfigEntry.UnmarshalJSON`). */
export function decodeKubeletEntry(document: JsonDocument, node: JsonNode): KubeletEntry {
  const entry = readKubeletEntry(document, node);
  if ('error' in entry) throw new EntryError(entry.error);
  return entry;
}

/** {@link decodeKubeletEntry}, with the failure as a value: a payload may hold thousands of failures. */
export function readKubeletEntry(document: JsonDocument, node: JsonNode): KubeletEntry | EntryFailure {
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
function readAuthField(auth: string): { username: string; password: string } | EntryFailure {
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
): Record<KubeletAuthField, string> | EntryFailure {
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
