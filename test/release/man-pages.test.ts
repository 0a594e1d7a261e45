/** The man pages have everything that `--help` and `options` print, with correct roff escapes. */
import { describe, expect, test } from 'vitest';
import { manPages } from '../../build/release/man-pages.ts';
import { bold, code, paragraph, prose } from '../../build/release/roff.ts';
import { COMMANDS } from '../../src/command-table.ts';
import { regsecret } from '../support/program.ts';

const RELEASE = { version: '1.2.3', time: Date.UTC(2026, 10, 26) / 1000 };
const pages = new Map(manPages(RELEASE).map(({ name, source }) => [name, source]));
/** The text of a page, without roff's escapes. */
const plain = (source = ''): string =>
  source
    .replace(/\\f[BIR]|\\&/g, '')
    .replaceAll('\\-', '-')
    .replaceAll('\\(aq', "'")
    .replaceAll('\\(ti', '~');

test('there is a page for the program and for each command, under both of its names', () => {
  const names = COMMANDS.flatMap(({ title, alias }) => [title, alias ?? []].flat());
  expect([...pages.keys()]).toEqual(['regsecret.1', ...names.map((name) => `regsecret-${name}.1`)]);
});

test.each([...pages.keys()])('%s says of which version and day it is, and what to do with exit codes', (name) => {
  const [first] = (pages.get(name) ?? '').split('\n');
  const title = name.slice(0, -2).toUpperCase().replaceAll('-', '\\-');
  expect(first).toBe(`.TH "${title}" 1 2026-11-26 "regsecret 1.2.3" "User Commands"`);
  expect(pages.get(name)).toContain('.SH "EXIT STATUS"');
});

test('the page of the program names every command', () => {
  for (const { title } of COMMANDS) expect(plain(pages.get('regsecret.1'))).toContain(`regsecret-${title}(1)`);
});

describe('every flag and example is in the page of', () => {
  test.each(COMMANDS.map(({ title }) => title))('%s', async (title) => {
    const { stdout } = await regsecret(['options', title]);
    const flags = stdout.match(/(?<=^ {2}(?:-\w, )?)--[\w-]+/gm)?.filter((flag) => flag !== '--help') ?? [];
    const page = plain(pages.get(`regsecret-${title}.1`));
    for (const flag of flags) expect(page).toMatch(new RegExp(`(^|, )${flag}(,| |$)`, 'm'));
    for (const [, example] of stdout.split('Examples:\n')[1]?.matchAll(/^ {2}(regsecret .*)$/gm) ?? []) {
      expect(page).toContain(`\n${example}\n`);
    }
  });
});

describe('for roff', () => {
  test.each([
    ['a flag keeps its hyphens, so that it can be copied', bold('--dry-run'), '\\fB\\-\\-dry\\-run\\fR'],
    ['quotes that a shell reads stay as they are', code("sync --to 'team-*'"), 'sync \\-\\-to \\(aqteam\\-*\\(aq'],
    ['a backslash is one', code('a\\nb'), 'a\\enb'],
    [
      'in a sentence only what can be typed is kept from being typeset',
      prose('time-out of --to, see ~/.kube'),
      'time-out of \\-\\-to, see \\(ti/.kube',
    ],
    ['a line that begins with a full stop is no request', paragraph('.dockercfg'), '.PP\n\\&.dockercfg\n'],
    ['a line that begins with an apostrophe neither', paragraph("'x'"), ".PP\n\\&'x'\n"],
    ['a long line is broken', paragraph(`${'word '.repeat(20)}end`).split('\n').length > 3, true],
  ])('%s', (_, actual, expected) => {
    expect(actual).toEqual(expected);
  });
});
