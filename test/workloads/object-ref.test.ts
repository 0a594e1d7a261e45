/** How an object is named in different places. */
import { expect, test } from 'vitest';
import { describeRef, refKey, resultName, targetName } from '../../src/workloads/object-ref.ts';

test('in results, on the command line, in errors, in maps', () => {
  const ref = { kind: 'Deployment', namespace: 'team', name: 'web' } as const;
  const names = [resultName(ref), targetName(ref), describeRef(ref), refKey(ref)];
  expect(names).toEqual(['deployment.apps/web', 'deployment/web', 'deployment team/web', 'Deployment/team/web']);
  expect(resultName({ kind: 'Pod', name: 'a' })).toBe('pod/a');
  expect(targetName({ kind: 'ServiceAccount', name: '' })).toBe('serviceaccount without a name');
});
