/** Writes reports of `doctor` for programs. */
import type { DoctorReport } from '../../domain/diagnosis/report.ts';
import type { Io } from '../../io.ts';
import { formatJson, shownReport, writeStructured } from '../structured.ts';

/** How a report is printed for programs. */
export type ReportFormat = 'json' | 'yaml' | 'github' | 'sarif';

export async function writeReport(report: DoctorReport, format: ReportFormat, io: Io): Promise<void> {
  switch (format) {
    case 'github': {
      const { writeAnnotations } = await import('./annotations.ts');
      return writeAnnotations(report, io);
    }
    case 'sarif': {
      const { sarifOf } = await import('./sarif.ts');
      return io.stdout.write(formatJson(sarifOf(report, io)));
    }
    case 'json':
    case 'yaml':
      return writeStructured(shownReport(report, io), format, io);
  }
}
