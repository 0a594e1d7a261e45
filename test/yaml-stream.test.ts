import { describe, expect, test } from 'vitest';
import { parseYamlStream, YamlError } from '../src/yaml.ts';

describe('documents and the lines in which they begin', () => {
  test.each<[situation: string, text: string, documents: readonly [number, unknown][]]>([
    ['nothing', '', []],
    ['comments', '# a\n\n# b\n', []],
    ['one', 'a: 1\n', [[1, { a: 1 }]]],
    ['one behind a mark', '---\na: 1\n', [[1, { a: 1 }]]],
    [
      'two',
      'a: 1\n---\nb: 2\n',
      [
        [1, { a: 1 }],
        [2, { b: 2 }],
      ],
    ],
    ['empty ones between', '---\n---\n# c\n---\na: 1\n---\n', [[1, { a: 1 }]]],
    [
      'a value on the line of the mark',
      '--- {a: 1}\n--- text\n',
      [
        [1, { a: 1 }],
        [2, 'text'],
      ],
    ],
    [
      'directives',
      '%YAML 1.2\n---\na: 1\n...\n%YAML 1.2\n---\nb: 2\n',
      [
        [1, { a: 1 }],
        [5, { b: 2 }],
      ],
    ],
    ['dashes in a block that are no mark', 'a: |\n  ---\n  b\nc: 1\n', [[1, { a: '---\nb\n', c: 1 }]]],
    ['dashes that go on', 'a: 1\n---- b: 2\n', [[1, { a: 1, '---- b': 2 }]]],
    ['JSON', '{"a":\n1}', [[1, { a: 1 }]]],
    ['YAML in braces', '{a: 1}\n', [[1, { a: 1 }]]],
    [
      'Windows line ends',
      'a: 1\r\n---\r\nb: 2\r\n',
      [
        [1, { a: 1 }],
        [2, { b: 2 }],
      ],
    ],
    ['an empty document by itself', 'null\n', []],
  ])('%s', async (_, text, documents) => {
    const found = await parseYamlStream(text);
    expect(found.map(({ line, value }) => [line, value])).toEqual(documents);
  });
});

test.each([
  ['a: 1\n---\nb: [\n', /^yaml: line [45]: [^"'`]*$/],
  ['a: "s3cret\n', /^yaml: line [12]: [^"'`]*$/],
  ['s3cret: s3cret: s3cret', /^yaml: line 1: [^"'`]*$/],
])('a mistake has a line, and nothing of the text: %j', async (text, message) => {
  const error = await parseYamlStream(text).catch((cause: Error) => cause);
  expect(error).toBeInstanceOf(YamlError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).not.toContain('s3cret');
});
