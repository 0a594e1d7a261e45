/** A page that arrives in pieces is read as if it had come whole. */
import { describe, expect, test } from 'vitest';
import { createPageReader, type PageReader } from '../../src/cluster/page-reader.ts';
import { JsonSyntaxError } from '../../src/codec/go/json-scanner.ts';
import { cases } from '../support/cases.ts';
import { fc } from '../support/fast-check.ts';

const SHAPE = { metadata: { name: true }, data: true } as const;

/** Gives `text` to a reader in pieces of `length` bytes, until it wants no more. */
function read(text: string, length: number, mostBytes = Number.POSITIVE_INFINITY): PageReader {
  const [page, bytes] = [createPageReader(SHAPE, mostBytes), Buffer.from(text)];
  for (let at = 0; at < bytes.length && page.take(bytes.subarray(at, at + length)); at += length);
  return page;
}

describe.each([1, 7, 100_000])('in pieces of %i bytes', (length) => {
  test.each<[situation: string, text: string, list: unknown]>([
    ['an empty list', '{"kind":"PodList","items":[]}', { kind: 'PodList', items: [] }],
    ['null items', '{"kind":"PodList","items":null}', { kind: 'PodList' }],
    ['the items first', '{"items":[{"data":1,"x":2}],"kind":"L"}', { kind: 'L', items: [{ data: 1 }] }],
    [
      'a token, and white space',
      ' { "metadata" : { "continue" : "é" , "x" : [ ] } , "items" : [ { "data" : [ true ] } , { } ] } ',
      { metadata: { continue: 'é' }, items: [{ data: [true] }, {}] },
    ],
    ['items that are no objects', '{"items":[1,"x",null,[]]}', { items: [undefined, undefined, undefined, undefined] }],
    ['names of the language', '{"__proto__":1,"constructor":2,"items":[]}', { items: [] }],
    ['no object', '[]', undefined],
    ['null', 'null', undefined],
    ['nothing', '', undefined],
  ])('%s', (_, text, list) => {
    expect(read(text, length).end()).toEqual(list);
  });

  test.each([
    '{',
    '{"items":[',
    '{"items":[{}',
    '{"items":[{}]',
    '{"items":[{} {}]}',
    '{"items":[{"data":tru}]}',
    '<html>log in</html>',
    '<html>',
  ])('what is no JSON: %s', (text) => {
    const page = read(text, length);
    expect(() => page.end()).toThrow(JsonSyntaxError);
  });
});

test('a page that is too long: its end is not read', () => {
  const page = read(
    JSON.stringify({ items: Array.from({ length: 100 }, () => ({ data: 'x'.repeat(100) })) }),
    50,
    2000,
  );
  expect([page.isCut, page.bytes, page.objects]).toEqual([true, 2050, 17]);
});

test('of any objects in any pieces it keeps what their shape names', () => {
  const text = fc.string({ unit: 'binary', maxLength: 50 }).map((one) => one.toWellFormed());
  const item = fc.record(
    { metadata: fc.dictionary(fc.constantFrom('name', 'x', 'é"'), text), data: fc.jsonValue(), other: fc.jsonValue() },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(
      fc.array(item),
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom(undefined, 1),
      (items, length, indent) => {
        const list = read(JSON.stringify({ kind: 'L', items }, undefined, indent), length).end();
        const kept = items.map(({ metadata, data }) => ({
          ...(metadata && { metadata: metadata.name === undefined ? {} : { name: metadata.name } }),
          ...(data === undefined ? {} : { data }),
        }));
        expect(list).toEqual(JSON.parse(JSON.stringify({ kind: 'L', items: kept })));
      },
    ),
    { numRuns: cases(300, 2_000) },
  );
});
