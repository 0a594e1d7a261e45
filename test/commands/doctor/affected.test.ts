/** Which objects a finding affects: how many are counted, and which are named. */
import { expect, test } from 'vitest';
import { affectedOf, formatAffected } from '../../../src/commands/doctor/affected-objects.ts';
import { type FindingView, findingView } from '../../../src/diagnosis/view.ts';
import { type Finding, finding } from '../../../src/findings/finding.ts';

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

test('who uses a Secret: pods are counted beside what else names it', () => {
  const examples = ['deployment/web', 'cronjob/nightly', 'serviceaccount/default'];
  expect(formatAffected({ affects: { pods: 6, examples, others: 0 } })).toBe(
    'used by deployment/web, cronjob/nightly, serviceaccount/default, 6 pods',
  );
  expect(formatAffected({ affects: { pods: 1, examples: [], others: 0 } })).toBe('used by 1 pod');
});

const secret = { kind: 'Secret', namespace: 'team', name: 'web' } as const;
const deployment = { kind: 'Deployment', namespace: 'team', name: 'web' } as const;
const missing = (usedBy: readonly string[]): Finding => finding('missing-secret', secret, { usedBy });
const unable: Finding = finding('own-list', deployment, {
  image: 'i',
  own: [],
  account: 'a',
  usable: 'b',
  remedy: { how: 'recreate', target: { kind: 'Pod', namespace: 'team', name: 'p' } },
});

test.each<[string, Finding, Partial<FindingView>, string | undefined]>([
  [
    'one without pods, and the sentence names only the Secret of the same name',
    finding('no-login', secret, {}),
    { objects: [object('deployment/web', 0)] },
    'affects deployment/web',
  ],
  ['one that the sentence is about', unable, { objects: [object('deployment/web', 0)] }, undefined],
  ['one that the sentence names', missing(['deployment/web']), { objects: [object('deployment/web', 1)] }, undefined],
  [
    'one of nearly the same name',
    missing(['deployment/web-2', '1 pod']),
    { objects: [object('deployment/web', 1)] },
    'affects deployment/web',
  ],
  [
    'several that the sentence names and counts',
    missing(['deployment/a', 'deployment/b', '2 pods']),
    { affects: { pods: 2, examples: ['deployment/a', 'deployment/b'], others: 0 } },
    undefined,
  ],
  [
    'several of which the sentence gives another number',
    missing(['deployment/a', 'deployment/b', '3 pods']),
    {
      affects: { pods: 2, examples: ['deployment/a', 'deployment/b'], others: 0 },
      objects: [object('deployment/a', 2)],
    },
    'affects 2 pods: deployment/a, deployment/b',
  ],
  [
    'a Secret that the sentence does not name',
    finding('registry-unreachable', secret, { registry: 'r.io', reason: 'x', at: 'y' }),
    { affects: { pods: 0, examples: ['secret/web'], others: 0 } },
    'affects secret/web in namespace team',
  ],
])('%s', (_, found, view, expected) => {
  expect(affectedOf({ ...findingView(found), ...view } as FindingView)).toBe(expected);
});
