/** Reading typed fields out of a parsed document; what is wrong is named by its place, never by its value. */
import { Base64Error, decodeBase64 } from '../../domain/go/base64.ts';
import { parsePlainYaml } from './plain-yaml.ts';

/** A value and where it stands, such as `users[2].user.token`. */
export interface Field {
  readonly value: unknown;
  readonly path: string;
}

export class FieldError extends Error {}

/**
 * kubectl reads JSON as YAML 1.1, which has neither surrogates in escapes nor `\/`, breaks lines at U+0085, U+2028 and
 * U+2029, and wants a colon on the line of its key.
 */
const JSON_ONLY =
  /\\\/|\\u[dD][89a-fA-F]|[\x7f-\x9f\ufffe\uffff]|[ \t][\u2028\u2029]|[\u2028\u2029][ \t]|"[ \t]*[\r\n]\s*:/;

function isJson(content: string): boolean {
  const tail = content.slice(content.trimEnd().length);
  return /^[ \r\n]*\{/.test(content) && !JSON_ONLY.test(content) && !tail.includes('\t');
}

/** The value of a JSON or YAML text, undefined when there is none; throws FieldError. */
export async function parseDocument(content: string): Promise<unknown> {
  if (isJson(content)) {
    try {
      return JSON.parse(content);
    } catch {
      // A YAML map in braces.
    }
  }
  const plain = parsePlainYaml(content);
  if (plain !== undefined) return plain;
  const { parseFullYaml, YamlError } = await import('./full-yaml.ts');
  try {
    return (await parseFullYaml(content)) ?? undefined;
  } catch (error) {
    if (error instanceof YamlError) throw new FieldError(error.message);
    throw error;
  }
}

/** The member `name` of a map; `null` and what is not there are undefined, as for Go's encoding/json. */
export function member(map: Field, name: string): Field {
  const path = map.path === '' ? name : `${map.path}.${name}`;
  const members = map.value ?? {};
  if (typeof members !== 'object' || Array.isArray(members)) throw wrongType(map, 'a map');
  const value = Object.hasOwn(members, name) ? (members as Record<string, unknown>)[name] : undefined;
  return { value: value ?? undefined, path };
}

/** The text of a member; the empty text counts as none, as it does wherever client-go asks for `len(x) > 0`. */
export function text(map: Field, name: string): string | undefined {
  return textOf(member(map, name)) || undefined;
}

/** `false` where there is none. Throws {@link FieldError}. */
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

/** The items of a list; none where there is no list. Throws {@link FieldError}. */
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
  // Asking for any member checks that it is a map.
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
