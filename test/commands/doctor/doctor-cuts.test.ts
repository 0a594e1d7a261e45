/** How `doctor` shortens a long list, separately for each namespace. */
import { expect, test } from 'vitest';
import { printDoctor } from '../../../src/commands/doctor/doctor-printer.ts';
import { groupFindings } from '../../../src/diagnosis/groups.ts';
import type { DoctorReport } from '../../../src/diagnosis/report.ts';
import { type AffectedObject, type FindingView, findingView } from '../../../src/diagnosis/view.ts';
import { type Finding, finding } from '../../../src/findings/finding.ts';
import { finished } from '../../../src/secret/steps.ts';
import { fakeIo } from '../../support/io.ts';

const missing = (namespace: string, name: string) => ({
  found: finding('missing-secret', { kind: 'Secret', namespace, name }, {}),
});

const many = Array.from({ length: 20 }, (_, index) => missing('evil', `gone-${index}`));
const twenty = finished(groupFindings([...many, missing('honest', 'regcred'), missing('zoo', 'regcred')]));

const NONE = { pods: 0, failingPods: 0, workloads: 0, serviceAccounts: 0, secrets: 0, registries: 0 };

async function printed(verbose = false, findings = twenty, more: Partial<DoctorReport> = {}): Promise<string> {
  const report: DoctorReport = {
    ...{ healthy: false, asked: false, counts: NONE, findings, unchecked: [], unseen: [] },
    ...more,
  };
  const io = fakeIo();
  await printDoctor(report, { output: undefined, verbose, now: 0 }, io);
  return io.written.stdout;
}

test('twenty findings of one namespace do not hide that of another', async () => {
  const text = await printed();
  expect(text).toContain('secret honest/regcred does not exist');
  expect(text).toContain('secret zoo/regcred does not exist');
  expect(text.match(/secret evil\/gone/g)).toHaveLength(8);
  expect(text).toContain('error: 22 findings in 3 namespaces [missing-secret]');
  expect(text).toContain('  and 12 more in evil (-v shows them)');
});

test.each<readonly [troubledPods: number, failingPods: number, line: string]>([
  [0, 0, 'nothing is wrong: 9 pods, 0 workloads'],
  [1, 0, 'nothing is wrong with images and pull secrets: 9 pods (1 is not ready for another reason), 0 workloads'],
  [
    2,
    3,
    'nothing is wrong with images and pull secrets: 9 pods (3 cannot pull, 2 are not ready for another reason), 0',
  ],
])('%i pods are not ready for another reason, and %i cannot pull', async (troubledPods, failingPods, line) => {
  const counts = { ...NONE, pods: 9, failingPods, troubledPods };
  expect(await printed(false, [], { healthy: true, counts })).toContain(line);
});

test('a workload cannot create pods', async () => {
  const counts = { ...NONE, pods: 0, workloads: 2, troubledWorkloads: 1 };
  expect(await printed(false, [], { healthy: true, counts })).toContain(
    'nothing is wrong with images and pull secrets: 0 pods, 2 workloads (1 cannot create pods), ',
  );
});

test.each([
  [1, '1 registry checked'],
  [3, '3 registries checked'],
])('%i registries were asked', async (registries, counted) => {
  const text = await printed(false, [], { healthy: true, counts: { ...NONE, registries } });
  expect(text).toContain(`, ${counted} at 2`);
});

test('with -v nothing is left out', async () => {
  const text = await printed(true);
  expect(text.match(/secret evil\/gone-\d+ does not exist/g)).toHaveLength(20);
  expect(text).not.toContain(' more in ');
});

test('what is to be made and what is to be attached are not put under one command', async () => {
  const without = (namespace: string, usable?: string) => {
    const object = { kind: 'Deployment', namespace, name: 'web' } as const;
    const remedy = { how: 'template', target: object } as const;
    return { found: finding('no-pull-secret', object, { image: 'ghcr.io/acme/web:v1', usable, remedy }) };
  };
  const others = Array.from({ length: 12 }, (_, index) => without(`team-${index + 10}`, 'regcred'));
  const text = await printed(false, finished(groupFindings([without('shop'), ...others])));
  expect(text.match(/^error: .*\[no-pull-secret\]$/gm)).toHaveLength(2);
  expect(text).toContain('regsecret create -n shop --server ghcr.io --attach deployment/web');
  expect(text).toContain('  and 2 more in team-20, team-21 (-v shows them)');
});

test('what keeps no pod from pulling does not stand under what does', async () => {
  const objects = [{ namespace: 'shop', name: 'pod/web', pods: 1, failing: 1 }];
  const [one, other] = ['a', 'b'].map((name) => findingView(missing('shop', name).found)) as [FindingView, FindingView];
  const text = await printed(false, [{ ...one, objects }, other, { ...one, objects, message: 'secret shop/c' }]);
  expect(text.match(/^error: .*/gm)).toEqual([
    'error: secret shop/b does not exist [missing-secret]',
    'error: 1 pod in shop cannot pull [missing-secret]',
  ]);
});

