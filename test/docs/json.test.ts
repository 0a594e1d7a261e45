/** docs/json.md has every field that the printers can print, and no other. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Field, readAnswers } from '../../build/json-answers.ts';
import { jsonPage, PLACES } from '../../build/json-page.ts';
import { FINDING_CODES } from '../../src/findings/finding.ts';
import { rowsOf, sectionOf, tables } from '../support/json-page.ts';

const all = readAnswers();
const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'json.md'), 'utf8');

test('every place that prints JSON has its table', () => {
  expect(all.answers.map(({ place }) => place).sort()).toEqual(Object.keys(PLACES).sort());
});

test('docs/json.md is what node build/json-page.ts makes', () => {
  expect(page).toBe(jsonPage(page, all));
});

test.each([
  { title: 'a new field', change: /^\| `healthy` .*\n/m },
  { title: 'a field of a part that answers share', change: /^\| `fix\.sufficient` .*\n/m },
  { title: 'another type', change: /(?<=^\| `tags.more` \| )number/m },
  { title: 'a field that is always there', change: /(?<=^\| `asked` .*) \|$/m },
  { title: 'a field that is gone', change: /(?=^\| `verb` )/m, to: '| `gone` | string | | |\n' },
  { title: 'a code with an argument', change: /, `own-list`/ },
])('the program finds $title', ({ change, to = '' }) => {
  const changed = page.replace(change, to);
  expect(changed).not.toBe(page);
  expect(jsonPage(changed, all)).not.toBe(changed);
});

test('several Secrets of inspect are a list of what one is', () => {
  const place = Object.keys(PLACES).find((one) => PLACES[one] === 'inspect');
  const { fields = [] } = all.answers.find((one) => one.place === place) ?? {};
  const [several, one] = [fields.filter(isInList), fields.filter((field) => !isInList(field))];
  expect(several.flatMap(({ path, ...rest }) => (path === '[]' ? [] : [{ path: path.slice(3), ...rest }]))).toEqual(
    one,
  );
});

test('the codes of notes are those that there are', () => {
  const { fields = [] } = all.answers.find(({ place }) => place.startsWith('attaching/attach-printer.ts')) ?? {};
  const { values = [] } = fields.find(({ path }) => path === 'notes[].code') ?? {};
  const own = values.filter((code) => !(FINDING_CODES as readonly string[]).includes(code));
  const named = /or one of these codes.*?:\n(.*?)\.\n/s.exec(sectionOf('note'))?.[1] ?? '';
  expect(named.match(/[\w-]+/g)?.sort()).toEqual([...own].sort());
});

test('every part that answers share is one of some answer', () => {
  const used = [...tables.keys()].flatMap((title) => rowsOf(title).flatMap(({ shape }) => shape ?? []));
  const parts = [...tables.keys()].slice([...tables.keys()].indexOf('error'));
  expect(parts.filter((part) => !used.includes(part) && part !== 'arguments of findings')).toEqual([]);
});

function isInList({ path }: Field): boolean {
  return path.startsWith('[]');
}
