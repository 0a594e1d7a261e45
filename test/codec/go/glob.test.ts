import { describe, expect, test } from 'vitest';
import { matchesGlob } from '../../../src/codec/go/glob.ts';
import { fc } from '../../support/fast-check.ts';

describe('as filepath.Match does', () => {
  test.each([
    ['abc', 'abc', true],
    ['*', 'abc', true],
    ['*', '', true],
    ['*c', 'abc', true],
    ['a*', 'a', true],
    ['a*', 'abc', true],
    ['a*', 'bc', false],
    ['a*/b', 'abc/b', true],
    ['a*/b', 'a/c/b', false],
    ['a*b*c*d*e*', 'axbxcxdxe', true],
    ['a*b*c*d*e*/f', 'axbxcxdxexxx/f', true],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['a*b?c*x', 'abxbbxdbxebxczzy', false],
    ['ab[c]', 'abc', true],
    ['ab[b-d]', 'abc', true],
    ['ab[e-g]', 'abc', false],
    ['ab[^c]', 'abc', false],
    ['ab[^e-g]', 'abc', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'ab', false],
    ['a?b', 'a/b', false],
    ['a*b', 'a/b', false],
    ['[a-ζ]*', 'α', true],
    ['*[a-ζ]', 'A', false],
    ['[\\]a]', ']', true],
    ['[\\-]', '-', true],
    ['[]a]', ']', false],
    ['[-]', '-', false],
    ['[x-]', 'x', false],
    ['[a-b-c]', 'a', false],
    ['[', 'a', false],
    ['[^', 'a', false],
    ['[^bc', 'a', false],
    ['a[', 'a', false],
    ['a[', 'ab', false],
    ['\\', '\\', false],
    ['*x', 'xxx', true],
    ['*a*', 'a', true],
    ['**', 'a', true],
  ])('%s %s', (pattern, name, matches) => {
    expect(matchesGlob(pattern, name)).toBe(matches);
  });
});

test('a text without special characters matches itself and nothing else', () => {
  const plain = fc.stringMatching(/^[a-z0-9.-]{0,20}$/);
  fc.assert(fc.property(plain, plain, (one, other) => matchesGlob(one, other) === (one === other)));
});

test('a pattern of 64 KiB is no trouble', () => {
  expect(matchesGlob('*a'.repeat(32 * 1024), 'a'.repeat(63))).toBe(false);
  expect(matchesGlob('true'.repeat(16 * 1024), 'localhost')).toBe(false);
});
