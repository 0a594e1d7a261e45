/** Colours; chalk lives here and is loaded only for a terminal that wants them. */
import type { Io, Output } from '../io.ts';

export interface Style {
  warning(text: string): string;
  error(text: string): string;
  faint(text: string): string;
}

const PLAIN: Style = { warning: String, error: String, faint: String };

/** The style for what is written to `output`: plain without a terminal, with NO_COLOR (no-color.org) or TERM=dumb. */
export async function styleFor(output: Output, io: Io): Promise<Style> {
  if (!output.isTTY || io.env.NO_COLOR || io.env.TERM === 'dumb') return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return { warning: chalk.yellow, error: chalk.red, faint: chalk.dim };
}
