/**
 * Leaves of the declarations that tsc has written those which an export of the package reaches: it writes everything of each file that it
 * has seen, and the rest would be 11 kB of what is downloaded.
 */
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ENTRIES = ['dist/api/index.d.ts', 'dist/api/library/cluster.d.ts'].map((entry) => join(entry));

interface Statement {
  readonly file: string;
  /** With the comment in front of it. */
  readonly text: string;
  /** Names that stand in it, its own as well. */
  readonly names: ReadonlySet<string>;
  /** What it declares; undefined for an import, or an export of what is declared elsewhere. */
  readonly declares: string | undefined;
}

const DECLARATION = /^(?:export )?(?:declare )?(?:abstract )?(?:function|const|class|interface|type|enum) (\w+)/;

function statementsOf(file: string): Statement[] {
  const starts = /^(?=(?:\/\*\*(?:(?!\*\/).)*\*\/\n)*(?:export|import|declare|interface|type|class)\b)(?<!\*\/\n)/ms;
  return readFileSync(file, 'utf8')
    .split(starts)
    .map((text) => {
      const code = text.replace(/\/\*\*.*?\*\//gs, '').trimStart();
      return { file, text, names: new Set(code.match(/[A-Za-z_$][\w$]*/g)), declares: DECLARATION.exec(code)?.[1] };
    });
}

const files = globSync('dist/api/**/*.d.ts').map((file) => join(file));
const statements = files.flatMap(statementsOf);
const declared = Map.groupBy(statements, ({ declares }) => declares);
const kept = new Set<Statement>();
const reach = (statement: Statement): void => {
  if (kept.has(statement)) return;
  kept.add(statement);
  for (const name of statement.names) for (const other of declared.get(name) ?? []) reach(other);
};
for (const statement of statements) {
  if (ENTRIES.includes(statement.file) && statement.text.includes('export ')) reach(statement);
}

/** An import of what is still used in its file, undefined where that is nothing. */
function importOf({ text }: Statement, used: ReadonlySet<string>): string | undefined {
  const [, start = '', list = '', end = ''] = /^(.*?\{ )(.*)( \} from .*)$/s.exec(text) ?? [];
  const names = list.split(', ').filter((name) => used.has(name.replace(/^.*\b(?:type|as) /, '')));
  return names.length === 0 ? undefined : `${start}${names.join(', ')}${end}`;
}

for (const file of files) {
  const own = statements.filter((statement) => statement.file === file);
  const used = new Set(own.flatMap((statement) => (kept.has(statement) ? [...statement.names] : [])));
  const texts = own.flatMap((statement) => {
    if (/^(?:\/\*\*.*?\*\/\s*)?import /s.test(statement.text)) return importOf(statement, used) ?? [];
    return kept.has(statement) ? statement.text : [];
  });
  if (own.some((statement) => kept.has(statement))) writeFileSync(file, texts.join(''));
  else rmSync(file);
}
