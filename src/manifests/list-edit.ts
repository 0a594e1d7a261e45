/** Changes the list of pull secrets in the text of a manifest, and no more lines than necessary. */
import {
  type MapNode,
  nodeBudget,
  ownPair,
  type Pair,
  resolved,
  type SeqNode,
  toValue,
  type YamlNode,
} from '../codec/go/yaml-node.ts';
import { blockEnd, columnOf, type Edit, eolAt, insertion, lineEnd, lineStart, nextLine } from '../text/text-edit.ts';
import { LIST_FIELD } from '../workloads/kind.ts';
import { listedNames } from '../workloads/pull-spec.ts';
import type { ManifestObject } from './objects.ts';
import { isPlainName, listOffset, type ManifestStyle, newItem, newPair, writtenList } from './yaml-style.ts';

export interface ListEdit {
  readonly object: ManifestObject;
  /** The whole list as it will be. */
  readonly after: readonly unknown[];
}

export interface EditOptions {
  readonly style: ManifestStyle;
  /** Where a new key goes in its map: not every text allows the end. */
  readonly place: 'start' | 'end';
  /** Lists that are changed for some object. An alias of one of them changes with it. */
  readonly changed: ReadonlySet<YamlNode>;
}

/** The edits for one object. */
export function editsFor(text: string, { object, after }: ListEdit, { style, place, changed }: EditOptions): Edit[] {
  const { specNode, listNode } = object;
  const pair = ownPair(specNode, LIST_FIELD);
  // The list comes from a merge key, or there is no list.
  if (pair === undefined)
    return after.length === 0 && listNode === undefined ? [] : addPair(text, specNode, { list: after, style, place });
  const { value } = pair;
  const target = resolved(value);
  if (value.kind === 'alias' && target !== undefined && changed.has(target)) return [];
  if (value.kind === 'alias') return [{ start: value.start, end: value.end, text: writtenList(after, style) }];
  if (value.kind !== 'seq') return after.length === 0 ? [] : fillNull(text, specNode, pair, { list: after, style });
  const stays = keeps(value, after);
  const removed = value.items.filter((_, index) => !stays.has(index));
  const kept = value.items.length - removed.length;
  if (after.length === 0) return emptyList(text, specNode, pair, value);
  const removals = value.flow ? removeFlowItems(value, removed) : removed.map((item) => removeLines(text, item));
  return [...removals, ...addItems(text, value, after.slice(kept), style)];
}

/** Which items stay. `after` is the list without some of them, and perhaps with new ones at its end. */
function keeps(list: SeqNode, after: readonly unknown[]): ReadonlySet<number> {
  const stays = new Set<number>();
  const budget = nodeBudget('');
  let next = 0;
  for (const [index, item] of list.items.entries()) {
    if (next < after.length && JSON.stringify(toValue(item, budget)) === JSON.stringify(after[next])) {
      stays.add(index);
      next += 1;
    }
  }
  return stays;
}

interface NewList {
  readonly list: readonly unknown[];
  readonly style: ManifestStyle;
}

function addPair(text: string, map: MapNode, { list, style, place }: NewList & Pick<EditOptions, 'place'>): Edit[] {
  const [first, last] = [map.pairs[0], map.pairs.at(-1)];
  if (map.flow || first === undefined || last === undefined) return addFlowPair(text, map, list, style);
  const column = Math.min(...map.pairs.map(({ key }) => columnOf(text, key.start)));
  const eol = eolAt(text, map.start);
  const lines = newPair(list, sequenceOffset(text, map, style), style);
  if (place === 'start' || wouldGrow(text, map))
    return [insertion(first.key.start, [...lines, ''].join(`${eol}${' '.repeat(column)}`))];
  const end = blockEnd(text, map.end, column);
  return [insertion(end, lines.map((line) => `${eol}${' '.repeat(column)}${line}`).join(''))];
}

