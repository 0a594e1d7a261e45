/** Which Secrets in manifests are there once all of them have been applied, and in which namespace. */
import { dirname } from 'node:path';
import { isPlaceholder } from '../../domain/manifest-text/placeholder.ts';
import { fieldOf } from '../../domain/workloads/api-object.ts';
import { listedNames } from '../../domain/workloads/pull-spec.ts';
import type { Inventory, PlacedPullSpec, PlacedSecret } from './inventory.ts';
import { secretNamed } from './manifest-facts.ts';

/**
 * `inventory` as the cluster would have it: without Secrets that another one of the same name replaces, and with a namespace for
 * those that name none.
 */
export function asApplied(inventory: Inventory): Inventory {
  const replaced = replacements(inventory.secrets);
  const namedSecrets = new Map(
    [...inventory.namedSecrets].map(([name, all]) => [name, all.filter((one) => !replaced.has(one))]),
  );
  const applied = { ...inventory, replaced, namedSecrets };
  return { ...applied, homes: homesOf(applied) };
}

/** Secrets in the files, each with the one that is applied after it, and replaces it. */
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

function isName(name: unknown): boolean {
  return typeof name === 'string' && name !== '' && !isPlaceholder(name);
}

/** Each folder may be for another cluster. What comes from stdin goes with all of them. */
function areTogether({ file }: PlacedSecret, { file: other }: PlacedSecret): boolean {
  return [file.name, other.name].includes('-') || dirname(file.name) === dirname(other.name);
}

/** A Secret without a namespace can be in one only, so it is there for one of those that name it. */
function homesOf(inventory: Inventory): ReadonlyMap<PlacedSecret, string> {
  const users = inventory.pullSpecs.flatMap((placed) =>
    isName(placed.pullSpec.ref.namespace)
      ? listedNames(placed.pullSpec.imagePullSecrets).flatMap((name) => {
          const secret = secretNamed(name, placed, inventory);
          return secret === undefined || secret.secret.metadata.namespace ? [] : [{ secret, placed }];
        })
      : [],
  );
  return new Map([...Map.groupBy(users, ({ secret }) => secret)].flatMap(([secret, all]) => homeOf(secret, all)));
}

function homeOf(
  secret: PlacedSecret,
  users: readonly { readonly placed: PlacedPullSpec }[],
): (readonly [PlacedSecret, string])[] {
  const [first] = users;
  const { placed } = users.find((one) => one.placed.file === secret.file) ?? first ?? {};
  const namespaces = new Set(users.map((one) => one.placed.pullSpec.ref.namespace));
  return placed === undefined || namespaces.size < 2 ? [] : [[secret, placed.pullSpec.ref.namespace]];
}
