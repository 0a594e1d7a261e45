/** How errors of Go's encoding/json quote the invalid byte. */
import { expect, test } from 'vitest';
import { quoteByte } from '../../../src/codec/go/json-scanner.ts';

test.each([
  [0x00, String.raw`'\x00'`],
  [0x07, String.raw`'\a'`],
  [0x08, String.raw`'\b'`],
  [0x09, String.raw`'\t'`],
  [0x0a, String.raw`'\n'`],
  [0x0b, String.raw`'\v'`],
  [0x0c, String.raw`'\f'`],
  [0x0d, String.raw`'\r'`],
  [0x1f, String.raw`'\x1f'`],
  [0x20, "' '"],
  [0x22, `'"'`],
  [0x27, String.raw`'\''`],
  [0x5c, String.raw`'\\'`],
  [0x7e, "'~'"],
  [0x7f, String.raw`'\x7f'`],
  [0x80, String.raw`'\u0080'`],
  [0xa0, String.raw`'\u00a0'`],
  [0xa1, "'¡'"],
  [0xac, "'¬'"],
  [0xad, String.raw`'\u00ad'`],
  [0xae, "'®'"],
  [0xff, "'ÿ'"],
])('0x%s', (byte, text) => {
  expect(quoteByte(byte)).toBe(text);
});
