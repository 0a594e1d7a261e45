/** What `doctor` leaves out of a long list: of each namespace by itself. */
import { expect, test } from 'vitest';
import { groupFindings } from '../../src/domain/diagnosis/groups.ts';
import type { DoctorReport } from '../../src/domain/diagnosis/report.ts';
import { finding } from '../../src/domain/findings/catalog.ts';
import { printDoctor } from '../../src/output/doctor-printer.ts';
import { fakeIo } from '../support/io.ts';

const missing = (namespace: string, name: string) => ({
  found: finding('missing-secret', { kind: 'Secret', namespace, name }, {}),
});

async function printed(verbose = false): Promise<string> {
  const many = Array.from({ length: 20 }, (_, index) => missing('evil', `gone-${index}`));
  const findings = groupFindings([...many, missing('honest', 'regcred'), missing('zoo', 'regcred')]);
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
  expect(text.match(/secret evil\/gone/g)).toHaveLength(10);
  expect(text).toContain('and 10 more of error missing-secret in evil, which -v shows');
});

test('with -v nothing is left out', async () => {
  const text = await printed(true);
  expect(text.match(/secret evil\/gone-\d+ does not exist/g)).toHaveLength(20);
  expect(text).not.toContain('more of');
});
