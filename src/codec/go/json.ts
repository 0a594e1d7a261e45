/**
 * JSON as Go's encoding/json reads it, with the place of every value.
 *
 * `JSON.parse` cannot stand in: it forgets duplicate members (Go merges or overrides them in order), the order of
 * number-like keys, the bytes of everything around the value that is to be replaced, and it words errors differently.
 * The document stays bytes, so that replacing one entry leaves every other byte alone.
 */
import { checkJson, type JsonSource, JsonSyntaxError, jsonSource, skipJsonSpace, unquote } from './json-scanner.ts';

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
  return skipJsonSpace(bytes, rest) === bytes.length;
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
  if (skipJsonSpace(bytes, 0) === bytes.length) return undefined;
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

/** The JSON object in `text` as JavaScript reads it, where the words of an error do not matter. Undefined for anything else. */
export function objectIn(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
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

export interface JsonMember {
  readonly name: string;
  /** Offset of the name's opening quote. */
  readonly nameStart: number;
  readonly value: JsonNode;
}

export interface JsonNode {
  readonly kind: 'object' | 'array' | 'string' | 'number' | 'bool' | 'null';
  /** Offsets in bytes: the first byte of the value, and the one after its last. */
  readonly start: number;
  readonly end: number;
  /** In the order they are written, duplicates included. Empty unless `kind` is `object`. */
  readonly members: readonly JsonMember[];
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];

/** The value at `start` of `source`, which has been checked. */
export function nodeAt(source: JsonSource, start: number, end = valueEnd(source.bytes, start)): JsonNode {
  return new CheckedNode(source, start, end);
}

/** A class, so that each of 25,000 entries takes three fields, and not a function as well. */
class CheckedNode implements JsonNode {
  readonly start: number;
  readonly end: number;
  readonly #source: JsonSource;
  #members: readonly JsonMember[] | undefined;

  constructor(source: JsonSource, start: number, end: number) {
    this.#source = source;
    this.start = start;
    this.end = end;
  }

  get kind(): JsonNode['kind'] {
    return kindOf(this.#source.bytes[this.start]);
  }

  get members(): readonly JsonMember[] {
    // An object of two bytes is `{}`, of which one Secret may have 40,000.
    if (this.end - this.start <= 2 || this.kind !== 'object') return NONE;
    // The members of a large text are not kept: those of 25,000 entries would take 17 MB.
    if (this.#source.bytes.length > LARGE_TEXT) return membersAt(this.#source, this.start);
    this.#members ??= membersAt(this.#source, this.start);
    return this.#members;
  }
}

const NONE: readonly JsonMember[] = [];

/** From this many bytes or characters on, a text may have thousands of members, which take time and memory. */
export const LARGE_TEXT = 64 * 1024;

function kindOf(byte: number | undefined): JsonNode['kind'] {
  switch (byte) {
    case OPEN_BRACE:
      return 'object';
    case OPEN_BRACKET:
      return 'array';
    case QUOTE:
      return 'string';
    case 0x74:
    case 0x66:
      return 'bool';
    case 0x6e:
      return 'null';
    default:
      return 'number';
  }
}

function membersAt(source: JsonSource, start: number): JsonMember[] {
  const members: JsonMember[] = [];
  const cursor = new MemberCursor(source.bytes, start);
  while (cursor.next()) {
    const { nameStart, nameEnd, valueStart, valueEnd } = cursor;
    const value = nodeAt(source, valueStart, valueEnd);
    members.push({ name: unquote(source, nameStart, nameEnd), nameStart, value });
  }
  return members;
}

/** Goes from member to member of the object at `start` and creates nothing for them: there may be 40,000. */
export class MemberCursor {
  nameStart = 0;
  nameEnd = 0;
  valueStart = 0;
  valueEnd = 0;
  readonly #bytes: Uint8Array;
  #index: number;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#index = skipJsonSpace(bytes, start + 1);
  }

  /** Goes to the next member. Returns false after the last one. */
  next(): boolean {
    const bytes = this.#bytes;
    if (bytes[this.#index] !== QUOTE) return false;
    this.nameStart = this.#index;
    this.nameEnd = stringEnd(bytes, this.nameStart);
    this.valueStart = skipJsonSpace(bytes, skipJsonSpace(bytes, this.nameEnd) + 1);
    this.valueEnd = valueEnd(bytes, this.valueStart);
    const after = skipJsonSpace(bytes, this.valueEnd);
    this.#index = bytes[after] === COMMA ? skipJsonSpace(bytes, after + 1) : after;
    return true;
  }
}

/** The offset after the closing quote. */
function stringEnd(bytes: Uint8Array, start: number): number {
  let index = start + 1;
  while (bytes[index] !== QUOTE) index += bytes[index] === BACKSLASH ? 2 : 1;
  return index + 1;
}

function valueEnd(bytes: Uint8Array, start: number): number {
  const byte = bytes[start];
  if (byte === QUOTE) return stringEnd(bytes, start);
  return byte === OPEN_BRACE || byte === OPEN_BRACKET ? nestedEnd(bytes, start) : scalarEnd(bytes, start);
}

function nestedEnd(bytes: Uint8Array, start: number): number {
  let index = start;
  let depth = 0;
  do {
    const byte = bytes[index];
    if (byte === QUOTE) {
      index = stringEnd(bytes, index);
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
    index += 1;
  } while (depth > 0);
  return index;
}

/** The offset after a number or literal. */
function scalarEnd(bytes: Uint8Array, start: number): number {
  let index = start;
  for (let byte = bytes[index]; byte !== undefined && isScalar(byte); byte = bytes[index]) index += 1;
  return index;
}

/** Whether a number or literal goes on. White space, a comma or a closing bracket ends it. */
function isScalar(byte: number): boolean {
  return byte > 0x20 && byte !== COMMA && byte !== CLOSE_BRACE && byte !== CLOSE_BRACKET;
}
