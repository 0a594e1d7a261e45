/** Shows that a long wait goes on, to a user who watches. */

import type { Io } from '../system/io.ts';
import { printable, printed } from '../text/printable.ts';

/** After this long, the user wonders whether anything happens at all. The line is renewed at the same interval. */
const PATIENCE_MS = 1000;
/** Moves to the start of the line and clears it. */
const CLEAR = printed`\r\u001b[K`;

/** Runs `work`. On a terminal, when it takes long, shows one line with the result of `text`, and removes it afterwards. */
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
