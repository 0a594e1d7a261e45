/** Colours; chalk lives here and is loaded only for a terminal that wants them. */
import { type Printable, painted, printable } from '../domain/text/printable.ts';
import type { Io, Output } from '../io.ts';

/** Each makes a text printable and colours it. */
export interface Style {
  warning(text: string): Printable;
  error(text: string): Printable;
  faint(text: string): Printable;
}

const PLAIN: Style = { warning: printable, error: printable, faint: printable };

/** The style for what is written to `output`: plain without a terminal, with NO_COLOR (no-color.org) or TERM=dumb. */
export async function styleFor(output: Output, io: Io): Promise<Style> {
  if (!output.isTTY || io.env.NO_COLOR || io.env.TERM === 'dumb') return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  const style = (paint: (text: string) => string) => (text: string) => painted(printable(text), paint);
  return { warning: style(chalk.yellow), error: style(chalk.red), faint: style(chalk.dim) };
}
