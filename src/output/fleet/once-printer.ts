/** A printer for a run without end: what stays as it was is said once, and again when it comes back. */
import type { Printer } from '../printer.ts';

export interface OncePrinter extends Printer {
  /** Another look at everything begins: what neither it nor the last one says is forgotten. */
  turn(): void;
}

/** Results are said each time; a hint follows what it belongs to. */
export function oncePrinter(printer: Printer): OncePrinter {
  let [before, now] = [new Set<string>(), new Set<string>()];
  let isSaid = true;
  const once = (text: string, say: () => void): void => {
    isSaid = !before.has(text) && !now.has(text);
    now.add(text);
    if (isSaid) say();
  };
  return {
    turn() {
      [before, now] = [now, new Set()];
    },
    result: (text) => printer.result(text),
    say: (text) => once(text, () => printer.say(text)),
    warn: (text) => once(text, () => printer.warn(text)),
    error: (error) => once(error.message, () => printer.error(error)),
    hint(hint) {
      if (isSaid) printer.hint(hint);
    },
  };
}
