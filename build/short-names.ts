/**
 * One short name for each name of the outermost scopes, the same in all chunks of the program and of the library. A minifier names
 * them anew in each chunk, so that what two chunks have in common differs: 14 KB of the download.
 */
import type { OutputChunk, Plugin } from 'rolldown';
import { type Node, type Program, parse, rewrite, walk } from './syntax.ts';

/** In the order of their frequency in minified code. */
const LETTERS = [...'etnrioaslcudpfmhgvybxwkCSTEPADMjIORLNBFUqzHVWGYKXJZQ_$'];
const SHORT = [...LETTERS, ...pairs(LETTERS), ...pairs(pairs(LETTERS))];
const RESERVED = ['as', 'do', 'if', 'in', 'of', 'for', 'get', 'let', 'new', 'set', 'try', 'var'];
/** By the long name. */
const shortNames = new Map<string, string>();
const taken = new Set(RESERVED);

function pairs(starts: readonly string[]): string[] {
  return starts.flatMap((start) => [...LETTERS, ...'0123456789'].map((end) => start + end));
}

/**
 * Works on chunks whose outermost names the minifier has left alone. To rename all variables of one name alike is safe in every
 * scope, and what entries and `import()` give keeps its name.
 */
export function shortenNames(): Plugin {
  return {
    name: 'short-names',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((one) => one.type === 'chunk');
      shorten(chunks.map(({ code }) => parse(code)));
      const imported = importedNames(chunks);
      for (const chunk of chunks) {
        const { fileName, facadeModuleId } = chunk;
        const open = facadeModuleId === null ? [] : (this.getModuleInfo(facadeModuleId)?.exports ?? []);
        chunk.code = renamed(chunk.code, imported.get(fileName) ?? new Set(), new Set(open));
      }
    },
  };
}

/** The names that other chunks import at once, by file. */
function importedNames(chunks: readonly OutputChunk[]): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const { code } of chunks) {
    walk(parse(code), (node) => {
      // An entry of the library is `export { … } from` another chunk.
      const source = (node.specifiers === undefined ? undefined : node.source) as { value: string } | null | undefined;
      if (!source) return;
      const file = source.value.replace('./', '');
      const all = names.get(file) ?? new Set();
      names.set(file, all);
      for (const { imported, local } of node.specifiers as Node[]) all.add(nameOf(imported ?? local));
    });
  }
  return names;
}

/** Adds to `shortNames` those of the outermost scopes, the most frequent ones first. gzip likes the others in the order of the text. */
function shorten(programs: readonly Program[]): void {
  const uses = new Map<string, number>();
  const others = new Set<string>();
  for (const program of programs) {
    const outermost = outermostNames(program.body);
    walk(program, (node, parent) => {
      const { name } = node;
      if (name === undefined || !isVariable(node, parent)) return;
      if (outermost.has(name)) uses.set(name, (uses.get(name) ?? 0) + 1);
      else others.add(name);
    });
  }
  // Two names of one bundle must not become one, so these get other short names than in the bundle before.
  for (const [long, short] of shortNames) if (others.has(short)) shortNames.delete(long);
  const free = SHORT.filter((name) => !taken.has(name) && !others.has(name));
  const long = [...uses].filter(([name]) => !shortNames.has(name));
  long.sort(([, few], [, many]) => many - few);
  for (const [index, [name]] of long.entries()) shortNames.set(name, free[index] ?? name);
  for (const name of shortNames.values()) taken.add(name);
}

function outermostNames(body: readonly Node[]): Set<string> {
  const names = body.flatMap((statement) => {
    const specifiers = (statement.type === 'ImportDeclaration' ? statement.specifiers : []) as Node[];
    const declarations = (statement.declarations ?? []) as Node[];
    return [statement, ...declarations]
      .flatMap(({ id }) => boundBy(id))
      .concat(specifiers.map((one) => nameOf(one.local)));
  });
  return new Set(names);
}

function boundBy(pattern: unknown): string[] {
  const names: string[] = [];
  walk(pattern, (node, parent) => {
    if (node.name !== undefined && isVariable(node, parent)) names.push(node.name);
  });
  return names;
}

function isVariable(node: Node, parent: Node | undefined): boolean {
  if (node.type !== 'Identifier') return false;
  switch (parent?.type) {
    case 'MemberExpression':
      return parent.object === node || parent.computed === true;
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return parent.key !== node || parent.computed === true;
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
      return false;
    case 'ExportSpecifier':
    case 'ImportSpecifier':
      return parent.local === node;
    default:
      return true;
  }
}

/** `imported`: the exports that other chunks import at once; `open`: those that are read by their names. */
function renamed(code: string, imported: ReadonlySet<string>, open: ReadonlySet<string>): string {
  const keys = new Map<unknown, string>();
  const outermost = outermostNames(parse(code).body);
  return rewrite(code, (node, parent) => {
    if (node.type === 'ImportSpecifier' && parent !== undefined) return importOf(node, parent);
    if (node.type === 'ExportSpecifier') return exportOf(node, imported, open);
    if (parent?.type === 'ImportSpecifier' || parent?.type === 'ExportSpecifier') return undefined;
    if (node.type === 'Property' && node.shorthand === true) {
      const { left = node.value } = node.value as { left?: unknown };
      keys.set(left, nameOf(node.key));
    }
    const { name } = node;
    if (name === undefined || !outermost.has(name) || !isVariable(node, parent)) return undefined;
    return `${keys.has(node) ? `${keys.get(node)}:` : ''}${shortOf(name)}`;
  });
}

function importOf({ imported, local }: Node, parent: Node): string {
  const { value } = parent.source as { value: string };
  const name = nameOf(imported);
  return pair(value.startsWith('./') ? shortOf(name) : name, shortOf(nameOf(local)));
}

function exportOf({ local, exported }: Node, imported: ReadonlySet<string>, open: ReadonlySet<string>): string {
  const own = shortOf(nameOf(local));
  const name = nameOf(exported);
  const short = imported.has(name) ? [pair(own, shortOf(name))] : [];
  return [...short, ...(open.has(name) || short.length === 0 ? [pair(own, name)] : [])].join(',');
}

function pair(from: string, to: string): string {
  return from === to ? from : `${from} as ${to}`;
}

function nameOf(node: unknown): string {
  return (node as { name: string }).name;
}

function shortOf(name: string): string {
  return shortNames.get(name) ?? name;
}
