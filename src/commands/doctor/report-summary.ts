/** Prints how many findings of each code there are in each namespace, without sentences and commands. */
import { compareUtf8 } from '../../codec/go/utf8.ts';
import type { DoctorReport } from '../../diagnosis/report.ts';
import { formatTable } from '../../output/table.ts';
import type { Io } from '../../system/io.ts';
import { type Printable, printable } from '../../text/printable.ts';
import { sectionsOf } from './report-sections.ts';

/** The lines of the table; none when there are no findings. */
export function summaryTable({ findings }: DoctorReport, io: Io): Printable[] {
  if (findings.length === 0) return [];
  const rows = sectionsOf(findings, 'namespace').flatMap(({ title, findings: some }) =>
    [...Map.groupBy(some, ({ severity, code }) => `${severity} ${code}`)]
      .sort(([one], [other]) => compareUtf8(one, other))
      .map(([key, alike]) => {
        const count = alike.reduce((sum, { more = 0 }) => sum + 1 + more, 0);
        const failing = alike.flatMap(({ objects = [] }) => objects).reduce((sum, one) => sum + one.failing, 0);
        return [title, ...key.split(' '), `${count}`, failing === 0 ? '' : `${failing}`];
      }),
  );
  const table = formatTable(['NAMESPACE', 'SEVERITY', 'CODE', 'FINDINGS', 'FAILING PODS'], rows, io.stdout);
  return table.trimEnd().split('\n').map(printable);
}
