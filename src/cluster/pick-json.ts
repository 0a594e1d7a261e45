/**
 * Picks a few fields out of a large JSON text. Most fields in the API server's lists are never read here. Parsed whole, ten
 * thousand pods leave a gigabyte of garbage, and the memory use of the process grows with its garbage.
 */
import { JsonSyntaxError } from '../codec/go/json-scanner.ts';

/**
 * What to pick: `true` for the whole value, some members of an object, or the same of each array element. `'name'` is like
 * `true`, but only the start is kept of a text far too long for the name of an object.
 */
export type FieldSelection = true | 'name' | readonly [FieldSelection] | { readonly [name: string]: FieldSelection };

/** The same selection for each of these fields. */
export function fieldsWith(
  names: readonly string[],
  selection: FieldSelection,
): Readonly<Record<string, FieldSelection>> {
  return Object.fromEntries(names.map((name) => [name, selection]));
}

/**
 * The parts of the JSON value in `bytes` that `shape` names. A value of another form than the shape is left out. The skipped
 * parts are not validated. Throws {@link JsonSyntaxError} where no value can be made out.
 */
export function pickJson(bytes: Uint8Array, shape: FieldSelection): unknown {
  const picker: Picker = { bytes, index: 0 };
  return pick(picker, shape);
}

/** The bytes of a JSON text, and how far they are read. */
export interface Picker {
  readonly bytes: Uint8Array;
  index: number;
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
export const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [0x7b, 0x7d, 0x5b, 0x5d] as const;
const decoder = new TextDecoder();
const LONG_TEXT = 1_000;
const LARGE = 64 * 1024;

/** {@link pickJson} for the value that comes next. */
export function pick(picker: Picker, shape: FieldSelection): unknown {
  const first = next(picker);
  if (typeof shape === 'object') {
    if (Array.isArray(shape) && first === OPEN_BRACKET) return pickArray(picker, shape[0]);
    if (!Array.isArray(shape) && first === OPEN_BRACE) {
      return pickObject(picker, shape as { readonly [name: string]: FieldSelection });
    }
  }
  const start = picker.index;
  skip(picker);
  if (typeof shape === 'object') return undefined;
  if (shape === 'name' && first === QUOTE) return parse(startOfText(picker.bytes.subarray(start, picker.index)));
  if (first !== OPEN_BRACE || picker.index - start < LARGE) return parse(picker.bytes.subarray(start, picker.index));
  picker.index = start;
  return pickMembers(picker);
}

/** A large whole object, read member by member because a single text may make up most of its size. */
function pickMembers(picker: Picker): object {
  const members: [string, unknown][] = [];
  picker.index += 1;
  while (next(picker) !== CLOSE_BRACE) {
    members.push([memberName(picker), pick(picker, true)]);
    separator(picker, CLOSE_BRACE);
  }
  picker.index += 1;
  // As with JSON.parse, `__proto__` becomes an own property.
  return Object.fromEntries(members);
}

function pickObject(picker: Picker, shape: { readonly [name: string]: FieldSelection }): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  picker.index += 1;
  while (next(picker) !== CLOSE_BRACE) {
    const name = wantedMember(picker, shape);
    const value = name === undefined ? skip(picker) : pick(picker, shape[name] as FieldSelection);
    if (name !== undefined && value !== undefined) found[name] = value;
    separator(picker, CLOSE_BRACE);
  }
  picker.index += 1;
  return found;
}

function pickArray(picker: Picker, shape: FieldSelection): unknown[] {
  const found: unknown[] = [];
  picker.index += 1;
  while (next(picker) !== CLOSE_BRACKET) {
    found.push(pick(picker, shape));
    separator(picker, CLOSE_BRACKET);
  }
  picker.index += 1;
  return found;
}

/** The name of the next member, which is skipped together with its colon. */
export function memberName(picker: Picker): string {
  const start = picker.index;
  return nameIn(picker, start, skipName(picker));
}

function nameIn({ bytes }: Picker, start: number, end: number): string {
  return parse(bytes.subarray(start, end)) as string;
}

