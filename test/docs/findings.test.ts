/** docs/findings.md has a section for every finding, and documents nothing that does not exist. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FINDING_CODES, recordOf } from '../../src/findings/finding.ts';
import { here } from '../support/here.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'findings.md'), 'utf8');
const codes = FINDING_CODES;
const sections = new Map(
  page
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.split('\n', 1)[0] ?? '', section.split(/^## /m, 1)[0] ?? '']),
);

test('each code has a section, and each section is about a code, in the same order', () => {
  expect([...sections.keys()]).toEqual(codes);
});

test('the table of contents names each, in the same order', () => {
  const contents = page.slice(0, page.indexOf('\n## '));
  const links = [...contents.matchAll(/\[([\w-]+)\]\(#\1\)/g)].map(([, code]) => code);
  expect(links).toEqual(codes);
});

test('links on the page lead somewhere', () => {
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title.toLowerCase().replaceAll(' ', '-'));
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, target]) => target);
  expect(links.filter((target) => !headings.includes(target ?? ''))).toEqual([]);
});

describe('a section says how bad it is, why, how it is seen, and how it is fixed', () => {
  test.each(codes)('%s', (code) => {
    const section = sections.get(code) ?? '';
    expect(/^\*\*(error|warning)\*\*: /m.exec(section)?.[1]).toBe(recordOf(code).severity);
    const parts = [...section.matchAll(/^\*\*(Cause|See it|Fix|By hand)\.\*\*/gm)].map(([, part]) => part);
    expect(parts).toEqual(['Cause', 'See it', 'Fix', 'By hand']);
    expect(section).toMatch(/^\*\*See it\.\*\*\n\n```sh\n(.+\n)+```$/m);
  });
});

test('the commands are those that there are', async () => {
  const commands = [
    ...page.matchAll(/regsecret (create|attach|detach|inspect|list|verify|doctor|why|sync|remove|delete)\b([^`|\n]*)/g),
  ];
  expect(commands.length).toBeGreaterThan(40);
  for (const [whole, command = '', rest = ''] of commands) {
    const { stdout } = await here(['options', command]);
    for (const flag of rest.match(/(?<= )--?[a-z][a-z-]*/g) ?? []) {
      expect(stdout, whole).toMatch(new RegExp(`(^|[ ,])${flag}[ ,]`, 'm'));
    }
  }
});
