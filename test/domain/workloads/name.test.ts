/** Names of objects and namespaces, as the API server takes them. */
import { expect, test } from 'vitest';
import { isNamespaceName, isObjectName } from '../../../src/domain/text/object-name.ts';
import { proposeName } from '../../../src/domain/workloads/target.ts';

test.each<[string, boolean, boolean]>([
  ['a', true, true],
  ['team-a', true, true],
  ['0', true, true],
  ['a.b', true, false],
  ['a..b', false, false],
  ['.a', false, false],
  ['-a', false, false],
  ['a-', false, false],
  ['A', false, false],
  ['a_b', false, false],
  ['', false, false],
  ['a'.repeat(63), true, true],
  ['a'.repeat(64), true, false],
  ['a'.repeat(253), true, false],
  ['a'.repeat(254), false, false],
])('%s', (name, object, namespace) => {
  expect([isObjectName(name), isNamespaceName(name)]).toEqual([object, namespace]);
});

test.each<[string, number | undefined, string | undefined]>([
  ['Registry_Login', undefined, 'registry-login'],
  ['My  Login!', undefined, 'my-login'],
  ['-a-.-b-', undefined, 'a.b'],
  ['a..b', undefined, 'a.b'],
  ['regcred', undefined, undefined],
  ['___', undefined, undefined],
  ['', undefined, undefined],
  ['A'.repeat(300), undefined, 'a'.repeat(253)],
  ['Abc.Def', 5, 'abc.d'],
  ['Abc.Def', 4, 'abc'],
])('%s becomes a name', (name, limit, proposal) => {
  expect(proposeName(name, limit)).toBe(proposal);
});
