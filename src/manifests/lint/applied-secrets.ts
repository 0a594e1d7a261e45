/** Which Secrets in manifests exist once all of them have been applied. */
import { dirname } from 'node:path';
import { isPlaceholder } from '../../domain/manifest-text/placeholder.ts';
import { fieldOf } from '../../domain/workloads/api-object.ts';
import type { Inventory, PlacedSecret } from './inventory.ts';

/** `inventory` as the cluster would have it: without Secrets that a later one of the same name replaces. */
export function asApplied(inventory: Inventory): Inventory {
  const replaced = replacements(inventory.secrets);
  const namedSecrets = new Map(
    [...inventory.namedSecrets].map(([name, all]) => [name, all.filter((one) => !replaced.has(one))]),
  );
  return { ...inventory, replaced, namedSecrets };
}

/** Maps each Secret that is replaced to the one that is applied after it. */
function replacements(secrets: readonly PlacedSecret[]): ReadonlyMap<PlacedSecret, PlacedSecret> {
  const written = secrets.filter(({ value }) => value.kind === 'Secret' && isName(fieldOf(value, 'metadata', 'name')));
  const alike = Map.groupBy(written, ({ secret: { metadata } }) => `${metadata.namespace ?? ''}/${metadata.name}`);
  return new Map(
    [...alike.values()].flatMap((same) =>
      same.flatMap((one, index) => {
        const last = same.findLast((other, place) => place > index && areTogether(one, other));
        return last === undefined ? [] : [[one, last] as const];
      }),
    ),
  );
}

export function isName(name: unknown): boolean {
  return typeof name === 'string' && name !== '' && !isPlaceholder(name);
}

/** Each folder may be for another cluster, so a Secret replaces only those in its folder. stdin goes with every folder. */
function areTogether({ file }: PlacedSecret, { file: other }: PlacedSecret): boolean {
  return [file.name, other.name].includes('-') || dirname(file.name) === dirname(other.name);
}
