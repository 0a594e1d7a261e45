/**
 * Removes the declarations written by tsc that no export of the package reaches. tsc writes all declarations of each file it has
 * read, and the rest would add 11 kB to the download.
 */
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ENTRIES = ['dist/api/index.d.ts', 'dist/api/library/cluster.d.ts'].map((entry) => join(entry));

interface Statement {
  readonly file: string;
  /** The statement with the comment before it. */
  readonly text: string;
  /** The names in the statement, including its own. */
  readonly names: ReadonlySet<string>;
  /** The declared name; undefined for an import, or an export of a declaration elsewhere. */
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

/** The import reduced to the names that its file still uses; undefined where none is left. */
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
