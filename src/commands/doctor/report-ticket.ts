/** Writes a report as Markdown for a ticket: a table and a fence of commands for each namespace. */
import type { DoctorReport } from '../../diagnosis/report.ts';
import type { FindingView } from '../../diagnosis/view.ts';
import { hintText } from '../../output/printer.ts';
import type { Io } from '../../system/io.ts';
import { plural } from '../../text/enumerate.ts';
import { type Printable, printableLines, printableSentence } from '../../text/printable.ts';
import { rfc3339 } from '../../text/time.ts';
import type { PageOptions } from './report-page.ts';
import { countsIn, cutSections, type ReportSection, sectionsOf, uncheckedIn } from './report-sections.ts';

/** GitHub's limit of a comment is 65,536 characters; GitLab's and Jira's are not lower. */
const LARGEST = 60_000;

/** The whole text. What others wrote stands in code spans and fences, where it is no link, no image and mentions no one. */
export function reportTicket(report: DoctorReport, options: PageOptions, io: Io): Printable {
  let size = 0;
  const sections = cutSections(sectionsOf(report.findings, options.groupBy ?? 'namespace'), (found) => {
    size += row(found).length + commandOf(found, io).length + 1;
    return size <= LARGEST;
  });
  const counts = countsIn(report.findings);
  const from = options.server === undefined ? '' : ` from ${span(options.server)}`;
  const shown = sections.filter(({ findings }) => findings.length > 0);
  const hidden = sections.filter(({ findings }) => findings.length === 0);
  const text = [
    `## Image pulls: ${counts === '' ? 'nothing wrong was found' : counts}`,
    `Checked ${rfc3339(io.clock.now())}${from}.`,
    ...shown.map((section) => sectionText(section, io)),
    ...(hidden.length === 0
      ? []
      : [`And ${plural(sum(hidden), 'finding')} in ${plural(hidden.length, 'other section')}.`]),
    ['Not checked:', '', ...uncheckedIn(report).map((one) => `- ${span(one)}`)].join('\n'),
  ];
  return printableLines(`${text.join('\n\n')}\n`);
}

function sum(sections: readonly { readonly left: number }[]): number {
  return sections.reduce((total, { left }) => total + left, 0);
}

function sectionText({ title, findings, left }: ReportSection & { readonly left: number }, io: Io): string {
  const commands = [...new Set(findings.map((found) => commandOf(found, io)))].filter((line) => line !== '');
  return [
    `### ${span(title)}: ${countsIn(findings)}`,
    ['| | finding | pods | code |', '| --- | --- | --- | --- |', ...findings.map(row)].join('\n'),
    ...(left === 0 ? [] : [`And ${plural(left, 'more finding')}.`]),
    ...(commands.length === 0 ? [] : [fenced(commands.join('\n'))]),
  ].join('\n\n');
}

function row({ severity, code, message, affects, objects = [] }: FindingView): string {
  const pods = affects?.pods ?? objects.reduce((total, one) => total + one.pods, 0);
  return `| ${severity} | ${span(message).replaceAll('|', '\\|')} | ${pods || ''} | ${code} |`;
}

function commandOf({ fix }: FindingView, io: Io): string {
  return fix.command.words.length === 0 ? '' : hintText(fix.command, io);
}

/** A code span around any text: https://spec.commonmark.org/0.31.2/#code-spans. */
function span(text: string): string {
  const shown = printableSentence(text);
  const fence = '`'.repeat(longestRun(shown) + 1);
  const space = /^`|`$/.test(shown) ? ' ' : '';
  return `${fence}${space}${shown}${space}${fence}`;
}

/** A fence that no line of `text` closes: https://spec.commonmark.org/0.31.2/#fenced-code-blocks. */
function fenced(text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}sh\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
