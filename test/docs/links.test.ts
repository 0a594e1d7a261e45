/** Links between the documents lead somewhere, and the README stays short enough to be read. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const documents = globSync(['README*.md', 'docs/**/*.md', '.github/*.md'], { cwd: root });

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** The anchors that GitHub gives to headings (github-slugger). */
function anchors(path: string): string[] {
  const text = read(path).replace(/^```[\s\S]*?^```$/gm, '');
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test.each(documents)('every link in %s leads to a file and a heading', (path) => {
  const text = read(path).replace(/^```[\s\S]*?^```$/gm, '');
  const links = [...text.matchAll(/\]\((?!https?:)([^)\s#]*)(?:#([^)\s]*))?\)/g)];
  const broken = links.filter(([, file = '', anchor]) => {
    const target = file === '' ? path : join(dirname(path), file);
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchors(target).includes(anchor);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

test('every page of docs/ is reached from its index, and the index from the README', () => {
  const linked = [...read('docs/README.md').matchAll(/\]\(([\w./-]+\.md)/g)].map(([, page]) => `docs/${page}`);
  const pages = documents.filter((path) => path.startsWith('docs/') && path !== 'docs/README.md');
  expect(pages.filter((path) => !linked.includes(path))).toEqual([]);
  expect(read('README.md')).toContain('](docs/README.md)');
});

describe.each([
  ['README.md', 'README.zh-CN.md'],
  ['docs/start.md', 'docs/start.zh.md'],
])('%s in Chinese', (english, chinese) => {
  test('has the same blocks', () => {
    const blocks = (path: string) =>
      read(path)
        .match(/^```[\s\S]*?^```$/gm)
        ?.map((block) => block.replace(/ +# .*/g, ''));
    expect(blocks(chinese)).toEqual(blocks(english));
  });

  test('links to the same pages, or to their Chinese ones', () => {
    const pages = (path: string) =>
      [...read(path).matchAll(/\]\(((?:docs\/)?[\w.-]+\.md[^)]*)\)/g)]
        .map(([, page = '']) => page.replace(/\.zh(-CN)?\.md/, '.md'))
        .sort();
    expect(pages(chinese)).toEqual(pages(english));
  });

  test('has the same commands in its text', () => {
    const commands = (path: string) =>
      read(path)
        .match(/`(regsecret|kubectl|npm|brew|docker) [^`]*`/g)
        ?.sort();
    expect(commands(chinese)).toEqual(commands(english));
  });
});

test.each([
  ['README.zh-CN.md', 95],
  ['docs/start.zh.md', 80],
])('%s has at most %i lines', (path, most) => {
  expect(read(path).trimEnd().split('\n').length).toBeLessThanOrEqual(most);
});
