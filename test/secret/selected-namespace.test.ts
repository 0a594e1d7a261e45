/** The type of a place for a login: what others named is none, and the compiler says so. */
import { expect, test } from 'vitest';
import type { changeSecret, deleteSecret } from '../../src/changes/secret-step.ts';
import type { createSecret, patchSecret } from '../../src/cluster/secret-request.ts';
import { chosenNamespace, type LoginPlace, ownNamespace } from '../../src/secret/selected-namespace.ts';

type Place<Write extends (...args: never[]) => unknown> = Parameters<Write>[1];

test('a write that holds a login takes no namespace that an object, a mark or an answer names', () => {
  const named = { namespace: 'evil', name: 'pull' };
  const selected: LoginPlace = { namespace: ownNamespace('team-a'), name: 'pull' };
  // @ts-expect-error: the command line does not select it
  const created: Place<typeof createSecret> = named;
  // @ts-expect-error: the command line does not select it
  const patched: Place<typeof patchSecret> = named;
  // @ts-expect-error: the command line does not select it
  const changed: Place<typeof changeSecret> = named;
  // @ts-expect-error: a place in another namespace is another place
  const moved: Place<typeof changeSecret> = { ...selected, namespace: 'evil' };
  // A Secret that is deleted gets no login.
  const deleted: Place<typeof deleteSecret> = named;
  const renamed: Place<typeof changeSecret> = { ...selected, name: 'pull-regsecret-copy' };
  expect([created, patched, changed, deleted, moved, renamed]).toHaveLength(6);
});

test.each([
  ['a name', { names: ['team-a'] }, 'team-a'],
  ['a pattern', { globs: ['team-*'] }, 'team-a'],
  ['all', { all: true }, 'team-a'],
  ['all, but not this one', { all: true, exclude: ['team-?'] }, undefined],
  ['another name', { names: ['team-b'] }, undefined],
])('%s', (_, selection, chosen) => {
  const facts = { name: 'team-a', isEnding: false, isLeftAlone: false };
  const whole = { names: [], globs: [], all: false, exclude: [], ...selection };
  expect(chosenNamespace(facts, whole, 'home')).toBe(chosen);
  expect(chosenNamespace({ ...facts, isLeftAlone: true }, whole, 'home')).toBeUndefined();
  expect(chosenNamespace(facts, whole, 'team-a')).toBeUndefined();
});
