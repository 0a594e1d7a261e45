/** The syntax tree of a TypeScript source, as oxc parses it. */
import { parseSync } from 'rolldown/utils';

/** A node of ESTree with TypeScript. */
export interface TreeNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** Nodes that only contain types or names of files. */
const SKIPPED = /^TS(?!(?:As|Satisfies|NonNull)Expression)|^Import|^ExportAll/;

/** Calls `visit` for each node of `source` that is code, parents first. Keys of objects are not visited, unless computed. */
export function visitSource(source: string, visit: (node: TreeNode) => void): void {
  walk(parseSync('source.ts', source).program as unknown as TreeNode, visit);
}

function walk(node: TreeNode, visit: (node: TreeNode) => void): void {
  if (SKIPPED.test(node.type)) return;
  visit(node);
  for (const [field, value] of Object.entries(node)) {
    if (field === 'key' && node.computed !== true) continue;
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit);
  }
}

export function isNode(value: unknown): value is TreeNode {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';
}
