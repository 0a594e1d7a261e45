/** The last line of a run over many objects. */
import { expect, test } from 'vitest';
import { summaryLine } from '../../src/text/enumerate.ts';

test.each([
  [
    'several outcomes',
    60,
    { created: 3, updated: 1, unchanged: 55, failed: 1 },
    '60 namespaces: 3 created, 1 updated, 55 unchanged, 1 failed',
  ],
  ['one thing', 1, { created: 1 }, '1 namespace: 1 created'],
  ['outcomes that nothing had', 2, { created: 0, unchanged: 2, failed: 0 }, '2 namespaces: 2 unchanged'],
  ['nothing at all', 0, { created: 0 }, '0 namespaces'],
])('%s', (_, total, counts, line) => {
  expect(summaryLine(total, 'namespace', counts)).toBe(line);
});
