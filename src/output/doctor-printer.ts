/** What `doctor` prints: for people the verdict, the cause and the command first, and the way there with `-v`. */
import type { DoctorReport, SecretReport } from '../domain/doctor-report.ts';
import type { FindingCode } from '../domain/finding.ts';
import { isPickedUp } from '../domain/finding-fix.ts';
import { printable } from '../domain/printable.ts';
import { formatAccount, formatAffected, formatCounts, formatProspect, formatState } from '../domain/prospect-text.ts';
import type { FindingView, ImageView, PullerView } from '../domain/pull-view.ts';
import { findingKey } from '../domain/puller-notes.ts';
import { displayServer } from '../domain/server.ts';
import { SYMPTOM_TEXTS } from '../domain/symptom.ts';
import { formatUsage } from '../domain/usage.ts';
import { describeVerdict } from '../domain/verdict.ts';
import type { Io } from '../io.ts';
import { stepsOf } from './doctor-steps.ts';
import { writeStructured } from './structured.ts';
import { type Style, styleFor } from './style.ts';

export interface DoctorPrinterOptions {
  readonly output: 'json' | 'yaml' | undefined;
  readonly verbose: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export async function printDoctor(report: DoctorReport, options: DoctorPrinterOptions, io: Io): Promise<void> {
  if (options.output !== undefined) return writeStructured(report, options.output, io);
  const style = await styleFor(io.stdout, io);
  const line = (text: string): void => io.stdout.write(`${text}\n`);
  for (const [index, puller] of (report.pullers ?? []).entries()) {
    if (index > 0) line('');
    for (const text of pullerLines(puller, style)) line(text);
    if (options.verbose) for (const text of stepsOf(puller, options.now)) line(printable(text));
  }
  for (const secret of report.secrets ?? []) for (const text of secretLines(secret)) line(printable(text));
  for (const text of noteLines(report, options.verbose, style)) line(text);
  if (report.counts !== undefined) line(formatCounts(report.findings, report.counts));
  const unexplained = report.findings.some(({ code }) => code === 'unexplained' || code === 'unseen-credential');
  const isFine = report.counts !== undefined && report.findings.length === 0;
  if (unexplained || isFine || options.verbose) line(`not seen from here: ${report.unseen.join(', ')}`);
}

/** What is wrong first. */
function pullerLines(puller: PullerView, style: Style): string[] {
  const state = formatState(puller) ?? formatAccount(puller);
  const images = puller.images.toSorted((one, other) => rank(one) - rank(other));
  const shown = puller.state === 'done' ? [] : images.flatMap((image) => imageLines(puller, image, style));
  return [...(state === undefined ? [] : [printable(state)]), ...shown];
}

function rank({ cause, prospect }: ImageView): number {
  return cause?.severity === 'error' ? 0 : prospect === 'will pull' ? 2 : 1;
}

const THEN = '  then:  wait for the next attempt of the kubelet, within 5 minutes';

function imageLines(puller: PullerView, image: ImageView, style: Style): string[] {
  const { cause, kubelet } = image;
  const sentence = printable(formatProspect(puller, image));
  if (cause === undefined) return [sentence];
  const paint = cause.severity === 'error' ? style.error : style.warning;
  const { command, sufficient } = cause.fix;
  const said = kubelet === undefined || cause.code === 'unexplained' ? [] : [kubeletLine(kubelet, cause.code)];
  return [
    paint(sentence),
    `  cause: ${printable(cause.message)} ${style.faint(`[${cause.code}]`)}`,
    `  ${sufficient ? 'fix:  ' : 'next: '} ${printable(command)}`,
    ...(kubelet !== undefined && sufficient && isPickedUp(command) ? [THEN] : []),
    ...said.map((text) => `  ${style.faint(printable(text))}`),
  ];
}

function kubeletLine({ reason, symptom, agrees }: NonNullable<ImageView['kubelet']>, code: FindingCode): string {
  const text = `${SYMPTOM_TEXTS[symptom]}${reason.includes(' ') ? '' : ` (${reason})`}`;
  if (code === 'retry-pending') return `seen:  at its last attempt the kubelet said: ${text}`;
  return agrees ? `seen:  the kubelet agrees: ${text}` : `seen:  the kubelet says something else: ${text}`;
}

/** What it is, who uses it, and what registries say of each login. */
function secretLines({ name, state, type = '', entries = [], usedBy }: SecretReport): string[] {
  const users = usedBy === undefined ? [] : formatUsage(usedBy);
  const more = users.length > USERS ? ` and ${users.length - USERS} more` : '';
  const used = users.length === 0 ? '' : `, used by ${users.slice(0, USERS).join(', ')}${more}`;
  if (state !== 'there') return [`secret/${name} ${SECRET_STATES[state]}${used}`];
  return [
    `secret/${name} (${type.replace(/^kubernetes\.io\//, '')})${used}`,
    ...entries.map(({ server, username = 'no user', verdict }) => {
      const answer = verdict === undefined ? '' : `: its registry ${describeVerdict(verdict)}`;
      return `  ${displayServer(server)} (${username})${answer}`;
    }),
  ];
}

const USERS = 5;
const SECRET_STATES = { missing: 'does not exist', 'not readable': 'may not be read' } as const;

/** What is not the cause of anything above. */
function noteLines(report: DoctorReport, verbose: boolean, style: Style): string[] {
  const causes = new Set((report.pullers ?? []).flatMap(({ images }) => images.map(({ cause }) => findingKey(cause))));
  const notes = report.findings.filter((found) => !causes.has(findingKey(found)));
  const shown = new Map<string, number>();
  const lines = notes.flatMap((found) => {
    const kind = `${found.severity} ${found.code}`;
    const count = (shown.get(kind) ?? 0) + 1;
    shown.set(kind, count);
    return verbose || count <= OF_A_KIND ? noteLine(found, style) : [];
  });
  const rest = verbose ? [] : [...shown].filter(([, count]) => count > OF_A_KIND);
  return [...lines, ...rest.map(([kind, count]) => `and ${count - OF_A_KIND} more of ${kind}, which -v shows`)];
}

/** A cluster may have thousands of Secrets that nobody uses. */
const OF_A_KIND = 10;

function noteLine({ severity, code, message, fix, affects }: FindingView, style: Style): string[] {
  const label = severity === 'error' ? style.error('error:') : style.warning('warning:');
  return [
    `${label} ${printable(message)} ${style.faint(`[${code}]`)}`,
    ...(affects === undefined ? [] : [`  ${style.faint(printable(formatAffected(affects)))}`]),
    `${style.faint('hint:')} ${printable(fix.command)}`,
  ];
}