test('what nobody uses stands below what is wrong, however much it is', async () => {
  const unused = (namespace: string) => ({
    found: finding('unused-secret', { kind: 'Secret', namespace, name: 'old' }, {}),
  });
  const text = await printed(false, finished(groupFindings([unused('a'), unused('b'), missing('c', 'pull')])));
  const lines = text.split('\n').filter((line) => !line.startsWith('  fix: '));
  expect(lines).toEqual([
    'error: secret c/pull does not exist [missing-secret]',
    'warning: 2 findings in 2 namespaces [unused-secret]',
    '  2 in a, b (-v shows them)',
    '1 error and 2 warnings: 0 pods, 0 workloads, 0 service accounts, 0 pull secrets',
    '',
  ]);
});

test('thousands of broken entries of one Secret are counted, and hide no other finding', async () => {
  const broken = (namespace: string, index: number) => ({
    found: finding('empty-entry', { kind: 'Secret', namespace, name: 'pull' }, { server: `r-${index}.io` as never }),
  });
  const many = Array.from({ length: 1000 }, (_, index) => broken('evil', index));
  const findings = finished(groupFindings([...many, broken('honest', 0), missing('evil', 'gone')]));
  expect(findings.filter(({ object }) => object.name === 'pull' && object.namespace === 'evil')).toHaveLength(20);
  expect(findings.flatMap(({ more = [] }) => more)).toEqual([980]);
  const text = await printed(true, findings);
  expect(text).toContain('and 980 more like it in this Secret');
  expect(text).toContain('secret honest/pull');
  expect(text).toContain('secret evil/gone');
  expect(text).toContain('1002 errors');
});

/** A report on failing pods: `waits` only have to retry, `stuck` lack a Secret, and `both` have an image of each kind. */
function failingPods(waits: number, stuck: number, both = 0): Promise<string> {
  const pod = { kind: 'Pod', namespace: 'team', name: 'web' };
  const object = (name: string, failing: number) => ({ namespace: 'team', name, pods: failing, failing });
  const one = (found: Finding, objects: readonly AffectedObject[]): FindingView[] =>
    objects.some(({ failing }) => failing > 0) ? [{ ...findingView(found), objects }] : [];
  const findings = [
    ...one(finding('retry-pending', pod, { image: 'r.io/a' }), [object('deployment/web', waits), object('both', both)]),
    ...one(finding('missing-secret', { kind: 'Secret', namespace: 'team', name: 's' }, {}), [
      object('deployment/api', stuck),
      object('both', both),
    ]),
  ];
  return printed(false, findings, { counts: { ...NONE, pods: 9, failingPods: waits + stuck + both } });
}

test.each([
  [0, 2, 0, '2 of 9 pods cannot pull; 1 cause', '(2 cannot pull)'],
  [
    3,
    2,
    0,
    '2 of 9 pods cannot pull, 3 wait for their next attempt; 1 cause',
    '(2 cannot pull, 3 wait for their next attempt)',
  ],
  [
    1,
    2,
    2,
    '4 of 9 pods cannot pull, 1 waits for its next attempt; 1 cause',
    '(4 cannot pull, 1 waits for its next attempt)',
  ],
  [3, 0, 0, '3 of 9 pods wait for their next attempt', '(3 wait for their next attempt)'],
])('of the pods that wait (%d), are stuck (%d), or both (%d)', async (waits, stuck, both, first, last) => {
  const lines = (await failingPods(waits, stuck, both)).trimEnd().split('\n');
  expect(lines[0]).toBe(first);
  expect(lines.at(-1)).toContain(`9 pods ${last}`);
});

test.each<[unchecked: string[], counts: Partial<typeof NONE>, says: string]>([
  [[], {}, '0 pods, 0 workloads, 0 service accounts, 0 pull secrets'],
  [['list pods', 'list secrets'], {}, '0 workloads, 0 service accounts'],
  [['list jobs', 'list serviceaccounts'], { pods: 1 }, '1 pod, 0 pull secrets'],
  [['list jobs'], { workloads: 2 }, '0 pods, 2 workloads, 0 service accounts, 0 pull secrets'],
  [['get secrets', 'list nodes'], {}, '0 pods, 0 workloads, 0 service accounts, 0 pull secrets'],
])('what may not be listed (%j) is not counted as none', async (unchecked, counts, says) => {
  const text = await printed(false, [], { healthy: null, unchecked, counts: { ...NONE, ...counts } });
  expect(text.split('\n', 1)).toEqual([`nothing wrong was found: ${says}`]);
});
