/** Colours. Only this file uses chalk, and loads it only for a terminal that wants colours. */

import type { Io, Output } from '../system/io.ts';
import { type Printable, painted, printable } from '../text/printable.ts';

/** Each function makes a text printable and colours it. */
export interface Style {
  warning(text: string): Printable;
  error(text: string): Printable;
  faint(text: string): Printable;
}

/** `error:` or `warning:`, in its colour. */
export function severityLabel(severity: 'error' | 'warning', style: Style): Printable {
  return style[severity](`${severity}:`);
}

const PLAIN: Style = { warning: printable, error: printable, faint: printable };

/**
 * The style for `output`. It is plain with NO_COLOR (no-color.org). It is also plain without a terminal or with TERM=dumb, unless
 * FORCE_COLOR (force-color.org) or CLICOLOR_FORCE (bixense.com/clicolors) says otherwise.
 */
export async function styleFor(output: Output, io: Io): Promise<Style> {
  const { NO_COLOR, TERM, FORCE_COLOR = '', CLICOLOR_FORCE = '' } = io.env;
  const isForced = !/^(0|false)?$/.test(FORCE_COLOR) || !/^0?$/.test(CLICOLOR_FORCE);
  if (NO_COLOR || !(isForced || (output.isTTY && TERM !== 'dumb' && !/^(0|false)$/.test(FORCE_COLOR)))) return PLAIN;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  const style = (paint: (text: string) => string) => (text: string) => painted(printable(text), paint);
  return { warning: style(chalk.yellow), error: style(chalk.red), faint: style(chalk.dim) };
}
