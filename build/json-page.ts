/**
 * Makes the tables of docs/json.md from the types of what the program prints: `node build/json-page.ts`. Fields, types and
 * codes come from the compiler; what a field means, and when it is there, stays as it was written. A test compares them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Answers, type Field, readAnswers } from './json-answers.ts';

/** For each place in the code that prints an answer, the title of the table about it; undefined if it has none. */
export const PLACES: Readonly<Record<string, string | undefined>> = {
  'attaching/attach-printer.ts: shown': 'attach and detach',
  'commands/attach/manifest-printer.ts: { results, notes }': 'attach and detach 2',
  'commands/show/inspection-printer.ts: value': 'inspect',
  'commands/show/list-printer.ts: { items: rows }': 'list',
  'output/verdict-printer.ts: { items: rows }': 'verify',
  'output/node-verdicts.ts: { items }': 'verify 2',
  'commands/doctor/report-writer.ts: shownReport(report, io)': 'why and doctor',
  'commands/sync/sync-printer.ts: shown': 'sync',
  'commands/rotate/rotate-printer.ts: asJson(items, { request, outcomes, restarted, mark }, errors)': 'rotate',
  'commands/remove/remove.ts: { dryRun, results: removed, errors: report.errors() }': 'remove',
  'commands/remove/delete.ts: { dryRun, deleted, lists: changed, ...more, errors: report.errors() }': 'delete',
  "commands/rbac/rbac.ts: { apiVersion: 'v1', kind: 'List', items: objects }": 'rbac',
  'commands/completion/print-version.ts: { version: RELEASE, commit: COMMIT, runtime, platform }': 'version',
  // Prints a Secret as kubectl does (secret-manifest.test.ts); json.cluster.test.ts checks its fields.
  'output/secret-manifest.ts: inOrder(shown)': undefined,
  'output/structured.ts: value': undefined,
  // Prints one of the answers above, if there is only one cluster.
  'changes/run-contexts.ts: value': undefined,
  'changes/run-contexts.ts: shown': 'several clusters',
  'commands/doctor/report-writer.ts: sarifOf(report, io)': undefined,
};

const ARGUMENTS = 'arguments of findings';
const PAGE = new URL('../docs/json.md', import.meta.url);

/** A row of a table: `| field | type | meaning | present |`. `part` is the shared part that its type links to. */
interface Row {
  readonly path: string;
  readonly cells: readonly string[];
  readonly part?: string | undefined;
}

/** `page` with the fields of `answers`: what is new at the end of its table, what is gone left out. */
export function jsonPage(page: string, { answers, findingArguments }: Answers): string {
  const known = answers.flatMap(({ place, fields }) => {
    const title = PLACES[place];
    return title === undefined ? [] : [{ title, fields }];
  });
  const tables = new Map(tablesOf(page).map(({ title, rows }) => [title, rows]));
  const parts = partsOf(tables, [...known, { title: ARGUMENTS, fields: [...findingArguments.values()].flat() }]);
  return tablesOf(page).reduce((text, { title, block, rows }) => {
    const fields = parts.get(title);
    const lines = title === ARGUMENTS ? argumentRows(rows, findingArguments) : fields && rowsOf(rows, fields, tables);
    return lines === undefined ? text : text.replace(block, () => [...head(block), ...lines, ''].join('\n'));
  }, page);
}

