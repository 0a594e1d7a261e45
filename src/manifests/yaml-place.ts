/** Finds places in a YAML text that the events of js-yaml leave out. */
import type { ManifestNode } from '../domain/manifest-text/node.ts';
import { columnOf } from '../domain/manifest-text/text-edit.ts';

/** The document or collection that a node is in. */
export interface Parent {
  readonly kind: 'document' | 'map' | 'seq';
  readonly flow: boolean;
  readonly start: number;
  /** The end of the last child; its own start while it has none. */
  end: number;
  /** For a map, its keys and values in turn. */
  readonly children: readonly ManifestNode[];
}

/** The offset after white space, line breaks and comments. */
export function skipSpace(text: string, from: number): number {
  let offset = from;
  for (;;) {
    switch (text[offset]) {
      case '#':
        offset = lineBreak(text, offset);
        break;
      case ' ':
      case '\t':
      case '\r':
      case '\n':
      case '\uFEFF':
        offset += 1;
        break;
      default:
        return offset;
    }
  }
}

/** The offset after spaces and tabs. */
export function skipBlanks(text: string, from: number): number {
  let offset = from;
  while (text[offset] === ' ' || text[offset] === '\t') offset += 1;
  return offset;
}

/** The end of a flow collection whose last child ends at `end`. */
export function closingBracket(text: string, start: number, end: number): number {
  let offset = skipSpace(text, Math.max(start + 1, end));
  while (/[,:?]/.test(text[offset] ?? '')) offset = skipSpace(text, offset + 1);
  return offset + 1;
}

/** Where the next child of `parent` may begin: after the dash, the colon or the question mark, and blanks. */
export function afterIndicator(text: string, parent: Parent): number {
  const { kind, children, end } = parent;
  const next = skipSpace(text, end);
  if (kind === 'document') return afterMark(text, end);
  if (kind === 'seq') return text[next] === '-' ? skipBlanks(text, next + 1) : end;
  if (children.length % 2 === 1) return afterColon(text, parent, next);
  const entry = skipFlow(text, parent, next);
  return text[entry] === '?' ? skipBlanks(text, entry + 1) : entry;
}

/** The offset after the bracket or the comma in front of an entry of a flow map. */
function skipFlow(text: string, { flow, start, end }: Parent, next: number): number {
  if (!flow) return next;
  const inside = end === start && text[start] === '{' ? skipSpace(text, start + 1) : next;
  return text[inside] === ',' ? skipSpace(text, inside + 1) : inside;
}

/** The place of a value after its colon. Without a colon there is no value, and its place is the end of the key. */
function afterColon(text: string, { children, flow, start }: Parent, next: number): number {
  const end = children.at(-1)?.end ?? start;
  if (text[next] !== ':') return end;
  const isOurs = flow || !/[\r\n]/.test(text.slice(end, next)) || columnOf(text, next) === columnOf(text, start);
  return isOurs ? skipBlanks(text, next + 1) : end;
}

/** The offset after the marks and directives in front of a document. */
function afterMark(text: string, from: number): number {
  let offset = from;
  for (;;) {
    const next = skipSpace(text, offset);
    const mark = text.slice(next, next + 3);
    if (text[next] === '%') offset = lineBreak(text, next);
    else if (mark === '---' || mark === '...') offset = next + 3;
    else return next;
  }
}

/** The end of a block scalar, without the empty lines at its end, which only `+` keeps. */
export function blockScalarEnd(text: string, start: number, valueEnd: number, indent: number): number {
  let end = valueEnd;
  while (end > start) {
    const last = text[end - 1] === '\n' ? end - (text[end - 2] === '\r' ? 2 : 1) : end;
    let begin = last;
    while (begin > start && text[begin - 1] === ' ') begin -= 1;
    if (begin === start || text[begin - 1] !== '\n' || last - begin > Math.max(indent, 0)) break;
    end = begin;
  }
  return end;
}

function lineBreak(text: string, from: number): number {
  let offset = from;
  while (offset < text.length && text[offset] !== '\n' && text[offset] !== '\r') offset += 1;
  return offset;
}
