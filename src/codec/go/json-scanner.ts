/** The grammar of RFC 8259 with the limits and the error texts of Go's encoding/json (scanner.go). */
import { decodeUtf8 } from './utf8.ts';

/** The text to scan. */
export interface JsonSource {
  readonly bytes: Uint8Array;
  /** The same as text, if each byte is one character. Then a slice of it stands for the bytes at its place. */
  readonly text: string | undefined;
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

/** encoding/json `maxNestingDepth`. */
const MAX_DEPTH = 10_000;
const [QUOTE, COMMA] = [0x22, 0x2c];
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d];
const LITERALS = { 116: 'true', 102: 'false', 110: 'null' } as const;

/** Decodes the text once: a slice is many times faster than decoding each of 100,000 strings. */
export function jsonSource(bytes: Uint8Array): JsonSource {
  const text = decodeUtf8(bytes);
  // A byte that is not UTF-8 is one character too, and a longer sequence never as many characters as bytes.
  return { bytes, text: text.length === bytes.length ? text : undefined };
}

interface Scan {
  readonly bytes: Uint8Array;
  /** The closing brackets of the objects and arrays around `index`, the innermost last. */
  readonly open: number[];
  index: number;
}

/**
 * Checks the value at the start of `bytes`, which begins at `start` and ends before `rest`. Keeps nothing of it, because there
 * may be 100,000 values. Uses no recursion, so that deep nesting is an error and does not overflow the stack. Throws
 * {@link JsonSyntaxError}.
 */
export function checkJson(
  bytes: Uint8Array,
  { trailing }: { trailing: 'error' | 'ignore' },
): { start: number; rest: number } {
  const start = skipJsonSpace(bytes, 0);
  const scan: Scan = { bytes, open: [], index: start };
  while (!(scanStart(scan) && scanEnd(scan)));
  const rest = scan.index;
  const next = skipJsonSpace(bytes, rest);
  if (trailing === 'error' && next < bytes.length) fail(bytes, next, 'after top-level value');
  return { start, rest };
}

/** Passes a scalar, or an object or array without content; false when one with content has been opened. */
function scanStart(scan: Scan): boolean {
  const { bytes, open, index: start } = scan;
  const byte = bytes[start];
  if (byte !== OPEN_BRACE && byte !== OPEN_BRACKET) {
    scan.index = scanScalar(bytes, start);
    return true;
  }
  const close = byte === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
  open.push(close);
  if (open.length > MAX_DEPTH) throw new JsonSyntaxError('exceeded max depth');
  const index = skipJsonSpace(bytes, start + 1);
  if (bytes[index] === close) {
    open.pop();
    scan.index = index + 1;
    return true;
  }
  scan.index = close === CLOSE_BRACE ? scanName(bytes, index) : index;
  return false;
}

/** Closes what ends after the value just passed. Returns true when that is the root, false when another value follows a comma. */
function scanEnd(scan: Scan): boolean {
  const { bytes, open } = scan;
  for (;;) {
    const close = open.at(-1);
    if (close === undefined) return true;
    const isObject = close === CLOSE_BRACE;
    const index = skipJsonSpace(bytes, scan.index);
    if (bytes[index] === COMMA) {
      const next = skipJsonSpace(bytes, index + 1);
      scan.index = isObject ? scanName(bytes, next) : next;
      return false;
    }
    if (bytes[index] !== close) fail(bytes, index, isObject ? 'after object key:value pair' : 'after array element');
    open.pop();
    scan.index = index + 1;
  }
}

/** Passes `"name" :` and returns the offset where its value begins. */
function scanName(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== QUOTE) fail(bytes, start, 'looking for beginning of object key string');
  const colon = skipJsonSpace(bytes, scanString(bytes, start));
  if (bytes[colon] !== 0x3a) fail(bytes, colon, 'after object key');
  return skipJsonSpace(bytes, colon + 1);
}

/** The offset after the scalar. */
function scanScalar(bytes: Uint8Array, start: number): number {
  const byte = bytes[start];
  if (byte === QUOTE) return scanString(bytes, start);
  if (byte === 0x2d || isDigit(byte)) return scanNumber(bytes, start);
  if (byte !== 116 && byte !== 102 && byte !== 110) return fail(bytes, start, 'looking for beginning of value');
  const literal = LITERALS[byte];
  for (let offset = 1; offset < literal.length; offset += 1) {
    if (bytes[start + offset] !== literal.charCodeAt(offset)) {
      fail(bytes, start + offset, `in literal ${literal} (expecting '${literal[offset]}')`);
    }
  }
  return start + literal.length;
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

/** The offset of the first byte at or after `start` that is not white space. */
export function skipJsonSpace(bytes: Uint8Array, start: number): number {
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
  // At the end Go adds a space (scanner.go `eof`). Within a literal, number or escape, that space is the wrong character.
  if (byte === undefined && !/^in literal|numeric|escape/.test(context)) {
    throw new JsonSyntaxError('unexpected end of JSON input', true);
  }
  throw new JsonSyntaxError(`invalid character ${quoteByte(byte ?? 0x20)} ${context}`, byte === undefined);
}

/** The string between the quotes at `start` and `end - 1` (encoding/json `unquoteBytes`). */
export function unquote({ bytes, text }: JsonSource, start: number, end: number): string {
  const inner = text?.slice(start + 1, end - 1) ?? decodeUtf8(bytes.subarray(start + 1, end - 1));
  // Bytes that are not UTF-8 are lost here, as in Go.
  const string = inner.toWellFormed();
  if (!string.includes('\\')) return string;
  // The scanner has checked the escapes; a lone surrogate becomes U+FFFD, as in Go.
  return (JSON.parse(`"${string}"`) as string).toWellFormed();
}

/** How Go shows the byte that is wrong. */
const SHORT_ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  39: "\\'",
  92: '\\\\',
};

/** The byte as a character, quoted as strconv.Quote does (scanner.go `quoteChar`). */
export function quoteByte(byte: number): string {
  const short = SHORT_ESCAPES[byte];
  if (short !== undefined) return `'${short}'`;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, '0')}'`;
  // strconv.IsPrint: the C1 controls, the no-break space and the soft hyphen are not.
  if ((byte >= 0x80 && byte <= 0xa0) || byte === 0xad) return `'\\u00${byte.toString(16)}'`;
  return `'${String.fromCharCode(byte)}'`;
}
