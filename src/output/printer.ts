/** Results go to stdout, everything said to a person to stderr. */
import { formatHint, type Hint } from '../domain/text/hint.ts';
import { type Printable, printable, printed } from '../domain/text/printable.ts';
import type { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { styleFor } from './style.ts';

export interface Printer {
  /** A line of the result. */
  result(text: string): void;
  /** A line for the person. */
  say(text: string): void;
  warn(text: string): void;
  hint(hint: Hint): void;
  /** What went wrong and what to do about it. */
  error(error: UserError): void;
}

/** In place of a command with a name that nothing can have, or with a text that shows only with escapes. */
const NO_COMMAND = 'no command is proposed, because a name or text in it cannot be pasted';

/** The printer of this run. Every text is made safe for a terminal and stays on its line, whatever is in it. */
export async function printerFor(io: Io): Promise<Printer> {
  const style = await styleFor(io.stderr, io);
  const line = (label: Printable, text: string): void => io.stderr.write(printed`${label}${printable(text)}\n`);
  const hint = (next: Hint): void => line(printed`${style.faint('hint:')} `, hintText(next, io));
  return {
    result: (text) => io.stdout.write(printed`${printable(text)}\n`),
    say: (text) => line(printed``, text),
    warn: (text) => line(printed`${style.warning('warning:')} `, text),
    hint,
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
