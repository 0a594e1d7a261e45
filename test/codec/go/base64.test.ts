import { describe, expect, test } from 'vitest';
import { Base64Error, decodeBase64, encodeBase64 } from '../../../src/codec/go/base64.ts';
import { cases } from '../../support/cases.ts';
import { fc } from '../../support/fast-check.ts';
import { runScript } from '../../support/runtime.ts';

/** Results come from a run of Go 1.26's StdEncoding and RawStdEncoding. A number is the offset in Go's error. */
describe('padded and unpadded', () => {
  test.each<[string, string | number, string | number]>([
    ['', '', ''],
    ['dTpw', 'u:p', 'u:p'],
    ['dQ==', 'u', 2],
    ['dQ', 0, 'u'],
    ['dQ=', 3, 2],
    ['dQ=x', 2, 2],
    ['dTo=', 'u:', 3],
    ['dTo', 0, 'u:'],
    ['dTo==', 4, 3],
    ['d', 0, 0],
    ['d===', 1, 1],
    ['====', 0, 0],
    ['dTpw\n', 'u:p', 'u:p'],
    ['d\r\nTpw', 'u:p', 'u:p'],
    ['dQ=\n=\n', 'u', 2],
    ['dQ==dQ==', 4, 2],
    ['dR==', 'u', 2],
    ['dT pw', 2, 2],
    ['dT-w', 2, 2],
    ['dTé', 2, 2],
    ['Zm9vOmJhcg', 8, 'foo:bar'],
  ])('%j', (text, padded, raw) => {
    for (const [padding, expected] of [
      [true, padded],
      [false, raw],
    ] as const) {
      const decode = (): string => Buffer.from(decodeBase64(text, { padding })).toString();
      if (typeof expected === 'string') expect(decode()).toBe(expected);
      else expect(decode).toThrow(new Base64Error(expected));
    }
  });
});

test('agrees with Buffer where both accept, and reads back what it wrote', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = encodeBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(Buffer.from(decodeBase64(text))).toEqual(Buffer.from(bytes));
      expect(Buffer.from(decodeBase64(text.replaceAll('=', ''), { padding: false }))).toEqual(Buffer.from(bytes));
    }),
  );
});

const almostBase64 = fc.string({ unit: fc.constantFrom(...'AZaz09+/=\r\n -_é') });

test('the runtime of the executable, which decodes by itself, gives the same', async () => {
  const quanta = fc.array(fc.constantFrom('AZaz', '09+/', 'AA==', 'AR==', 'AAE=', '    ', ' AA=', 'A=A=', '\n\n\n\n'));
  const texts = fc.sample(
    fc.oneof(
      almostBase64,
      quanta.map((all) => all.join('')),
    ),
    5_000,
  );
  const [node, bun] = await Promise.all([
    runScript('node', 'base64-script.ts', texts),
    runScript('bun', 'base64-script.ts', texts),
  ]);
  expect(bun).toEqual(node);
});

test('throws nothing but Base64Error', () => {
  fc.assert(
    fc.property(almostBase64, fc.boolean(), (text, padding) => {
      try {
        expect(Buffer.from(decodeBase64(text, { padding }))).toEqual(Buffer.from(text, 'base64'));
      } catch (error) {
        expect(error).toBeInstanceOf(Base64Error);
      }
    }),
    { numRuns: cases(500, 2000) },
  );
});