/** The member's name if `shape` has it. Other names are never decoded: a page of pods has ten thousand of them. */
function wantedMember(picker: Picker, shape: { readonly [name: string]: FieldSelection }): string | undefined {
  const { bytes, index: start } = picker;
  const end = skipName(picker);
  const escaped = isEscaped(bytes, start, end) ? nameIn(picker, start, end) : undefined;
  for (const name in shape) {
    if (escaped === undefined ? isName(bytes, start + 1, name) : escaped === name) return name;
  }
  return undefined;
}

function isEscaped(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    if (bytes[at] === BACKSLASH) return true;
  }
  return false;
}

/** Whether the name that starts at `start` is `name`. Names in a shape have only letters. */
function isName(bytes: Uint8Array, start: number, name: string): boolean {
  if (bytes[start + name.length] !== QUOTE) return false;
  for (let at = 0; at < name.length; at += 1) {
    if (bytes[start + at] !== name.charCodeAt(at)) return false;
  }
  return true;
}

/** Skips a name and its colon; returns where the name ends. */
function skipName(picker: Picker): number {
  if (picker.bytes[picker.index] !== QUOTE) throw unexpected(picker);
  skipString(picker);
  const end = picker.index;
  if (next(picker) !== COLON) throw unexpected(picker);
  picker.index += 1;
  return end;
}

/** Skips a comma, but not the closing bracket. */
export function separator(picker: Picker, close: number): void {
  const byte = next(picker);
  if (byte === COMMA) picker.index += 1;
  else if (byte !== close) throw unexpected(picker);
}

/** Skips one value. */
function skip(picker: Picker): void {
  const first = next(picker);
  if (first === QUOTE) skipString(picker);
  else if (first === OPEN_BRACE || first === OPEN_BRACKET) skipNested(picker);
  else skipScalar(picker);
}

function skipNested(picker: Picker): void {
  const { bytes } = picker;
  let depth = 0;
  do {
    const byte = bytes[picker.index];
    if (byte === QUOTE) {
      skipString(picker);
      continue;
    }
    if (byte === undefined) throw unexpected(picker);
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
    picker.index += 1;
  } while (depth > 0);
}

function skipString(picker: Picker): void {
  const { bytes } = picker;
  let end = picker.index;
  for (;;) {
    end = bytes.indexOf(QUOTE, end + 1);
    if (end < 0) {
      picker.index = bytes.length;
      throw unexpected(picker);
    }
    let backslashes = 0;
    while (bytes[end - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) break;
  }
  picker.index = end + 1;
}

function skipScalar(picker: Picker): void {
  const { bytes } = picker;
  const start = picker.index;
  // A scalar consists of letters, digits, signs and points. White space, a comma or a closing bracket ends it.
  for (let byte = bytes[start]; byte !== undefined && isScalar(byte); byte = bytes[picker.index]) picker.index += 1;
  if (picker.index === start) throw unexpected(picker);
}

function isScalar(byte: number): boolean {
  return byte > 0x20 && byte !== COMMA && byte !== CLOSE_BRACE && byte !== CLOSE_BRACKET && byte !== COLON;
}

/** The next byte that is not white space, without consuming it. */
export function next(picker: Picker): number {
  const { bytes } = picker;
  for (;;) {
    const byte = bytes[picker.index];
    if (byte === undefined) throw unexpected(picker);
    if (byte > 0x20) return byte;
    picker.index += 1;
  }
}

/** The start of a long quoted text, in quotes. A text with escapes is left whole, since the cut could fall within an escape. */
function startOfText(text: Uint8Array): Uint8Array {
  if (text.length <= LONG_TEXT || text.includes(BACKSLASH)) return text;
  const start = text.slice(0, LONG_TEXT);
  start[LONG_TEXT - 1] = QUOTE;
  return start;
}

function parse(bytes: Uint8Array): unknown {
  const text = decoder.decode(bytes);
  // Avoids another copy of names of a megabyte. The API server escapes control characters, so a text without a backslash is
  // final.
  if (text.length > LONG_TEXT && bytes[0] === QUOTE && !text.includes('\\')) return text.slice(1, -1);
  try {
    return JSON.parse(text);
  } catch {
    throw new JsonSyntaxError('invalid JSON value');
  }
}

function unexpected({ bytes, index }: Picker): JsonSyntaxError {
  const truncated = index >= bytes.length;
  return new JsonSyntaxError(truncated ? 'unexpected end of JSON input' : `invalid JSON at byte ${index}`, truncated);
}
