/** A Secret that is missing and stands in other namespaces: what is said, and what is proposed. */
import { expect, test } from 'vitest';
import { finding } from '../../../src/domain/findings/catalog.ts';
import type { FindingOf } from '../../../src/domain/findings/finding.ts';
import { fixFor, isSufficient } from '../../../src/domain/findings/fixes.ts';
import { formatFinding } from '../../../src/domain/findings/messages.ts';
import { elsewhereAmong } from '../../../src/operations/doctor/gather-secrets.ts';

const object = { kind: 'Secret', namespace: 'evil', name: 'pull' } as const;
type Elsewhere = NonNullable<FindingOf<'missing-secret'>['arguments']['elsewhere']>;
const programs = (elsewhere: Elsewhere): unknown[] => {
  const { words, pipe } = fixFor(finding('missing-secret', object, { elsewhere }));
  return [words[0], words[1], pipe?.words[0]];
};

test('a copy says whose login goes where, and is no fix', () => {
  const elsewhere: Elsewhere = { namespaces: ['prod', 'dev'], dataKey: '.dockerconfigjson' };
  const found = finding('missing-secret', object, { elsewhere });
  expect(formatFinding(found)).toMatch(/in namespaces prod, dev, .*; a copy gives evil the login of prod$/);
  expect(programs(elsewhere)).toEqual(['kubectl', 'get', 'regsecret']);
  expect(isSufficient(found)).toBe(false);
});

test('where all namespaces are looked at, none is proposed', () => {
  const elsewhere = elsewhereAmong(
    'pull',
    new Map([
      ['prod', ['pull']],
      ['dev', ['other']],
    ]),
  );
  expect(elsewhere).toEqual({ namespaces: ['prod'], copy: false });
  const found = finding('missing-secret', object, { elsewhere: elsewhere as Elsewhere });
  expect(formatFinding(found)).toMatch(/in namespace prod, and a pod can use only Secrets of its own$/);
  expect(programs(elsewhere as Elsewhere)).toEqual(['regsecret', 'create', undefined]);
});
