/** Finds images for which a Secret in the files has a login, but the object that pulls them names no such Secret. */
import { hasLogin } from '../diagnosis/attempt.ts';
import type { ImagePull } from '../diagnosis/image-pull.ts';
import { noEntry } from '../diagnosis/list-causes.ts';
import { type Finding, finding } from '../findings/finding.ts';
import { ImageReferenceError, parseImage } from '../secret/image.ts';
import { buildKeyring, isAnonymous, type Keyring, lookup, opensImage } from '../secret/keyring.ts';
import { isPullSecretType } from '../secret/secret.ts';
import type { Inventory, PlacedPullSpec } from './inventory.ts';
import { isSameNamespace, type ManifestPuller, secretNamed } from './manifest-facts.ts';

export interface FileLogins {
  /** All logins in the files, whatever their namespace. */
  readonly keyring: Keyring;
  /** The registry and the first part of the path of each image that is pulled with a named login. */
  readonly owners: ReadonlySet<string>;
}

/**
 * Registries that also serve public images of strangers. An image there is likely private if other images of its owner are pulled
 * with a login, or if none of the registry is. On Docker Hub most images are public, so there only the first rule applies.
 */
const SHARED =
  /^(docker\.io|ghcr\.io|quay\.io|registry\.gitlab\.com|public\.ecr\.aws|(.+\.)?gcr\.io|.+-docker\.pkg\.dev)$/;

export function loginsIn(inventory: Inventory, pullers: readonly ManifestPuller[]): FileLogins {
  const pulled = pullers.flatMap(({ pulls }) => pulls.filter(({ attempt }) => hasLogin(attempt)));
  const owners = new Set(pulled.flatMap(({ use }) => ownerOf(use.image)?.name ?? []));
  return { keyring: keyringOf(inventory), owners };
}

/** Undefined when a list that may have the login cannot be seen. Nobody knows whether the image is private. */
export function unnamedLogin(
  pull: ImagePull,
  placed: PlacedPullSpec,
  inventory: Inventory,
  logins: FileLogins,
): Finding | undefined {
  const { use, applied, attempt, object, puller } = pull;
  const isOpen = use.policy === 'Never' || attempt.candidates.length > 0 || attempt.forbidden.length > 0;
  if (isOpen || (applied.origin === 'own' && applied.names.length === 0)) return undefined;
  const usable = loginFor(use.image, placed, inventory, logins);
  if (usable === undefined || (applied.origin !== 'own' && isPatched(placed, inventory))) return undefined;
  const found = noEntry(pull);
  if (found !== undefined) return { ...found, arguments: { ...found.arguments, usable } } as Finding;
  const account = applied.origin === 'not known' ? puller.account : undefined;
  return finding('no-pull-secret', object, { image: use.image, usable, account, remedy: puller.remedy });
}

function loginFor(
  image: string,
  placed: PlacedPullSpec,
  inventory: Inventory,
  { keyring, owners }: FileLogins,
): string | undefined {
  const owner = ownerOf(image);
  if (owner === undefined) return undefined;
  const names = lookup(keyring, image).flatMap((entry) => (isAnonymous(entry) ? [] : [entry.source.name]));
  const usable = names.find((name) => {
    const secret = secretNamed(name, placed, inventory);
    return secret !== undefined && opensImage(secret.secret, image);
  });
  if (usable === undefined || !SHARED.test(owner.registry)) return usable;
  const known = [...owners].filter((one) => one.startsWith(`${owner.registry}/`));
  const isMeant = known.includes(owner.name) || (known.length === 0 && owner.registry !== 'docker.io');
  return isMeant ? usable : undefined;
}

/** Whether another object of that name has a list: a Kustomize patch has the name of the object it changes. */
function isPatched({ pullSpec: { ref } }: PlacedPullSpec, { pullSpecs }: Inventory): boolean {
  return pullSpecs.some(
    ({ pullSpec: { ref: other, imagePullSecrets: list } }) =>
      other.kind === ref.kind &&
      other.name === ref.name &&
      isSameNamespace(other.namespace, ref.namespace) &&
      (list ?? []).length > 0,
  );
}

function keyringOf({ namedSecrets }: Inventory): Keyring {
  const sound = [...namedSecrets.values()].flat().flatMap(({ secret, diagnosed }) => {
    const contents = diagnosed?.contents;
    return contents !== undefined && isPullSecretType(contents.type) && contents.failure === undefined ? [secret] : [];
  });
  return buildKeyring(sound);
}

/** The registry of an image, and as `name` the registry with the first part of the path; undefined for an invalid image. */
export function ownerOf(image: string): { readonly registry: string; readonly name: string } | undefined {
  try {
    const { domain, path } = parseImage(image);
    return { registry: domain, name: `${domain}/${path.split('/', 1)[0]}` };
  } catch (error) {
    if (error instanceof ImageReferenceError) return undefined;
    throw error;
  }
}
