/** The objects in manifests, whatever their kind, and where each begins. */
import { isObject } from '../domain/holder.ts';
import { printable } from '../domain/printable.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { parseYamlStream, YamlError } from '../yaml.ts';
import { type ManifestFile, readManifestFiles } from './files.ts';

export interface FoundObject {
  readonly file: string;
  /** Of its document, from 1. */
  readonly line: number;
  readonly value: Readonly<Record<string, unknown>>;
  /** Everything in the file, byte for byte. */
  readonly text: string;
}

/** All objects in the files of `-f`, those in lists included. Throws UserError. */
export async function readObjects(names: readonly string[], io: Io): Promise<FoundObject[]> {
  const found: FoundObject[] = [];
  for (const file of readManifestFiles(names, false, io)) found.push(...(await objectsIn(file)));
  return found;
}

async function objectsIn({ name, text }: ManifestFile): Promise<FoundObject[]> {
  try {
    const documents = await parseYamlStream(text);
    return documents.flatMap(({ line, value }) =>
      flatten(value).map((object) => ({ file: name, line, value: object, text })),
    );
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const file = name === '-' ? 'stdin' : printable(name);
    throw new UserError(`cannot read ${file}: ${error.message}`, `kubectl apply --dry-run=client -f ${name}`);
  }
}

const MAX_DEPTH = 20;

/** cli-runtime pkg/resource `FlattenListVisitor`. */
function flatten(value: unknown, depth = 0): Readonly<Record<string, unknown>>[] {
  if (!isObject(value) || depth > MAX_DEPTH) return [];
  const { kind, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [value];
  return items.flatMap((item) => flatten(item, depth + 1));
}
