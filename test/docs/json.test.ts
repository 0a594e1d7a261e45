/** docs/json.md has every field that the printers can print, and no other. */
import { describe, expect, test } from 'vitest';
import { FINDING_CODES } from '../../src/findings/finding.ts';
import { type Field, readAnswers } from '../support/json-answers.ts';
import { documentedFields, rowsOf, sectionOf, tables } from '../support/json-page.ts';

/** For each place in the code that prints an answer, the title of the table about it; undefined if it has none. */
const PLACES: Readonly<Record<string, string | undefined>> = {
  'attaching/attach-printer.ts: shown': 'attach and detach',
  'commands/attach/manifest-printer.ts: { results, notes }': 'attach and detach 2',
  'commands/show/inspection-printer.ts: value': 'inspect',
  'commands/show/list-printer.ts: { items: rows }': 'list',
  'output/verdict-printer.ts: { items: rows }': 'verify',
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

const { answers, findingArguments } = readAnswers();

test('every place that prints JSON has its table', () => {
  expect(answers.map(({ place }) => place).sort()).toEqual(Object.keys(PLACES).sort());
});

describe('the table has the fields of the compiler, with type and presence', () => {
  const known = answers.flatMap(({ place, fields }) => {
    const title = PLACES[place];
    return title === undefined ? [] : [{ title, fields }];
  });

  test.each(known)('$title', ({ title, fields }) => {
    // For several Secrets, inspect prints a list with the same fields.
    const one = title === 'inspect' ? fields.filter(({ path }) => !path.startsWith('[]')) : fields;
    expect(lines(documentedFields(title))).toEqual(lines(wanted(one, documentedFields(title))));
  });

  test('several Secrets of inspect are a list of what one is', () => {
    const { fields = [] } = known.find(({ title }) => title === 'inspect') ?? {};
    const [several, one] = [fields.filter(isInList), fields.filter((field) => !isInList(field))];
    expect(several.flatMap(({ path, ...rest }) => (path === '[]' ? [] : [{ path: path.slice(3), ...rest }]))).toEqual(
      one,
    );
  });
});

test('the codes of notes are those that there are', () => {
  const { fields = [] } = answers.find(({ place }) => place.startsWith('attaching/attach-printer.ts')) ?? {};
  const { values = [] } = fields.find(({ path }) => path === 'notes[].code') ?? {};
  const own = values.filter((code) => !(FINDING_CODES as readonly string[]).includes(code));
  const named = /or one of these codes.*?:\n(.*?)\.\n/s.exec(sectionOf('note'))?.[1] ?? '';
  expect(named.match(/[\w-]+/g)?.sort()).toEqual([...own].sort());
});

describe('arguments of findings', () => {
  test('the table has those of every code', () => {
    const found = (tables.get('arguments of findings') ?? []).map(([path, type, , codes]) => [path, type, codes]);
    expect(found).toEqual(argumentRows(findingArguments));
  });

  test('each remedy', () => {
    const fields = (findingArguments.get('no-pull-secret') ?? []).flatMap(({ path, ...rest }) =>
      path.startsWith('remedy.') ? [{ path: path.slice('remedy.'.length), ...rest }] : [],
    );
    expect(lines(documentedFields('remedy'))).toEqual(lines(wanted(fields, documentedFields('remedy'))));
  });
});

test('every part that answers share is one of some answer', () => {
  const used = [...tables.keys()].flatMap((title) => rowsOf(title).flatMap(({ shape }) => shape ?? []));
  const parts = [...tables.keys()].slice([...tables.keys()].indexOf('error'));
  expect(parts.filter((part) => !used.includes(part) && part !== 'arguments of findings')).toEqual([]);
});

function isInList({ path }: Field): boolean {
  return path.startsWith('[]');
}

/** An object that is always there needs no row, only its fields do. */
function wanted(fields: readonly Field[], documented: readonly Field[]): readonly Field[] {
  const paths = new Set(documented.map(({ path }) => path));
  return fields.filter(({ path, type, optional }) => {
    const hasFields = fields.some((other) => other.path.startsWith(`${path}.`));
    return type !== 'object' || optional || !hasFields || paths.has(path);
  });
}

function lines(fields: readonly Field[]): string[] {
  return fields.map(({ path, type, optional }) => `${path}: ${type}${optional ? ', at times' : ''}`).sort();
}

/** One row for each argument and type, with the codes that have it, in the order of the catalog. */
function argumentRows(byCode: ReadonlyMap<string, readonly Field[]>): string[][] {
  const rows = new Map<string, string[]>();
  for (const [code, fields] of byCode) {
    const own = fields.filter(({ path }) => !/^(remedy|cause)\./.test(path));
    for (const { path, type, optional } of wanted(own, [])) {
      const key = `\`${path}\` | ${typeCell(path, type)}`;
      rows.set(key, [...(rows.get(key) ?? []), `\`${code}\`${optional ? '?' : ''}`]);
    }
  }
  return [...rows].map(([key, codes]) => [...key.split(' | '), codes.join(', ')]);
}

function typeCell(path: string, type: string): string {
  if (path === 'remedy') return '[remedy](#remedy)';
  if (path === 'cause') return '[finding](#finding)';
  return type.startsWith('"')
    ? type
        .split(' or ')
        .map((text) => text.replaceAll('"', '`'))
        .join(', ')
    : type;
}
