/**
 * Which words need no quotes in PowerShell, which is not on every machine: what its documentation gives a meaning, word by word.
 * The other shells are asked themselves, in hostile-names.test.ts.
 */
import { expect, test } from 'vitest';
import { isPlainWord } from '../../../src/commands/completion/complete.ts';
import { PLAIN_NAMES } from '../../support/completed-names.ts';
import { here } from '../../support/here.ts';

/** learn.microsoft.com/powershell/module/microsoft.powershell.core/about/PAGE */
test.each<[page: string, meaning: string, characters: string, where: 'anywhere' | 'first']>([
  ['about_Quoting_Rules', 'a quote', '\'"\u2018\u2019\u201a\u201b\u201c\u201d\u201e', 'anywhere'],
  ['about_Special_Characters', 'an escape', '`\u0000\u0007\b\u001b\f\n\r\t\u000b', 'anywhere'],
  ['about_Parsing', 'the end of a word', ' \t\n\r\u00a0\u0085&();{}|,<>', 'anywhere'],
  ['about_Variables', 'a variable', '$', 'anywhere'],
  ['about_Wildcards', 'a pattern for a program on Unix', '*?[]', 'anywhere'],
  ['about_Comments', 'a comment', '#', 'anywhere'],
  ['about_Locations', 'the home folder', '~', 'anywhere'],
  ['about_Aliases', 'ForEach-Object and Where-Object', '%?', 'anywhere'],
  ['about_Operators', 'a call, a pipe, not', '!^', 'anywhere'],
  ['about_Splatting', 'the items of a variable', '@', 'first'],
  ['about_Parsing', 'a parameter, and the tokens -- and --%', '-\u2013\u2014\u2015', 'first'],
  ['about_Hash_Tables', 'a value', '=', 'first'],
])('%s: %s', (_page, _meaning, characters, where) => {
  for (const character of characters) {
    expect([character, isPlainWord(`${character}x`)]).toEqual([character, false]);
    if (where === 'anywhere') expect([character, isPlainWord(`x${character}y`)]).toEqual([character, false]);
  }
});

test('the names of clouds are plain', () => {
  expect(PLAIN_NAMES.filter((name) => !isPlainWord(name))).toEqual([]);
});

test.each([
  ['', 'help ', 'rbac ', 'completion '],
  ['-', 'list --', 'doctor --', 'create --', 'sync --', 'rotate --'],
  ['list -o ', 'create --dry-run=', 'doctor -o '],
])('our own words need no quotes either: behind %j', async (...lines) => {
  for (const line of lines) {
    const { stdout } = await here(['__complete', ...line.split(' ')]);
    const words = stdout.split('\n').slice(0, -2);
    expect(words.length).toBeGreaterThan(0);
    // A description is one line without control characters.
    for (const word of words) expect(word).toMatch(/^-{0,2}[a-zA-Z][a-zA-Z-]*(\t\P{Cc}+)?$/u);
  }
});
