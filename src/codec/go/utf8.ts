/**
 * Text that may hold bytes which are not UTF-8, without loss.
 *
 * A Go string is bytes; passwords and file contents arrive as bytes. A byte that is not part of valid UTF-8 is kept as
 * the lone surrogate U+DC00 + byte (the "surrogateescape" of Python's PEP 383) and comes out as that byte again.
 */

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();
const ESCAPE = 0xdc00;
const SURROGATE = /[\ud800-\udfff]/;

/** The text of `bytes`; every byte that Go's `utf8.DecodeRune` calls invalid becomes one lone surrogate. */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeByRune(bytes);
  }
}

/** The bytes of `text`: the inverse of {@link decodeUtf8}. */
export function encodeUtf8(text: string): Uint8Array {
  return text.isWellFormed() ? encoder.encode(text) : encodeByUnit(text);
}

/** Orders texts by their bytes, as Go does; negative when `one` comes first. UTF-16 would put emoji before U+FFFD. */
export function compareUtf8(one: string, other: string): number {
  if (one === other) return 0;
  // Without surrogates both orders are the same.
  if (!SURROGATE.test(one) && !SURROGATE.test(other)) return one < other ? -1 : 1;
  const [left, right] = [encodeUtf8(one), encodeUtf8(other)];
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** The order of the members of a map, as Go writes them. */
export function byKey([one]: readonly [string, ...unknown[]], [other]: readonly [string, ...unknown[]]): number {
  return compareUtf8(one, other);
}

/** A lone surrogate that stands for a byte becomes that byte. Any other lone surrogate becomes U+FFFD, as usual. */
function encodeByUnit(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 3);
  let length = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.codePointAt(index) ?? 0;
    if (code < 0x80) bytes[length++] = code;
    else if (code >= ESCAPE + 0x80 && code <= ESCAPE + 0xff) bytes[length++] = code - ESCAPE;
    else {
      const rune = code >= 0xd800 && code <= 0xdfff ? 0xfffd : code;
      length += encoder.encodeInto(String.fromCodePoint(rune), bytes.subarray(length)).written;
      if (rune > 0xffff) index += 1;
    }
  }
  return bytes.slice(0, length);
}

function decodeByRune(bytes: Uint8Array): string {
  const parts: string[] = [];
  let valid = 0;
  let index = 0;
  while (index < bytes.length) {
    const width = runeWidth(bytes, index);
    if (width > 0) {
      index += width;
      continue;
    }
    if (valid < index) parts.push(strict.decode(bytes.subarray(valid, index)));
    parts.push(String.fromCharCode(ESCAPE + (bytes[index] ?? 0)));
    index += 1;
    valid = index;
  }
  if (valid < index) parts.push(strict.decode(bytes.subarray(valid, index)));
  return parts.join('');
}

/** Bytes of the valid rune at `index`, 0 when it is invalid (Go unicode/utf8 `DecodeRune`, which then skips one byte). */
function runeWidth(bytes: Uint8Array, index: number): number {
  const first = bytes[index] ?? 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const width = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let offset = 1; offset < width; offset += 1) {
    const byte = bytes[index + offset];
    if (byte === undefined) return 0;
    if (offset === 1 ? byte < low || byte > high : byte < 0x80 || byte > 0xbf) return 0;
  }
  return width;
}
