/** Results go to stdout, everything said to a person to stderr. */
import { printable } from '../domain/text/printable.ts';
import type { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { styleFor } from './style.ts';

export interface Printer {
  /** A line of the result. */
  result(text: string): void;
  /** A line for the person. */
  say(text: string): void;
  warn(text: string): void;
  hint(command: string): void;
  /** What went wrong and what to do about it. */
  error(error: UserError): void;
}

/** The printer of this run. Every text is made safe for a terminal and stays on its line, whatever is in it. */
export async function printerFor(io: Io): Promise<Printer> {
  const style = await styleFor(io.stderr, io);
  const line = (label: string, text: string): void => io.stderr.write(`${label}${printable(text)}\n`);
  const hint = (command: string): void => line(`${style.faint('hint:')} `, command);
  return {
    result: (text) => io.stdout.write(`${printable(text)}\n`),
    say: (text) => line('', text),
    warn: (text) => line(`${style.warning('warning:')} `, text),
    hint,
    error({ message, details, hint: next }) {
      line(`${style.error('error:')} `, message);
      for (const detail of details) line('  ', detail);
      if (next !== undefined) hint(next);
    },
  };
}
