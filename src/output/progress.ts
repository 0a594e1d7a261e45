/** How far a long wait is, for a person who watches. */
import { printable, printed } from '../domain/text/printable.ts';
import type { Io } from '../io.ts';

/** After that long a person asks whether anything happens at all; and how often the line is renewed. */
const PATIENCE_MS = 1000;
/** To the start of the line, and nothing left of it. */
const CLEAR = printed`\r\u001b[K`;

/** Does `work`, and says on a terminal that it takes long: one line with what `text` returns, which is gone afterwards. */
export async function withProgress<T>(text: () => string, io: Io, work: () => Promise<T>): Promise<T> {
  if (!io.stderr.isTTY || io.speech.quiet || io.env.TERM === 'dumb') return work();
  let shown = false;
  const timer = setInterval(() => {
    shown = true;
    io.stderr.write(printed`${CLEAR}${printable(text())}`);
  }, PATIENCE_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (shown) io.stderr.write(CLEAR);
  }
}
