/** A printer for a run without end: a message that stays the same is printed once, and again when it comes back. */
import type { Printer } from '../printer.ts';

export interface OncePrinter extends Printer {
  /** Begins another look at everything. A message that neither this look nor the last one has is forgotten. */
  turn(): void;
}

/** Results are printed each time. A hint is printed only with the message that it belongs to. */
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
