/** Long texts made to be slow for whoever goes back in them, and short ones made to be misread. */
import fc from 'fast-check';

const LENGTH = 64 * 1024;

/** Pieces of what is parsed somewhere: images, servers, URLs, JSON, base64, YAML, headers, durations, tokens. */
const piece = fc.oneof(
  fc.constantFrom(
    ...['a', 'A', '-', '_', '.', ':', '/', '@', '*', '?', '[', ']', '[a-', '%', '%41', '%25', '#', '\\', '"', "'", ' '],
    ...['\n', '\r\n', '\t', '\u0000', '\x7f', 'é', '\ud800', '\u2028', '😀', '=', ',', ';', '{', '}', '+', '0', '9'],
    ...['a.', 'a-', 'a/', 'a:', '__', '--', '::', '//', '..', '-a', '"a":', '{"a":', '[[', '{},', '"\\u0061', '\\"'],
    ...[
      'https://',
      'http://a@',
      'sha256:',
      '@sha256:',
      'a=',
      'a="',
      'a="b\\',
      'Bearer ',
      ', Basic a="',
      'eyJhbGciOiJ9.',
    ],
    ...[
      'a: ',
      '- a\n',
      'a:\n  ',
      '|\n ',
      '&a ',
      '*a ',
      '1h',
      '1.5s',
      'AAAA',
      'AA==',
      'auths',
      '{"auths":{"',
      '"auth":"',
    ],
  ),
  fc.string({ unit: 'binary', maxLength: 3 }),
);
const few = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));

/** A few pieces repeated up to 64 KiB, between others: what makes a pattern try again and again. */
const repeated = fc
  .tuple(few, few, few, fc.boolean())
  .map(([start, unit, end, half]) => start + repeat(unit, half ? LENGTH / 2 : LENGTH) + end);
const twice = fc
  .tuple(few, few, few)
  .map(([one, other, end]) => repeat(one, LENGTH / 2) + repeat(other, LENGTH / 2) + end);
const nested = fc
  .constantFrom(['[', ']'], ['{"a":', '}'], ['{"auths":', '}'], ['(', ')'], ['[{"":', '}]'])
  .map(([open = '', close = '']) => repeat(open, LENGTH / 2) + repeat(close, LENGTH / 2));
const manyMembers = fc.tuple(few, few).map(([name, value]) => {
  const member = (index: number): string => `${JSON.stringify(name + index)}:${JSON.stringify({ auth: value })}`;
  const count = Math.floor(LENGTH / (member(1000).length + 1));
  return `{"auths":{${Array.from({ length: count }, (_, index) => member(index)).join(',')}}}`;
});
const manyFields = fc.constantFrom('auth', 'AUTH', 'auths', 'x', 'username').map((name) => {
  const member = `"${name}":"YTpw",`;
  return `{"auths":{"r.io":{${repeat(member, LENGTH)}"x":1}}}`;
});

export const longText = fc.oneof(
  { weight: 6, arbitrary: repeated },
  { weight: 3, arbitrary: twice },
  { weight: 1, arbitrary: nested },
  { weight: 1, arbitrary: manyMembers },
  { weight: 1, arbitrary: manyFields },
  { weight: 3, arbitrary: fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')) },
);

function repeat(unit: string, length: number): string {
  return unit === '' ? '' : unit.repeat(Math.max(1, Math.floor(length / unit.length)));
}
