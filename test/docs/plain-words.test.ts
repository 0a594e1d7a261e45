/** The words of the pages and of the program: one for each concept, and sentences that are understood when they are read once. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { visitSource } from '../support/syntax-tree.ts';

const root = join(import.meta.dirname, '../..');

/** Each page, and how many lines it may have. */
const PAGES = [
  ['README.md', 95],
  ['docs/README.md', 40],
  ['docs/start.md', 80],
  ['docs/findings.md', 620],
  ['docs/troubleshoot.md', 145],
  ['docs/create.md', 90],
  ['docs/attach.md', 80],
  ['docs/inspect.md', 60],
  ['docs/dev/logins.md', 50],
  ['docs/dev/registries.md', 70],
  ['docs/pipelines.md', 170],
  ['docs/install.md', 130],
  ['docs/kubectl.md', 80],
  ['docs/in-cluster.md', 175],
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
  [/\b(own list|lists? of (its|their) own)\b/, 'imagePullSecrets'],
  [/\bHOST\b/, 'REGISTRY'],
  [/\b(some|no|every|any)body\b/, 'someone, no one, everyone, anyone'],
  [/\b(looked at|judged?|judges|asked from)\b/, 'checked'],
  [/\bnames (a |the |no )?(CODE|[Ss]ecrets?|pull secrets?)\b/, 'uses, references'],
  [/\bby (itself|themselves)\b/, 'automatically'],
  [/\ball the same\b/, 'anyway'],
  [/\bmakes?\b/, 'creates'],
  [/\b(is|are) named with\b/, 'use --flag for'],
  [/\bgoes with\b/, 'needs'],
  [/\b(user names?|time-out|roll-out|for ever|colour|misspelt|organisation)\b/, 'US English'],
];

/** Text of a page only: in the program, also the host of a URL. */
const ON_PAGES: typeof INSTEAD = [...INSTEAD, [/\bhosts?\b/, 'registry']];

/** Words of the program only: a page explains what an error does not. */
const IN_PROGRAM: typeof INSTEAD = [
  [/\bmade\b/, 'created'],
  [/\bmay not (be read|read|get|write|run)\b/, 'no permission to'],
  [/\b(says? the kubelet|kubelet agrees)\b/, '(kubelet)'],
  [/\bthat one\b/, 'the noun'],
  [/\blists? (in|of|that) .*\bnames?\b/, 'imagePullSecrets reference'],
  [/\bhas the old list\b/, 'imagePullSecrets'],
];

/** The beginning of a help text that is part of a sentence. */
const NO_VERB = /^(of|but|unless|and|or|with|for|in|to|when|if|as|by|also|these|those|this|that|the|a|an|not|no)\b/;

/** Texts of the program with such a word, and why. */
const EXCEPTIONS: readonly (readonly [RegExp, string])[] = [
  [/^(no credential|user name)$/, 'values of JSON fields'],
  [
    /^(getting credentials: |Go (value|struct field)|error CODE credentials - err|(no )?credentials (not|server|username))/,
    'upstream',
  ],
  [/credential plugin/, 'upstream: the credential plugin of a kubeconfig'],
  [/(^|due to )open CODE: CODE$/, "upstream: Go's error for a file"],
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
  const page = readFileSync(join(root, path), 'utf8');
  const texts = paragraphs(page);

  test('is short enough to be read', () => {
    expect(page.trimEnd().split('\n').length).toBeLessThanOrEqual(lines);
  });

  test.each(ON_PAGES)('has no %s, but: %s', (word) => {
    const found = texts.filter((text) => word.test(text.replaceAll(/\b[a-z]+(-[a-z]+)+\b/g, 'CODE')));
    expect(found).toEqual([]);
  });

  test('has sentences of at most 30 words', () => {
    const sentences = texts.flatMap((text) => text.split(/(?<=[.?!][)"]?) /));
    expect(sentences.length).toBeGreaterThan(10);
    expect(sentences.filter((sentence) => sentence.split(/\s+(?=\w)/).length > 30)).toEqual([]);
  });
});

interface Literal {
  readonly place: string;
  readonly text: string;
}

/** The literals of a source with more than one word. An expression in a template is `CODE`. */
function literals(file: string): Literal[] {
  const source = readFileSync(join(root, file), 'utf8');
  const found: Literal[] = [];
  visitSource(source, ({ type, start, value, quasis }) => {
    const text = type === 'TemplateLiteral' ? templateText(quasis) : value;
    if (typeof text !== 'string' || !/[a-z] |\bHOST\b|body$/i.test(text)) return;
    found.push({ place: `${file}:${source.slice(0, start).split('\n').length}`, text });
  });
  return found;
}

function templateText(quasis: unknown): string {
  const parts = (quasis as readonly { readonly value: { readonly cooked: string } }[]).map(({ value }) => value.cooked);
  return parts.join('CODE');
}

describe('the program', () => {
  const texts = globSync('src/**/*.ts', { cwd: root }).flatMap((file) => literals(file.replaceAll('\\', '/')));
  const own = texts.filter(({ text }) => !EXCEPTIONS.some(([pattern]) => pattern.test(text)));

  test.each([...INSTEAD, ...IN_PROGRAM])('has no %s, but: %s', (word) => {
    expect(own.filter(({ text }) => word.test(text))).toEqual([]);
  });

  test.each(EXCEPTIONS)('has %s, which is: %s', (pattern) => {
    expect(texts.filter(({ text }) => pattern.test(text))).not.toEqual([]);
  });

  test('has help that begins with a verb', () => {
    const rows = readFileSync(join(root, 'docs/commands.md'), 'utf8').matchAll(/^\| `(-.*)` \| (.*) \|$/gm);
    const purposes = [...rows].map(([, , text = '']) => text);
    expect(purposes.length).toBeGreaterThan(100);
    expect(purposes.filter((text) => NO_VERB.test(text))).toEqual([]);
  });
});
