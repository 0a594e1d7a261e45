/** The facts in manifests about a pod, template or service account, in the form that a diagnosis takes. */
import type { AccountState, Puller, PullFacts, SecretState } from '../diagnosis/facts.ts';
import { type ImagePull, imagePull } from '../diagnosis/image-pull.ts';
import { isPullSecretType } from '../secret/secret.ts';
import { closest } from '../text/closest.ts';
import { fieldOf } from '../workloads/api-object.ts';
import { type ImageUse, imageUses } from '../workloads/container-images.ts';
import { isEnforced, listedNames } from '../workloads/pull-spec.ts';
import { secretKey } from '../workloads/references.ts';
import type { Inventory, ManifestPlace, PlacedPullSpec, PlacedSecret } from './inventory.ts';
import { isPlaceholder } from './placeholder.ts';

/** An object that pulls images, and what the files say about it. */
export interface ManifestPuller {
  readonly placed: PlacedPullSpec;
  readonly puller: Puller;
  readonly facts: PullFacts;
  readonly pulls: readonly ImagePull[];
}

export function pullersIn(inventory: Inventory): ManifestPuller[] {
  return inventory.pullSpecs.map((placed) => {
    const [puller, facts] = [pullerIn(placed), factsFor(placed, inventory)];
    return { placed, puller, facts, pulls: puller.images.map((use) => imagePull(puller, use, facts)) };
  });
}

/** Images that are missing or filled in later are left out. Patches of Kustomize have none. */
function pullerIn(placed: PlacedPullSpec): Puller {
  const { pullSpec, file } = placed;
  const { ref, imagePullSecrets: list, serviceAccountName } = pullSpec;
  return {
    ref,
    imagePullSecrets: list,
    account: serviceAccountName,
    images: usesIn(placed).filter(({ image }) => image !== '' && !isPlaceholder(image)),
    remedy: { how: 'file', file: file.name },
    count: 1,
  };
}

/** The images that are filled in later. */
export function unfilledImages(placed: PlacedPullSpec): string[] {
  return usesIn(placed).flatMap(({ image }) => (isPlaceholder(image) ? [image] : []));
}

/** The names in its list of pull secrets that are filled in later. */
export function unfilledSecrets({ pullSpec }: PlacedPullSpec): string[] {
  return listedNames(pullSpec.imagePullSecrets).filter(isPlaceholder);
}

function usesIn({ kind: { specPath }, pullSpec: { object } }: PlacedPullSpec): ImageUse[] {
  return specPath.length === 0 ? [] : imageUses(fieldOf(object, ...specPath));
}

/** No registry can be asked. No nodes are known, and no service accounts other than those in the manifests. */
function factsFor(placed: PlacedPullSpec, inventory: Inventory): PullFacts {
  const { ref, imagePullSecrets: list, serviceAccountName } = placed.pullSpec;
  const account = accountInFiles(placed, inventory);
  const names = new Set([...listedNames(list), ...listedNames(account?.pullSpec.imagePullSecrets)]);
  const state: AccountState =
    account === undefined
      ? { status: 'forbidden' }
      : {
          status: 'there',
          imagePullSecrets: account.pullSpec.imagePullSecrets,
          enforced: isEnforced(account.pullSpec),
        };
  return {
    now: inventory.now,
    online: false,
    secrets: new Map([...names].map((name) => [secretKey(ref.namespace, name), stateOf(name, placed, inventory)])),
    accounts: new Map([[secretKey(ref.namespace, serviceAccountName), state]]),
    nodes: new Map(),
    others: new Map(),
    answers: new Map(),
  };
}

/** The Secret that a name in the list of `placed` refers to. */
export function secretNamed(
  name: string,
  placed: PlacedPullSpec,
  { namedSecrets }: Inventory,
): PlacedSecret | undefined {
  return nearest(namedSecrets.get(name), (one) => one.secret.metadata.namespace ?? '', placed);
}

/**
 * The most similar name of a pull secret in the same namespace. An object that names no namespace is taken to be in the only one
 * that the files name.
 */
export function nearInFiles(
  name: string,
  { pullSpec }: PlacedPullSpec,
  { pullSpecs, secrets }: Inventory,
): string | undefined {
  const named = [...pullSpecs.map((one) => one.pullSpec.ref), ...secrets.map(({ secret }) => secret.metadata)];
  const [only = '', ...others] = new Set(named.flatMap(({ namespace }) => namespace || []));
  const namespace = pullSpec.ref.namespace || (others.length === 0 ? only : '');
  const fitting = secrets.filter(
    ({ kind, secret, diagnosed }) =>
      kind === 'Secret' &&
      [pullSpec.ref.namespace, namespace].includes(secret.metadata.namespace ?? '') &&
      (diagnosed === undefined || diagnosed.contents.dataKey !== undefined || isPullSecretType(secret.type)),
  );
  return closest(name, [...new Set(fitting.flatMap(({ secret }) => secret.metadata.name ?? []))].sort());
}

/** The namespaces that have a Secret of that name. */
export function namespacesWith(name: string, { namedSecrets }: Inventory): string[] {
  const same = namedSecrets.get(name) ?? [];
  return [...new Set(same.flatMap(({ secret }) => secret.metadata.namespace ?? []))].sort();
}

/** The service account of `placed`. */
export function accountInFiles(placed: PlacedPullSpec, { accounts }: Inventory): PlacedPullSpec | undefined {
  return nearest(accounts.get(placed.pullSpec.serviceAccountName), ({ pullSpec }) => pullSpec.ref.namespace, placed);
}

function stateOf(name: string, placed: PlacedPullSpec, inventory: Inventory): SecretState {
  const found = secretNamed(name, placed, inventory);
  if (found === undefined) return isPlaceholder(name) ? { status: 'forbidden' } : { status: 'missing' };
  return found.diagnosed === undefined ? { status: 'forbidden' } : { status: 'there', ...found.diagnosed };
}

/**
 * The object in `found` that `from` refers to. One with exactly the same namespace comes first. Among these, the same file comes
 * first, and the same folder next, because folders hold the same objects for several environments.
 */
function nearest<T extends ManifestPlace>(
  found: readonly T[] = [],
  namespaceOf: (one: T) => string,
  from: PlacedPullSpec,
) {
  const { namespace } = from.pullSpec.ref;
  const fitting = found.filter((one) => isSameNamespace(namespaceOf(one), namespace));
  const rank = (one: T): number =>
    (namespaceOf(one) === namespace ? 0 : 4) +
    (one.file === from.file ? 0 : folderOf(one.file.name) === folderOf(from.file.name) ? 1 : 2);
  return fitting.toSorted((one, other) => rank(one) - rank(other))[0];
}

/** An object that names no namespace goes into the one that it is applied to. */
export function isSameNamespace(one: string, other: string): boolean {
  return one === other || one === '' || other === '';
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'), 0));
}
