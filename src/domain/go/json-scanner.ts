/** The grammar of RFC 8259 with the limits and the error texts of Go's encoding/json (scanner.go). */
import { quoteByte } from './quote-byte.ts';
import { decodeUtf8 } from './utf8.ts';

/** What is scanned. */
export interface JsonSource {
  readonly bytes: Uint8Array;
  /** The same as text where each byte is one character, so that a slice of it stands for the bytes at its place. */
  readonly text: string | undefined;
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

/** Go's `json.SyntaxError`, with its text. */
export class JsonSyntaxError extends Error {
  /** Whether the text ends where more was needed, rather than being wrong. */
  readonly truncated: boolean;

  constructor(message: string, truncated = false) {
    super(message);
    this.name = 'JsonSyntaxError';
    this.truncated = truncated;
  }
}

interface Open {
  readonly kind: 'object' | 'array';
  readonly start: number;
  readonly members: JsonMember[];
  name: string;
  nameStart: number;
}

const NONE: readonly JsonMember[] = [];
/** encoding/json `maxNestingDepth`. */
const MAX_DEPTH = 10_000;
const LITERALS = { 116: 'true', 102: 'false', 110: 'null' } as const;

/** Decodes the text once: a slice is many times faster than decoding each of 100,000 strings. */
export function jsonSource(bytes: Uint8Array): JsonSource {
  const text = decodeUtf8(bytes);
  // A byte that is not UTF-8 is one character too, and a longer sequence never as many characters as bytes.
  return { bytes, text: text.length === bytes.length ? text : undefined };
}

interface Scan {
  readonly source: JsonSource;
  /** The objects and arrays around the place, the innermost last. */
  readonly open: Open[];
  index: number;
}

/**
 * The value at the start of `source`, its place and that of everything in it, and the offset after it. Without
 * recursion, so that deep nesting is an error and not the end of the stack.
 */
export function scanJson(
  source: JsonSource,
  { trailing }: { trailing: 'error' | 'ignore' },
): { root: JsonNode; rest: number } {
  const scan: Scan = { source, open: [], index: skipSpace(source.bytes, 0) };
  for (;;) {
    const node = scanStart(scan);
    if (node === undefined) continue;
    const root = scanEnd(scan, node);
    if (root === undefined) continue;
    const { bytes } = source;
    if (trailing === 'error' && scan.index < bytes.length) fail(bytes, scan.index, 'after top-level value');
    return { root, rest: root.end };
  }
}

/** A scalar, or an object or array without content; undefined when one with content has been opened. */
function scanStart(scan: Scan): JsonNode | undefined {
  const { open, index: start } = scan;
  const { bytes } = scan.source;
  const byte = bytes[start];
  if (byte !== 0x7b && byte !== 0x5b) return scanScalar(bytes, start);
  const kind = byte === 0x7b ? 'object' : 'array';
  open.push({ kind, start, members: [], name: '', nameStart: 0 });
  if (open.length > MAX_DEPTH) throw new JsonSyntaxError('exceeded max depth');
  const index = skipSpace(bytes, start + 1);
  if (bytes[index] === (kind === 'object' ? 0x7d : 0x5d)) {
    open.pop();
    return { kind, start, end: index + 1, members: NONE };
  }
  scan.index = kind === 'object' ? scanName(scan.source, index, open) : index;
  return undefined;
}

/** Closes what ends with `value`. The root when that has ended; undefined when another value begins behind a comma. */
function scanEnd(scan: Scan, value: JsonNode): JsonNode | undefined {
  const { source, open } = scan;
  const { bytes } = source;
  for (let node = value; ; ) {
    const index = skipSpace(bytes, node.end);
    const parent = open.at(-1);
    if (parent === undefined) {
      scan.index = index;
      return node;
    }
    const isObject = parent.kind === 'object';
    if (isObject) parent.members.push({ name: parent.name, nameStart: parent.nameStart, value: node });
    if (bytes[index] === 0x2c) {
      const next = skipSpace(bytes, index + 1);
      scan.index = isObject ? scanName(source, next, open) : next;
      return undefined;
    }
    if (bytes[index] !== (isObject ? 0x7d : 0x5d)) {
      fail(bytes, index, isObject ? 'after object key:value pair' : 'after array element');
    }
    open.pop();
    node = { kind: parent.kind, start: parent.start, end: index + 1, members: parent.members };
  }
}

/** Reads `"name" :` into the innermost object and returns the offset where its value begins. */
function scanName(source: JsonSource, start: number, open: readonly Open[]): number {
  const { bytes } = source;
  const object = open.at(-1);
  if (object === undefined || bytes[start] !== 0x22) fail(bytes, start, 'looking for beginning of object key string');
  const end = scanString(bytes, start);
  object.name = unquote(source, start, end);
  object.nameStart = start;
  const colon = skipSpace(bytes, end);
  if (bytes[colon] !== 0x3a) fail(bytes, colon, 'after object key');
  return skipSpace(bytes, colon + 1);
}

function scanScalar(bytes: Uint8Array, start: number): JsonNode {
  const byte = bytes[start];
  if (byte === 0x22) return scalar('string', start, scanString(bytes, start));
  if (byte === 0x2d || isDigit(byte)) return scalar('number', start, scanNumber(bytes, start));
  if (byte === 116 || byte === 102 || byte === 110) {
    const literal = LITERALS[byte];
    for (let offset = 1; offset < literal.length; offset += 1) {
      if (bytes[start + offset] !== literal.charCodeAt(offset)) {
        fail(bytes, start + offset, `in literal ${literal} (expecting '${literal[offset]}')`);
      }
    }
    return scalar(literal === 'null' ? 'null' : 'bool', start, start + literal.length);
  }
  return fail(bytes, start, 'looking for beginning of value');
}

function scalar(kind: JsonNode['kind'], start: number, end: number): JsonNode {
  return { kind, start, end, members: NONE };
}

/** The offset after the closing quote. */
function scanString(bytes: Uint8Array, start: number): number {
  let index = start + 1;
  for (;;) {
    const byte = bytes[index];
    if (byte === 0x22) return index + 1;
    if (byte === undefined || byte < 0x20) fail(bytes, index, 'in string literal');
    index += 1;
    if (byte !== 0x5c) continue;
    const escaped = bytes[index];
    if (escaped === 0x75) {
      for (let digit = 1; digit <= 4; digit += 1) {
        if (!isHex(bytes[index + digit])) fail(bytes, index + digit, 'in \\u hexadecimal character escape');
      }
      index += 5;
    } else if (escaped !== undefined && '"\\/bfnrt'.includes(String.fromCharCode(escaped))) {
      index += 1;
    } else {
      fail(bytes, index, 'in string escape code');
    }
  }
}

/** number = [ "-" ] ( "0" / digit1-9 *digit ) [ "." 1*digit ] [ ("e" / "E") [ "+" / "-" ] 1*digit ] */
function scanNumber(bytes: Uint8Array, start: number): number {
  let index = start;
  if (bytes[index] === 0x2d) {
    index += 1;
    if (!isDigit(bytes[index])) fail(bytes, index, 'in numeric literal');
  }
  if (bytes[index] === 0x30) index += 1;
  else index = skipDigits(bytes, index);
  if (bytes[index] === 0x2e) {
    if (!isDigit(bytes[index + 1])) fail(bytes, index + 1, 'after decimal point in numeric literal');
    index = skipDigits(bytes, index + 1);
  }
  if (bytes[index] === 0x65 || bytes[index] === 0x45) {
    index += 1;
    if (bytes[index] === 0x2b || bytes[index] === 0x2d) index += 1;
    if (!isDigit(bytes[index])) fail(bytes, index, 'in exponent of numeric literal');
    index = skipDigits(bytes, index);
  }
  return index;
}

function skipDigits(bytes: Uint8Array, start: number): number {
  let index = start;
  while (isDigit(bytes[index])) index += 1;
  return index;
}

function skipSpace(bytes: Uint8Array, start: number): number {
  let index = start;
  for (;;) {
    const byte = bytes[index];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return index;
    index += 1;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isHex(byte: number | undefined): boolean {
  return isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

/** Throws Go's `invalid character … context`, or that the text has ended. */
function fail(bytes: Uint8Array, index: number, context: string): never {
  const byte = bytes[index];
  // At the end Go adds a space (scanner.go `eof`): within a literal, number or escape it is that which is wrong.
  if (byte === undefined && !/^in literal|numeric|escape/.test(context)) {
    throw new JsonSyntaxError('unexpected end of JSON input', true);
  }
  throw new JsonSyntaxError(`invalid character ${quoteByte(byte ?? 0x20)} ${context}`, byte === undefined);
}

/** The string between the quotes at `start` and `end - 1` (encoding/json `unquoteBytes`). */
export function unquote({ bytes, text }: JsonSource, start: number, end: number): string {
  const inner = text?.slice(start + 1, end - 1) ?? decodeUtf8(bytes.subarray(start + 1, end - 1));
  // What is not UTF-8 is lost here, as it is in Go.
  const string = inner.toWellFormed();
  if (!string.includes('\\')) return string;
  // The scanner has checked the escapes; a lone surrogate becomes U+FFFD, as in Go.
  return (JSON.parse(`"${string}"`) as string).toWellFormed();
}
