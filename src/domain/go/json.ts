/**
 * JSON as Go's encoding/json reads it, with the place of every value.
 *
 * `JSON.parse` cannot stand in: it forgets duplicate members (Go merges or overrides them in order), the order of
 * number-like keys, the bytes of everything around the value that is to be replaced, and it words errors differently.
 * The document stays bytes, so that replacing one entry leaves every other byte alone.
 */
import { type JsonMember, type JsonNode, nodeAt } from './json-node.ts';
import { checkJson, type JsonSource, JsonSyntaxError, jsonSource, unquote } from './json-scanner.ts';

export interface JsonDocument extends JsonSource {
  readonly root: JsonNode;
}

/** The first value of a text that may hold more. */
export interface FirstJson extends JsonDocument {
  /** The offset after the value. */
  readonly rest: number;
}

/** Whether nothing but white space follows the value. */
export function isWhole({ bytes, rest }: FirstJson): boolean {
  return bytes.subarray(rest).every(isJsonSpace);
}

/** Go's `json.UnmarshalTypeError`: a value of the wrong type. */
export class JsonTypeError extends Error {
  constructor(kind: JsonNode['kind'], target: string) {
    super(typeErrorText(kind, target));
    this.name = 'JsonTypeError';
  }
}

export function typeErrorText(kind: JsonNode['kind'], target: string): string {
  return `json: cannot unmarshal ${kind} into ${target}`;
}

/** Reads exactly one value (Go `json.Unmarshal`); throws {@link JsonSyntaxError}. */
export function parseJson(bytes: Uint8Array): JsonDocument {
  const source = jsonSource(bytes);
  const { start, rest } = checkJson(bytes, { trailing: 'error' });
  return { ...source, root: nodeAt(source, start, rest) };
}

/**
 * Reads the first value and ignores what follows (Go `json.Decoder.Decode`), undefined when there is none; throws
 * {@link JsonSyntaxError}.
 */
export function parseFirstJson(bytes: Uint8Array): FirstJson | undefined {
  if (bytes.every(isJsonSpace)) return undefined;
  try {
    const source = jsonSource(bytes);
    const { start, rest } = checkJson(bytes, { trailing: 'ignore' });
    return { ...source, root: nodeAt(source, start, rest), rest };
  } catch (error) {
    // A decoder reads a stream, so it words the end of the text differently.
    if (error instanceof JsonSyntaxError && error.truncated) throw new JsonSyntaxError('unexpected EOF', true);
    throw error;
  }
}

/** The text of a string value as Go unquotes it: a byte or escape that is no character becomes U+FFFD. */
export function jsonString(document: JsonDocument, node: JsonNode): string {
  return unquote(document, node.start, node.end);
}

/**
 * The field of `fields`, all fields of a struct, that Go decodes the member `name` into, undefined when it is ignored: an
 * exact match, else one without regard to case (encoding/json decode.go `object`, fold.go `foldName`).
 */
export function memberOf<Field extends string>(name: string, fields: readonly Field[]): Field | undefined {
  const exact = fields.find((field) => field === name);
  if (exact !== undefined) return exact;
  // Folding keeps the length, so most names need not be folded.
  if (!fields.some(({ length }) => length === name.length)) return undefined;
  const folded = foldName(name);
  return fields.find((field) => foldName(field) === folded);
}

/** The members of `node` that Go would decode into the struct field `field`, in order: a later one overrides. */
export function membersFor(node: JsonNode, field: string, fields: readonly string[]): readonly JsonMember[] {
  return node.members.filter(({ name }) => memberOf(name, fields) === field);
}

/** Name without regard to case; U+017F and U+212A fold to `s` and `k` (Go `unicode.SimpleFold`). */
export function foldName(name: string): string {
  return /[A-Z\u017f\u212a]/.test(name)
    ? name
        .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
        .replace(/\u017f/g, 's')
        .replace(/\u212a/g, 'k')
    : name;
}

/** `text` as Go's `json.Marshal` writes it, `<`, `>`, `&` and U+2028/9 escaped, quotes included. */
export function quoteJson(text: string): string {
  const body = text
    .split(/\p{Surrogate}/u)
    .map((part) => JSON.stringify(part).slice(1, -1))
    .join('\\ufffd');
  return `"${escapeJson(body)}"`;
}

/** `json` with `<`, `>`, `&` and U+2028/9 escaped, which stand only in its strings (encoding/json `SetEscapeHTML`). */
export function escapeJson(json: string): string {
  return json.replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isJsonSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
