/** Prints the result of `doctor -f`: each finding with its place first, as compilers do, and how much was checked. */
import type { DoctorReport } from '../../diagnosis/report.ts';
import type { FindingView } from '../../diagnosis/view.ts';
import type { FindingObject } from '../../findings/finding-record.ts';
import { countOf, formatMore } from '../../findings/listed.ts';
import { formatIgnored } from '../../findings/selection.ts';
import { type Command, command, pathWord, words } from '../../line/command.ts';
import { nameWord, scope } from '../../line/object-name.ts';
import { type LintLine, lintAgain, lintBuilt } from '../../manifests/lint-line.ts';
import { hintText, printerFor } from '../../output/printer.ts';
import { sayUnreadFolders } from '../../output/recursion-hint.ts';
import { type Style, severityLabel, styleFor } from '../../output/style.ts';
import { isFolder, isPath } from '../../system/file.ts';
import type { Io } from '../../system/io.ts';
import { plural } from '../../text/enumerate.ts';
import { type Printable, printable, printableSentence, printed } from '../../text/printable.ts';
import type { PageOptions } from './report-page.ts';
import { type ReportFormat, writeReport } from './report-writer.ts';

export type LintReport = DoctorReport & Required<Pick<DoctorReport, 'manifests'>>;

/** What was not checked, with `--strict`. */
export const VARIABLES = 'variables that are not filled in';

interface PrintedLine extends LintLine, PageOptions {
  /** Whether findings are only counted. */
  readonly summary?: boolean | undefined;
  readonly output?: ReportFormat | undefined;
}

export async function printLint(report: LintReport, typed: PrintedLine, io: Io): Promise<void> {
  await writeLint(report, typed, io);
  const { filename = [], recursive } = typed;
  if (recursive !== true) sayUnreadFolders(filename, await printerFor(io));
}

async function writeLint(report: LintReport, { output, ...typed }: PrintedLine, io: Io): Promise<void> {
  if (output !== undefined) await writeReport(report, output, io, typed);
  if (output === 'github') io.stdout.write(printed`${printable(countLine(report))}\n`);
  if (output !== undefined) return;
  const style = await styleFor(io.stdout, io);
  if (isUnreadPipe(report)) {
    const [line] = report.findings.flatMap((found) => findingLines(found, style, io));
    if (line !== undefined) io.stdout.write(printed`${line}\n`);
    return;
  }
  const { summaryTable } = await import('./report-summary.ts');
  const lines = typed.summary
    ? summaryTable(report, io)
    : report.findings.flatMap((found) => findingLines(found, style, io));
  for (const line of [...lines, ...remarks(report, typed, io), printable(countLine(report))])
    io.stdout.write(printed`${line}\n`);
}

/**
 * Whether the only input was a pipe that could not be read. The program before it has failed and said why, so one line is enough.
 */
export function isUnreadPipe({ manifests: { files }, findings: [first] }: LintReport): boolean {
  return files === 1 && first?.code === 'unreadable-file' && first.object.name === '-' && !first.arguments.chart;
}

function remarks(report: LintReport, typed: LintLine, io: Io): Printable[] {
  const filled = filledIn(report, typed);
  return [
    ...missingRemarks(report, typed, io),
    ...(filled === undefined ? [] : [printed`to fill in the variables first: ${hintText(filled, io)}`]),
  ];
}

/** The line that fills in shell variables in a single file; undefined when that would not be enough, or is not needed. */
function filledIn({ unjudged = [], manifests }: LintReport, typed: LintLine): Command | undefined {
  const { unfilled = [], unfilledSecrets = [] } = manifests;
  const [file = '-', ...others] = typed.filename ?? [];
  const isOne = others.length === 0 && file !== '-' && isPath(file) && !isFolder(file);
  if (!unjudged.includes(VARIABLES) || !isOne || [...unfilled, ...unfilledSecrets].some((text) => text.includes('$(')))
    return undefined;
  return { ...words`cat ${pathWord(file)}`, pipe: lintBuilt(file, words`envsubst`, typed) };
}

