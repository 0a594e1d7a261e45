/** Valid names of objects, and such names in commands. */
import { expect, test } from 'vitest';
import { isNamespaceName, isObjectName, nameWord, scope } from '../../src/line/object-name.ts';

test.each<[name: string, object: boolean, namespace: boolean]>([
  ['a', true, true],
  ['0', true, true],
  ['team-a', true, true],
  ['a--b', true, true],
  ['a.b-c.d', true, false],
  ['a'.repeat(63), true, true],
  ['a'.repeat(64), true, false],
  ['a'.repeat(253), true, false],
  ['a'.repeat(254), false, false],
  ['', false, false],
  ['-a', false, false],
  ['a-', false, false],
  ['A', false, false],
  ['a_b', false, false],
  ['a..b', false, false],
  ['a.', false, false],
  ['.a', false, false],
  ['a.-b', false, false],
  ['a\n', false, false],
  ['a b', false, false],
])('%j', (name, object, namespace) => {
  expect([isObjectName(name), isNamespaceName(name)]).toEqual([object, namespace]);
  expect(nameWord(name)).toEqual(object ? name : { refused: name });
  expect(scope(name)).toEqual(namespace || name === '' ? { namespace: name } : { refused: name });
});

test('a namespace that is not known has no flag', () => {
  expect(scope(undefined)).toEqual({ namespace: '' });
});
