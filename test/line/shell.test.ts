/** A quoted word reaches the program unchanged. */
import { describe, expect, test } from 'vitest';
import { quoteFor } from '../../src/line/shell.ts';
import { printable } from '../../src/text/printable.ts';
import { fc } from '../support/fast-check.ts';
import { NASTY_TEXTS } from '../support/nasty-texts.ts';
import { SHELLS, startedBy } from '../support/stand-ins.ts';

describe('POSIX shells', () => {
  test.each([
    ['ghcr.io/org/app:v1', 'ghcr.io/org/app:v1'],
    ['registry.example:5000/a@b+c,d=e%_-', 'registry.example:5000/a@b+c,d=e%_-'],
    ['a b', "'a b'"],
    ['', "''"],
    ["it's Jane's", "'it'\\''s Jane'\\''s'"],
    ['a\nb', "'a\nb'"],
    ["/jane's docs/x", "'/jane'\\''s docs/x'"],
    ['$(id)', "'$(id)'"],
    ['jsonpath={.data}', "jsonpath='{.data}'"],
    ['C:\\a b', "'C:\\a b'"],
    ['a\\', "'a'\\\\"],
    ['~/x', "'~/x'"],
    ['a=~/x', "a='~/x'"],
    ['a\0b', undefined],
  ])('%j is %s', (text, quoted) => {
    expect(quoteFor('posix', text)).toBe(quoted);
  });

  const texts = [...NASTY_TEXTS, ...fc.sample(fc.string({ unit: 'binary', maxLength: 12 }), { numRuns: 200, seed: 1 })];
  const shown = texts.filter((text) => printable(text) === text);

  test.each(SHELLS)('in %s each text is one argument', (shell) => {
    const lines = shown.map((text) => `ls ${quoteFor('posix', text)} end`);
    expect(startedBy(shell, lines)).toEqual(shown.map((text) => [['ls', text, 'end']]));
  });

  test.each(SHELLS)('in %s lines and controls arrive, too, where there is a way to paste them', (shell) => {
    const raw = texts.filter((text) => !/[\0\r\ud800-\udfff]/u.test(text));
    const lines = raw.map((text) => `ls ${quoteFor('posix', text)} end`);
    expect(startedBy(shell, lines)).toEqual(raw.map((text) => [['ls', text, 'end']]));
  });
});

describe('PowerShell', () => {
  test.each([
    ['ghcr.io/org/app:v1', 'ghcr.io/org/app:v1'],
    ['C:\\Users\\jane', 'C:\\Users\\jane'],
    ['C:\\a b', "'C:\\a b'"],
    ['a b', "'a b'"],
    ["a'b", "'a''b'"],
    ['a\u2018b\u2019', "'a\u2018\u2018b\u2019\u2019'"],
    ['$(id)', "'$(id)'"],
    ['$env:HOME', "'$env:HOME'"],
    ['`n', "'`n'"],
    ['a;b', "'a;b'"],
    ['a,b', "'a,b'"],
    ['@a', "'@a'"],
    ['a@b', "'a@b'"],
    ['{a}', "'{a}'"],
    ['%a', "'%a'"],
    ['a%', 'a%'],
    ['#a', "'#a'"],
    ['~', "'~'"],
    ['!a', "'!a'"],
    ['a\nb', "'a\nb'"],
    ['--dry-run=client', '--dry-run=client'],
    ['-a.b', "'-a.b'"],
    ['-a:b', "'-a:b'"],
    // PowerShell 5.1 would not pass these on unchanged.
    ['', undefined],
    ['a"b', undefined],
    ['a b\\', undefined],
    ['a\0b', undefined],
  ])('%j is %s', (text, quoted) => {
    expect(quoteFor('powershell', text)).toBe(quoted);
  });
});
