/** A sentence stays short, whatever others have put into their objects. */
import { expect, test } from 'vitest';
import { printableSentence } from '../../src/text/printable.ts';

const long = 'x'.repeat(100_000);
const start = `${'x'.repeat(60)}…`;

test.each<[situation: string, text: string, shown: string]>([
  ['a long key', `it drops ${long}, ${long} and y`, `it drops ${start} ${start} and y`],
  ['the longest name and image', `${'n'.repeat(253)} ${'i'.repeat(512)}`, `${'n'.repeat(253)} ${'i'.repeat(512)}`],
  ['many words', 'word '.repeat(50_000), `${'word '.repeat(800)}…`],
  ['an escape in what is left out', `${'x'.repeat(600)}\u001b`, start],
])('%s', (_, text, shown) => {
  expect(printableSentence(text)).toBe(shown);
});
