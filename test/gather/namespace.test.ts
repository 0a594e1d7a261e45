/** What of a namespace decides whether `sync` writes there. */
import { expect, test } from 'vitest';
import { namespaceFacts } from '../../src/gather/namespace.ts';

test.each([
  [undefined, false],
  ['false', true],
  ['False', true],
  ['FALSE', true],
  [' false', true],
  ['no', true],
  ['0', true],
  ['', true],
  ['true', false],
  ['True', false],
])('annotation regsecret/sync with %j: it opts out: %s', (value, isLeftAlone) => {
  const annotations = value === undefined ? {} : { 'regsecret/sync': value };
  expect(namespaceFacts({ metadata: { name: 'a', annotations } }).isLeftAlone).toBe(isLeftAlone);
});
