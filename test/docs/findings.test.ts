/** docs/findings.md has a section for every finding in a family of findings, and documents nothing that does not exist. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FINDING_CODES, type FindingCode, fixFor, recordOf } from '../../src/findings/finding.ts';
import { FINDINGS } from '../support/finding-samples.ts';
import { here } from '../support/here.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'findings.md'), 'utf8');
const codes = FINDING_CODES;
const families = split(page, '## ');
const sections = new Map([...families.values()].flatMap((family) => [...split(family, '### ')]));

/** The parts of `text` below each heading of that level, by heading. */
function split(text: string, level: '## ' | '### '): Map<string, string> {
  const parts = text.split(new RegExp(`^${level}`, 'm')).slice(1);
  return new Map(parts.map((part) => [part.split('\n', 1)[0] ?? '', part.slice(part.indexOf('\n') + 1)]));
}

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

describe('a family says once how its findings are seen without regsecret, and what can be done by hand', () => {
  test.each([...families])('%s', (_, family) => {
    const [start = '', ...findings] = family.split(/^### /m);
    expect(findings.length).toBeGreaterThan(0);
    const parts = [...family.matchAll(/\*\*(See it|By hand)\.\*\*/g)].map(([, part]) => part);
    expect(parts).toEqual(['See it', 'By hand']);
    expect(start).toMatch(/^\*\*See it\.\*\*.*\n\n```sh\n(.+\n)*kubectl (.+\n)+```$/m);
    expect(start).toMatch(/^\*\*By hand\.\*\* \w/m);
  });
});

describe('a section says how bad it is, why, and how it is fixed', () => {
  test.each(codes)('%s', (code) => {
    const section = sections.get(code) ?? '';
    expect(/^\*\*(error|warning)\*\*: /.exec(section)?.[1]).toBe(recordOf(code).severity);
    const parts = [...section.matchAll(/^- \*\*(Cause|Fix)\.\*\* [`\w]/gm)].map(([, part]) => part);
    expect(parts).toEqual(['Cause', 'Fix']);
  });
});

/** The program and the subcommand of each fix that is proposed for `code`. */
function proposed(code: FindingCode): string[] {
  const commands = FINDINGS.filter((found) => found.code === code).map((found) => fixFor(found).words);
  return commands.map((words) => words.slice(0, 2).join(' ').replace(/\+\d+/, '+LINE'));
}

test.each(codes)('the fix of %s is one that the program proposes', (code) => {
  const [, fix = ''] = (sections.get(code) ?? '').split('**Fix.**');
  const written = [...fix.matchAll(/`(\w+ [\w+-]+)/g)].map(([, start]) => start ?? '');
  expect(written.filter((start) => proposed(code).includes(start))).not.toEqual([]);
});

test('the line that decodes a Secret is there to see it and to change it', () => {
  const blocks = [...page.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block).join('');
  expect(blocks.match(/base64decode/g)).toHaveLength(2);
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
