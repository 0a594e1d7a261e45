/** The Secrets in manifests, and what else in them refers to a Secret. */
import { basename } from 'node:path';
import { holderOf } from '../domain/holder.ts';
import { configSecret, manifestSecret } from '../domain/manifest-secret.ts';
import { pullKindOf } from '../domain/pull-kind.ts';
import type { Secret } from '../domain/secret.ts';
import { addUsage, type UsageIndex } from '../domain/usage.ts';
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

function secretIn({ value, text, file }: FoundObject): Secret | undefined {
  return manifestSecret(value) ?? configSecret(value, text, file === '-' ? 'stdin' : basename(file));
}
