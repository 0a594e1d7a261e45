/** Prints what nodes answer to `verify --on-node`. */
import type { FindingView } from '../diagnosis/view.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../system/io.ts';
import { nounFor } from '../text/enumerate.ts';
import { PULL_ERROR_TEXTS, type PullError } from '../workloads/pull-error.ts';
import type { Printer } from './printer.ts';
import { shownFinding, writeStructured } from './structured.ts';
import { formatTable } from './table.ts';

/** What a node answers to the question whether it can pull an image. */
export type NodeVerdict =
  /** The time and the size of the pull, if its event tells them. */
  | { readonly kind: 'accepted'; readonly milliseconds?: number | undefined; readonly bytes?: number | undefined }
  /** `message` is in the words of the kubelet. */
  | { readonly kind: 'not pulled'; readonly error: PullError; readonly message: string }
  | { readonly kind: 'not asked'; readonly reason: string };

/** One item of the JSON. */
export interface AskedRow {
  /** The Secrets as `namespace/name`, with commas between them. Empty for a pull without any. */
  readonly source: string;
  readonly image: string;
  /** `node NAME`. Left out when the pod got no node. */
  readonly asked?: string | undefined;
  readonly verdict: NodeVerdict;
  /** Why the image was not pulled. */
  readonly cause?: FindingView | undefined;
}

/** Prints a table, and a sentence for each different reason for which an image was not pulled. */
export async function printAskedRows(
  rows: readonly AskedRow[],
  output: 'wide' | 'json' | 'yaml' | undefined,
  io: Io,
  printer: Printer,
): Promise<void> {
  if (output === 'json' || output === 'yaml') {
    const items = rows.map(({ cause, ...row }) => ({ ...row, cause: cause && shownFinding(cause, io) }));
    return writeStructured({ items }, output, io);
  }
  const cells = rows.map(({ image, asked, verdict }) => [image, nodeIn(asked) || '-', ...resultOf(verdict)]);
  io.stdout.write(formatTable(['IMAGE', 'NODE', 'RESULT', 'TIME', 'SIZE'], cells, io.stdout, output === 'wide'));
  const said = new Set<string>();
  for (const row of rows) {
    const text = row.cause?.message ?? reasonOf(row);
    if (text === undefined || said.size === said.add(text).size) continue;
    if (row.cause === undefined) printer.say(text);
    else printer.error(new UserError(`${text} [${row.cause.code}]`, fixOf(row.cause)));
  }
  for (const text of keptImages(rows)) printer.say(text);
}

function fixOf({ fix: { command } }: FindingView): FindingView['fix']['command'] | undefined {
  return command.words.length === 0 ? undefined : command;
}

function nodeIn(asked = ''): string {
  return asked.replace(/^node /, '');
}

function resultOf(verdict: NodeVerdict): [result: string, time: string, size: string] {
  if (verdict.kind === 'not pulled') return [verdict.error, '-', '-'];
  if (verdict.kind === 'not asked') return [verdict.kind, '-', '-'];
  const { milliseconds: time, bytes } = verdict;
  return ['accepted', time === undefined ? '-' : formatTime(time), bytes === undefined ? '-' : formatSize(bytes)];
}

function reasonOf({ image, asked, verdict }: AskedRow): string | undefined {
  const who = asked ?? 'a node';
  if (verdict.kind === 'not asked') return `${who} did not tell whether it can pull ${image}: ${verdict.reason}`;
  if (verdict.kind === 'accepted') return undefined;
  return `${who} cannot pull ${image}: ${PULL_ERROR_TEXTS[verdict.error]}: ${verdict.message}`;
}

/** Says that the images stay on the nodes, with their sizes. */
function keptImages(rows: readonly AskedRow[]): string[] {
  const kept = Map.groupBy(
    rows.filter(({ verdict }) => verdict.kind === 'accepted'),
    ({ image }) => image,
  );
  return [...kept].map(([image, some]) => {
    const [first] = some;
    const bytes = first?.verdict.kind === 'accepted' ? first.verdict.bytes : undefined;
    const where = some.length === 1 ? nounFor(1, first?.asked ?? 'the node') : `${some.length} nodes`;
    return `${image} stays on ${where}${bytes === undefined ? '' : ` (${formatSize(bytes)})`}`;
  });
}

function formatTime(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)}ms` : `${(milliseconds / 1000).toFixed(1)}s`;
}

function formatSize(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
