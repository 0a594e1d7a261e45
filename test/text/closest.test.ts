/** Which name the user probably meant. */
import { describe, expect, test } from 'vitest';
import { closest, isSlip, nearest } from '../../src/text/closest.ts';
import { growth } from '../support/growth.ts';

test.each<[string, string, string[], string | undefined]>([
  ['the same: nothing else was meant', 'regcred', ['regcre', 'regcred'], undefined],
  ['a letter too many', 'regcredd', ['regcred'], 'regcred'],
  ['a letter too few', 'regcre', ['regcred'], 'regcred'],
  ['another letter', 'regcrad', ['regcred'], 'regcred'],
  ['two letters swapped', 'regcerd', ['regcred'], 'regcred'],
  ['two letters swapped at the beginning', 'ab-c', ['ba-c'], 'ba-c'],
  ['as much as a third is wrong', 'abcdef', ['abcdxy'], 'abcdxy'],
  ['more than a third is wrong', 'abcdef', ['abcxyz'], undefined],
  ['a third of five letters is one', 'abcde', ['abcxy'], undefined],
  ['the nearest of several', 'regcred', ['regcrxx', 'regcrex', 'regcrxy'], 'regcrex'],
  ['the first of those that are as near', 'regcred', ['regcrea', 'regcreb'], 'regcrea'],
  ['the beginning of a long name', 'reg', ['registry-credentials'], 'registry-credentials'],
  ['a long name that begins so', 'registry-credentials', ['reg'], 'reg'],
  ['a beginning of two letters says nothing', 're', ['regcred'], undefined],
  ['a beginning is as near as one slip', 'regcred', ['regcred-of-team-a', 'regcrex'], 'regcred-of-team-a'],
  ['a name that goes on comes before one that was passed', 'shop-de', ['shop', 'shop-dev'], 'shop-dev'],
  ['whatever comes first', 'shop-de', ['shop-dev', 'shop'], 'shop-dev'],
  ['a name that no object can have', 'a'.repeat(254), ['a'.repeat(253)], undefined],
  ['a candidate that is no name', 'a'.repeat(253), ['a'.repeat(254)], undefined],
  ['a candidate without a name', 'regcred', [''], undefined],
  ['nothing to choose from', 'regcred', [], undefined],
])('%s', (_, name, candidates, expected) => {
  expect(closest(name, candidates)).toBe(expected);
});

test.each<[string, string, number, string[], string[]]>([
  ['the nearest first', 'v1.2.3', 3, ['v1.2.45', 'v2', 'v1.2.4'], ['v1.2.4', 'v1.2.45']],
  ['no more than are asked for', 'v1.2.3', 2, ['v1.2.4', 'v1.2.5', 'v1.2.6'], ['v1.2.4', 'v1.2.5']],
  ['a nearer one takes the place of the last', 'v1.2.3', 2, ['v1.3.4', 'v1.3.5', 'v1.2.4'], ['v1.2.4', 'v1.3.4']],
  ['none is near', 'v1.2.3', 3, ['latest', 'main'], []],
])('several: %s', (_, name, count, candidates, expected) => {
  expect(nearest(name, candidates, count)).toEqual(expected);
});

describe('a slip of the pen', () => {
  test.each<[string, string, boolean]>([
    ['regcred', 'regcred', false],
    ['regcred', 'regcrad', true],
    ['regcred', 'regcre', true],
    ['regcred', 'regcerd', true],
    ['regcred', 'regcraa', false],
    ['regcred', 'regcred2', false],
    ['regcred1', 'regcred2', false],
    ['', 'a', true],
  ])('%s for %s: %s', (one, other, expected) => {
    expect(isSlip(one, other)).toBe(expected);
    expect(isSlip(other, one)).toBe(expected);
  });
});

test('a name of a megabyte costs nothing, and neither do candidates of a megabyte', () => {
  expect(
    growth(
      (text) => closest(text, [`${text}x`.replace('a', 'b')]),
      (length) => 'a'.repeat(length),
    ),
  ).toBe(0);
  expect(
    growth(
      (text) => closest('regcred', [text]),
      (length) => 'r'.repeat(length),
    ),
  ).toBe(0);
  expect(
    growth(
      (text) => isSlip(text, 'regcred'),
      (length) => 'r'.repeat(length),
    ),
  ).toBe(0);
});
