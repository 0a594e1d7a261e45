/** Changes single entries in the text of a list. */

import type { SeqNode, YamlNode } from '../go/yaml-node.ts';
import { listedNames } from '../workloads/pull-spec.ts';
import { blockEnd, columnOf, type Edit, eolAt, insertion, lineEnd, lineStart, nextLine } from './text-edit.ts';
import { isPlainName, type ManifestStyle, newItem } from './yaml-style.ts';

/** Adds `added` at the end of `list`, written like its last entry. */
export function addItems(text: string, list: SeqNode, added: readonly unknown[], style: ManifestStyle): Edit[] {
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
export function removeFlowItems({ items }: SeqNode, removed: readonly YamlNode[]): Edit[] {
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
export function removeLines(text: string, item: YamlNode): Edit {
  return { start: lineStart(text, item.start), end: nextLine(text, lastCharacter(item)), text: '' };
}

/** The last character of a node. A block scalar ends where the next line begins. */
export function lastCharacter({ start, end }: YamlNode): number {
  return Math.max(start, end - 1);
}
