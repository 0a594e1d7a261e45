/** How new entries are written into a manifest. */
import type { Pair, YamlNode } from '../codec/go/yaml-node.ts';
import { columnOf } from '../text/text-edit.ts';
import { LIST_FIELD } from '../workloads/kind.ts';
import { listedNames } from '../workloads/pull-spec.ts';
import type { ManifestObject } from './objects.ts';

export interface ManifestStyle {
  /** Whether the document is JSON, so that everything is quoted. */
  readonly json: boolean;
  /** Whether the entry is inside `{}` or `[]`, where there are no lines. */
  readonly flow?: boolean;
  /** How far dashes are to the right of their key, where no other list shows it. */
  readonly sequenceOffset: number;
  /** One step of indentation in JSON. */
  readonly indent: string;
  /** What follows a colon in JSON: a space, or nothing. */
  readonly space: string;
}

/** Whether every reader of YAML 1.1 and 1.2 takes the name for a text: not for a number, a truth value or a date. */
export function isPlainName(name: string): boolean {
  return /^[a-z][a-z0-9.-]*$/.test(name) && !/^(y|n|yes|no|on|off|true|false|null)$/.test(name);
}

/** An entry of the list, after the dash or between commas. */
export function newItem(item: unknown, { json, flow = false, space }: ManifestStyle): string {
  const [name] = listedNames([item]);
  const simple = name !== undefined && Object.keys(item as object).length === 1;
  if (json || !simple) return JSON.stringify(item).replace(/^\{"name":/, `{"name":${space}`);
  const written = isPlainName(name) ? name : JSON.stringify(name);
  return flow ? `{name: ${written}}` : `name: ${written}`;
}

/** Key and list as block lines, without the indentation of the key. */
export function newPair(list: readonly unknown[], offset: number, style: ManifestStyle): string[] {
  if (list.length === 0) return [`${LIST_FIELD}: []`];
  return [`${LIST_FIELD}:`, ...list.map((item) => `${' '.repeat(offset)}- ${newItem(item, style)}`)];
}

/** The list in brackets. With `indent`, it is JSON in several lines, which are indented below `indent`. */
export function writtenList(list: readonly unknown[], style: ManifestStyle, indent?: string, eol = '\n'): string {
  if (indent === undefined || list.length === 0)
    return `[${list.map((item) => newItem(item, { ...style, flow: true })).join(`,${style.space}`)}]`;
  return JSON.stringify(list, undefined, style.indent).replaceAll('\n', `${eol}${indent}`);
}

/** Finds the style of an object by the braces that it is in, if any. */
export function styleOf(text: string, { specNode, document }: ManifestObject): ManifestStyle {
  const braces = [specNode, document].find((node) => node.kind === 'map' && node.flow);
  const first = braces?.kind === 'map' ? braces.pairs[0] : undefined;
  const json = first !== undefined && text[first.key.start] === '"';
  const gap = first === undefined || braces === undefined ? '' : text.slice(braces.start + 1, first.key.start);
  // One step: how much further the first key is indented than the brace that closes the map.
  const column = gap.includes('\n') ? gap.length - gap.lastIndexOf('\n') - 1 : 0;
  const outer = document === braces ? 0 : indentation(text, braces?.end ?? 0);
  const indent = gap.slice(gap.length - Math.max(0, column - outer));
  const colon = first === undefined ? ': ' : text.slice(first.key.end, first.value.start);
  return {
    json,
    indent,
    space: json && !/\s/.test(colon) ? '' : ' ',
    sequenceOffset: firstOffset(text, document) ?? 0,
  };
}

/** The indentation of the line that holds `offset`. */
function indentation(text: string, offset: number): number {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start, offset))?.[0].length ?? 0;
}

/** How far the first block list of the document is to the right of its key. */
function firstOffset(text: string, node: YamlNode): number | undefined {
  for (const pair of node.kind === 'map' ? node.pairs : []) {
    const offset = listOffset(text, pair) ?? firstOffset(text, pair.value);
    if (offset !== undefined) return offset;
  }
  return undefined;
}

/** How far the dashes of a value are to the right of its key; undefined when it is no block list. */
export function listOffset(text: string, { key, value }: Pair): number | undefined {
  if (value.kind !== 'seq' || value.flow) return undefined;
  return Math.max(0, columnOf(text, value.start) - columnOf(text, key.start));
}
