/** Reads typed fields from a parsed document. Errors name the path of a field, never its value. */
import { Base64Error, decodeBase64 } from '../codec/go/base64.ts';
import { parsePlainYaml } from '../codec/plain-yaml.ts';

/** A value and its path, such as `users[2].user.token`. */
export interface Field {
  readonly value: unknown;
  readonly path: string;
}

export class FieldError extends Error {}

/**
 * kubectl reads JSON as YAML 1.1, which knows neither surrogate escapes nor `\/`, breaks lines at U+0085, U+2028 and U+2029, and
 * requires the colon on the line of its key. Content that matches is therefore not parsed as JSON.
 */
const JSON_ONLY =
  /\\\/|\\u[dD][89a-fA-F]|[\x7f-\x9f\ufffe\uffff]|[ \t][\u2028\u2029]|[\u2028\u2029][ \t]|"[ \t]*[\r\n]\s*:/;

function isJson(content: string): boolean {
  const tail = content.slice(content.trimEnd().length);
  return /^[ \r\n]*\{/.test(content) && !JSON_ONLY.test(content) && !tail.includes('\t');
}

/** The value of a JSON or YAML text; undefined when there is none. Throws FieldError. */
export async function parseDocument(content: string): Promise<unknown> {
  if (isJson(content)) {
    try {
      return JSON.parse(content);
    } catch {
      // The text may be a YAML flow map.
    }
  }
  const plain = parsePlainYaml(content);
  if (plain !== undefined) return plain;
  const { parseFullYaml, YamlError } = await import('../codec/full-yaml.ts');
  try {
    return parseFullYaml(content) ?? undefined;
  } catch (error) {
    if (error instanceof YamlError) throw new FieldError(error.message);
    throw error;
  }
}

/** The member `name` of a map. `null` and a missing member are undefined, as for Go's encoding/json. */
export function member(map: Field, name: string): Field {
  const path = map.path === '' ? name : `${map.path}.${name}`;
  const members = map.value ?? {};
  if (typeof members !== 'object' || Array.isArray(members)) throw wrongType(map, 'a map');
  const value = Object.hasOwn(members, name) ? (members as Record<string, unknown>)[name] : undefined;
  return { value: value ?? undefined, path };
}

/** The text of a member. An empty text counts as missing, as wherever client-go checks `len(x) > 0`. */
export function text(map: Field, name: string): string | undefined {
  return textOf(member(map, name)) || undefined;
}

/** The boolean of a member; `false` when it is missing. Throws {@link FieldError}. */
export function flag(map: Field, name: string): boolean {
  const field = member(map, name);
  if (field.value !== undefined && typeof field.value !== 'boolean') throw wrongType(field, 'true or false');
  return field.value ?? false;
}

/** The bytes of a member that holds base64. Throws {@link FieldError}. */
export function bytes(map: Field, name: string): Uint8Array | undefined {
  const encoded = text(map, name);
  if (encoded === undefined) return undefined;
  try {
    return decodeBase64(encoded);
  } catch (error) {
    if (error instanceof Base64Error) throw new FieldError(`${member(map, name).path}: ${error.message}`);
    throw error;
  }
}

/** The items of a list; empty when it is missing. Throws {@link FieldError}. */
export function listField(map: Field, name: string): readonly Field[] {
  const field = member(map, name);
  if (field.value === undefined) return [];
  if (!Array.isArray(field.value)) throw wrongType(field, 'a list');
  return field.value.map((value, index) => ({ value: value ?? undefined, path: `${field.path}[${index}]` }));
}

/** The texts of a list. Throws {@link FieldError}. */
export function texts(map: Field, name: string): readonly string[] {
  return listField(map, name).map((field) => textOf(field) ?? '');
}

/** All members of a map, each read by `read`. */
export function record<T>(map: Field, name: string, read: (members: Field, key: string) => T): Record<string, T> {
  const members = member(map, name);
  // This call throws when `members` is not a map.
  member(members, '');
  return Object.fromEntries(Object.keys(members.value ?? {}).map((key) => [key, read(members, key)]));
}

function textOf(field: Field): string | undefined {
  if (field.value !== undefined && typeof field.value !== 'string') throw wrongType(field, 'a text');
  return field.value;
}

function wrongType(field: Field, expected: string): FieldError {
  const { value, path } = field;
  const actual = Array.isArray(value) ? 'list' : typeof value;
  const names: Readonly<Record<string, string>> = { object: 'a map', list: 'a list', string: 'a text' };
  return new FieldError(`${path || 'the document'} must be ${expected}, not ${names[actual] ?? `a ${actual}`}`);
}
