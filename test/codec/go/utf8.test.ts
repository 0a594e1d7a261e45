import { describe, expect, test } from 'vitest';
import { compareUtf8, decodeUtf8, encodeUtf8 } from '../../../src/codec/go/utf8.ts';
import { fc } from '../../support/fast-check.ts';

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
  ['the first of two bytes', [0xc2, 0x80], '\u0080'],
  ['the last of three bytes', [0xef, 0xbf, 0xbf], '\uffff'],
  ['the first behind the surrogates', [0xee, 0x80, 0x80], '\ue000'],
  ['one of three bytes from the middle', [0xe1, 0x80, 0xbf], '\u103f'],
  ['one of four bytes from the middle', [0xf1, 0x80, 0x80, 0x80], '\u{40000}'],
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
  const followed = decodeUtf8(Uint8Array.of(...bytes, 0x61, 0xff, 0x62));
  expect(followed).toBe(`${text}a\udcffb`);
});

test.each([
  ['a character of four bytes before a byte', '\u{1f600}a\udc80', [0xf0, 0x9f, 0x98, 0x80, 0x61, 0x80]],
  ['the last byte', 'a\udcff', [0x61, 0xff]],
  ['a low surrogate below those of bytes', 'a\udc7f', [0x61, 0xef, 0xbf, 0xbd]],
  ['a low surrogate above them', '\udd00', [0xef, 0xbf, 0xbd]],
  ['the first high surrogate', '\ud800', [0xef, 0xbf, 0xbd]],
  ['the last low surrogate', '\udfff', [0xef, 0xbf, 0xbd]],
  ['what stands around the surrogates', '\ud7ff\ue000\udc80', [0xed, 0x9f, 0xbf, 0xee, 0x80, 0x80, 0x80]],
  ['two bytes from U+0080 on', '\u007f\u0080\udc80', [0x7f, 0xc2, 0x80, 0x80]],
])('the bytes of %s', (_, text, bytes) => {
  expect([...encodeUtf8(text)]).toEqual(bytes);
});

test('texts are in the order of their bytes', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\ufffd', '\u{1f600}', '\u{10000}', '\udc80', '\udcff') });
  fc.assert(
    fc.property(text, text, (one, other) => {
      expect(Math.sign(compareUtf8(one, other))).toBe(Buffer.compare(encodeUtf8(one), encodeUtf8(other)));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['', '', 0],
  ['a', 'b', -1],
  ['b', 'a', 1],
  ['a', 'ab', -1],
  ['\ufffd', '\u{1f600}', -1],
  ['\u{1f600}', '\ufffd', 1],
  ['\u{1f600}', '\u{1f600}a', -1],
  ['\u{1f600}', '\u{1f600}', 0],
])('%j beside %j: %d', (one, other, sign) => {
  expect(Math.sign(compareUtf8(one, other))).toBe(sign);
});
