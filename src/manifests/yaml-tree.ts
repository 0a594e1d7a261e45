/** YAML and JSON as trees with places; the package `yaml` lives here. */
import type { ManifestNode, MapNode, Pair, ScalarNode, SeqNode } from '../domain/manifest-text/node.ts';

export interface ParsedManifest {
  /** The content of each document that has one. */
  readonly documents: readonly ManifestNode[];
  /** The first thing that is no YAML. */
  readonly error?: { readonly offset: number; readonly message: string };
}

type Yaml = typeof import('yaml');
type Source = import('yaml').Node | null;

/** Reads a stream of documents. Keys may be there twice, and `<<` is a key like any other: readers differ there. */
export async function parseTree(text: string): Promise<ParsedManifest> {
  const yaml = await import('yaml');
  const parsed = yaml.parseAllDocuments(text, { uniqueKeys: false, merge: false, logLevel: 'silent' });
  const documents = 'empty' in parsed ? [] : parsed;
  for (const { errors } of documents) {
    const [error] = errors;
    if (error !== undefined) return { documents: [], error: { offset: error.pos[0], message: error.code } };
  }
  return {
    documents: documents.flatMap(({ contents }) => (contents === null ? [] : [convert(contents, yaml, new Map())])),
  };
}

/** `anchors` are those above, in the order of the text, in which a later one hides an earlier one of its name. */
function convert(node: Source, yaml: Yaml, anchors: Map<string, ManifestNode>): ManifestNode {
  const [start = 0, end = start] = node?.range ?? [];
  if (node === null) return { kind: 'scalar', start, end, value: null };
  if (yaml.isAlias(node)) return { kind: 'alias', start, end, target: anchors.get(node.source) };
  const converted = yaml.isMap(node)
    ? mapNode(node, yaml, anchors)
    : yaml.isSeq(node)
      ? seqNode(node, yaml, anchors)
      : scalarNode(node as import('yaml').Scalar);
  if (converted.anchor !== undefined) anchors.set(converted.anchor, converted);
  return converted;
}

function mapNode(node: import('yaml').YAMLMap, yaml: Yaml, anchors: Map<string, ManifestNode>): MapNode {
  const [start = 0, end = start] = node.range ?? [];
  const pairs = node.items.map((pair): Pair => {
    const key = convert(pair.key as Source, yaml, anchors);
    const value = convert(pair.value as Source, yaml, anchors);
    // Without a colon, in a flow map, there is no value at all.
    return { key, value: pair.value === null ? { ...value, start: key.end, end: key.end } : value };
  });
  const flow = node.flow ?? false;
  const last = pairs.at(-1);
  const contentEnd = flow || last === undefined ? end : Math.max(last.key.end, last.value.end);
  return { kind: 'map', start, end: contentEnd, flow, anchor: node.anchor, pairs };
}

function seqNode(node: import('yaml').YAMLSeq, yaml: Yaml, anchors: Map<string, ManifestNode>): SeqNode {
  const [start = 0, end = start] = node.range ?? [];
  const items = node.items.map((item) => convert(item as Source, yaml, anchors));
  const flow = node.flow ?? false;
  return { kind: 'seq', start, end: flow ? end : (items.at(-1)?.end ?? end), flow, anchor: node.anchor, items };
}

function scalarNode(node: import('yaml').Scalar): ScalarNode {
  const [start = 0, end = start] = node.range ?? [];
  return { kind: 'scalar', start, end, value: node.value, anchor: node.anchor };
}
