/** Changes the lists of pull secrets in a manifest, and proves that nothing else has changed. */
import { isDeepStrictEqual } from 'node:util';
import { editsFor, type ListEdit, withEdits } from '../domain/manifest-text/list-edit.ts';
import { type ManifestNode, ownPair, TooManyNodes, toValue } from '../domain/manifest-text/node.ts';
import { type ManifestObject, objectsIn, type UnknownObject } from '../domain/manifest-text/objects.ts';
import { lineNumber } from '../domain/manifest-text/text-edit.ts';
import { styleOf } from '../domain/manifest-text/yaml-style.ts';
import { LIST_FIELD } from '../domain/workloads/kind.ts';
import { parseTree } from './yaml-tree.ts';

/** The list that is wanted for an object, undefined when it is right or the object is to be left alone. */
export type Wanted = (object: ManifestObject) => readonly unknown[] | undefined;

export interface EditedManifest {
  readonly text: string;
  readonly edits: readonly ListEdit[];
}

export interface ReadManifest {
  readonly text: string;
  readonly documents: readonly ManifestNode[];
  readonly objects: readonly ManifestObject[];
  readonly unknown: readonly UnknownObject[];
}

/** Completes "FILE …". */
export class ManifestError extends Error {}

/** Throws {@link ManifestError}. */
export async function readManifest(text: string): Promise<ReadManifest> {
  const { documents, error } = await parseTree(text);
  if (error !== undefined) {
    throw new ManifestError(`is no YAML in line ${lineNumber(text, error.offset)} (${error.message})`);
  }
  try {
    const found = documents.map(objectsIn);
    return {
      text,
      documents,
      objects: found.flatMap(({ objects }) => objects),
      unknown: found.flatMap(({ unknown }) => unknown),
    };
  } catch (cause) {
    if (cause instanceof TooManyNodes) throw new ManifestError('has aliases that stand for too much');
    throw cause;
  }
}

/** Throws {@link ManifestError} where that cannot be done without touching something else. */
export async function editManifest(manifest: ReadManifest, wanted: Wanted): Promise<EditedManifest> {
  const { text, documents, objects } = manifest;
  const edits = objects.flatMap((object) => {
    const after = wanted(object);
    return after === undefined ? [] : [{ object, after }];
  });
  if (edits.length === 0) return { text, edits };
  const [merged] = edits.filter(({ object }) => object.path === undefined);
  if (merged !== undefined) throw byHand(text, merged, 'comes from a merge key');
  const expected = await valuesWith(documents, edits);
  for (const place of ['end', 'start'] as const) {
    const changed = new Set(edits.flatMap(({ object }) => ownList(object) ?? []));
    const all = edits.flatMap((edit) =>
      editsFor(text, edit, { style: styleOf(text, edit.object.holder, documents), place, changed }),
    );
    const result = withEdits(text, all);
    const again = await parseTree(result);
    if (again.error === undefined && isDeepStrictEqual(await valuesWith(again.documents, []), expected)) {
      return { text: result, edits };
    }
  }
  const [first] = edits;
  throw byHand(text, first as ListEdit, 'is shared by an anchor, or written in a way that cannot be changed safely');
}

function ownList({ holder }: ManifestObject): ManifestNode | undefined {
  const value = ownPair(holder, LIST_FIELD)?.value;
  return value?.kind === 'seq' ? value : undefined;
}

function byHand(text: string, { object }: ListEdit, why: string): ManifestError {
  const { kind, name } = object.ref;
  const line = lineNumber(text, object.holder.start);
  return new ManifestError(
    `needs a change by hand in line ${line}: what ${kind.toLowerCase()} ${name} pulls with ${why}`,
  );
}

/** The values of all documents, with the lists of `edits`; a list that is empty is none. */
async function valuesWith(documents: readonly ManifestNode[], edits: readonly ListEdit[]): Promise<unknown[]> {
  return documents.map((document) => {
    const value = toValue(document);
    for (const object of objectsIn(document).objects) {
      const spec = object.path?.reduce<unknown>((inner, name) => Reflect.get(inner as object, name), value) as object;
      // The objects of the first reading are those of the text that is edited; later ones are compared as they are.
      const edit = edits.find(
        (one) => one.object.holder === object.holder && isDeepStrictEqual(one.object.path, object.path),
      );
      if (spec === undefined) continue;
      if (edit !== undefined) Reflect.set(spec, LIST_FIELD, edit.after.map(plain));
      const list = Reflect.get(spec, LIST_FIELD) as unknown;
      if (list === null || (Array.isArray(list) && list.length === 0)) Reflect.deleteProperty(spec, LIST_FIELD);
    }
    return value;
  });
}

/** With the null prototype that the values of the tree have. */
function plain(item: unknown): unknown {
  return typeof item === 'object' && item !== null && !Array.isArray(item)
    ? Object.assign(Object.create(null), item)
    : item;
}