/** One remark, however many Secrets are made elsewhere. */
function missingRemarks({ findings }: LintReport, typed: LintLine, io: Io): Printable[] {
  const missing = findings.filter(
    (found) => found.code === 'missing-secret' && found.severity === 'warning' && !found.arguments.unplaced,
  );
  const [only, ...others] = missing;
  if (only === undefined) return [];
  const check = others.length === 0 ? withSecret(only.object, typed) : undefined;
  return [
    printed`doctor -f reads only files: a Secret that exists only in the cluster is reported as missing`,
    ...(check === undefined ? [] : [printed`to check these files with it: ${hintText(check, io)}`]),
  ];
}

/** The same check with the Secret from the cluster added; undefined when stdin is already taken. */
function withSecret({ name, namespace: home }: FindingObject, typed: LintLine): Command | undefined {
  const { filename = [] } = typed;
  if (filename.includes('-')) return undefined;
  const pipe = lintAgain([...filename, '-'], typed);
  return { ...command`kubectl get secret ${nameWord(name)} ${scope(home)} -o yaml`, pipe };
}

function findingLines({ severity, code, message, fix, object, more }: FindingView, style: Style, io: Io): Printable[] {
  return [
    printed`${printable(placeOf(object))}: ${severityLabel(severity, style)} ${printableSentence(message)} ${style.faint(`[${code}]`)}`,
    // Without a command, the sentence says what to do.
    ...(fix.command.words.length === 0 ? [] : [printed`  ${style.faint('hint:')} ${hintText(fix.command, io)}`]),
    ...(more === undefined ? [] : [printed`  ${style.faint(formatMore(more))}`]),
  ];
}

/** The place, in a form that terminals and editors turn into a link. */
function placeOf({ file = '', line }: FindingView['object']): string {
  return `${file === '-' ? 'stdin' : file}:${line}`;
}

function countLine({ manifests, findings, ignored }: LintReport): string {
  const { objects, files, unjudged = 0, unfilled = [], unfilledSecrets = [], withoutLogin } = manifests;
  const place = `${plural(objects, 'object')} in ${plural(files, 'file')}`;
  const [were, they] = unjudged === 1 ? ['was', 'it is'] : ['were', 'they are'];
  const reason = `${were} not checked, because ${they} encrypted or filled in later`;
  const open = unjudged === 0 ? '' : `; ${plural(unjudged, 'Secret')} ${reason}`;
  const left = `${formatIgnored(ignored)}${open}${formatUnfilled(unfilled, unfilledSecrets.length)}`;
  if (findings.length === 0)
    return `${place}: nothing ${formatIgnored(ignored) === '' ? '' : 'else '}wrong${left}${formatUnasked(withoutLogin.length)}`;
  return `${place}: ${plural(countOf('error', findings), 'error')}, ${plural(countOf('warning', findings), 'warning')}${left}`;
}

/** Up to this many images are named; of more, only the number is given. */
const NAMED = 3;

function formatUnfilled(images: readonly string[], inLists: number): string {
  const { length } = images;
  const which = length === 1 ? '1 image has' : `${length} images have`;
  const names = length > NAMED ? '' : ` (${images.join(', ')})`;
  const ofImages = length === 0 ? '' : `; ${which} a variable that is not filled in${names}`;
  const variables =
    inLists === 1 ? '1 variable in imagePullSecrets is' : `${inLists} variables in imagePullSecrets are`;
  return inLists === 0 ? ofImages : `${ofImages}; ${variables} not filled in`;
}

/** Qualifies that nothing is wrong, which holds only for what was checked. */
function formatUnasked(images: number): string {
  const which = images === 1 ? '1 image without a login needs one' : `${images} images without a login need one`;
  return images === 0 ? '' : `; it is not known whether ${which}`;
}
