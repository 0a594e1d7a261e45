/**
 * Chunks of ES modules as CommonJS. rolldown's own CommonJS reads an import as a property (`n.K`) at every place. Here it is one
 * name, as in the library's chunks, so that gzip finds what both have.
 */
import type { OutputBundle, OutputChunk, Plugin } from 'rolldown';
import { type Node, type Program, parse, rewrite, walk } from './syntax.ts';

interface Specifier extends Node {
  readonly imported?: { readonly name: string };
  readonly exported?: { readonly name: string };
  readonly local: { readonly name: string };
}

interface Statement extends Node {
  readonly specifiers?: readonly Specifier[];
  readonly source?: { readonly value: string } | null;
  readonly kind?: string;
  readonly declarations?: readonly { readonly id: { readonly name?: string } }[];
}

export function commonJs(): Plugin {
  return {
    name: 'common-js',
    renderChunk(code, { fileName }) {
      for (const name of changed(parse(code))) this.error(`${fileName} exports ${name}, which changes later`);
    },
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((one) => one.type === 'chunk');
      for (const { fileName } of chunks) {
        if (importedFrom(fileName, bundle).has(fileName)) this.error(`${fileName} imports itself through other files`);
      }
      for (const chunk of chunks) chunk.code = asCommonJs(chunk.code);
      // For files that end in `.js`, since the package has ES modules.
      this.emitFile({ type: 'asset', fileName: 'package.json', source: '{"type":"commonjs"}\n' });
    },
  };
}

/** The files that `fileName` imports at once, directly or not: in a circle, an import would be read before it has a value. */
function importedFrom(fileName: string, bundle: OutputBundle, found = new Set<string>()): Set<string> {
  for (const name of (bundle[fileName] as OutputChunk | undefined)?.imports ?? []) {
    if (!found.has(name)) importedFrom(name, bundle, found.add(name));
  }
  return found;
}

/** The exported variables to which anything is assigned after they were declared: whoever imports them would keep the old value. */
function changed(program: Program): string[] {
  const assigned = new Set<string>();
  walk(program, (node) => {
    const { type, left, argument } = node as { type: string; left?: { name?: string }; argument?: { name?: string } };
    const target = type === 'AssignmentExpression' ? left : type === 'UpdateExpression' ? argument : undefined;
    if (target?.name !== undefined) assigned.add(target.name);
  });
  const statements = program.body as readonly Statement[];
  const declared = statements.flatMap(({ kind = 'const', declarations = [] }) =>
    kind === 'const' ? [] : declarations,
  );
  const variables = new Set(declared.map(({ id }) => id.name));
  const exported = statements.flatMap(({ type, specifiers }) =>
    type === 'ExportNamedDeclaration' ? (specifiers ?? []) : [],
  );
  return exported.map(({ local }) => local.name).filter((name) => variables.has(name) && assigned.has(name));
}

function asCommonJs(code: string): string {
  return rewrite(code, (node, parent) => replacement(node, code, parent?.type === 'AwaitExpression'));
}

function replacement(node: Node, code: string, isAwaited: boolean): string | undefined {
  const { source, specifiers = [] } = node as Statement;
  if (node.type === 'ImportDeclaration') return importOf(specifiers, `require(${JSON.stringify(source?.value)})`);
  if (node.type === 'ExportNamedDeclaration') {
    if (source) throw new Error(`exports from ${source.value} are not known here`);
    return `module.exports={${specifiers.map(({ exported, local }) => pair(exported?.name, local.name))}};`;
  }
  if (node.type === 'ImportExpression') {
    const { start, end } = (node as Node & { source: Node }).source;
    const required = `require(${code.slice(start, end)})`;
    return isAwaited ? required : `Promise.resolve().then(()=>${required})`;
  }
  return node.type === 'MetaProperty' && code.slice(node.start, node.end) === 'import.meta'
    ? '{url:__filename}'
    : undefined;
}

function importOf(specifiers: readonly Specifier[], required: string): string {
  const named = specifiers.filter(({ imported }) => imported !== undefined);
  const whole = specifiers
    .filter(({ imported }) => imported === undefined)
    .map(({ local }) => `${local.name}=${required}`);
  const parts = named.map(({ imported, local }) => pair(imported?.name, local.name));
  const declared = parts.length === 0 ? whole : [...whole, `{${parts}}=${required}`];
  return `${declared.length === 0 ? required : `const ${declared}`};`;
}

function pair(key = '', value = ''): string {
  return key === value ? key : `${key}:${value}`;
}
