/** Long texts that are slow for a backtracking parser, and short ones that are easily misread. */
import { fc } from './fast-check.ts';

/** Pieces of the formats that our code parses: images, servers, URLs, JSON, base64, YAML, headers, durations, tokens. */
export const PIECES: readonly string[] = [
  ...['a', 'A', '-', '_', '.', ':', '/', '@', '*', '?', '[', ']', '[a-', '%', '%41', '%25', '#', '\\', '"', "'", ' '],
  ...['\n', '\r\n', '\t', '\u0000', '\x7f', 'é', '\ud800', '\u2028', '😀', '=', ',', ';', '{', '}', '+', '0', '9'],
  ...['a.', 'a-', 'a/', 'a:', '__', '--', '::', '//', '..', '-a', '"a":', '{"a":', '[[', '{},', '"\\u0061', '\\"'],
  ...['https://', 'http://a@', 'sha256:', '@sha256:', 'a=', 'a="', 'a="b\\', 'Bearer ', ', Basic a="', 'eyJhbGciOiJ9.'],
  ...['a: ', '- a\n', 'a:\n  ', '|\n ', '&a ', '*a ', '1h', '1.5s', 'AAAA', 'AA==', 'auths', '{"auths":{"', '"auth":"'],
];
const piece = fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 3 }));
const few = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));

/** A long text described by its parts, so that it can be made in any length and a counterexample is short. */
export type Shape =
  /** Each unit repeated for its share of the length, one after another. */
  | { readonly start: string; readonly units: readonly string[]; readonly end: string }
  /** A docker config with as many entries as fit the length. */
  | { readonly entry: string; readonly auth: string };

/** Repeated units between other pieces, which make a pattern backtrack. */
const repeated = fc.record({ start: few, units: fc.array(few, { minLength: 1, maxLength: 2 }), end: few });
const nested = fc
  .constantFrom(['[', ']'], ['{"a":', '}'], ['{"auths":', '}'], ['(', ')'], ['[{"":', '}]'])
  .map((units) => ({ start: '', units, end: '' }));
const manyEntries = fc.record({ entry: few, auth: few });
const manyFields = fc
  .constantFrom('auth', 'AUTH', 'auths', 'x', 'username')
  .map((name) => ({ start: '{"auths":{"r.io":{', units: [`"${name}":"YTpw",`], end: '"x":1}}}' }));
const short = fc.array(piece, { maxLength: 40 }).map((pieces) => ({ start: pieces.join(''), units: [], end: '' }));

export const longShape: fc.Arbitrary<Shape> = fc.oneof(
  { weight: 9, arbitrary: repeated },
  { weight: 1, arbitrary: nested },
  { weight: 1, arbitrary: manyEntries },
  { weight: 1, arbitrary: manyFields },
  { weight: 3, arbitrary: short },
);

/** The text of this shape with a length of about `length`. A shape without units has a fixed length. */
export function textOf(shape: Shape, length: number): string {
  if ('units' in shape) {
    const share = length / shape.units.length;
    return shape.start + shape.units.map((unit) => repeat(unit, share)).join('') + shape.end;
  }
  const member = (index: number): string =>
    `${JSON.stringify(shape.entry + index)}:${JSON.stringify({ auth: shape.auth })}`;
  const count = Math.floor(length / (member(1000).length + 1));
  return `{"auths":{${Array.from({ length: count }, (_, index) => member(index)).join(',')}}}`;
}

function repeat(unit: string, length: number): string {
  return unit === '' ? '' : unit.repeat(Math.max(1, Math.floor(length / unit.length)));
}
