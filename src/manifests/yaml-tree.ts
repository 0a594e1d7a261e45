/** Parses YAML and JSON into trees with places, from the events of js-yaml. */
import { type ManifestNode, mergeOf, nodeBudget, type Pair } from '../domain/manifest-text/node.ts';
import {
  type AliasEvent,
  type DocumentEvent,
  type MappingEvent,
  reasonOf,
  type ScalarEvent,
  type SequenceEvent,
  type YamlEvent,
  type YamlLibrary,
  yamlLibrary,
} from '../yaml.ts';
import { eventsOf } from './yaml-events.ts';
import { afterIndicator, blockScalarEnd, closingBracket, type Parent, skipBlanks, skipSpace } from './yaml-place.ts';

export interface ParsedManifest {
  /** The content of each document that has one. */
  readonly documents: readonly ManifestNode[];
  /** The first place that is not valid YAML. */
  readonly error?: { readonly offset: number; readonly message: string };
}

type Collection = SequenceEvent | MappingEvent;

/** A document or collection that has begun and not ended. */
interface Open extends Parent {
  readonly event: Collection | DocumentEvent;
  /** For a map, its keys and values in turn. */
  readonly children: ManifestNode[];
}

interface Builder {
  readonly text: string;
  readonly yaml: YamlLibrary;
  readonly open: Open[];
  readonly documents: ManifestNode[];
  /** The anchors so far, in which a later one hides an earlier one of its name. */
  readonly anchors: Map<string, ManifestNode>;
  readonly budget: { left: number };
  /** Where the last document ended. */
  end: number;
}

/**
 * Reads a stream of documents. Keys may occur twice, and `<<` is a key like any other, because readers differ there. Throws
 * TooManyNodes when merge keys bring in too much.
 */
export async function parseTree(text: string): Promise<ParsedManifest> {
  // A copy, because each access to a module of a bundle calls a function.
  const yaml = { ...(await yamlLibrary()) };
  let events: YamlEvent[];
  try {
    events = eventsOf(text, yaml);
  } catch (error) {
    if (!(error instanceof yaml.YAMLException)) throw error;
    return { documents: [], error: { offset: error.mark?.position ?? 0, message: reasonOf(error) } };
  }
  const builder: Builder = {
    text,
    yaml,
    open: [],
    documents: [],
    anchors: new Map(),
    budget: nodeBudget(text),
    end: 0,
  };
  for (const event of events) take(event, builder);
  return { documents: builder.documents };
}

function take(event: YamlEvent, builder: Builder): void {
  const { text, open, anchors, yaml } = builder;
  const { EVENT_ID, COLLECTION_STYLE } = yaml;
  switch (event.type) {
    case EVENT_ID.DOCUMENT:
      anchors.clear();
      open.push({ kind: 'document', event, flow: false, start: builder.end, end: builder.end, children: [] });
      return;
    case EVENT_ID.SEQUENCE:
    case EVENT_ID.MAPPING: {
      const kind = event.type === EVENT_ID.MAPPING ? 'map' : 'seq';
      const flow = event.style === COLLECTION_STYLE.FLOW;
      const { start } = event;
      open.push({ kind, event, flow, start, end: start, children: [] });
      return;
    }
    case EVENT_ID.SCALAR:
      add(scalarNode(event, builder), builder);
      return;
    case EVENT_ID.ALIAS:
      add(aliasNode(event, builder), builder);
      return;
    case EVENT_ID.POP: {
      const ended = open.pop() as Open;
      if (ended.kind === 'document') endDocument(ended, builder);
      else add(collectionNode(ended, text, builder), builder);
    }
  }
}

/** Adds `node` to the innermost open document or collection, and its name to the anchors. */
function add(node: ManifestNode, { open, anchors }: Builder): void {
  const parent = open.at(-1) as Open;
  parent.children.push(node);
  parent.end = Math.max(parent.end, node.end);
  if (node.anchor !== undefined) anchors.set(node.anchor, node);
}

