import { describe, expect, test } from 'vitest';
import { type FieldSelection, pickJson } from '../../src/cluster/pick-json.ts';
import { JsonSyntaxError } from '../../src/codec/go/json-scanner.ts';
import { cases } from '../support/cases.ts';
import { fc } from '../support/fast-check.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

describe('what a shape names', () => {
  test.each<[text: string, shape: FieldSelection, picked: unknown]>([
    ['{"a":1,"b":2}', { a: true }, { a: 1 }],
    ['{"a":{"b":[1,{"c":"}"}]},"d":true}', { d: true }, { d: true }],
    ['{"a":{"b":1,"c":2}}', { a: { c: true } }, { a: { c: 2 } }],
    ['[{"a":1},{"b":2}]', [{ a: true }], [{ a: 1 }, {}]],
    ['{"a":"\\"}","b":1}', { b: true }, { b: 1 }],
    ['{"a":"\\\\","b":1}', { b: true }, { b: 1 }],
    ['{"\\u0061":1}', { a: true }, { a: 1 }],
    [' { "a" : [ ] , "b" : { } } ', { a: [true], b: {} }, { a: [], b: {} }],
    ['{"a":1}', true, { a: 1 }],
    ['"é😀"', true, 'é😀'],
    ['{"a":1,"a":2}', { a: true }, { a: 2 }],
    ['{"a":[1]}', { a: { b: true } }, {}],
    ['{"a":{"b":1}}', { a: [true] }, {}],
    ['{"a":null}', { a: { b: true } }, {}],
    ['7', { a: true }, undefined],
    ['{"__proto__":1,"toString":2}', { a: true }, {}],
    ['{"a":"x"}', { a: 'name' }, { a: 'x' }],
    ['{"a":{"b":[1]}}', { a: 'name' }, { a: { b: [1] } }],
  ])('%s', (text, shape, picked) => {
    expect(pickJson(bytes(text), shape)).toEqual(picked);
  });
});

test.each<[title: string, text: string, name: string]>([
  ['as long as an object may be called', 'x'.repeat(253), 'x'.repeat(253)],
  ['far longer', 'x'.repeat(70_000), 'x'.repeat(998)],
  [
    'far longer, with an escape',
    `${'x'.repeat(997)}\n${'x'.repeat(70_000)}`,
    `${'x'.repeat(997)}\n${'x'.repeat(70_000)}`,
  ],
  ['far longer, cut within a character', `${'x'.repeat(997)}${'é'.repeat(70_000)}`, `${'x'.repeat(997)}\ufffd`],
])('of a name that is %s, enough to see that it is too long', (_, text, name) => {
  expect(pickJson(bytes(JSON.stringify({ name: text })), { name: 'name' })).toEqual({ name });
});

test('a large object, whole: as JSON.parse has it', () => {
  const long = 'x'.repeat(70_000);
  const rest = '"__proto__":1,"a":1,"a":{"b":[2,null]},"\\u0062":"\\n","c":""';
  const text = `{"long":"${long}","escaped":"${long}\\"${long}",${rest}}`;
  expect(pickJson(bytes(text), true)).toStrictEqual(JSON.parse(text));
  expect(pickJson(bytes(`{"data":${text}}`), { data: true })).toStrictEqual({ data: JSON.parse(text) });
  expect(() => pickJson(bytes(text.slice(0, -1)), true)).toThrow(JsonSyntaxError);
});

test.each([
  '',
  '{',
  '{"a',
  '{"a"',
  '{"a":',
  '{"a":1',
  '{"a":1,',
  '{"a" 1}',
  '{a:1}',
  '[1',
  '[1 2]',
  '"a',
  '"a\\"',
  '{"a":}',
  '{"a":tru}',
])('what is no JSON where it is looked at: %s', (text) => {
  const shape: FieldSelection = text.startsWith('[') ? [true] : text.startsWith('{') ? { a: true } : true;
  expect(() => pickJson(bytes(text), shape)).toThrow(JsonSyntaxError);
});

test('of any JSON it takes what JSON.parse would have given', () => {
  const shapes: FieldSelection[] = [
    true,
    'name',
    { a: true },
    { a: { b: true }, c: [true] },
    [{ a: true }],
    { '': [[true]] },
  ];
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      tie('array'),
      tie('object'),
    ),
    array: fc.array(tie('value'), { maxLength: 4 }),
    object: fc.dictionary(fc.constantFrom('a', 'b', 'c', '', 'x"'), tie('value')),
  })).value;
  fc.assert(
    fc.property(json, fc.constantFrom(...shapes), fc.constantFrom(undefined, 2), (value, shape, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      expect(pickJson(bytes(text), shape)).toEqual(expected(JSON.parse(text), shape));
    }),
    { numRuns: cases(500, 2_000) },
  );
});

function expected(value: unknown, shape: FieldSelection): unknown {
  if (typeof shape !== 'object') return value;
  if (Array.isArray(shape))
    return Array.isArray(value) ? value.map((item) => expected(item, shape[0] as FieldSelection)) : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const wanted = Object.entries(value).filter(([name]) => Object.hasOwn(shape, name));
  return Object.fromEntries(
    wanted
      .map(
        ([name, item]) =>
          [name, expected(item, (shape as Record<string, FieldSelection>)[name] as FieldSelection)] as const,
      )
      .filter(([, item]) => item !== undefined),
  );
}
