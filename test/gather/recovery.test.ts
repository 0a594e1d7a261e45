/** When `why --watch` counts a report as recovered, as unchanged, and as new trouble. */
import { describe, expect, test } from 'vitest';
import { conditionOf, isNewTrouble } from '../../src/commands/doctor/follow.ts';
import type { DoctorReport } from '../../src/diagnosis/report.ts';

type Seen = readonly [kind: string, state: string, outcome: string, cause?: string | undefined, name?: string];

const NEITHER = { strict: false, offline: false };

function reportOf(seen: readonly Seen[], severity = 'error'): DoctorReport {
  const object = (kind: string, name = 'web') => ({ kind, namespace: 'team', name });
  return {
    pullers: seen.map(([kind, state, outcome, , name]) => ({
      object: object(kind, name),
      images: [{ image: 'r.io/app', state, outcome }],
    })),
    findings: seen.flatMap(([kind, , , code, name]) =>
      code === undefined ? [] : [{ code, severity, object: object(kind, name), arguments: { image: 'r.io/app' } }],
    ),
  } as unknown as DoctorReport;
}

describe('well', () => {
  test.each<[string, boolean, readonly Seen[], typeof NEITHER?]>([
    ['a pod that has its image', true, [['Pod', 'there', 'will pull']]],
    ['a pod that will pull at its next attempt', false, [['Pod', 'missing', 'will pull']]],
    ['a pod that has not tried', false, [['Pod', 'not tried', 'will pull']]],
    ['a pod that cannot pull', false, [['Pod', 'missing', 'will not pull', 'no-pull-secret']]],
    ['a service account with which pods can pull', true, [['ServiceAccount', 'not tried', 'will pull']]],
    ['one of which that is not known', false, [['ServiceAccount', 'not tried', 'cannot know']]],
    [
      'the same without contacting registries',
      true,
      [['ServiceAccount', 'not tried', 'cannot know']],
      { strict: false, offline: true },
    ],
    [
      'a workload of which that is not known, and whose pod has it',
      true,
      [
        ['Deployment', 'not tried', 'cannot know'],
        ['Pod', 'there', 'will pull'],
      ],
    ],
    [
      'one of two pods',
      false,
      [
        ['Pod', 'there', 'will pull'],
        ['Pod', 'missing', 'will pull', undefined, 'two'],
      ],
    ],
    ['nothing that pulls', true, []],
  ])('%s: %s', (_, expected, seen, demands = NEITHER) => {
    expect(conditionOf(reportOf(seen), demands).isWell).toBe(expected);
  });

  test('with --strict a warning is not', () => {
    const report = reportOf([['Pod', 'there', 'will pull', 'duplicate-name']], 'warning');
    expect([conditionOf(report, NEITHER).isWell, conditionOf(report, { ...NEITHER, strict: true }).isWell]).toEqual([
      true,
      false,
    ]);
  });
});

describe('something else', () => {
  const failing: Seen = ['Pod', 'missing', 'will not pull', 'no-pull-secret'];
  test.each<[string, readonly Seen[], readonly Seen[], boolean]>([
    ['the same', [failing], [failing], false],
    [
      'the same in the pod that replaces it',
      [failing],
      [['Pod', 'missing', 'will not pull', 'no-pull-secret', 'web-2']],
      false,
    ],
    ['another cause', [failing], [['Pod', 'missing', 'will not pull', 'no-entry']], true],
    ['one cause less', [failing, ['Deployment', '', 'will not pull', 'no-entry']], [failing], false],
    ['one cause more', [failing], [failing, ['Deployment', '', 'will not pull', 'no-entry']], true],
    ['a failure after it was well', [['Pod', 'missing', 'will pull']], [failing], true],
    ['well', [failing], [['Pod', 'there', 'will pull']], false],
  ])('%s', (_, before, now, expected) => {
    const [one, other] = [before, now].map((seen) => conditionOf(reportOf(seen), NEITHER));
    expect(one && other && isNewTrouble(one, other)).toBe(expected);
  });
});

describe('a namespace', () => {
  const counted = (failingPods: number, severities: readonly string[], ignored?: DoctorReport['ignored']) =>
    ({
      counts: { pods: 9, failingPods },
      findings: severities.map((severity) => ({
        code: 'missing-secret',
        severity,
        object: { kind: 'Secret', name: 'pull' },
        arguments: {},
      })),
      ignored,
    }) as unknown as DoctorReport;
  const one = [{ code: 'missing-secret', severity: 'error', count: 1 }] as const;
  test.each([
    ['in which all is well', 0, [], undefined, NEITHER, true, 'what is wrong to be fixed'],
    ['with a warning', 0, ['warning'], undefined, NEITHER, true, 'what is wrong to be fixed'],
    [
      'with a warning that counts',
      0,
      ['warning'],
      undefined,
      { ...NEITHER, strict: true },
      false,
      'what is wrong to be fixed',
    ],
    ['with an error', 0, ['error'], undefined, NEITHER, false, 'what is wrong to be fixed'],
    ['whose pods wait for their next attempt', 2, ['warning'], undefined, NEITHER, false, '2 pods to pull'],
    ['whose pods fail for what is ignored', 1, [], one, NEITHER, true, '1 pod to pull'],
  ] as const)('%s', (_, failing, severities, ignored, demands, isWell, awaited) => {
    expect(conditionOf(counted(failing, severities, ignored), demands)).toMatchObject({ isWell, awaited });
  });
});
