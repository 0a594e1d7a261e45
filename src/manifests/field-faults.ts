/** What the API server drops or refuses in an object of a built-in kind, by the fields that one version of Kubernetes knows. */
import {
  type MapNode,
  memberIn,
  mergedPairs,
  type NodeBudget,
  nodeBudget,
  type Pair,
  resolved,
  type ScalarNode,
  scalarOf,
  spend,
  type YamlNode,
} from '../codec/go/yaml-node.ts';
import { scalarValue, YamlValueError } from '../codec/go/yaml-value.ts';
import { isObjectName } from '../line/object-name.ts';
import { bySpelling } from '../text/closest.ts';
import { type ApiObject, textOf } from '../workloads/api-object.ts';
import type { FieldFault } from '../workloads/field-fault.ts';
import { LIST_FIELD, type ManifestKind } from '../workloads/kind.ts';
import { bounded } from '../workloads/pull-spec.ts';
import { isPlaceholder } from './placeholder.ts';
import { SCHEMA_TABLE, SCHEMA_VERSION } from './schema-table.ts';

export interface PlacedFault extends FieldFault {
  /** The key of a field that is not known, or the value that is refused. */
  readonly node: YamlNode;
}

/** An object of a manifest. */
interface FieldOwner {
  readonly file: { readonly text: string };
  readonly node: MapNode;
  readonly value: ApiObject;
}

/** More of one object are not looked for. */
const MAX_FAULTS = 20;

type Fields = ReadonlyMap<string, string>;

const TYPES: readonly Fields[] = SCHEMA_TABLE.split('\n').map(
  (line) => new Map(line.split(' ').map((field) => [field.replace(/:.*/, ''), field.split(':')[1] ?? ''])),
);
const KINDS = TYPES[0] as Fields;
const LIST = TYPES[Number(KINDS.get('v1/ServiceAccount'))]?.get(LIST_FIELD) ?? 'a';

interface Walk {
  /** The type of the object itself. */
  readonly root: string;
  readonly found: PlacedFault[];
  readonly budget: NodeBudget;
}

type Steps = readonly string[];

/**
 * The faults of an object of a kind in the table, in the order of the file (apimachinery pkg/runtime/serializer/json, strict). Of
 * another kind, which may have any fields, only those of its list of pull secrets. Throws TooManyNodes.
 */
export function fieldFaults({ node, value, file }: FieldOwner, kind: ManifestKind | undefined): PlacedFault[] {
  const root = KINDS.get(`${value.apiVersion}/${value.kind}`);
  const walk: Walk = { root: root ?? '', found: [], budget: nodeBudget(file.text) };
  if (root === undefined) {
    const path = [...(kind?.specPath ?? []), LIST_FIELD];
    if (kind !== undefined) check(path.reduce<YamlNode | undefined>(memberIn, node), LIST, path, walk);
    return walk.found.filter(({ expected }) => expected !== undefined);
  }
  // SOPS removes its own field when it decrypts the file.
  if (memberIn(node, 'sops') === undefined) checkFields(node, root, [], walk);
  return walk.found;
}

/** Whether the fault is about imagePullSecrets. */
export function isAboutList({ field, meant }: FieldFault): boolean {
  return `${field} ${meant}`.includes(LIST_FIELD);
}

function check(node: YamlNode | undefined, type: string, path: Steps, walk: Walk): void {
  const found = resolved(node);
  if (found === undefined || type === 'a' || walk.found.length >= MAX_FAULTS) return;
  spend(walk.budget);
  const inner = type.slice(1);
  const isList = type.startsWith('[');
  if (isList && found.kind === 'seq') {
    for (const [index, item] of found.items.entries()) check(item, inner, itemPath(path, index), walk);
  } else if (type.startsWith('{') && found.kind === 'map') {
    for (const { key, value } of membersOf(found)) check(value, inner, [...path, nameOf(key) ?? ''], walk);
  } else if (/^\d/.test(type) && found.kind === 'map') checkFields(found, type, path, walk);
  else if (!isOpen(found) && !(found.kind === 'scalar' && fits(sentValue(found), type))) {
    const [field, expected, write] = [path.join('.'), describe(type), writtenAs(found, path)];
    walk.found.push({ field, node: found, expected, write });
  }
}

function checkFields(map: MapNode, type: string, path: Steps, walk: Walk): void {
  const fields = fieldsOf(type);
  for (const pair of membersOf(map)) {
    const name = nameOf(pair.key);
    // A directive of a patch begins with `$`.
    if (name === undefined || name.startsWith('$') || isPlaceholder(name)) continue;
    const inner = fields.get(name);
    if (inner !== undefined) check(pair.value, inner, [...path, name], walk);
    else if (walk.found.length < MAX_FAULTS) walk.found.push(unknown(pair, name, type, path, walk));
  }
}

/** A map that is not known may hold the list: the spec of a service account, the template of a pod. */
function unknown({ key, value }: Pair, name: string, type: string, path: Steps, walk: Walk): PlacedFault {
  const meant =
    placeOf(name, type, path, walk) ??
    (holdsList(value, { left: 10_000 }) ? placeOf(LIST_FIELD, '', path, walk) : undefined);
  return { field: [...path, bounded(name)].join('.'), node: key, schema: SCHEMA_VERSION, meant };
}

