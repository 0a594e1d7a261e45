/** Words of a command line that is pasted. */
import { expect, test } from 'vitest';
import { fileWord, shellWord } from '../../../src/domain/text/shell-word.ts';

test.each([
  ['registry.example:5000/a@b+c,d=~e%_-', 'registry.example:5000/a@b+c,d=~e%_-'],
  ['', "''"],
  ['a b', "'a b'"],
  ['$(id)', "'$(id)'"],
  ["it's Jane's", "'it'\\''s Jane'\\''s'"],
  ['a\nb', "'a\nb'"],
])('%j', (text, word) => {
  expect(shellWord(text)).toBe(word);
});

test.each([
  ['-', 'FILE'],
  ['web.yaml', 'web.yaml'],
  ['my web.yaml', "'my web.yaml'"],
])('the file %j', (name, word) => {
  expect(fileWord(name)).toBe(word);
});
