/** The objects in manifests, whatever their kind, and where each begins. */
import { basename } from 'node:path';
import type { Secret } from '../domain/keyring/secret.ts';
import { configSecret, manifestSecret } from '../domain/manifest-text/manifest-secrets.ts';
import { printable } from '../domain/text/printable.ts';
import { isObject } from '../domain/workloads/api-object.ts';
import { pullKindOf } from '../domain/workloads/kind.ts';
import { pullSpecOf } from '../domain/workloads/pull-spec.ts';
import { addUsage, type UsageIndex } from '../domain/workloads/references.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { parseYamlStream, YamlError } from '../yaml.ts';
import { type ManifestFile, readManifestFiles } from './manifest-files.ts';

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

export interface ManifestSecrets {
  /** In the order of the files. A docker config is there as the Secret that would hold it. */
  readonly secrets: readonly Secret[];
  readonly usage: UsageIndex;
}

/** Throws UserError. */
export async function readManifestSecrets(files: readonly string[], io: Io): Promise<ManifestSecrets> {
  const secrets: Secret[] = [];
  const usage: UsageIndex = new Map();
  for (const found of await readObjects(files, io)) {
    const secret = secretIn(found);
    if (secret !== undefined) secrets.push(secret);
    const kind = pullKindOf(found.value.apiVersion, found.value.kind);
    const holder = kind === undefined ? undefined : pullSpecOf(kind, found.value);
    if (holder !== undefined) addUsage(usage, holder);
  }
  return { secrets, usage };
}

/** The Secret of that name in a file, or the only one there. Throws UserError. */
export async function readSecret(file: string, name: string, io: Io): Promise<Secret> {
  const { secrets } = await readManifestSecrets([file], io);
  const [only] = secrets.length === 1 ? secrets : secrets.filter(({ metadata }) => metadata.name === name);
  if (only !== undefined) return only;
  const text = `there is no secret ${name} in ${file === '-' ? 'stdin' : printable(file)}`;
  throw new UserError(text, `regsecret create ${name} --dry-run=client -o yaml > ${name}.yaml`);
}

function secretIn({ value, text, file }: FoundObject): Secret | undefined {
  return manifestSecret(value) ?? configSecret(value, text, file === '-' ? 'stdin' : basename(file));
}