/** Whether the list is in the map, at most as deep as in a CronJob. A map with an anchor is written there for its aliases. */
function holdsList(node: YamlNode, budget: NodeBudget, depth = 5): boolean {
  budget.left -= 1;
  const map = resolved(node);
  if (map?.kind !== 'map' || map.anchor !== undefined || depth === 0 || budget.left < 0) return false;
  return map.pairs.some(({ key, value }) => nameOf(key) === LIST_FIELD || holdsList(value, budget, depth - 1));
}

/** Each field once. Of several, the last counts. */
function membersOf(map: MapNode): Iterable<Pair> {
  return new Map(mergedPairs(map).map((pair) => [nameOf(pair.key) ?? pair.key, pair])).values();
}

function nameOf(key: YamlNode): string | undefined {
  return key.kind === 'scalar' ? `${key.value}` : undefined;
}

function itemPath(path: Steps, index: number): Steps {
  return [...path.slice(0, -1), `${path.at(-1)}[${index}]`];
}

function fieldsOf(type: string): Fields {
  return TYPES[Number(type || Number.NaN)] ?? new Map();
}

/** Whether the value is left out, or filled in later. */
function isOpen(node: YamlNode): boolean {
  if (node.kind !== 'scalar') return node.kind === 'map' && node.pairs.some(({ key }) => key.kind !== 'scalar');
  return isPlaceholder(node.text);
}

/** The value as kubectl sends it; undefined for a value that it refuses. */
function sentValue(node: ScalarNode): unknown {
  try {
    return scalarValue(node);
  } catch (error) {
    if (!(error instanceof YamlValueError)) throw error;
    return undefined;
  }
}

function fits(value: unknown, type: string): boolean {
  if (value === null) return true;
  const name = Number.isInteger(value) && type !== 'n' && type !== 'q' ? 'whole number' : typeof value;
  return SCALARS[type]?.split(' or ').includes(name) === true;
}

const SCALARS: Readonly<Record<string, string>> = {
  '': 'string',
  i: 'whole number',
  n: 'number',
  b: 'boolean',
  q: 'string or number',
  x: 'string or whole number',
};

function describe(type: string): string {
  return SCALARS[type] ?? (type.startsWith('[') ? 'list' : 'map');
}

/** How imagePullSecrets, or its entry, is written with the name that stands in its place. */
function writtenAs(node: YamlNode, path: Steps): string | undefined {
  const step = path.at(-1) ?? '';
  if (!step.startsWith(LIST_FIELD)) return undefined;
  const text = textOf(scalarOf(node) ?? scalarOf(memberIn(node, 'name')));
  const item = `name: ${isObjectName(text) ? text : 'SECRET'}`;
  return step === LIST_FIELD ? `${step}: [{${item}}]` : `- ${item}`;
}

/** The field that was probably meant: one beside it with nearly its name, or the nearest elsewhere with its name, or nearly. */
function placeOf(name: string, type: string, path: Steps, { root }: Walk): string | undefined {
  const own = [...fieldsOf(type).keys()];
  const beside = own.length === 1 ? own[0] : bySpelling(name, own);
  if (beside !== undefined) return [...path, beside].join('.');
  const places = placesIn(root);
  const meant = places.has(name) || own.length === 0 ? name : (bySpelling(name, [...places.keys()]) ?? '');
  const [nearest] = [...(places.get(meant) ?? [])].sort((one, other) => distance(path, one) - distance(path, other));
  return nearest && [...nearest, meant].join('.');
}

const PLACES = new Map<string, ReadonlyMap<string, readonly Steps[]>>();

/** Where the fields of a kind are, by their names. Each type stands at its shortest path. */
function placesIn(root: string): ReadonlyMap<string, readonly Steps[]> {
  const known = PLACES.get(root);
  if (known !== undefined) return known;
  const seen = new Set([root]);
  const queue: { readonly type: string; readonly path: Steps }[] = [{ type: root, path: [] }];
  const places: { readonly name: string; readonly path: Steps }[] = [];
  for (const { type, path } of queue) {
    for (const [name, value] of fieldsOf(type)) {
      places.push({ name, path });
      const inner = value.replace(/^[[{]/, '');
      if (!/^\d/.test(inner) || seen.has(inner)) continue;
      seen.add(inner);
      queue.push({ type: inner, path: [...path, value.startsWith('[') ? `${name}[]` : name] });
    }
  }
  const named = Map.groupBy(places, ({ name }) => name);
  const found = new Map([...named].map(([name, all]) => [name, all.map(({ path }) => path)] as const));
  PLACES.set(root, found);
  return found;
}

/** How many steps it is from one map to another. */
function distance(from: Steps, to: Steps): number {
  const steps = from.map((step) => step.replace(/\[\d+\]$/, '[]'));
  const differ = steps.findIndex((step, index) => step !== to[index]);
  return steps.length + to.length - 2 * (differ < 0 ? steps.length : differ);
}
