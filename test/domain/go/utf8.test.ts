import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../../src/domain/go/utf8.ts';

describe('bytes that are not UTF-8', () => {
  test.each([
    ['a lone continuation byte', [0x61, 0x80], 'a\udc80'],
    ['an overlong slash', [0xc0, 0xaf], '\udcc0\udcaf'],
    ['half a character', [0xe2, 0x82], '\udce2\udc82'],
    ['a surrogate', [0xed, 0xa0, 0x80], '\udced\udca0\udc80'],
    ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80], '\udcf4\udc90\udc80\udc80'],
    ['Latin-1', [0x70, 0xe4, 0x73, 0x73], 'p\udce4ss'],
    ['a byte order mark, which is UTF-8', [0xef, 0xbb, 0xbf, 0x61], '\ufeffa'],
  ])('%s', (_, bytes, text) => {
    expect(decodeUtf8(Uint8Array.from(bytes))).toBe(text);
    expect([...encodeUtf8(text)]).toEqual(bytes);
  });
});

test('any bytes come back as they were', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(Buffer.from(encodeUtf8(decodeUtf8(bytes)))).toEqual(Buffer.from(bytes));
    }),
  );
});

test('well-formed text is what Buffer makes of it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(Buffer.from(encodeUtf8(text))).toEqual(Buffer.from(text));
      expect(decodeUtf8(Buffer.from(text))).toBe(text);
    }),
  );
});

test.each([
  ['the longest of two bytes', [0xdf, 0xbf], '\u07ff'],
  ['one of two bytes that fits in one', [0xc1, 0xbf], undefined],
  ['the first of three bytes', [0xe0, 0xa0, 0x80], '\u0800'],
  ['one of three bytes that fits in two', [0xe0, 0x9f, 0xbf], undefined],
  ['the last before the surrogates', [0xed, 0x9f, 0xbf], '\ud7ff'],
  ['a surrogate', [0xed, 0xa0, 0x80], undefined],
  ['the first of four bytes', [0xf0, 0x90, 0x80, 0x80], '\u{10000}'],
  ['one of four bytes that fits in three', [0xf0, 0x8f, 0xbf, 0xbf], undefined],
  ['the last of all', [0xf4, 0x8f, 0xbf, 0xbf], '\u{10ffff}'],
  ['one behind the last', [0xf4, 0x90, 0x80, 0x80], undefined],
  ['five bytes', [0xf5, 0x80, 0x80, 0x80], undefined],
  ['a third byte that is none', [0xe1, 0x80, 0xc0], undefined],
  ['a cut one', [0xe1, 0x80], undefined],
])('%s', (_, bytes, character) => {
  const text = decodeUtf8(Uint8Array.from(bytes));
  if (character === undefined) expect(text).toMatch(/^[\udc80-\udcff]/);
  else expect(text).toBe(character);
});
