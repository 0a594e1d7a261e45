/** A picture of a terminal shows every text in its colour, wrapped at the terminal's width. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { drawTerminal } from './draw.ts';

const options = { title: 'a <run>', columns: 20, moves: false };

function textsOf(svg: string): string[] {
  return [...svg.matchAll(/<text [^>]*>(.*)<\/text>/g)].map(([, text = '']) => text);
}

describe('a line', () => {
  test.each([
    ['plain', 'plain'],
    ['a <b> & c', 'a &lt;b&gt; &amp; c'],
    ['  kept  spaces', '  kept  spaces'],
    ['\u001b[31merror:\u001b[39m x', '<tspan class="e">error:</tspan> x'],
    [
      '\u001b[33mwarning:\u001b[39m \u001b[2m[code]\u001b[22m',
      '<tspan class="w">warning:</tspan> <tspan class="f">[code]</tspan>',
    ],
    ['', ''],
  ])('%j', (output, text) => {
    expect(textsOf(drawTerminal([{ command: 'x', output: `${output}\n` }], options))[1]).toBe(text);
  });

  test('that is longer than the terminal is broken at a space', () => {
    const output = `  one two \u001b[2m${'three '.repeat(3)}\u001b[22mend`;
    expect(textsOf(drawTerminal([{ command: 'x', output }], options)).slice(1)).toEqual([
      '  one two <tspan class="f">three </tspan>',
      '<tspan class="f">three three </tspan>end',
    ]);
  });

  test('without spaces is broken where the terminal ends', () => {
    const svg = drawTerminal([{ command: 'x', output: `\u001b[31m${'a'.repeat(25)}\u001b[39mb` }], options);
    expect(textsOf(svg).slice(1)).toEqual([
      `<tspan class="e">${'a'.repeat(20)}</tspan>`,
      '<tspan class="e">aaaaa</tspan>b',
    ]);
  });
});

test.each(['\u001b[2J', '\u001b[35mx', '\u001b]8;;http://x\u0007'])('%j is refused', (output) => {
  expect(() => drawTerminal([{ command: 'x', output }], options)).toThrow();
});

test('steps that follow each other wait for those before them', () => {
  const steps = ['one', 'two'].map((command) => ({ command, output: 'done\n' }));
  const svg = drawTerminal(steps, { ...options, moves: true });
  const delays = [...svg.matchAll(/animation-delay:([\d.]+)s/g)].map(([, seconds]) => Number(seconds));
  expect(delays).toHaveLength(4);
  expect(delays).toEqual(delays.toSorted((one, other) => one - other));
  expect(new Set(delays).size).toBe(4);
});

describe('the picture of the README', () => {
  const root = join(import.meta.dirname, '../..');
  const pictures = globSync('docs/pictures/*', { cwd: root }).map((path) => path.replaceAll('\\', '/'));

  test.each(pictures)('%s is small, needs nothing else, suits both schemes, and is in both READMEs', (path) => {
    const svg = readFileSync(join(root, path), 'utf8');
    expect(svg.length).toBeLessThan(40_000);
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|@import|url\(|<script|<image/);
    expect(svg).toContain('prefers-color-scheme:dark');
    for (const readme of ['README.md', 'README.zh-CN.md']) {
      expect(readFileSync(join(root, readme), 'utf8')).toMatch(new RegExp(`!\\[.{40,}\\]\\(${path}\\)`));
    }
  });

  test('is the only one', () => {
    expect(pictures.sort()).toEqual(['docs/pictures/why.svg']);
  });
});
