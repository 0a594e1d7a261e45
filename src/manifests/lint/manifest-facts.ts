/** What manifests say about one pod, template or service account among them, as a diagnosis takes it. */
import type { AccountState, Puller, PullFacts, SecretState } from '../../domain/diagnosis/facts.ts';
import { isPullSecretType } from '../../domain/keyring/secret.ts';
import { isPlaceholder } from '../../domain/manifest-text/placeholder.ts';
import { closest } from '../../domain/text/closest.ts';
import { fieldOf } from '../../domain/workloads/api-object.ts';
import { type ImageUse, imageUses } from '../../domain/workloads/container-images.ts';
import { isEnforced, listedNames } from '../../domain/workloads/pull-spec.ts';
import { secretKey } from '../../domain/workloads/references.ts';
import type { Inventory, ManifestPlace, PlacedPullSpec, PlacedSecret } from './inventory.ts';

/** Images that are not written there, or filled in later, are left out: patches of Kustomize have none. */
export function pullerIn(placed: PlacedPullSpec): Puller {
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

/** Those that are filled in later. */
export function unfilledImages(placed: PlacedPullSpec): string[] {
  return usesIn(placed).flatMap(({ image }) => (isPlaceholder(image) ? [image] : []));
}

/** Of its list of pull secrets. */
export function unfilledSecrets({ pullSpec }: PlacedPullSpec): string[] {
  return listedNames(pullSpec.imagePullSecrets).filter(isPlaceholder);
}

function usesIn({ kind: { specPath }, pullSpec: { object } }: PlacedPullSpec): ImageUse[] {
  return specPath.length === 0 ? [] : imageUses(fieldOf(object, ...specPath));
}

/** No registry can be asked, and no other service accounts or nodes are known than what the manifests hold. */
export function factsFor(placed: PlacedPullSpec, inventory: Inventory, now: number): PullFacts {
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
    now,
    online: false,
    secrets: new Map([...names].map((name) => [secretKey(ref.namespace, name), stateOf(name, placed, inventory)])),
    accounts: new Map([[secretKey(ref.namespace, serviceAccountName), state]]),
    nodes: new Map(),
    others: new Map(),
    answers: new Map(),
  };
}

/** The Secret that is meant by a name in the list of `placed`. */
export function secretNamed(
  name: string,
  placed: PlacedPullSpec,
  { namedSecrets }: Inventory,
): PlacedSecret | undefined {
  return nearest(namedSecrets.get(name), (one) => one.secret.metadata.namespace ?? '', placed);
}

/** A pull secret of the same namespace, of nearly the same name. What names none is meant for the only one of the files. */
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

/** Namespaces in which there is a Secret of that name. */
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
 * Folders hold the same for several environments, so what is in the same file comes first, then what is in the same
 * folder; and one that names the namespace before one that comes into any.
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

/** What names no namespace comes into the one that it is applied to. */
export function isSameNamespace(one: string, other: string): boolean {
  return one === other || one === '' || other === '';
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'), 0));
}