/** Whether the map ends in a block scalar that ends the text without a line break. Text after it would give it one. */
function wouldGrow(text: string, map: MapNode): boolean {
  let last: YamlNode | undefined = map;
  while (last?.kind === 'map' || last?.kind === 'seq')
    last = last.kind === 'map' ? last.pairs.at(-1)?.value : last.items.at(-1);
  return last !== undefined && /[|>]/.test(text[last.start] ?? '') && last.end === text.length && !text.endsWith('\n');
}

/** How far the dashes of a list are to the right of its key, taken from the other lists of the map. */
function sequenceOffset(text: string, map: MapNode, style: ManifestStyle): number {
  return map.pairs.map((pair) => listOffset(text, pair)).find((offset) => offset !== undefined) ?? style.sequenceOffset;
}

function addFlowPair(text: string, map: MapNode, list: readonly unknown[], style: ManifestStyle): Edit[] {
  const last = map.pairs.at(-1);
  const key = style.json ? JSON.stringify(LIST_FIELD) : LIST_FIELD;
  if (last === undefined) return [insertion(map.start + 1, `${key}: ${writtenList(list, style)}`)];
  const before =
    map.pairs.length > 1
      ? text.slice(endOf(map.pairs.at(-2)), last.key.start)
      : text.slice(map.start + 1, last.key.start);
  const space = before.replace(/^\s*,/, '');
  const own = /^\s*$/.test(space) ? space : ' ';
  const multiline = style.json && own.includes('\n');
  const indent = multiline ? own.slice(own.lastIndexOf('\n') + 1) : undefined;
  const gap = own === '' ? style.space : own;
  return [
    insertion(
      endOf(last),
      `,${gap}${key}:${colonSpace(text, last)}${writtenList(list, style, indent, eolAt(text, map.start))}`,
    ),
  ];
}

/** The space between a colon and its value: none in `{"a":1}`. */
function colonSpace(text: string, { key, value }: Pair): string {
  const between = text.slice(key.end, value.start);
  return /^\s*:\s*$/.test(between) && !between.includes('\n') ? between.replace(/^\s*:/, '') : ' ';
}

function endOf(pair: Pair | undefined): number {
  return pair === undefined ? 0 : Math.max(pair.key.end, pair.value.end);
}

/** Fills in a key without a value, with `null`, or with something that is not a list. */
function fillNull(text: string, map: MapNode, { key, value }: Pair, { list, style }: NewList): Edit[] {
  if (value.end > value.start || map.flow) {
    const gap = /\s/.test(text[value.start - 1] ?? '') ? '' : ' ';
    return [{ start: value.start, end: value.end, text: `${gap}${writtenList(list, style)}` }];
  }
  const column = columnOf(text, key.start) + sequenceOffset(text, map, style);
  const lines = list.map((item) => `${eolAt(text, key.start)}${' '.repeat(column)}- ${newItem(item, style)}`);
  return [insertion(lineEnd(text, key.end), lines.join(''))];
}

