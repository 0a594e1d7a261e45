/** Results go to stdout, and all messages for the user go to stderr. */

import type { UserError } from '../errors.ts';
import { formatHint, type Hint } from '../line/hint.ts';
import type { Io } from '../system/io.ts';
import type { Agree } from '../system/prompt.ts';
import { type Printable, printable, printableSentence, printed } from '../text/printable.ts';
import { styleFor } from './style.ts';

export interface Printer {
  /** A line of the result. */
  result(text: string): void;
  /** A line for the user. With `-q`, it is not printed, and neither is a warning or a hint by itself. */
  say(text: string): void;
  warn(text: string): void;
  hint(hint: Hint): void;
  /** What went wrong and what to do about it. */
  error(error: UserError): void;
}

/** What a command needs in one cluster. A run may cover several clusters, which then give one answer together. */
export interface ClusterRun {
  /** Left out when there is only one cluster. */
  readonly context?: string;
  readonly io: Io;
  readonly printer: Printer;
  /** Called before the first write, with what will be done; left out when nobody can be asked. */
  readonly agree?: Agree | undefined;
  /** Receives the answer of `-o json`. */
  answer(value: object): void;
  /** Receives the numbers of the summary, so that those of several clusters can be added up. */
  counted(tally: Tally): void;
}

export interface Tally {
  /** The singular of what is counted, such as `namespace`. */
  readonly noun: string;
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** Shown in place of a command with a name that no object can have, or with a text that can be shown only with escapes. */
const NO_COMMAND = 'no command is shown, because a name or text in it cannot be pasted safely';

/**
 * Runs `work`. When it is cut short, calls `end`, which prints what was held back and returns how much is done, to be said after
 * Ctrl-C.
 */
export async function orSayDone(
  work: () => Promise<void>,
  end: () => number | undefined,
  { io, printer }: Pick<ClusterRun, 'io' | 'printer'>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const done = end();
    const rest = 'each named above; the one in progress may also be done: run the same command again';
    if (io.signal.aborted && done !== undefined) printer.warn(`interrupted: ${done} done, ${rest}`);
    throw error;
  }
}

/** Follows each result that a dry run does not carry out. */
export const DRY_RUN = { none: '', client: ' (dry run)', server: ' (server dry run)' } as const;

/** `error` as it appears in JSON. */
export function shownError({ message, hint }: UserError, io: Io): { readonly message: string; readonly hint?: string } {
  return { message, ...(hint === undefined ? {} : { hint: hintText(hint, io) }) };
}

/** The printer of this run. Every text is made safe for a terminal and stays on its line, whatever is in it. */
export async function printerFor(io: Io): Promise<Printer> {
  const style = await styleFor(io.stderr, io);
  const line = (label: Printable, text: string): void => io.stderr.write(printed`${label}${printableSentence(text)}\n`);
  const hint = (next: Hint): void => io.stderr.write(printed`${style.faint('hint:')} ${hintText(next, io)}\n`);
  const { quiet } = io.speech;
  return {
    result: (text) => io.stdout.write(printed`${printable(text)}\n`),
    say: (text) => quiet || line(printed``, text),
    warn: (text) => quiet || line(printed`${style.warning('warning:')} `, text),
    hint: (next) => quiet || hint(next),
    error({ message, details, hint: next }) {
      line(printed`${style.error('error:')} `, message);
      for (const detail of details) line(printed`  `, typeof detail === 'string' ? detail : hintText(detail, io));
      if (next !== undefined) hint(next);
    },
  };
}

/** A longer command holds what somebody made long. A part of it would be another command. */
const LONGEST_HINT = 8000;

/** `hint` for this shell, with the flags of this run, and safe to show. */
export function hintText(hint: Hint, { commands }: Pick<Io, 'commands'>): Printable {
  const text = formatHint(hint, commands) ?? NO_COMMAND;
  return printable(text.length <= LONGEST_HINT ? text : NO_COMMAND);
}
