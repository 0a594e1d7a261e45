/** Tables that fit a terminal. */

import type { Output } from '../system/io.ts';
import { concat, type Printable, printable, printed } from '../text/printable.ts';

const GAP = '   ';
/** No column is made narrower than this for the sake of others. */
const NARROW = 6;
/** Cells are padded up to this width only: a column of thousands of rows may have one cell of half a million characters. */
const FILLED = 100;

/**
 * Formats a table with `header`, which is left out when `untitled`. On a terminal, long cells are cut with `…` so that a row
 * stays on one line, unless `wide`. Elsewhere cells stay whole, because a program may read them. All text is made safe for a
 * terminal.
 */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  output: Output,
  wide = false,
  untitled = false,
): Printable {
  const cells = [...(untitled ? [] : [header]), ...rows].map((row) => row.map(printable));
  const natural = header.map((_, column) => cells.reduce((most, row) => Math.max(most, widthOf(row[column] ?? '')), 0));
  const columns = wide ? undefined : output.columns();
  if (columns === undefined)
    return lines(
      cells,
      natural.map((width) => Math.min(width, FILLED)),
    );
  const widths = narrowed(natural, columns);
  return lines(
    cells.map((row) => row.map((text, column) => cutTo(text, widths[column] ?? 0))),
    widths,
  );
}

/** Pads each cell to the width of its column. */
function lines(cells: readonly (readonly string[])[], widths: readonly number[]): Printable {
  const filled = (text: string, column: number): string =>
    text + ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(text)));
  return concat(cells.map((row) => printed`${printable(row.map(filled).join(GAP).trimEnd())}\n`));
}

/** Narrows the widest columns first. */
function narrowed(natural: readonly number[], columns: number): number[] {
  const widths = [...natural];
  const room = columns - GAP.length * (widths.length - 1);
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= NARROW) return widths;
    const second = Math.max(NARROW, ...widths.filter((width) => width < widest));
    const equal = widths.filter((width) => width === widest).length;
    const step = Math.max(1, Math.min(widest - second, Math.floor(excess / equal)));
    for (const [column, width] of widths.entries()) {
      if (width !== widest || excess <= 0) continue;
      widths[column] = width - step;
      excess -= step;
    }
  }
  return widths;
}

/** `text` in at most `width` columns, with `…` at the end when it is cut. */
export function cutTo(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const character of text) {
    used += widthOf(character);
    if (used > width - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** The number of columns on a terminal: East Asian wide characters and emoji take two, combining marks take none. */
function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (/\p{Mn}|\p{Me}|\u200b|\u200d/u.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

/** Unicode's East Asian Width W and F (UAX 11), in blocks. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}]/u;
