/** Prints the result of `inspect`: a table for people, or everything as JSON or YAML. */
import { fixFor, formatFinding } from '../../findings/finding.ts';
import type { InspectedEntry, Inspection } from '../../findings/inspection.ts';
import { formatMore, listed } from '../../findings/listed.ts';
import { hintText } from '../../output/printer.ts';
import { writeStructured } from '../../output/structured.ts';
import { styleFor } from '../../output/style.ts';
import { cutTo, formatTable } from '../../output/table.ts';
import { revealServer } from '../../secret/display-server.ts';
import type { Io } from '../../system/io.ts';
import { type Printable, printable, printableSentence, printed } from '../../text/printable.ts';
import { humanDuration } from '../../text/time.ts';
import { formatUsage } from '../../workloads/references.ts';

export interface InspectionPrinterOptions {
  readonly output?: 'wide' | 'json' | 'yaml' | undefined;
  /** The manifests, if manifests were examined. */
  readonly filename?: readonly string[] | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Several inspections follow each other for people, and form a list for programs. */
export async function printInspections(
  inspections: readonly Inspection[],
  options: InspectionPrinterOptions,
  io: Io,
): Promise<void> {
  const { output } = options;
  const [only] = inspections;
  const value = inspections.length === 1 ? only : inspections;
  if (output === 'json' || output === 'yaml') return writeStructured(value, output, io);
  for (const [index, inspection] of inspections.entries()) {
    if (index > 0) io.stdout.write(printed`\n`);
    await printOne(inspection, options, io);
  }
}

async function printOne(
  inspection: Inspection,
  { output, filename, now }: InspectionPrinterOptions,
  io: Io,
): Promise<void> {
  const { secret, auths, usedBy, findings } = inspection;
  const wide = output === 'wide';
  const columns = wide ? undefined : io.stdout.columns();
  const say = (text: string): void => {
    const safe = printable(text);
    io.stdout.write(printed`${columns === undefined ? safe : printable(cutTo(safe, columns))}\n`);
  };
  const age = secret.createdAt === undefined ? [] : [`${humanDuration(now - Date.parse(secret.createdAt))} old`];
  const name = secret.namespace === undefined ? secret.name : `${secret.namespace}/${secret.name}`;
  say([`secret ${name}`, secret.type, ...age].join(', '));
  const entries = Object.entries(auths);
  if (entries.length > 0) io.stdout.write(tableOf(entries, now, io, wide));
  const place = filename === undefined ? `namespace ${secret.namespace}` : 'these files';
  if (usedBy !== undefined)
    say(`used by: ${formatUsage(usedBy).join(', ') || `no pod, workload or service account in ${place}`}`);
  const style = await styleFor(io.stdout, io);
  for (const finding of listed(findings, ({ code }) => code)) {
    // The label is `problem:`, as in `list`, because nothing has failed here and the exit code is 0.
    const label = finding.severity === 'error' ? style.error('problem:') : style.warning('warning:');
    io.stdout.write(printed`${label} ${printableSentence(formatFinding(finding))}\n`);
    io.stdout.write(printed`${style.faint('hint:')} ${hintText(fixFor(finding), io)}\n`);
    if (finding.more !== undefined) io.stdout.write(printed`${style.faint(formatMore(finding.more))}\n`);
  }
}

type Column = readonly [title: string, cell: (entry: InspectedEntry, server: string) => string];

/** Columns that would be empty are left out. */
function tableOf(
  entries: readonly (readonly [string, InspectedEntry])[],
  now: number,
  io: Io,
  wide: boolean,
): Printable {
  const columns: Column[] = [
    ['SERVER', (_, server) => revealServer(server)],
    ['USER', ({ username = '-' }) => username],
    ['EMAIL', ({ email = '' }) => email],
    ['PASSWORD', passwordCell],
    ['EXPIRES', ({ expiresAt }) => (expiresAt === undefined ? '' : expiryCell(expiresAt, now))],
    ['USED FOR', ({ images, error }) => (error === undefined ? images : 'cannot be decoded')],
  ];
  const shown = columns.filter(([, cell]) => entries.some(([server, entry]) => cell(entry, server) !== ''));
  const rows = entries.map(([server, entry]) => shown.map(([, cell]) => cell(entry, server)));
  return formatTable(
    shown.map(([title]) => title),
    rows,
    io.stdout,
    wide,
  );
}

function passwordCell({ password, fingerprint }: InspectedEntry): string {
  return password ?? (fingerprint === undefined ? '-' : `•••• ${fingerprint}`);
}

function expiryCell(expiresAt: string, now: number): string {
  const left = Date.parse(expiresAt) - now;
  return left > 0 ? `in ${humanDuration(left)}` : `${humanDuration(-left)} ago`;
}
