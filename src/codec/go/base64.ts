/**
 * Base64 as Go's encoding/base64 reads it: CR and LF are skipped anywhere, non-zero trailing bits are accepted, and an
 * error names the byte. `Buffer.from(text, 'base64')` accepts nearly everything and cannot stand in.
 */
import { encodeUtf8 } from './utf8.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES = new Int8Array(256).fill(-1);
for (let index = 0; index < 64; index += 1) VALUES[ALPHABET.charCodeAt(index)] = index;
const LF = 10;
const CR = 13;
const PAD = 61;

/** Go's `CorruptInputError`, with its text. */
export class Base64Error extends Error {
  constructor(offset: number) {
    super(base64ErrorText(offset));
    this.name = 'Base64Error';
  }
}

export function base64ErrorText(offset: number): string {
  return `illegal base64 data at input byte ${offset}`;
}

interface Base64Options {
  readonly padding: boolean;
}

/** The standard encoding, padded. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  // In slices, because the arguments of one call are limited.
  for (let index = 0; index < bytes.length; index += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(index, index + 0x8000));
  }
  return btoa(binary);
}

/**
 * The bytes that `text` stands for; throws {@link Base64Error}. `padding: false` is Go's RawStdEncoding, which rejects
 * `=`. A port of encoding/base64 `decodeQuantum`.
 */
export function decodeBase64(text: string, options: Base64Options = { padding: true }): Uint8Array {
  const decoded = base64OrOffset(text, options);
  if (typeof decoded === 'number') throw new Base64Error(decoded);
  return decoded;
}

/** {@link decodeBase64} of padded text, with the error as a value. */
export function readBase64(text: string): Uint8Array | Base64Error {
  const decoded = base64OrOffset(text, { padding: true });
  return typeof decoded === 'number' ? new Base64Error(decoded) : decoded;
}

/**
 * Like {@link decodeBase64}, but returns the offset of the wrong byte instead of throwing: thousands of errors would take long.
 */
export function base64OrOffset(text: string, options: Base64Options): Uint8Array | number {
  const plain = options.padding || !text.endsWith('=') ? plainBytes(text) : undefined;
  if (plain !== undefined) return plain;
  const source = encodeUtf8(text);
  const out = new Uint8Array(Math.ceil((source.length * 3) / 4));
  let length = 0;
  let bits = 0;
  let digits = 0;
  let padded = false;
  for (let index = 0; index < source.length && !padded; index += 1) {
    const byte = source[index] ?? 0;
    if (byte === LF || byte === CR) continue;
    const value = VALUES[byte] ?? -1;
    if (value < 0) {
      if (byte !== PAD || !options.padding) return index;
      const wrong = wrongPadding(source, index, digits);
      if (wrong !== undefined) return wrong;
      padded = true;
      continue;
    }
    bits = (bits << 6) | value;
    digits += 1;
    if (digits < 4) continue;
    out[length] = bits >> 16;
    out[length + 1] = bits >> 8;
    out[length + 2] = bits;
    length += 3;
    bits = 0;
    digits = 0;
  }
  const incomplete = digits === 1 || (digits > 0 && options.padding);
  if (!padded && incomplete) return source.length - digits;
  if (digits === 2) out[length++] = bits >> 4;
  if (digits === 3) {
    out[length++] = bits >> 10;
    out[length++] = bits >> 2;
  }
  return out.subarray(0, length);
}

/** Whether `text` is whole quanta and nothing else, as nearly always: then `atob` agrees with Go, and is faster. */
export function isPlainBase64(text: string): boolean {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}

/** New in ES2026. Bun has it, and Node from 25 on. It decodes a Secret of a megabyte without a text in between. */
const { fromBase64 } = Uint8Array as { fromBase64?(text: string): Uint8Array };

/** The bytes of plain base64; undefined for a text that is not plain. */
function plainBytes(text: string): Uint8Array | undefined {
  if (fromBase64 !== undefined) return nativeBytes(text, fromBase64);
  if (!isPlainBase64(text)) return undefined;
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}

/** `decode` skips white space and forgives a missing pad. Both show in the length, so a large text need not be checked first. */
function nativeBytes(text: string, decode: (text: string) => Uint8Array): Uint8Array | undefined {
  const pads = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  try {
    const bytes = decode.call(Uint8Array, text);
    return bytes.length === (text.length / 4) * 3 - pads ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** The first `=` stands at `index`, after `digits` digits of its quantum: only a second one and newlines may follow. */
function wrongPadding(source: Uint8Array, index: number, digits: number): number | undefined {
  if (digits < 2) return index;
  let next = skipNewlines(source, index + 1);
  if (digits === 2) {
    if (next === source.length) return source.length;
    if (source[next] !== PAD) return next - 1;
    next = skipNewlines(source, next + 1);
  }
  return next < source.length ? next : undefined;
}

function skipNewlines(source: Uint8Array, start: number): number {
  let index = start;
  while (source[index] === LF || source[index] === CR) index += 1;
  return index;
}
