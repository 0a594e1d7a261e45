/** One entry of a pull secret as the kubelet decodes it (kubernetes pkg/credentialprovider/config.go). */
import { Base64Error, decodeBase64 } from './base64.ts';
import { fieldOf, foldName, type JsonDocument, jsonString, typeErrorText } from './json.ts';
import type { JsonNode } from './json-scanner.ts';
import { decodeUtf8 } from './utf8.ts';

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
export type AuthField = (typeof FIELDS)[number];

/** The field that the member `name` decodes into, undefined when it is ignored. */
export function authField(name: string): AuthField | undefined {
  return fieldOf(name, FIELDS);
}

/** Decodes the value of one server; throws {@link EntryError} (`DockerConfigEntry.UnmarshalJSON`). */
export function decodeKubeletEntry(document: JsonDocument, node: JsonNode): KubeletEntry {
  const type = 'credentialprovider.dockerConfigEntryWithAuth';
  if (node.kind !== 'object' && node.kind !== 'null') {
    throw new EntryError(typeErrorText(node.kind, `Go value of type ${type}`));
  }
  const { username, password, email, auth } = decodeFields(document, node);
  return auth === '' ? { username, password, email } : { ...decodeAuthField(auth), email };
}

/**
 * Whether an image is pulled without a credential although there is this one: containerd drops it without a user name
 * (internal/cri/server/images `ParseAuth`) and asks anonymously without a password (core/remotes/docker/authorizer.go).
 */
export function isAnonymous({ username, password }: KubeletEntry): boolean {
  return username === '' || password === '';
}

/** Whether the entry holds a token that docker would use, and for which the kubelet has no field. */
export function hasIdentityToken(node: JsonNode): boolean {
  return node.members.some(({ name, value }) => {
    const isToken = ['identitytoken', 'registrytoken'].includes(foldName(name));
    // An empty string takes two bytes.
    return isToken && value.kind === 'string' && value.end - value.start > 2;
  });
}

/** Splits `base64(username:password)`, with or without padding (`decodeDockerConfigFieldAuth`). */
export function decodeAuthField(auth: string): { username: string; password: string } {
  const text = decodeUtf8(decodeAuthBytes(auth));
  const colon = text.indexOf(':');
  if (colon < 0) throw new EntryError('unable to parse auth field, must be formatted as base64(username:password)');
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Padded is what ends in `=` and white space as Go's unicode.IsSpace knows it, which is not that of `\s`. */
const PADDED = /=[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

function decodeAuthBytes(auth: string): Uint8Array {
  try {
    return decodeBase64(auth, { padding: PADDED.test(auth) });
  } catch (error) {
    if (error instanceof Base64Error) throw new EntryError(error.message);
    throw error;
  }
}

/** The last value of each field; `null` leaves it as it was. The first value of a wrong type is the error. */
function decodeFields(document: JsonDocument, node: JsonNode): Record<AuthField, string> {
  const fields = { username: '', password: '', email: '', auth: '' };
  for (const { name, value } of node.members) {
    const field = authField(name);
    if (field === undefined || value.kind === 'null') continue;
    if (value.kind !== 'string') {
      const target = `Go struct field dockerConfigEntryWithAuth.${field} of type string`;
      throw new EntryError(typeErrorText(value.kind, target));
    }
    fields[field] = jsonString(document, value);
  }
  return fields;
}
