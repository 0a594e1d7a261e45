/** The Secrets in manifests, and what else in them refers to a Secret. */
import { basename } from 'node:path';
import { holderOf } from '../domain/holder.ts';
import { configSecret, manifestSecret } from '../domain/manifest-secret.ts';
import { printable } from '../domain/printable.ts';
import { pullKindOf } from '../domain/pull-kind.ts';
import type { Secret } from '../domain/secret.ts';
import { addUsage, type UsageIndex } from '../domain/usage.ts';
import { UserError } from '../errors.ts';
import type { Io } from '../io.ts';
import { type FoundObject, readObjects } from './objects.ts';

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
    const holder = kind === undefined ? undefined : holderOf(kind, found.value);
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
