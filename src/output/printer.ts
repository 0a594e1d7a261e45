/** Results go to stdout, everything said to a person to stderr. */
import { printable } from '../domain/printable.ts';
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

/** The printer of this run. Every text is made safe for a terminal; a line feed in it starts a new line. */
export async function printerFor(io: Io): Promise<Printer> {
  const style = await styleFor(io.stderr, io);
  const say = (text: string): void => io.stderr.write(`${lines(text)}\n`);
  const hint = (command: string): void => say(`${style.faint('hint:')} ${command}`);
  return {
    result: (text) => io.stdout.write(`${lines(text)}\n`),
    say,
    warn: (text) => say(`${style.warning('warning:')} ${text}`),
    hint,
    error(error) {
      say(`${style.error('error:')} ${error.message}`);
      if (error.hint !== undefined) hint(error.hint);
    },
  };
}

function lines(text: string): string {
  return text.split('\n').map(printable).join('\n');
}
