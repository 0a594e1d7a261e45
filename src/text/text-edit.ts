/** Changes to a text by offsets, and what a change must know of the lines around it. */

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export function insertion(offset: number, text: string): Edit {
  return { start: offset, end: offset, text };
}

/**
 * The text with all edits made, in whatever order they are given. Edits at one offset keep their order; one that is given twice
 * is made once.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const unique = new Map(edits.map((edit) => [`${edit.start}-${edit.end}-${edit.text}`, edit]));
  const parts: string[] = [];
  let from = 0;
  for (const edit of [...unique.values()].sort((one, other) => one.start - other.start)) {
    parts.push(text.slice(from, edit.start), edit.text);
    from = Math.max(from, edit.end);
  }
  return [...parts, text.slice(from)].join('');
}

/** How far from the beginning of its line an offset is. */
export function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
}

/** The end of the line, before its line break. */
export function lineEnd(text: string, offset: number): number {
  const feed = text.indexOf('\n', offset);
  if (feed < 0) return text.length;
  return text[feed - 1] === '\r' ? feed - 1 : feed;
}

/** The offset after the line break of the line. */
export function nextLine(text: string, offset: number): number {
  const feed = text.indexOf('\n', offset);
  return feed < 0 ? text.length : feed + 1;
}

/** The line break in use around `offset`. */
export function eolAt(text: string, offset: number): string {
  const after = text.indexOf('\n', offset);
  const feed = after < 0 ? text.lastIndexOf('\n', offset) : after;
  return feed > 0 && text[feed - 1] === '\r' ? '\r\n' : '\n';
}

/** The number of the line, from 1 on. */
export function lineNumber(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/**
 * The end of the last line of a block whose text ends at `offset`: that line itself, or the last comment below it that is further
 * to the right than `column`.
 */
export function blockEnd(text: string, offset: number, column: number): number {
  let end = atLineStart(text, offset) ? lineEnd(text, offset - 1) : lineEnd(text, offset);
  for (let next = nextLine(text, end); next < text.length; next = nextLine(text, next)) {
    const [, spaces = '', rest = ''] = /^([ \t]*)(.*)$/.exec(text.slice(next, lineEnd(text, next))) ?? [];
    if (rest === '') continue;
    if (!rest.startsWith('#') || spaces.length <= column) break;
    end = lineEnd(text, next);
  }
  return end;
}

function atLineStart(text: string, offset: number): boolean {
  return offset > 0 && text[offset - 1] === '\n';
}
