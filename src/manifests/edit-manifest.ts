/** Changes the lists of pull secrets in a manifest, and proves that nothing else has changed. */
import { isDeepStrictEqual } from 'node:util';
import { nodeBudget, ownPair, toValue, type YamlNode } from '../codec/go/yaml-node.ts';
import { parseTree } from '../codec/yaml-tree.ts';
import { applyEdits, lineNumber } from '../text/text-edit.ts';
import { LIST_FIELD } from '../workloads/kind.ts';
import { editsFor, type ListEdit } from './list-edit.ts';
import type { ManifestFile } from './manifest-files.ts';
import { type ManifestObject, type ParsedFile, type PlacedObject, pullObjects } from './objects.ts';
import { ManifestError, readManifest, withinLimits } from './read-objects.ts';
import { styleOf } from './yaml-style.ts';

/** The list that an object should have; undefined when its list is right, or the object is left alone. */
export type WantedList = (object: ManifestObject) => readonly unknown[] | undefined;

export interface EditedManifest {
  readonly text: string;
  readonly edits: readonly ListEdit[];
}

export interface PullManifest {
  readonly file: ParsedFile;
  /** The objects that have a list of pull secrets. */
  readonly objects: readonly ManifestObject[];
  /** All objects in the file. */
  readonly placed: readonly PlacedObject[];
}

/** Throws {@link ManifestError}. */
export function readPullManifest(manifest: ManifestFile): PullManifest {
  const { file, objects: placed } = readManifest(manifest);
  return withinLimits(() => ({ file, objects: pullObjects(placed, nodeBudget(file.text)), placed }));
}

/** Throws {@link ManifestError} when the lists cannot be changed without touching something else. */
export function editManifest(manifest: PullManifest, wanted: WantedList): EditedManifest {
  const { file, objects } = manifest;
  const { text } = file;
  const edits = objects.flatMap((object) => {
    const after = wanted(object);
    return after === undefined ? [] : [{ object, after }];
  });
  if (edits.length === 0) return { text, edits };
  const [merged] = edits.filter(({ object }) => object.path === undefined);
  if (merged !== undefined) throw byHand(text, merged, 'come from a merge key');
  const lists = new Map(edits.map(({ object, after }) => [object, after]));
  const expected = withinLimits(() => valuesWith(manifest, file.documents, lists));
  const changed = new Set(edits.flatMap(({ object }) => ownList(object) ?? []));
  for (const place of ['end', 'start'] as const) {
    const all = edits.flatMap((edit) => editsFor(text, edit, { style: styleOf(text, edit.object), place, changed }));
    const result = applyEdits(text, all);
    const values = withinLimits(() => valuesIn(result, manifest));
    if (isDeepStrictEqual(values, expected)) return { text: result, edits };
  }
  const [first] = edits;
  throw byHand(text, first as ListEdit, 'are shared by an anchor, or written in a way that cannot be changed safely');
}

function ownList({ specNode }: ManifestObject): YamlNode | undefined {
  const value = ownPair(specNode, LIST_FIELD)?.value;
  return value?.kind === 'seq' ? value : undefined;
}

function byHand(text: string, { object }: ListEdit, why: string): ManifestError {
  const { kind, name } = object.ref;
  const line = lineNumber(text, object.specNode.start);
  return new ManifestError(
    `needs a change by hand in line ${line}: the imagePullSecrets of ${kind.toLowerCase()} ${name} ${why}`,
  );
}

/** The values of the same objects in another text of `manifest`; undefined when that text cannot be read. */
function valuesIn(text: string, manifest: PullManifest): unknown[] | undefined {
  const { documents, error } = parseTree(text);
  const isAlike = error === undefined && documents.length === manifest.file.documents.length;
  return isAlike ? valuesWith(manifest, documents, new Map()) : undefined;
}

/**
 * The values of all `documents`, those of the file or of another text, with `lists` in place of the objects' own lists. An empty
 * list counts as none.
 */
function valuesWith(
  { objects, file }: PullManifest,
  documents: readonly YamlNode[],
  lists: ReadonlyMap<ManifestObject, readonly unknown[]>,
): unknown[] {
  const budget = nodeBudget(file.text);
  const values = documents.map((document) => toValue(document, budget));
  const places = new Map(file.documents.map((document, index) => [document, values[index]]));
  for (const object of objects) {
    const spec = object.path?.reduce<unknown>(
      (inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined),
      places.get(object.document),
    );
    if (typeof spec !== 'object' || spec === null) continue;
    const after = lists.get(object);
    if (after !== undefined) Reflect.set(spec, LIST_FIELD, after);
    const list = Reflect.get(spec, LIST_FIELD) as unknown;
    if (list === null || (Array.isArray(list) && list.length === 0)) Reflect.deleteProperty(spec, LIST_FIELD);
  }
  return values;
}
