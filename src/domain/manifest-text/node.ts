/** A manifest as a tree that knows where in the text each of its parts is. YAML and JSON look the same here. */

export type ManifestNode = MapNode | SeqNode | ScalarNode | AliasNode;

interface Place {
  /** Where the node itself begins, after anchor and tag. */
  readonly start: number;
  /** After its last character that is not a comment; for a block scalar after its last line. */
  readonly end: number;
  readonly anchor?: string | undefined;
}

export interface MapNode extends Place {
  readonly kind: 'map';
  /** `{…}` */
  readonly flow: boolean;
  readonly pairs: readonly Pair[];
}

export interface SeqNode extends Place {
  readonly kind: 'seq';
  /** `[…]` */
  readonly flow: boolean;
  readonly items: readonly ManifestNode[];
}

export interface ScalarNode extends Place {
  readonly kind: 'scalar';
  readonly value: unknown;
}

export interface AliasNode extends Place {
  readonly kind: 'alias';
  /** Undefined when there is no such anchor. */
  readonly target: ManifestNode | undefined;
}

export interface Pair {
  readonly key: ManifestNode;
  /** A scalar of null, with start equal to end, where nothing is written. */
  readonly value: ManifestNode;
}

/** What an alias stands for. */
export function resolved(node: ManifestNode | undefined): Exclude<ManifestNode, AliasNode> | undefined {
  let current = node;
  while (current?.kind === 'alias') current = current.target;
  return current;
}

/** The pair of that key in the map itself; of several the last, as readers have it. */
export function ownPair(map: MapNode, name: string): Pair | undefined {
  return map.pairs.findLast(({ key }) => key.kind === 'scalar' && key.value === name);
}

/** The value of a key, in the map itself or by a merge key (yaml.org/type/merge: the first of several wins). */
export function valueIn(map: MapNode, name: string): ManifestNode | undefined {
  const own = ownPair(map, name);
  if (own !== undefined) return own.value;
  const merged = resolved(ownPair(map, '<<')?.value);
  const sources = merged?.kind === 'seq' ? merged.items : merged === undefined ? [] : [merged];
  for (const source of sources) {
    const base = resolved(source);
    const found = base?.kind === 'map' ? valueIn(base, name) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The tree holds more than anybody writes by hand, such as aliases of aliases of aliases. */
export class TooManyNodes extends Error {}

const MAX_NODES = 2_000_000;

/** The plain value, aliases replaced and merge keys left as they are; throws {@link TooManyNodes}. */
export function toValue(node: ManifestNode | undefined, budget = { left: MAX_NODES }): unknown {
  spend(budget);
  const actual = resolved(node);
  switch (actual?.kind) {
    case 'map':
      // Null prototype: a key may be called anything.
      return actual.pairs.reduce<Record<string, unknown>>((object, { key, value }) => {
        object[keyText(key, budget)] = toValue(value, budget);
        return object;
      }, Object.create(null));
    case 'seq':
      return actual.items.map((item) => toValue(item, budget));
    case 'scalar':
      return actual.value;
    default:
      return undefined;
  }
}

/** The value as `kubectl apply` sends it: with what merge keys bring along. Throws {@link TooManyNodes}. */
export function mergedValue(node: ManifestNode | undefined, budget = { left: MAX_NODES }): unknown {
  spend(budget);
  const actual = resolved(node);
  if (actual?.kind === 'seq') return actual.items.map((item) => mergedValue(item, budget));
  if (actual?.kind !== 'map') return actual?.value;
  const object: Record<string, unknown> = Object.create(null);
  for (const { key, value } of mergedPairs(actual, budget)) object[keyText(key, budget)] = mergedValue(value, budget);
  return object;
}

/** Those of merge keys first, so that the map's own come to replace them. */
function mergedPairs(map: MapNode, budget: { left: number }): Pair[] {
  spend(budget);
  const merge = ownPair(map, '<<');
  const merged = resolved(merge?.value);
  const sources = merged?.kind === 'seq' ? merged.items : merged === undefined ? [] : [merged];
  const bases = sources.toReversed().flatMap((source) => {
    const base = resolved(source);
    return base?.kind === 'map' ? mergedPairs(base, budget) : [];
  });
  return [...bases, ...map.pairs.filter((pair) => pair !== merge)];
}

function spend(budget: { left: number }): void {
  budget.left -= 1;
  if (budget.left < 0) throw new TooManyNodes('too many nodes');
}

function keyText(key: ManifestNode, budget: { left: number }): string {
  return key.kind === 'scalar' ? `${key.value}` : JSON.stringify(toValue(key, budget));
}
