/** The sentence about a missing Secret, depending on the objects that refer to it. */
import { expect, test } from 'vitest';
import { formatFinding } from '../../src/findings/finding.ts';

test.each([
  ['a service account', ['serviceaccount/builder'], 'serviceaccount/builder'],
  ['a pod', ['1 pod'], '1 pod'],
  ['several pods', ['2 pods'], '2 pods'],
  ['a service account and a pod', ['serviceaccount/a', '1 pod'], 'serviceaccount/a (1 pod)'],
  ['a Deployment whose pods are counted', ['deployment/d', '12 pods'], 'deployment/d (12 pods)'],
  [
    'a Secret that is also mounted',
    ['deployment/d', '1 pod', 'mounted by pod/a'],
    'deployment/d, 1 pod, mounted by pod/a',
  ],
])('used by %s', (_, usedBy, users) => {
  const object = { kind: 'Secret', namespace: 'team-a', name: 'gone' } as const;
  const found = { code: 'missing-secret', severity: 'warning', object, arguments: { usedBy } } as const;
  expect(formatFinding(found)).toBe(`secret team-a/gone does not exist; used by ${users}`);
});
