/** What `doctor` leaves out of a long list: of each namespace by itself. */
import { expect, test } from 'vitest';
import { groupFindings } from '../../../src/domain/diagnosis/groups.ts';
import type { DoctorReport } from '../../../src/domain/diagnosis/report.ts';
import { finding } from '../../../src/domain/findings/catalog.ts';
import { finished } from '../../../src/domain/keyring/steps.ts';
import { printDoctor } from '../../../src/output/doctor/doctor-printer.ts';
import { fakeIo } from '../../support/io.ts';

const missing = (namespace: string, name: string) => ({
  found: finding('missing-secret', { kind: 'Secret', namespace, name }, {}),
});

const many = Array.from({ length: 20 }, (_, index) => missing('evil', `gone-${index}`));
const twenty = finished(groupFindings([...many, missing('honest', 'regcred'), missing('zoo', 'regcred')]));

async function printed(verbose = false, findings = twenty): Promise<string> {
  const counts = { pods: 0, failingPods: 0, workloads: 0, serviceAccounts: 0, secrets: 0, registries: 0 };
  const report: DoctorReport = { healthy: false, asked: false, counts, findings, unchecked: [], unseen: [] };
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

test('with -v nothing is left out', async () => {
  const text = await printed(true);
  expect(text.match(/secret evil\/gone-\d+ does not exist/g)).toHaveLength(20);
  expect(text).not.toContain(' more in ');
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
