/** The words of a page: one for each concept, and sentences that are understood when they are read once. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/** Each page, and how many lines it may have. */
const PAGES = [
  ['README.md', 95],
  ['docs/README.md', 40],
  ['docs/start.md', 80],
  ['docs/findings.md', 600],
  ['docs/troubleshoot.md', 145],
  ['docs/create.md', 90],
  ['docs/attach.md', 80],
  ['docs/inspect.md', 60],
  ['docs/dev/logins.md', 50],
  ['docs/dev/registries.md', 70],
  ['docs/pipelines.md', 170],
  ['docs/install.md', 130],
  ['docs/kubectl.md', 80],
  ['docs/in-cluster.md', 170],
  ['docs/library.md', 50],
  ['docs/versions.md', 20],
  ['docs/sync.md', 150],
  ['docs/rotate-remove-delete.md', 110],
  ['docs/security.md', 100],
  ['docs/permissions.md', 70],
] as const;

/** Each word that is not used, and the one that is. */
const INSTEAD: readonly (readonly [RegExp, string])[] = [
  [/, too\b/, 'also'],
  [/\bsa(ys?|id)\b/, 'reports, prints'],
  [/\bopens?\b/, 'matches'],
  [/\bcredentials?\b(?! (helper|store|provider))/, 'login'],
  [/\brights?\b/, 'permission, correct'],
  [/\bown list\b/, 'imagePullSecrets'],
  [/\bhosts?\b/, 'registry'],
  [/\bHOST\b/, 'REGISTRY'],
  [/\b(some|no)body\b/, 'someone, no one'],
  [/\b(looked at|judged?|judges)\b/, 'checked'],
  [/\bnames (a|the) (Secret|pull secret)\b/, 'uses, references'],
  [/\bby (itself|themselves)\b/, 'automatically'],
  [/\ball the same\b/, 'anyway'],
  [/\bmakes?\b/, 'creates'],
  [/\b(user name|time-out|for ever|colour|misspelt)\b/, 'US English'],
];

/** The paragraphs and list items of a page. A code span is one word. */
function paragraphs(page: string): string[] {
  const prose = page.replace(/^```[\s\S]*?^```$/gm, '').replace(/^(#|\|).*$/gm, '');
  return prose
    .split(/\n\n|\n(?= *- )/)
    .map((text) => text.replace(/`[^`]*`/g, 'CODE').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1'))
    .map((text) => text.replaceAll(/[*\s]+/g, ' ').trim());
}

describe.each(PAGES)('%s', (path, lines) => {
  const page = readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
  const texts = paragraphs(page);

  test('is short enough to be read', () => {
    expect(page.trimEnd().split('\n').length).toBeLessThanOrEqual(lines);
  });

  test.each(INSTEAD)('has no %s, but: %s', (word) => {
    const found = texts.filter((text) => word.test(text.replaceAll(/\b[a-z]+(-[a-z]+)+\b/g, 'CODE')));
    expect(found).toEqual([]);
  });

  test('has sentences of at most 30 words', () => {
    const sentences = texts.flatMap((text) => text.split(/(?<=[.?!][)"]?) /));
    expect(sentences.length).toBeGreaterThan(10);
    expect(sentences.filter((sentence) => sentence.split(/\s+(?=\w)/).length > 30)).toEqual([]);
  });
});
