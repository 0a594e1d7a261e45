/** The objects of a manifest that have a list of pull secrets, and where it is. */
import { LIST_FIELD, type PullKind, pullKindOf } from '../workloads/kind.ts';
import { type PullFields, pullFieldsOf } from '../workloads/pull-spec.ts';
import type { ObjectRef } from '../workloads/ref.ts';
import { type ManifestNode, type MapNode, ownPair, resolved, toValue, valueIn } from './node.ts';

export interface ManifestObject extends PullFields {
  readonly ref: ObjectRef;
  readonly kind: PullKind;
  /** The map that the list is in or would be in: the pod spec, or the service account. */
  readonly holder: MapNode;
  /** The list itself; it may be elsewhere, by an alias or a merge key. */
  readonly listNode: ManifestNode | undefined;
  /** The way from the document to the map; undefined where it leads through a merge key. */
  readonly path: readonly (string | number)[] | undefined;
}

/** Something with a pod template, of a kind that we do not know. */
export interface UnknownObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

export interface ManifestObjects {
  readonly objects: readonly ManifestObject[];
  readonly unknown: readonly UnknownObject[];
}

/** All in one document, in order, those in lists of lists included (cli-runtime pkg/resource `FlattenListVisitor`). */
export function objectsIn(document: ManifestNode): ManifestObjects {
  const found = { objects: [] as ManifestObject[], unknown: [] as UnknownObject[] };
  visit(document, [], found);
  return found;
}

type Path = readonly (string | number)[];

const MAX_DEPTH = 20;

function visit(node: ManifestNode, path: Path, found: { objects: ManifestObject[]; unknown: UnknownObject[] }): void {
  const map = resolved(node);
  if (map?.kind !== 'map' || path.length > MAX_DEPTH) return;
  const [apiVersion, kind] = [text(map, 'apiVersion'), text(map, 'kind')];
  const list = resolved(valueIn(map, 'items'));
  if (kind.endsWith('List') && list?.kind === 'seq') {
    for (const [index, item] of list.items.entries()) visit(item, [...path, 'items', index], found);
    return;
  }
  const known = pullKindOf(apiVersion, kind);
  const object = known === undefined ? undefined : objectAt(map, known, path);
  if (object !== undefined) found.objects.push(object);
  else if (known === undefined && hasTemplate(map)) found.unknown.push({ apiVersion, kind, name: nameOf(map) });
}

function objectAt(map: MapNode, kind: PullKind, start: Path): ManifestObject | undefined {
  let path: Path | undefined = start;
  let holder = map;
  for (const name of kind.specPath) {
    const next = resolved(valueIn(holder, name));
    if (next?.kind !== 'map') return undefined;
    path = path === undefined || ownPair(holder, name) === undefined ? undefined : [...path, name];
    holder = next;
  }
  const metadata = resolved(valueIn(map, 'metadata'));
  const namespace = metadata?.kind === 'map' ? text(metadata, 'namespace') : '';
  const spec = pullFieldsOf(kind, nested(kind.specPath, holder, map));
  if (spec === undefined) return undefined;
  const ref = { kind: kind.kind, namespace, name: nameOf(map) };
  return { ...spec, ref, kind, holder, listNode: valueIn(holder, LIST_FIELD), path };
}

/** The value of the pod spec, with merge keys, at its place in an otherwise empty object. */
function nested(path: readonly string[], holder: MapNode, map: MapNode): unknown {
  const names = [
    'containers',
    'initContainers',
    'ephemeralContainers',
    'volumes',
    'serviceAccountName',
    'serviceAccount',
  ];
  const spec = Object.fromEntries([...names, LIST_FIELD].map((name) => [name, toValue(valueIn(holder, name))]));
  const whole = path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), spec);
  return path.length === 0 ? { ...spec, metadata: { name: nameOf(map) } } : whole;
}

function hasTemplate(map: MapNode): boolean {
  let node: ManifestNode | undefined = map;
  for (const name of ['spec', 'template', 'spec', 'containers']) {
    const next: ManifestNode | undefined = resolved(node);
    if (next?.kind !== 'map') return false;
    node = valueIn(next, name);
  }
  return resolved(node)?.kind === 'seq';
}

function nameOf(map: MapNode): string {
  const metadata = resolved(valueIn(map, 'metadata'));
  if (metadata?.kind !== 'map') return '';
  return text(metadata, 'name') || text(metadata, 'generateName');
}

function text(map: MapNode, name: string): string {
  const node = resolved(valueIn(map, name));
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : '';
}
