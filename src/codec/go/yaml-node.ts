/** A YAML text as a tree that knows where in the text each of its parts is. YAML and JSON look the same here. */

export type YamlNode = MapNode | SeqNode | ScalarNode | AliasNode;

interface NodePlace {
  /** Where the node itself begins, after anchor and tag. */
  readonly start: number;
  /** After its last character that is not a comment; for a block scalar after its last line. */
  readonly end: number;
  readonly anchor?: string | undefined;
}

export interface MapNode extends NodePlace {
  readonly kind: 'map';
  /** `{…}` */
  readonly flow: boolean;
  readonly pairs: readonly Pair[];
  /** What a merge key adds to the map, where it has one (yaml.org/type/merge). */
  readonly merge: Merge | undefined;
}

export interface Merge {
  readonly pair: Pair;
  /** Each key once, including those that the merged maps inherit themselves. */
  readonly inherited: readonly Pair[];
}

export interface SeqNode extends NodePlace {
  readonly kind: 'seq';
  /** `[…]` */
  readonly flow: boolean;
  readonly items: readonly YamlNode[];
}

export interface ScalarNode extends NodePlace {
  readonly kind: 'scalar';
  /** Without quotes and escapes. */
  readonly text: string;
  /** The full tag, or empty. */
  readonly tag: string;
  /** libyaml's `plain_implicit`: without quotes, and without a tag other than `!`. */
  readonly plain: boolean;
  /** The value in YAML 1.2. */
  readonly value: unknown;
}

export interface AliasNode extends NodePlace {
  readonly kind: 'alias';
  /** Undefined when there is no such anchor. */
  readonly target: YamlNode | undefined;
  /** Whether it is inside a node with that anchor. kubectl refuses it then; others take an anchor above, where there is one. */
  readonly isInside: boolean;
}

export interface Pair {
  readonly key: YamlNode;
  /** A scalar of null, with start equal to end, where nothing is written. */
  readonly value: YamlNode;
}

/** The node itself, or the node that an alias stands for. */
export function resolved(node: YamlNode | undefined): Exclude<YamlNode, AliasNode> | undefined {
  let current = node;
  while (current?.kind === 'alias') current = current.target;
  return current;
}

/** The pair of that key in the map itself. Of several, the last, as YAML readers take it. */
export function ownPair(map: MapNode, name: string): Pair | undefined {
  return map.pairs.findLast(({ key }) => isKey(key, name));
}

/** The value of a key in the map itself, or else through its merge key. */
export function valueIn(map: MapNode, name: string): YamlNode | undefined {
  return (ownPair(map, name) ?? map.merge?.inherited.find(({ key }) => isKey(key, name)))?.value;
}

/** The value of a key of `node`, when that is a map or an alias of one. */
export function memberIn(node: YamlNode | undefined, name: string): YamlNode | undefined {
  const map = resolved(node);
  return map?.kind === 'map' ? valueIn(map, name) : undefined;
}

/** The items of `node`; none unless it is a list, or an alias of one. */
export function itemsIn(node: YamlNode | undefined): readonly YamlNode[] {
  const list = resolved(node);
  return list?.kind === 'seq' ? list.items : [];
}

/** The value of `node`; undefined unless it is a scalar, or an alias of one. */
export function scalarOf(node: YamlNode | undefined): unknown {
  const found = resolved(node);
  return found?.kind === 'scalar' ? found.value : undefined;
}

function isKey(key: YamlNode, name: string): boolean {
  return key.kind === 'scalar' && key.value === name;
}

/** The tree stands for more nodes than a person writes by hand, such as through aliases of aliases of aliases. */
export class TooManyNodes extends Error {}

/** How many levels a tree may have, including those behind aliases. */
export const MAX_DEPTH = 1000;

const MAX_NODES = 2_000_000;

/** How many nodes may be visited for one text: those that are written there, and MAX_NODES more by aliases and merge keys. */
export interface NodeBudget {
  left: number;
}

export function nodeBudget(text: string): NodeBudget {
  return { left: text.length + MAX_NODES };
}

/**
 * The merge key among `pairs`. Of the maps that it names the first wins (yaml.org/type/merge). Throws {@link TooManyNodes}.
 */
export function mergeOf(pairs: readonly Pair[], budget: NodeBudget): Merge | undefined {
  const pair = pairs.findLast(({ key }) => isKey(key, '<<'));
  if (pair === undefined) return undefined;
  const merged = resolved(pair.value);
  const sources = merged?.kind === 'seq' ? merged.items : merged === undefined ? [] : [merged];
  const inherited = new Map<unknown, Pair>();
  for (const source of sources.toReversed()) {
    spend(budget);
    const base = resolved(source);
    if (base?.kind !== 'map') continue;
    for (const one of [...(base.merge?.inherited ?? []), ...base.pairs]) {
      spend(budget);
      if (one !== base.merge?.pair) inherited.set(one.key.kind === 'scalar' ? `${one.key.value}` : one.key, one);
    }
  }
  return { pair, inherited: [...inherited.values()] };
}

/** The plain value, aliases replaced and merge keys left as they are; throws {@link TooManyNodes}. */
export function toValue(node: YamlNode | undefined, budget: NodeBudget): unknown {
  return build(node, budget, (map) => map.pairs, 0);
}

/** The value as `kubectl apply` sends it, with what merge keys add. Throws {@link TooManyNodes}. */
export function mergedValue(node: YamlNode | undefined, budget: NodeBudget): unknown {
  return build(node, budget, mergedPairs, 0);
}

/** The pairs with those that a merge key adds. These come first, so that the map's own replace them. */
export function mergedPairs({ pairs, merge }: MapNode): readonly Pair[] {
  return merge === undefined ? pairs : [...merge.inherited, ...pairs.filter((pair) => pair !== merge.pair)];
}

/** A key may have any name, even `__proto__`. */
const OWN = { configurable: true, enumerable: true, writable: true };

function build(
  node: YamlNode | undefined,
  budget: NodeBudget,
  pairsOf: (map: MapNode) => readonly Pair[],
  depth: number,
): unknown {
  spend(budget);
  if (depth > MAX_DEPTH) throw new TooManyNodes('too many levels');
  const actual = resolved(node);
  if (actual?.kind === 'seq') return actual.items.map((item) => build(item, budget, pairsOf, depth + 1));
  if (actual?.kind !== 'map') return actual?.value;
  const object: Record<string, unknown> = {};
  for (const { key, value } of pairsOf(actual)) {
    const name = key.kind === 'scalar' ? `${key.value}` : JSON.stringify(build(key, budget, pairsOf, depth + 1));
    const built = build(value, budget, pairsOf, depth + 1);
    if (name === '__proto__') Object.defineProperty(object, name, { ...OWN, value: built });
    else object[name] = built;
  }
  return object;
}

/** Takes one node off the budget. Throws {@link TooManyNodes} when none is left. */
export function spend(budget: NodeBudget): void {
  budget.left -= 1;
  if (budget.left < 0) throw new TooManyNodes('too many nodes');
}