/** Every table of the page. The second one below a heading has the title `HEADING 2`, and so on. */
function tablesOf(page: string): { title: string; block: string; rows: readonly Row[] }[] {
  return page
    .split(/^##+ /m)
    .slice(1)
    .flatMap((section) => {
      const heading = section.split('\n', 1)[0] ?? '';
      return (section.match(/(^\|.*\n)+/gm) ?? []).map((block, index) => ({
        title: index === 0 ? heading : `${heading} ${index + 1}`,
        block,
        rows: block.trimEnd().split('\n').slice(2).map(rowOf),
      }));
    });
}

function rowOf(line: string): Row {
  const cells = line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
  const [, part] = /^\[.*\]\(#(.*)\)$/.exec(cells[1] ?? '') ?? [];
  return { path: (cells[0] ?? '').replaceAll('`', ''), cells, part: part?.replaceAll('-', ' ') };
}

/** The fields of each table, with those of the shared parts: what is below each row that links to one. */
function partsOf(
  tables: ReadonlyMap<string, readonly Row[]>,
  known: readonly { readonly title: string; readonly fields: readonly Field[] }[],
): ReadonlyMap<string, readonly Field[]> {
  const found = new Map<string, Map<string, Field>>();
  const enter = ({ title, fields }: { title: string; fields: readonly Field[] }): void => {
    const own = found.get(title) ?? new Map<string, Field>();
    const added = fields.filter(({ path }) => !own.has(path));
    found.set(title, own);
    for (const field of added) own.set(field.path, field);
    const rows = tables.get(title) ?? [];
    for (const { path, part } of added.length === 0 ? [] : rows) {
      if (part !== undefined)
        enter({
          title: part,
          fields: path === '…' ? rest(needRows(added), rows) : below(rest(added, rows, path), path),
        });
    }
  };
  for (const one of known) enter(one);
  return new Map([...found].map(([title, fields]) => [title, [...fields.values()]]));
}

function below(fields: readonly Field[], path: string): readonly Field[] {
  const start = `${path}.`;
  return fields.flatMap((field) =>
    field.path.startsWith(start) ? [{ ...field, path: field.path.slice(start.length) }] : [],
  );
}

/** What no row covers, but for the row of `part`. */
function rest(fields: readonly Field[], rows: readonly Row[], part?: string): readonly Field[] {
  const others = rows.filter(({ path }) => path !== part);
  return fields.filter(
    ({ path }) => !others.some((row) => row.path === path || (row.part && path.startsWith(`${row.path}.`))),
  );
}

function rowsOf(rows: readonly Row[], fields: readonly Field[], tables: ReadonlyMap<string, readonly Row[]>): string[] {
  const byPath = new Map(fields.map((field) => [field.path, field]));
  const kept = rows.flatMap(({ path, part, cells: [, type = '', meaning = '', present = ''] }) => {
    const field = byPath.get(path);
    if (path === '…') return [line(['`…`', type, meaning, present])];
    return field === undefined
      ? []
      : [line([`\`${path}\``, part ? type : typeCell(field), meaning, presence(field, present)])];
  });
  const shared = rows.flatMap(({ path, part }) => (path === '…' ? (tables.get(part ?? '') ?? []) : []));
  const added = rest(needRows(fields), [...rows, ...shared]).filter(({ path }) => !path.startsWith('[]'));
  return [...kept, ...added.map((field) => line([`\`${field.path}\``, typeCell(field), '', presence(field, '')]))];
}

/** An object that is always there needs no row, only its fields do. */
function needRows(fields: readonly Field[]): readonly Field[] {
  return fields.filter(({ path, type, optional }) => {
    const hasFields = fields.some((other) => other.path.startsWith(`${path}.`));
    return type !== 'object' || optional || !hasFields;
  });
}

function presence({ optional }: Field, written: string): string {
  if (!optional) return '';
  return written === '' ? 'at times' : written;
}

/** One row for each argument and type, with the codes that have it, in the order of the catalog; `?` where it can be missing. */
function argumentRows(rows: readonly Row[], byCode: ReadonlyMap<string, readonly Field[]>): string[] {
  const meanings = new Map(rows.map(({ cells: [path, type, meaning = ''] }) => [`${path} | ${type}`, meaning]));
  const found = new Map<string, string[]>();
  for (const [code, fields] of byCode) {
    const own = fields.filter(({ path }) => !/^(remedy|cause|restart)\./.test(path));
    for (const field of needRows(own)) {
      const key = `\`${field.path}\` | ${LINKED[field.path] ?? typeCell(field)}`;
      found.set(key, [...(found.get(key) ?? []), `\`${code}\`${field.optional ? '?' : ''}`]);
    }
  }
  return [...found].map(([key, codes]) => line([...key.split(' | '), meanings.get(key) ?? '', codes.join(', ')]));
}

const LINKED: Readonly<Record<string, string>> = {
  remedy: '[remedy](#remedy)',
  cause: '[finding](#finding)',
  restart: '[restart](#restart)',
};

function typeCell({ type }: Field): string {
  const literals = () =>
    type
      .split(' or ')
      .map((text) => text.replaceAll('"', '`'))
      .join(', ');
  return type.startsWith('"') ? literals() : type;
}

function head(block: string): string[] {
  return block.split('\n').slice(0, 2);
}

function line(cells: readonly string[]): string {
  return `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`;
}

if (import.meta.main) writeFileSync(PAGE, jsonPage(readFileSync(PAGE, 'utf8'), readAnswers()));