function endDocument({ children, end }: Open, builder: Builder): void {
  const [content] = children;
  builder.end = end;
  if (content !== undefined && content.end > content.start) builder.documents.push(content);
}

function collectionNode(
  { kind, event, flow, start, end, children }: Open,
  text: string,
  builder: Builder,
): ManifestNode {
  const anchor = anchorOf(event as Collection, text);
  if (kind === 'seq') {
    return { kind, start, end: flow ? closingBracket(text, start, end) : end, flow, anchor, items: children };
  }
  const pairs: Pair[] = [];
  for (let index = 0; index < children.length; index += 2) {
    pairs.push({ key: children[index] as ManifestNode, value: children[index + 1] as ManifestNode });
  }
  const first = children[0]?.start ?? start;
  // `[a: b]` is a list with a map that has no braces. That map may begin with a map that has braces.
  const braces = flow && text[start] === '{' && (first > start || children.length === 0);
  // The anchor and the tag of the first key are not part of a block map.
  const begin = braces || (!flow && (text[start] === '?' || text[start] === ':')) ? start : Math.max(start, first);
  const merge = mergeOf(pairs, builder.budget);
  return {
    kind: 'map',
    start: begin,
    end: braces ? closingBracket(text, start, end) : end,
    flow,
    anchor,
    pairs,
    merge,
  };
}

function aliasNode({ anchorStart, anchorEnd }: AliasEvent, { text, anchors }: Builder): ManifestNode {
  const target = anchors.get(text.slice(anchorStart, anchorEnd));
  return { kind: 'alias', start: anchorStart - 1, end: anchorEnd, target };
}

function scalarNode(event: ScalarEvent, builder: Builder): ManifestNode {
  const { text, yaml, open } = builder;
  const { valueStart, valueEnd, style, chomping, indent } = event;
  const { SCALAR_STYLE, CHOMPING_MODE } = yaml;
  const anchor = anchorOf(event, text);
  const value = scalarValue(event, builder);
  const isPlain = style === SCALAR_STYLE.PLAIN;
  if (isPlain && valueStart >= 0) return { kind: 'scalar', start: valueStart, end: valueEnd, value, anchor };
  if (style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED) {
    return { kind: 'scalar', start: valueStart - 1, end: valueEnd + 1, value, anchor };
  }
  const propertiesEnd = Math.max(event.anchorEnd, event.tagEnd);
  const before = propertiesEnd < 0 ? afterIndicator(text, open.at(-1) as Open) : skipBlanks(text, propertiesEnd);
  if (isPlain) return { kind: 'scalar', start: before, end: before, value, anchor };
  const end = chomping === CHOMPING_MODE.KEEP ? valueEnd : blockScalarEnd(text, valueStart, valueEnd, indent);
  return { kind: 'scalar', start: skipSpace(text, before), end, value, anchor };
}

/** Resolves a scalar by the core schema of YAML 1.2. A tag that the schema does not know is ignored. */
function scalarValue(event: ScalarEvent, { text, yaml }: Builder): unknown {
  const { CORE_SCHEMA, getScalarValue, NOT_RESOLVED, SCALAR_STYLE } = yaml;
  const source = getScalarValue(text, event);
  if (event.tagStart < 0) {
    return event.style === SCALAR_STYLE.PLAIN ? CORE_SCHEMA.resolveImplicitScalarTag(source).value : source;
  }
  const [, name] = /^!(?:!|<tag:yaml\.org,2002:)([a-z]+)>?$/.exec(text.slice(event.tagStart, event.tagEnd)) ?? [];
  const tag = CORE_SCHEMA.tags.find(
    ({ nodeKind, tagName }) => nodeKind === 'scalar' && tagName === `tag:yaml.org,2002:${name}`,
  );
  const value = tag?.nodeKind === 'scalar' ? tag.resolve(source, true, tag.tagName) : source;
  return value === NOT_RESOLVED ? source : value;
}

function anchorOf({ anchorStart, anchorEnd }: Collection | ScalarEvent, text: string): string | undefined {
  return anchorStart < 0 ? undefined : text.slice(anchorStart, anchorEnd);
}
