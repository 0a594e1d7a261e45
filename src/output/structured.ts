/** Formats results for programs. A person may see them on the screen all the same, so they are safe for a terminal. */

import { formatSafeYaml } from '../codec/yaml.ts';
import type { DoctorReport } from '../diagnosis/report.ts';
import type { FindingView } from '../diagnosis/view.ts';
import { argvOf, formatCommand } from '../line/format-command.ts';
import type { Io } from '../system/io.ts';
import { type Printable, printableJson, printed } from '../text/printable.ts';

/** Writes `value` as JSON or YAML. Characters that could move the cursor of a terminal become escapes of that language. */
export async function writeStructured(value: unknown, format: 'json' | 'yaml', io: Io): Promise<void> {
  if (format === 'yaml') io.stdout.write(await formatSafeYaml(value));
  else io.stdout.write(formatJson(value));
}

/** `value` as JSON that cannot move the cursor, with a line break at its end. */
export function formatJson(value: unknown): Printable {
  return printed`${printableJson(JSON.stringify(value, undefined, 2))}\n`;
}

/** `report` with its commands as texts to paste, and as lists of arguments for those that need no shell. */
export function shownReport(report: DoctorReport, io: Pick<Io, 'commands'>) {
  const shown = (found: FindingView) => shownFinding(found, io);
  const pullers = report.pullers?.map((puller) => ({
    ...puller,
    images: puller.images.map((image) => ({ ...image, cause: image.cause && shown(image.cause) })),
  }));
  return { ...report, pullers, findings: report.findings.map(shown) };
}

/** `found` with its command as {@link shownReport} has it. */
export function shownFinding(found: FindingView, { commands }: Pick<Io, 'commands'>) {
  const { command, sufficient } = found.fix;
  const text = formatCommand(command, commands);
  const argv = text === undefined ? undefined : argvOf(command, commands);
  return { ...found, fix: { command: text, argv, sufficient } };
}
