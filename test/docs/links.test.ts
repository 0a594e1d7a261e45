/** Links between the documents lead somewhere, and the README stays short enough to be read. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const documents = globSync(['README*.md', 'docs/*.md', '.github/*.md'], { cwd: root });

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

test('every page of docs/ is reached from the README', () => {
  const linked = [...read('README.md').matchAll(/\]\((docs\/[\w-]+\.md)/g)].map(([, page]) => page);
  expect(documents.filter((path) => path.startsWith('docs/') && !linked.includes(path))).toEqual([]);
});

test('the README in Chinese has the same commands, and links to the same pages', () => {
  const blocks = (path: string) => read(path).match(/^```[\s\S]*?^```$/gm);
  const pages = (path: string) => read(path).match(/\]\(docs\/[^)]*\)/g);
  expect(blocks('README.zh-CN.md')).toEqual(blocks('README.md'));
  expect(pages('README.zh-CN.md')).toEqual(pages('README.md'));
});

test('the README has at most 200 lines', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(201);
});