/** Empties the list. Removes the key as well, where it has lines of its own without comments. Otherwise `[]` stays. */
function emptyList(text: string, map: MapNode, { key, value }: Pair, list: SeqNode): Edit[] {
  const start = lineStart(text, key.start);
  const end = nextLine(text, lastCharacter(value));
  const alone =
    !map.flow && map.pairs.length > 1 && /^ *$/.test(text.slice(start, key.start)) && value.anchor === undefined;
  if (alone && !text.slice(start, end).includes('#')) return [{ start, end, text: '' }];
  if (list.flow) return [{ start: list.start, end: list.end, text: '[]' }];
  const colon = text.indexOf(':', key.end) + 1;
  // The anchor stays before the value that it names.
  const [properties = ''] = /^(\s*[&!][^\s#]+)*/.exec(text.slice(colon, list.start)) ?? [];
  return [insertion(colon + properties.length, ' []'), ...list.items.map((item) => removeLines(text, item))];
}

/** Adds `added` at the end of `list`, written like its last entry. */
function addItems(text: string, list: SeqNode, added: readonly unknown[], style: ManifestStyle): Edit[] {
  const last = list.items.at(-1);
  if (added.length === 0) return [];
  if (list.flow) return addFlowItems(text, list, added, style);
  const column = columnOf(text, list.start);
  const spaces =
    last === undefined
      ? ' '
      : (/^-([ ]+)$/.exec(text.slice(lineStart(text, last.start) + column, last.start))?.[1] ?? ' ');
  const lines = added.map(
    (item) => `${eolAt(text, list.start)}${' '.repeat(column)}-${spaces}${likeItem(text, last, item, style)}`,
  );
  return [insertion(blockEnd(text, list.end, column), lines.join(''))];
}

function addFlowItems(text: string, list: SeqNode, added: readonly unknown[], style: ManifestStyle): Edit[] {
  const last = list.items.at(-1);
  if (last === undefined)
    return [insertion(list.start + 1, added.map((item) => newItem(item, { ...style, flow: true })).join(', '))];
  const from = list.items.length > 1 ? (list.items.at(-2)?.end ?? 0) : list.start + 1;
  const space = text.slice(from, last.start).replace(/#.*/g, '').replace(/^\s*,/, '');
  const lines = space.includes('\n');
  const own = lines
    ? `${eolAt(text, list.start)}${space.slice(space.lastIndexOf('\n') + 1)}`
    : list.items.length > 1
      ? space
      : ' ';
  const items = added.map((item) => `${own}${likeItem(text, last, item, { ...style, flow: true })}`);
  // A comment after the last item stays with it.
  const rest = text.slice(last.end, lineEnd(text, last.end));
  if (lines && /^\s*,?\s*#/.test(rest)) {
    const comma = /^\s*,/.test(rest);
    const ends = items.map((item, index) => (index < items.length - 1 || comma ? `${item},` : item));
    return [...(comma ? [] : [insertion(last.end, ',')]), insertion(lineEnd(text, last.end), ends.join(''))];
  }
  return [insertion(last.end, items.map((item) => `,${item}`).join(''))];
}

/** A new item written like the last one, where that is a plain `name: x` in some spelling. */
function likeItem(text: string, last: YamlNode | undefined, item: unknown, style: ManifestStyle): string {
  const [name] = listedNames([item]);
  const only = last?.kind === 'map' && last.pairs.length === 1 && last.anchor === undefined ? last.pairs[0] : undefined;
  if (last === undefined || only === undefined || name === undefined) return newItem(item, style);
  const { key, value } = only;
  if (key.kind !== 'scalar' || key.value !== 'name' || value.kind !== 'scalar' || value.anchor !== undefined)
    return newItem(item, style);
  const source = text.slice(last.start, last.end);
  if (source.includes('#') || /[&!]/.test(source)) return newItem(item, style);
  const [quote] = text.slice(value.start, value.end);
  const quoted =
    quote === '"' || quote === "'" ? `${quote}${name}${quote}` : isPlainName(name) ? name : JSON.stringify(name);
  return text.slice(last.start, value.start) + quoted + text.slice(value.end, last.end);
}

/** Removes each item with the comma after it, or with the comma before it at the end of the list. */
function removeFlowItems({ items }: SeqNode, removed: readonly YamlNode[]): Edit[] {
  const gone = new Set(removed);
  const lastKept = items.findLastIndex((item) => !gone.has(item));
  const behind = items.slice(lastKept + 1);
  const inside = items.slice(0, Math.max(lastKept, 0)).flatMap((item, index) => {
    const end = items[index + 1]?.start ?? item.end;
    return gone.has(item) ? [{ start: item.start, end, text: '' }] : [];
  });
  const [kept, last] = [items[lastKept], behind.at(-1)];
  return kept === undefined || last === undefined ? inside : [...inside, { start: kept.end, end: last.end, text: '' }];
}

/** Removes the lines of an entry of a block list. */
function removeLines(text: string, item: YamlNode): Edit {
  return { start: lineStart(text, item.start), end: nextLine(text, lastCharacter(item)), text: '' };
}

/** The last character of a node. A block scalar ends where the next line begins. */
function lastCharacter({ start, end }: YamlNode): number {
  return Math.max(start, end - 1);
}
