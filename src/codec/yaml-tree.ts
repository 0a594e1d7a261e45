/** Reads YAML and JSON into trees with places, from the events of js-yaml. */
import {
  type AliasEvent,
  CHOMPING_MODE,
  COLLECTION_STYLE,
  CORE_SCHEMA,
  EVENT_ID,
  getScalarValue,
  type MappingEvent,
  NOT_RESOLVED,
  parseEvents,
  SCALAR_STYLE,
  type ScalarEvent,
  type SequenceEvent,
  YAMLException,
  type Event as YamlEvent,
} from 'js-yaml';
import { columnOf } from '../text/text-edit.ts';
import {
  MAX_DEPTH,
  mergeOf,
  type NodeBudget,
  nodeBudget,
  type Pair,
  type ScalarNode,
  type YamlNode,
} from './go/yaml-node.ts';

export { YAMLException } from 'js-yaml';
export type { YamlEvent };

// Constants of this file, because each access to another file of a bundle calls a function.
const { ALIAS, SCALAR, MAPPING, POP } = EVENT_ID;
const { PLAIN, SINGLE_QUOTED, DOUBLE_QUOTED } = SCALAR_STYLE;

export interface ParsedYaml {
  /** The content of each document that has one. */
  readonly documents: readonly YamlNode[];
  /** The first place that is not valid YAML. */
  readonly error?: { readonly offset: number; readonly message: string };
}

/**
 * Reads a stream of documents. Keys may occur twice, and `<<` is a key like any other, because readers differ there. Throws
 * TooManyNodes when merge keys bring in too much.
 */
export function parseTree(text: string): ParsedYaml {
  let events: YamlEvent[];
  try {
    events = yamlEvents(text, MAX_DEPTH);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return { documents: [], error: { offset: error.mark?.position ?? 0, message: reasonOf(error) } };
  }
  return { documents: treesOf(events, text).filter(({ start, end }) => end > start) };
}

