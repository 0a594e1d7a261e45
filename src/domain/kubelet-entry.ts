/** One entry of a pull secret as the kubelet decodes it (kubernetes pkg/credentialprovider/config.go). */
import { Base64Error, decodeBase64 } from './base64.ts';
import { type JsonDocument, JsonTypeError, jsonString, membersFor } from './json.ts';
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

/** The name that `name` decodes into, undefined when it is ignored. */
export function authField(node: JsonNode, name: string): AuthField | undefined {
  return FIELDS.find((field) => membersFor(node, field, FIELDS).some((member) => member.name === name));
}

/** Decodes the value of one server; throws {@link EntryError} (`DockerConfigEntry.UnmarshalJSON`). */
export function decodeKubeletEntry(document: JsonDocument, node: JsonNode): KubeletEntry {
  const type = 'credentialprovider.dockerConfigEntryWithAuth';
  if (node.kind !== 'object' && node.kind !== 'null') {
    throw new EntryError(new JsonTypeError(node.kind, `Go value of type ${type}`).message);
  }
  const field = (name: AuthField): string => stringField(document, node, name);
  const [username, password, email, auth] = [field('username'), field('password'), field('email'), field('auth')];
  return auth === '' ? { username, password, email } : { ...decodeAuthField(auth), email };
}

/** Splits `base64(username:password)`, with or without padding (`decodeDockerConfigFieldAuth`). */
export function decodeAuthField(auth: string): { username: string; password: string } {
  const text = decodeUtf8(decodeAuthBytes(auth));
  const colon = text.indexOf(':');
  if (colon < 0) throw new EntryError('unable to parse auth field, must be formatted as base64(username:password)');
  return { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decodeAuthBytes(auth: string): Uint8Array {
  try {
    return decodeBase64(auth, { padding: /=\s*$/.test(auth) });
  } catch (error) {
    if (error instanceof Base64Error) throw new EntryError(error.message);
    throw error;
  }
}

/** The last value of a field; `null` leaves it as it was. */
function stringField(document: JsonDocument, node: JsonNode, name: AuthField): string {
  let text = '';
  for (const { value } of membersFor(node, name, FIELDS)) {
    if (value.kind === 'string') text = jsonString(document, value);
    else if (value.kind !== 'null') {
      const target = `Go struct field dockerConfigEntryWithAuth.${name} of type string`;
      throw new EntryError(new JsonTypeError(value.kind, target).message);
    }
  }
  return text;
}
