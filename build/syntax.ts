/** The syntax tree of a chunk, and changes of its text at nodes of the tree. */
import { parseAst } from 'rolldown/parseAst';

export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly name?: string;
  readonly [key: string]: unknown;
}

export interface Program {
  readonly body: readonly Node[];
}

export function parse(code: string): Program {
  return parseAst(code) as unknown as Program;
}

/** `code` with another text for each node for which `replacement` returns one; these must not be in one another. */
export function rewrite(
  code: string,
  replacement: (node: Node, parent: Node | undefined) => string | undefined,
): string {
  const edits: (readonly [node: Node, text: string])[] = [];
  walk(parse(code), (node, parent) => {
    const text = replacement(node, parent);
    if (text !== undefined) edits.push([node, text]);
  });
  edits.sort(([one], [other]) => one.start - other.start);
  return edits.reduceRight((all, [{ start, end }, text]) => all.slice(0, start) + text + all.slice(end), code);
}

/** Calls `visit` for each node, a parent before its children. */
export function walk(value: unknown, visit: (node: Node, parent: Node | undefined) => void, parent?: Node): void {
  if (typeof value !== 'object' || value === null) return;
  const node = 'type' in value && 'start' in value ? (value as Node) : undefined;
  if (node !== undefined) visit(node, parent);
  for (const child of Object.values(value)) walk(child, visit, node ?? parent);
}
