/** Which tags are proposed instead of one that does not exist. */
import { describe, expect, test } from 'vitest';
import { describeTags, type NearTags, tagsNear } from '../../src/verify/near-tags.ts';
import { fc } from '../support/fast-check.ts';
import { growth, MAX_GROWTH } from '../support/growth.ts';

const listOf = (...tags: string[]): string => JSON.stringify({ name: 'team/app', tags });
const HASH = `sha256-${'0'.repeat(64)}`;

test.each<[string, string, string, NearTags | undefined]>([
  ['a typo', 'v1.2.4', listOf('latest', 'v1.2.3'), { names: ['v1.2.3', 'latest'], more: 0 }],
  ['the version without its v', '1.2.3', listOf('v1.2.3', 'v9'), { names: ['v1.2.3', 'v9'], more: 0 }],
  [
    'latest, where there are versions',
    'latest',
    listOf('v1.9', 'v1.10', 'main', 'v1.2'),
    { names: ['v1.10', 'v1.9', 'v1.2'], more: 1 },
  ],
  [
    'latest, where there are commits, too',
    'latest',
    listOf('1a2b3c4', 'fe01234', 'v1'),
    { names: ['v1', 'fe01234', '1a2b3c4'], more: 0 },
  ],
  ['what cosign stores', 'v2', listOf(`${HASH}.sig`, `${HASH}.att`, 'v1'), { names: ['v1'], more: 0 }],
  ['only what cosign stores', 'v2', listOf(`${HASH}.sig`), undefined],
  ['no tags', 'v2', listOf(), undefined],
  [
    'null, as distribution says it of a repository whose tags were deleted',
    'v2',
    '{"name":"a","tags":null}',
    undefined,
  ],
  ['no list', 'v2', '{"errors":[]}', undefined],
  ['no JSON', 'v2', '<html>', undefined],
  ['an answer that was cut off', 'v2', '{"tags":["v1","v3","v', { names: ['v3', 'v1'], more: 0, isPart: true }],
  ['indented', 'v2', JSON.stringify({ tags: ['v1', 'v3'] }, null, 2), { names: ['v3', 'v1'], more: 0 }],
  ['what is no tag ends the list', 'v2', listOf('v1', '\u001b[31m', 'v3'), { names: ['v1'], more: 0, isPart: true }],
  [
    'a tag that is too long ends it, too',
    'v2',
    listOf('v1', 'v'.repeat(129)),
    { names: ['v1'], more: 0, isPart: true },
  ],
])('%s', (_, tag, body, expected) => {
  expect(tagsNear(tag, body, false)).toEqual(expected);
});

test('a registry that has more pages', () => {
  expect(tagsNear('v2', listOf('v1'), true)).toEqual({ names: ['v1'], more: 0, isPart: true });
});

describe('in words', () => {
  test.each<[NearTags, string]>([
    [{ names: ['v1'], more: 0 }, 'existing tags: v1'],
    [{ names: ['v1', 'v2'], more: 41 }, 'existing tags: v1, v2 (41 more)'],
    [{ names: ['v1'], more: 497, isPart: true }, 'existing tags: v1 (497+ more)'],
    [{ names: ['v1'], more: 0, isPart: true }, 'existing tags: v1 (and more)'],
  ])('%j', (tags, text) => {
    expect(describeTags(tags)).toBe(text);
  });
});

test('whatever a registry sends, what is named is in the list, and looks like a tag', () => {
  const tags = fc.array(fc.oneof(fc.stringMatching(/^\w[\w.-]{0,20}$/), fc.string()));
  fc.assert(
    fc.property(tags, fc.nat(), (all, cut) => {
      const body = listOf(...all);
      const found = tagsNear('v1', cut % 2 === 0 ? body : body.slice(0, cut % body.length), false);
      for (const name of found?.names ?? []) {
        expect(all).toContain(name);
        expect(name).toMatch(/^\w[\w.-]{0,127}$/);
      }
      expect((found?.names.length ?? 0) + (found?.more ?? 0)).toBeLessThanOrEqual(all.length);
    }),
  );
});

test.each<[string, (length: number) => string]>([
  ['tags', (length) => listOf(...Array.from({ length: length / 8 }, (_, index) => `v${index}`))],
  ['blanks', (length) => `{"tags":["v1"${' '.repeat(length)}`],
  ['lists without an end', (length) => '"tags": [ '.repeat(length / 10)],
])('64 KiB of %s cost little', (_, body) => {
  expect(growth((text) => tagsNear('v1.2.3', text, false), body)).toBeLessThan(MAX_GROWTH);
});
