/** The tables of docs/json.md as the fields that they say there are. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Field } from './json-answers.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'json.md'), 'utf8');

/** A line of a table; `shape` is the heading of the part that its type links to. */
export interface Row extends Field {
  readonly shape?: string | undefined;
  readonly meaning: string;
}

/** The cells of every table line below each heading, by its text and, where there are several tables, `2` and so on behind it. */
export const tables: ReadonlyMap<string, readonly (readonly string[])[]> = readTables();

function readTables(): Map<string, string[][]> {
  const found = new Map<string, string[][]>();
  for (const section of page.split(/^##+ /m).slice(1)) {
    const title = section.split('\n', 1)[0] ?? '';
    const blocks = section.match(/(^\|.*\n)+/gm) ?? [];
    for (const [index, block] of blocks.entries()) {
      const lines = block.trimEnd().split('\n').slice(2);
      const cells = lines.map((line) =>
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.trim()),
      );
      found.set(index === 0 ? title : `${title} ${index + 1}`, cells);
    }
  }
  return found;
}

/** The text below a heading. */
export function sectionOf(title: string): string {
  return page.split(/^##+ /m).find((section) => section.startsWith(`${title}\n`)) ?? '';
}

/** The lines of one table of fields. */
export function rowsOf(title: string): readonly Row[] {
  return (tables.get(title) ?? []).map(([field = '', type = '', meaning = '', present = '']) => {
    const [, shape] = /^\[.*\]\(#(.*)\)$/.exec(type) ?? [];
    const optional = present !== '';
    const path = field.replaceAll('`', '');
    return { path, type: shape === undefined ? plainType(type) : 'object', optional, shape, meaning };
  });
}

/** Literals are in code there. */
function plainType(type: string): string {
  return type.startsWith('`')
    ? type
        .split(', ')
        .map((text) => text.replaceAll('`', '"'))
        .join(' or ')
    : type;
}

/** Every field of an answer, with those of the parts that it shares with others. */
export function documentedFields(title: string, start = ''): readonly Field[] {
  return rowsOf(title).flatMap(({ path, type, optional, shape }) => {
    if (path === '…') return documentedFields(shape ?? '', start);
    const field = { path: `${start}${path}`, type, optional };
    return shape === undefined ? [field] : [field, ...documentedFields(shape, `${field.path}.`)];
  });
}
