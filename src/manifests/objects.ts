/** The objects of a manifest, and the list of pull secrets of those that have one. */
import {
  type MapNode,
  memberIn,
  mergedValue,
  type NodeBudget,
  ownPair,
  resolved,
  scalarOf,
  spend,
  toValue,
  valueIn,
  type YamlNode,
} from '../codec/go/yaml-node.ts';
import { type ApiObject, fieldOf, textOf } from '../workloads/api-object.ts';
import { LIST_FIELD, type ManifestKind, manifestKindOf } from '../workloads/kind.ts';
import type { ManifestRef } from '../workloads/object-ref.ts';
import { type PullFields, pullFieldsOf } from '../workloads/pull-spec.ts';

/** A file that could be parsed. */
export interface ParsedFile {
  /** As it was named. */
  readonly name: string;
  readonly text: string;
  readonly documents: readonly YamlNode[];
}

/** Anything that `kubectl apply` would send. */
export interface PlacedObject {
  readonly file: ParsedFile;
  /** The document that holds the object. */
  readonly document: YamlNode;
  readonly node: MapNode;
  /** The path from the document to the object; undefined where it leads through a merge key. */
  readonly path: Path | undefined;
  /** The value, with what merge keys add. */
  readonly value: ApiObject;
}

export interface ManifestObject extends PullFields {
  readonly ref: ManifestRef;
  readonly document: YamlNode;
  /** The map that the list is in or would be in: the pod spec, or the service account. */
  readonly specNode: MapNode;
  /** The list itself, which may be elsewhere through an alias or a merge key. */
  readonly listNode: YamlNode | undefined;
  readonly placed: PlacedObject;
  /** The path from the document to `specNode`; undefined where it leads through a merge key. */
  readonly path: Path | undefined;
}

export type Path = readonly (string | number)[];

const MAX_DEPTH = 20;

/**
 * All objects in a file, in order, including those in lists of lists (cli-runtime pkg/resource `FlattenListVisitor`). An item
 * without a kind is of that of its list (apimachinery unstructured `decodeToList`). Throws TooManyNodes.
 */
export function placedObjects(file: ParsedFile, budget: NodeBudget): PlacedObject[] {
  const found: PlacedObject[] = [];
  const visit = (document: YamlNode, node: YamlNode, path: Path | undefined, depth: number, of?: ItemType): void => {
    spend(budget);
    const map = resolved(node);
    if (map?.kind !== 'map' || depth > MAX_DEPTH) return;
    const kind = textOf(scalarOf(memberIn(map, 'kind')));
    const list = kind.endsWith('List') ? resolved(memberIn(map, 'items')) : undefined;
    if (list?.kind === 'seq') {
      const own = ownPair(map, 'items') === undefined ? undefined : path;
      const itemKind = kind.slice(0, -'List'.length);
      const item = itemKind === '' ? undefined : { kind: itemKind, apiVersion: scalarOf(memberIn(map, 'apiVersion')) };
      for (const [index, one] of list.items.entries()) {
        visit(document, one, own && [...own, 'items', index], depth + 1, item);
      }
      return;
    }
    const value = { ...(mergedValue(map, budget) as ApiObject), ...(kind === '' ? of : undefined) };
    found.push({ file, document, node: map, path, value });
  };
  for (const document of file.documents) visit(document, document, [], 0);
  return found;
}

type ItemType = Pick<ApiObject, 'apiVersion' | 'kind'>;

/** The objects that have a list of pull secrets, or may have one. Throws TooManyNodes. */
export function pullObjects(placed: readonly PlacedObject[], budget: NodeBudget): ManifestObject[] {
  return placed.flatMap((one) => {
    const kind = manifestKindOf(one.value);
    return (kind && pullObject(one, kind, budget)) ?? [];
  });
}

function pullObject(placed: PlacedObject, kind: ManifestKind, budget: NodeBudget): ManifestObject | undefined {
  const { document, node, value } = placed;
  let { path } = placed;
  let specNode = node;
  for (const name of kind.specPath) {
    const next = resolved(valueIn(specNode, name));
    if (next?.kind !== 'map') return undefined;
    path = path === undefined || ownPair(specNode, name) === undefined ? undefined : [...path, name];
    specNode = next;
  }
  const spec = pullFieldsOf(kind, value);
  if (spec === undefined) return undefined;
  const ref = refOf(value, kind.kind);
  const listNode = valueIn(specNode, LIST_FIELD);
  // The entries are compared with those of the text, so merge keys in them stay as they are.
  const list = toValue(listNode, budget);
  return {
    ...spec,
    ...(kind.specPath.length === 0 ? { serviceAccountName: ref.name } : {}),
    imagePullSecrets: Array.isArray(list) ? list : undefined,
    ...{ ref, document, specNode, listNode, path, placed },
  };
}

/** What the object is called, in a message. */
export function refOf(value: ApiObject, kind = textOf(value.kind)): ManifestRef {
  return { kind, namespace: textOf(fieldOf(value, 'metadata', 'namespace')), name: nameOf(value) };
}

function nameOf(value: unknown): string {
  return textOf(fieldOf(value, 'metadata', 'name')) || textOf(fieldOf(value, 'metadata', 'generateName'));
}
