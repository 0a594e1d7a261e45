/** Images in manifests that lose their only login when a Secret is removed from the lists there. */
import { lostImages } from '../diagnosis/attempt.ts';
import type { ManifestRef } from '../workloads/object-ref.ts';
import { listedNames } from '../workloads/pull-spec.ts';
import { secretKey } from '../workloads/references.ts';
import { inventoryOf } from './inventory.ts';
import { type ManifestPuller, pullersIn } from './manifest-facts.ts';
import { readManifest } from './read-objects.ts';

export interface ManifestLoss {
  /** The name of the file. */
  readonly file: string;
  readonly ref: ManifestRef;
  readonly images: readonly string[];
}

interface FileBefore {
  readonly name: string;
  readonly before: string;
}

/**
 * The images that would be left without a login, as far as `files` show it: a Secret that is not in them may have one. `now` is
 * in milliseconds since 1970.
 */
export function lossesIn(files: readonly FileBefore[], secret: string, now: number): ManifestLoss[] {
  if (!files.some(({ before }) => /\bSecret\b/.test(before))) return [];
  const objects = files.flatMap(({ name, before }) => readManifest({ name, text: before }).objects);
  return pullersIn(inventoryOf(objects, now)).flatMap((puller) => lossOf(puller, secret) ?? []);
}

function lossOf({ placed, puller, facts }: ManifestPuller, secret: string): ManifestLoss | undefined {
  const { ref, images: uses, imagePullSecrets: list, account } = puller;
  const { secrets, accounts } = facts;
  const found = accounts.get(secretKey(ref.namespace, account));
  const inherited = found?.status === 'there' ? listedNames(found.imagePullSecrets) : [];
  const [own, without] = [listedNames(list), (name: string) => name !== secret];
  const before = own.length > 0 ? own : inherited;
  const kept = own.filter(without);
  const after = kept.length > 0 ? kept : inherited.filter(without);
  const elsewhere = { status: 'forbidden' } as const;
  const known = new Map([...secrets].map(([key, state]) => [key, state.status === 'missing' ? elsewhere : state]));
  const images = uses.flatMap(({ image, policy }) => (policy === 'Never' ? [] : [image]));
  const lost = before.includes(secret) ? lostImages(images, { before, after }, ref.namespace, known) : [];
  return lost.length === 0 ? undefined : { file: placed.file.name, ref, images: lost };
}
