/** Writes reports of `doctor`: JSON, YAML, SARIF 2.1.0, the log of GitHub Actions, an HTML page, and Markdown. */
import type { DoctorReport } from '../../diagnosis/report.ts';
import type { FindingView } from '../../diagnosis/view.ts';
import { FINDING_CODES } from '../../findings/finding.ts';
import { describeObject } from '../../findings/finding-record.ts';
import { formatJson, shownReport, writeStructured } from '../../output/structured.ts';
import type { Io } from '../../system/io.ts';
import { DOCUMENTS, RELEASE } from '../../version.ts';
import { findingLines } from './affected-objects.ts';
import { writeAnnotations } from './annotations.ts';
import type { PageOptions } from './report-page.ts';

/** How a report is printed for programs, and for people who were not there. */
export type ReportFormat = 'json' | 'yaml' | 'github' | 'sarif' | 'html' | 'markdown';

export async function writeReport(
  report: DoctorReport,
  format: ReportFormat,
  io: Io,
  options: PageOptions = {},
): Promise<void> {
  switch (format) {
    case 'github':
      return writeAnnotations(report, io);
    case 'sarif':
      return io.stdout.write(formatJson(sarifOf(report, io)));
    case 'html': {
      const { reportPage } = await import('./report-page.ts');
      return io.stdout.write(reportPage(report, options, io));
    }
    case 'markdown': {
      const { reportTicket } = await import('./report-ticket.ts');
      return io.stdout.write(reportTicket(report, options, io));
    }
    case 'json':
    case 'yaml':
      return writeStructured(shownReport(report, io), format, io);
  }
}

const HOME = 'https://github.com/regsecret/regsecret';

/** The log of one run, as an object for JSON. */
function sarifOf({ findings, ignored, errors }: Pick<DoctorReport, 'findings' | 'ignored' | 'errors'>, io: Io): object {
  const codes = FINDING_CODES.filter((code) => findings.some((found) => found.code === code));
  const rules = codes.map((id) => ({ id, name: id, helpUri: `${DOCUMENTS}/findings.md#${id}` }));
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'regsecret', version: RELEASE, informationUri: HOME, rules } },
        results: findings.map((found) => ({
          ruleId: found.code,
          ruleIndex: codes.indexOf(found.code),
          level: found.severity,
          message: { text: findingLines(found, io).join('\n') },
          locations: [locationOf(found)],
        })),
        ...(errors === undefined ? {} : { invocations: [failedRun(errors)] }),
        ...(ignored === undefined ? {} : { properties: { ignored } }),
      },
    ],
  };
}

/** The entry for a run that could not read everything. */
function failedRun(errors: NonNullable<DoctorReport['errors']>): object {
  const toolExecutionNotifications = errors.map(({ message }) => ({ level: 'error', message: { text: message } }));
  return { executionSuccessful: false, toolExecutionNotifications };
}

/** The file and line of a finding, or its object in the cluster. */
function locationOf({ object }: FindingView): object {
  const { file, line } = object;
  const logicalLocations = [{ fullyQualifiedName: describeObject(object), kind: 'object' }];
  if (file === undefined || file === '-') return { logicalLocations };
  const physicalLocation = { artifactLocation: { uri: uriOf(file) }, region: { startLine: line ?? 1 } };
  return { physicalLocation, logicalLocations };
}

/** The URI of a file. It is relative to the root of the repository if the name is. */
function uriOf(file: string): string {
  const path = file.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  if (path.startsWith('/')) return `file://${escaped}`;
  return /^[a-z]:\//i.test(path) ? `file:///${escaped.replace('%3A', ':')}` : escaped;
}
