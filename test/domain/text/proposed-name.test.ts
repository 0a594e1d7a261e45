/** The name of an object that is proposed for any text. */
import { expect, test } from 'vitest';
import { proposeName } from '../../../src/domain/text/object-name.ts';

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
