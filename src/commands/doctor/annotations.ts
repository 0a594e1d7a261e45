/** Writes findings for the log of GitHub Actions, which shows them at their file and line. */
import type { DoctorReport } from '../../diagnosis/report.ts';
import type { FindingView } from '../../diagnosis/view.ts';
import type { Io } from '../../system/io.ts';
import { type Printable, printable, withoutWorkflowCommands } from '../../text/printable.ts';
import { findingLines } from './affected-objects.ts';

/** Writes a workflow command for each finding and each error. Text from elsewhere is escaped, so that it cannot be a command. */
export function writeAnnotations({ findings, errors = [] }: Pick<DoctorReport, 'findings' | 'errors'>, io: Io): void {
  for (const { message } of errors) io.stdout.writeManifest(`::error::${escapeData(message)}\n`);
  for (const found of findings) io.stdout.writeManifest(annotationOf(found, io));
}

function annotationOf(found: FindingView, io: Io): string {
  const { severity, code, object } = found;
  const { file, line } = object;
  // Input from stdin is not in any file of the repository.
  const place = file === undefined || file === '-' ? [] : [['file', file] as const, ['line', `${line ?? 1}`] as const];
  const properties = [...place, ['title', code] as const].map(([name, value]) => `${name}=${escapeProperty(value)}`);
  return `::${severity} ${properties.join(',')}::${findingLines(found, io).map(escapeData).join('%0A')}\n`;
}

/** actions/toolkit packages/core/src/command.ts `escapeData`. */
function escapeData(text: string): string {
  return safe(text).replaceAll('%', '%25');
}

/** As `escapeProperty` in the same file. */
function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** `printable` turns line breaks into escapes. */
function safe(text: string): Printable {
  return withoutWorkflowCommands(printable(text));
}
