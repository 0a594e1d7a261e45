/** docs/dev/registries.md gives a reason for every difference that the comparison with containerd allows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DIFFERENCES } from '../support/registry-differences.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs/dev/registries.md'), 'utf8');

test.each(DIFFERENCES)('$about: $title', ({ title }) => {
  expect(page).toContain(`| ${title} | `);
});

test('the tables of differences have no other rows', () => {
  const rows = page.split('\n').filter((line) => /^\| (?!---|difference|when)/.test(line));
  expect(rows).toHaveLength(DIFFERENCES.length);
});