/** What js-yaml says, without the text that it quotes. */
export function reasonOf({ reason }: YAMLException): string {
  const [cause = ''] = reason.split(/["`<]|: /);
  return cause.trim();
}

/**
 * js-yaml rejects some flow collections that kubectl accepts. It wants a closing bracket further to the right than the key (YAML
 * 1.2 section 7.4), and no tab on the line of the opening bracket. Such a text is parsed with a space in front of these brackets
 * and in place of these tabs. The offsets are those of the original text. Throws YAMLException.
 */
export function yamlEvents(text: string, maxDepth: number): YamlEvent[] {
  try {
    return parseEvents(text, { maxDepth });
  } catch (error) {
    if (!(error instanceof YAMLException) || error.reason !== 'deficient indentation') throw error;
    return lenientEvents(text, maxDepth);
  }
}

function lenientEvents(text: string, maxDepth: number): YamlEvent[] {
  const { lenient, brackets } = lenientText(text);
  try {
    const events = parseEvents(lenient, { maxDepth });
    for (const event of events) moveOffsets(event as unknown as Record<string, unknown>, brackets);
    return events;
  } catch (error) {
    if (error instanceof YAMLException && error.mark !== undefined) {
      error.mark.position = offsetWithout(error.mark.position, brackets);
    }
    throw error;
  }
}

/** Leaves lines alone that set the indentation of a block scalar or a block collection. */
function lenientText(text: string): { lenient: string; brackets: readonly number[] } {
  const brackets: number[] = [];
  let [isFirstOfScalar, isInFlow] = [false, false];
  const lenient = text.replace(/^([ \t]*)([^ \t\r\n].*)$/gm, (line, indent: string, content: string, start: number) => {
    const isBracket = !isFirstOfScalar && /^[\]}]/.test(content);
    const spaces = isInFlow || isBracket ? indent.replaceAll('\t', ' ') : indent;
    if (isBracket) brackets.push(start + indent.length);
    isFirstOfScalar = /[|>][-+\d]*[ \t]*(?:#.*)?$/.test(line);
    isInFlow = /[[{,][ \t]*(?:#.*)?$/.test(line);
    return `${spaces}${isBracket ? ' ' : ''}${content.replaceAll('\t', ' ')}`;
  });
  return { lenient, brackets };
}

const OFFSETS = ['start', 'valueStart', 'valueEnd', 'anchorStart', 'anchorEnd', 'tagStart', 'tagEnd'];

function moveOffsets(event: Record<string, unknown>, brackets: readonly number[]): void {
  for (const name of OFFSETS) {
    const offset = event[name];
    if (typeof offset === 'number' && offset >= 0) event[name] = offsetWithout(offset, brackets);
  }
}

/** In the lenient text, the space before the bracket of index n is at `brackets[n] + n`. */
function offsetWithout(offset: number, brackets: readonly number[]): number {
  let [low, high] = [0, brackets.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((brackets[middle] as number) + middle < offset) low = middle + 1;
    else high = middle;
  }
  return offset - low;
}

/** A document or collection of which some children have been read. */
interface Parent {
  readonly kind: 'document' | 'map' | 'seq';
  readonly flow: boolean;
  readonly start: number;
  /** The end of the last child; its own start while it has none. */
  end: number;
  /** For a map, its keys and values in turn. */
  readonly children: YamlNode[];
}

interface EventReader {
  readonly text: string;
  readonly events: readonly YamlEvent[];
  at: number;
  /** The anchors so far, in which a later one hides an earlier one of its name. */
  readonly anchors: Map<string, YamlNode>;
  /** Of these names, those of collections that have begun and not ended, unless a later node took the name. */
  readonly open: Set<string>;
  readonly budget: NodeBudget;
}

/** The content of each document in `events`; a document without any is a scalar of null. Throws TooManyNodes. */
export function treesOf(events: readonly YamlEvent[], text: string): YamlNode[] {
  const reader: EventReader = { text, events, at: 0, anchors: new Map(), open: new Set(), budget: nodeBudget(text) };
  const documents: YamlNode[] = [];
  let end = 0;
  while (reader.at < events.length) {
    // The event of the document itself.
    reader.at += 1;
    reader.anchors.clear();
    const document = withChildren({ kind: 'document', flow: false, start: end, end, children: [] }, reader);
    ({ end } = document);
    documents.push(...document.children);
  }
  return documents;
}

/** Reads the children of `parent`, and the event that ends it. js-yaml limits the depth. */
function withChildren(parent: Parent, reader: EventReader): Parent {
  for (let event = reader.events[reader.at++]; event && event.type !== POP; event = reader.events[reader.at++]) {
    const node = nodeOf(event, parent, reader);
    parent.children.push(node);
    parent.end = Math.max(parent.end, node.end);
    if (node.anchor === undefined) continue;
    reader.anchors.set(node.anchor, node);
    reader.open.delete(node.anchor);
  }
  return parent;
}

function nodeOf(event: YamlEvent, parent: Parent, reader: EventReader): YamlNode {
  if (event.type === SCALAR) return scalarNode(event, parent, reader.text);
  return event.type === ALIAS ? aliasNode(event, reader) : collectionNode(event as CollectionEvent, reader);
}

type CollectionEvent = SequenceEvent | MappingEvent;

function collectionNode(event: CollectionEvent, reader: EventReader): YamlNode {
  const { text, open, budget } = reader;
  const { start, type } = event;
  const kind = type === MAPPING ? 'map' : 'seq';
  const flow = event.style === COLLECTION_STYLE.FLOW;
  const anchor = anchorOf(event, text);
  if (anchor !== undefined) open.add(anchor);
  const { children, end } = withChildren({ kind, flow, start, end: start, children: [] }, reader);
  if (kind === 'seq') {
    return { kind, start, end: flow ? closingBracket(text, start, end) : end, flow, anchor, items: children };
  }
  const pairs: Pair[] = [];
  for (let index = 0; index < children.length; index += 2) {
    pairs.push({ key: children[index] as YamlNode, value: children[index + 1] as YamlNode });
  }
  const first = children[0]?.start ?? start;
  // `[a: b]` is a list with a map that has no braces. That map may begin with a map that has braces.
  const braces = flow && text[start] === '{' && (first > start || children.length === 0);
  // The anchor and the tag of the first key are not part of a block map.
  const begin = braces || (!flow && (text[start] === '?' || text[start] === ':')) ? start : Math.max(start, first);
  const last = braces ? closingBracket(text, start, end) : end;
  return { kind, start: begin, end: last, flow, anchor, pairs, merge: mergeOf(pairs, budget) };
}

function aliasNode({ anchorStart, anchorEnd }: AliasEvent, { text, anchors, open }: EventReader): YamlNode {
  const name = text.slice(anchorStart, anchorEnd);
  const [target, isInside] = [anchors.get(name), open.has(name)];
  return { kind: 'alias', start: anchorStart - 1, end: anchorEnd, target, isInside };
}

function scalarNode(event: ScalarEvent, parent: Parent, text: string): ScalarNode {
  const { tagStart, tagEnd, style } = event;
  const tag = fullTag(text.slice(tagStart, tagEnd));
  const isPlain = style === PLAIN;
  const content = getScalarValue(text, event);
  return {
    kind: 'scalar',
    ...placeOf(event, parent, text),
    anchor: anchorOf(event, text),
    text: content,
    tag,
    plain: tagStart < 0 ? isPlain : tag === '!',
    value: tagStart < 0 && isPlain ? CORE_SCHEMA.resolveImplicitScalarTag(content).value : taggedValue(content, tag),
  };
}

function fullTag(tag: string): string {
  if (tag.startsWith('!<')) return tag.slice(2, -1);
  return tag.startsWith('!!') ? `tag:yaml.org,2002:${tag.slice(2)}` : tag;
}

/** The value by the core schema of YAML 1.2. A tag that the schema does not know is ignored. */
function taggedValue(content: string, tag: string): unknown {
  if (tag === '') return content;
  const known = CORE_SCHEMA.tags.find((one) => one.nodeKind === 'scalar' && one.tagName === tag);
  const value = known?.nodeKind === 'scalar' ? known.resolve(content, true, tag) : content;
  return value === NOT_RESOLVED ? content : value;
}

function anchorOf({ anchorStart, anchorEnd }: CollectionEvent | ScalarEvent, text: string): string | undefined {
  return anchorStart < 0 ? undefined : text.slice(anchorStart, anchorEnd);
}

function placeOf(event: ScalarEvent, parent: Parent, text: string): { start: number; end: number } {
  const { valueStart, valueEnd, style, chomping, indent } = event;
  if (style === PLAIN && valueStart >= 0) return { start: valueStart, end: valueEnd };
  if (style === SINGLE_QUOTED || style === DOUBLE_QUOTED) return { start: valueStart - 1, end: valueEnd + 1 };
  const properties = Math.max(event.anchorEnd, event.tagEnd);
  const before = properties < 0 ? afterIndicator(text, parent) : skipBlanks(text, properties);
  if (style === PLAIN) return { start: before, end: before };
  const end = chomping === CHOMPING_MODE.KEEP ? valueEnd : blockScalarEnd(text, valueStart, valueEnd, indent);
  return { start: skipSpace(text, before), end };
}

/** The offset after white space, line breaks and comments. */
function skipSpace(text: string, from: number): number {
  let offset = from;
  for (;;) {
    switch (text[offset]) {
      case '#':
        offset = lineBreak(text, offset);
        break;
      case ' ':
      case '\t':
      case '\r':
      case '\n':
      case '\uFEFF':
        offset += 1;
        break;
      default:
        return offset;
    }
  }
}

/** The offset after spaces and tabs. */
function skipBlanks(text: string, from: number): number {
  let offset = from;
  while (text[offset] === ' ' || text[offset] === '\t') offset += 1;
  return offset;
}

/** The end of a flow collection whose last child ends at `end`. */
function closingBracket(text: string, start: number, end: number): number {
  let offset = skipSpace(text, Math.max(start + 1, end));
  while (/[,:?]/.test(text[offset] ?? '')) offset = skipSpace(text, offset + 1);
  return offset + 1;
}

/** Where the next child of `parent` may begin: after the dash, the colon or the question mark, and blanks. */
function afterIndicator(text: string, parent: Parent): number {
  const { kind, children, end } = parent;
  const next = skipSpace(text, end);
  if (kind === 'document') return afterMark(text, end);
  if (kind === 'seq') return text[next] === '-' ? skipBlanks(text, next + 1) : end;
  if (children.length % 2 === 1) return afterColon(text, parent, next);
  const entry = skipFlow(text, parent, next);
  return text[entry] === '?' ? skipBlanks(text, entry + 1) : entry;
}

/** The offset after the bracket or the comma in front of an entry of a flow map. */
function skipFlow(text: string, { flow, start, end }: Parent, next: number): number {
  if (!flow) return next;
  const inside = end === start && text[start] === '{' ? skipSpace(text, start + 1) : next;
  return text[inside] === ',' ? skipSpace(text, inside + 1) : inside;
}

/** The place of a value after its colon. Without a colon there is no value, and its place is the end of the key. */
function afterColon(text: string, { children, flow, start }: Parent, next: number): number {
  const end = children.at(-1)?.end ?? start;
  if (text[next] !== ':') return end;
  const isOurs = flow || !/[\r\n]/.test(text.slice(end, next)) || columnOf(text, next) === columnOf(text, start);
  return isOurs ? skipBlanks(text, next + 1) : end;
}

/** The offset after the marks and directives in front of a document. */
function afterMark(text: string, from: number): number {
  let offset = from;
  for (;;) {
    const next = skipSpace(text, offset);
    const mark = text.slice(next, next + 3);
    if (text[next] === '%') offset = lineBreak(text, next);
    else if (mark === '---' || mark === '...') offset = next + 3;
    else return next;
  }
}

/** The end of a block scalar, without the empty lines at its end, which only `+` keeps. */
function blockScalarEnd(text: string, start: number, valueEnd: number, indent: number): number {
  let end = valueEnd;
  while (end > start) {
    const last = text[end - 1] === '\n' ? end - (text[end - 2] === '\r' ? 2 : 1) : end;
    let begin = last;
    while (begin > start && text[begin - 1] === ' ') begin -= 1;
    if (begin === start || text[begin - 1] !== '\n' || last - begin > Math.max(indent, 0)) break;
    end = begin;
  }
  return end;
}

function lineBreak(text: string, from: number): number {
  let offset = from;
  while (offset < text.length && text[offset] !== '\n' && text[offset] !== '\r') offset += 1;
  return offset;
}
