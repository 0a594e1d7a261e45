/** Who has a finding: what is counted, and who is named beside that. */
import { expect, test } from 'vitest';
import { formatAffected } from '../../../src/output/doctor/affected.ts';

const object = (name: string, pods: number) => ({ namespace: 'team', name, pods, failing: pods });
const said = (pods: number, objects: readonly ReturnType<typeof object>[], others = 0) =>
  formatAffected({ affects: { pods, examples: objects.map(({ name }) => name), others }, objects });

test('two pods, and a CronJob that has none now', () => {
  const objects = [object('cronjob/cj', 0), object('job/j1', 1), object('pod/p1', 1)];
  expect(said(2, objects)).toBe('affects 2 pods: job/j1, pod/p1, and new pods of cronjob/cj');
});

test('pods of one Deployment', () => {
  expect(said(3, [object('deployment/web', 3)])).toBe('affects 3 pods: deployment/web');
});

test('nobody has a pod', () => {
  expect(said(0, [object('deployment/web', 0), object('cronjob/cj', 0)])).toBe('affects deployment/web, cronjob/cj');
});
