/** Results go to stdout, everything said to a person to stderr. */
import { formatHint, type Hint } from '../domain/text/hint.ts';
import { type Printable, printable, printed } from '../domain/text/printable.ts';
import type { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import type { Agree } from '../prompt.ts';
import { styleFor } from './style.ts';

export interface Printer {
  /** A line of the result. */
  result(text: string): void;
  /** A line for the person; with `-q` there is none, nor a warning or a hint by itself. */
  say(text: string): void;
  warn(text: string): void;
  hint(hint: Hint): void;
  /** What went wrong and what to do about it. */
  error(error: UserError): void;
}

/** What a command over one cluster has at hand: it may be one of several in a run, which give one answer together. */
export interface ClusterRun {
  /** Left out where it is the only one. */
  readonly context?: string;
  readonly io: Io;
  readonly printer: Printer;
  /** To be called before the first write, with what is meant; left out where nobody can be asked. */
  readonly agree?: Agree | undefined;
  /** The answer of `-o json`. */
  answer(value: object): void;
  /** What the summary has said, so that several can be added up. */
  counted(tally: Tally): void;
}

export interface Tally {
  /** One of what is counted: `namespace`. */
  readonly noun: string;
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** In place of a command with a name that nothing can have, or with a text that shows only with escapes. */
const NO_COMMAND = 'no command is shown, because a name or text in it cannot be pasted safely';

/** Behind what is not done. */
export const DRY_RUN = { none: '', client: ' (dry run)', server: ' (server dry run)' } as const;

/** `error` as JSON has it. */
export function shownError({ message, hint }: UserError, io: Io): { readonly message: string; readonly hint?: string } {
  return { message, ...(hint === undefined ? {} : { hint: hintText(hint, io) }) };
}

/** The printer of this run. Every text is made safe for a terminal and stays on its line, whatever is in it. */
export async function printerFor(io: Io): Promise<Printer> {
  const style = await styleFor(io.stderr, io);
  const line = (label: Printable, text: string): void => io.stderr.write(printed`${label}${printable(text)}\n`);
  const hint = (next: Hint): void => line(printed`${style.faint('hint:')} `, hintText(next, io));
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

/** `hint` for this shell, with the flags of this run, and safe to show. */
export function hintText(hint: Hint, { commands }: Pick<Io, 'commands'>): Printable {
  return printable(formatHint(hint, commands) ?? NO_COMMAND);
}
