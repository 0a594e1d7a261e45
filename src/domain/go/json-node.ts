/** The values of a checked JSON text, with their places. The members of an object are read only when they are asked for. */
import { type JsonSource, skipJsonSpace, unquote } from './json-scanner.ts';

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
