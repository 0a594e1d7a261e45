/** Reads the field tables of docs/json.md. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Field } from '../../build/json-answers.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'json.md'), 'utf8');

/** A row of a table. `shape` is the heading that its type links to. */
export interface Row extends Field {
  readonly shape?: string | undefined;
  readonly meaning: string;
  /** The last column. */
  readonly present: string;
}

/** The cells of every table row, by heading. A second table below a heading has the key `HEADING 2`, and so on. */
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
    return { path, type: shape === undefined ? plainType(type) : 'object', optional, shape, meaning, present };
  });
}

/** The type as the compiler writes it: the page writes literals as code. */
function plainType(type: string): string {
  return type.startsWith('`')
    ? type
        .split(', ')
        .map((text) => text.replaceAll('`', '"'))
        .join(' or ')
    : type;
}

/** Compares a JSON value with the page: the rows that it covers, as `TABLE: FIELD`, and the fields that have no row. */
export function shownIn(
  title: string,
  value: unknown,
): { readonly rows: ReadonlySet<string>; readonly unknown: readonly string[] } {
  const [rows, unknown] = [new Set<string>(), new Set<string>()];
  /** `places` are the tables that may describe `found`, each with the path of `found` in that table. */
  const enter = (places: readonly Place[], found: unknown): void => {
    const known = places.flatMap((place) => knownPlace(place));
    for (const { row } of known) if (row !== undefined) rows.add(`${row.owner}: ${row.path}`);
    if (Array.isArray(found)) {
      for (const item of found)
        enter(
          places.map(({ table, path }) => ({ table, path: `${path}[]` })),
          item,
        );
      return;
    }
    if (known.length === 0) unknown.add(places.map(({ table, path }) => `${table}: ${path}`).join(' or '));
    if (typeof found !== 'object' || found === null) return;
    const shapes = known.flatMap(({ row }) => (row?.shape === undefined ? [] : [{ table: row.shape, path: '' }]));
    const all = [...known.filter(({ isContainer }) => isContainer), ...shapes];
    for (const [name, item] of all.length === 0 ? [] : Object.entries(found)) {
      if (name === 'arguments' && 'code' in found) enterArguments(`${found.code}`, item);
      enter(
        all.map(({ table, path }) => childOf(table, path, name)),
        item,
      );
    }
  };
  const enterArguments = (code: string, found: object): void => {
    const own = rowsOf('arguments of findings').filter(({ present }) => present.includes(`\`${code}\``));
    const visit = (path: string, item: unknown): void => {
      const row = own.find((one) => one.path === path);
      if (row !== undefined) rows.add(`arguments of findings: ${path} of ${code}`);
      const isContainer = own.some((one) => one.path.startsWith(`${path}.`));
      if (Array.isArray(item)) for (const one of item) visit(`${path}[]`, one);
      else if (row?.shape !== undefined) enter([{ table: row.shape, path: '' }], item);
      else if (isContainer) for (const [name, one] of Object.entries(item as object)) visit(`${path}.${name}`, one);
      else if (row === undefined) unknown.add(`${code}: ${path}`);
    };
    for (const [name, item] of Object.entries(found)) visit(name, item);
  };
  enter([{ table: title, path: '' }], value);
  return { rows, unknown: [...unknown] };
}

interface Place {
  readonly table: string;
  readonly path: string;
}

interface OwnedRow extends Row {
  readonly owner: string;
}

function knownPlace({
  table,
  path,
}: Place): (Place & { readonly row: OwnedRow | undefined; readonly isContainer: boolean })[] {
  const own = rowsWithOwners(table);
  const row = own.get(path);
  const isContainer = path === '' || [...own.keys()].some((other) => other.startsWith(`${path}.`));
  return row === undefined && !isContainer ? [] : [{ table, path, row, isContainer }];
}

/** The place of the field `name` of an object; `*` stands for names that are data. */
function childOf(table: string, path: string, name: string): Place {
  const start = path === '' ? '' : `${path}.`;
  const own = [...rowsWithOwners(table).keys()];
  const isData = own.some((other) => other === `${start}*` || other.startsWith(`${start}*.`));
  return { table, path: `${start}${isData ? '*' : name}` };
}

/** The rows of a table by field, including those from tables that it includes. */
function rowsWithOwners(title: string): ReadonlyMap<string, OwnedRow> {
  const found = owned.get(title);
  if (found !== undefined) return found;
  const own = rowsOf(title).flatMap((row): (readonly [string, OwnedRow])[] =>
    row.path === '…' ? [...rowsWithOwners(row.shape ?? '')] : [[row.path, { ...row, owner: title }]],
  );
  owned.set(title, new Map(own));
  return new Map(own);
}

const owned = new Map<string, ReadonlyMap<string, OwnedRow>>();
