/** Finds Secrets and service accounts that manifests need, but that are in none of them, or not in that namespace. */
import { effectiveList } from '../diagnosis/effective-list.ts';
import { objectOf } from '../diagnosis/image-pull.ts';
import { type FindingView, findingView } from '../diagnosis/view.ts';
import { finding } from '../findings/finding.ts';
import { editFile } from '../findings/pod-commands.ts';
import { imageError } from '../secret/image.ts';
import { isSlip } from '../text/closest.ts';
import { targetName } from '../workloads/object-ref.ts';
import { listedNames } from '../workloads/pull-spec.ts';
import { type Inventory, isName, type PlacedPullSpec } from './inventory.ts';
import { checkBuilt, folderToBuild } from './kustomization.ts';
import type { LintLine } from './lint-line.ts';
import { accountInFiles, type ManifestPuller, namespacesWith, nearInFiles, secretNamed } from './manifest-facts.ts';
import type { ManifestFile } from './manifest-files.ts';
import { firstLineOf, lineOfName, viewOf } from './place.ts';
import { isPlaceholder } from './placeholder.ts';
import { ownerOf } from './unnamed-login.ts';

/** What is known besides the objects. */
export interface Surroundings {
  readonly kustomizations: readonly ManifestFile[];
  /** Its namespace is for objects that name none. When left out, they go into that of the context, which is not known. */
  readonly typed: LintLine;
}

/**
 * One finding for each Secret that is named and not in the files. It is a warning, because the Secret may be made elsewhere, as
 * pull secrets should be. It is an error when its name is one slip away from that of a Secret in the files.
 */
export function missingSecrets(
  inventory: Inventory,
  pullers: readonly ManifestPuller[],
  { kustomizations, typed }: Surroundings,
): FindingView[] {
  const isMissing = (name: string, placed: PlacedPullSpec): boolean => {
    const found = secretNamed(name, placed, inventory);
    return found === undefined || (!typed.namespace && isApart(found.secret.metadata.namespace, placed));
  };
  const references = inventory.pullSpecs.flatMap((placed) =>
    [...new Set(listedNames(placed.pullSpec.imagePullSecrets))]
      .filter((name) => !isPlaceholder(name) && isMissing(name, placed))
      .map((name) => ({ name, placed })),
  );
  const groups = Map.groupBy(references, keyOf);
  const pulls = pullsBySecret(pullers);
  return [...groups].flatMap(([key, users]) => {
    const [first] = users;
    if (first === undefined) return [];
    const { name, placed } = first;
    const object = objectOf({ ...placed.pullSpec.ref, name });
    const unplaced = secretNamed(name, placed, inventory);
    const near = unplaced ? undefined : nearInFiles(name, placed, inventory);
    const namespaces = namespacesWith(name, inventory);
    const args = {
      // The same object may be in the files for several environments.
      usedBy: [...new Set(users.map((user) => targetName(user.placed.pullSpec.ref)))],
      near,
      elsewhere: unplaced || namespaces.length === 0 ? undefined : { namespaces },
      unplaced: unplaced && firstLineOf(unplaced),
    };
    const severity = near !== undefined && isSlip(name, near) ? 'error' : 'warning';
    const place = { file: placed.file.name, line: lineOfName(name, placed) };
    const images = privateImages(pulls.get(key) ?? []);
    const found = finding('missing-secret', { ...object, kind: 'Secret', ...place }, args, severity);
    const folder = near === undefined ? folderToBuild(name, placed.file.name, kustomizations) : undefined;
    if (folder === undefined) return [viewOf(found, { images })];
    return [findingView(found, undefined, { command: checkBuilt(folder, typed), sufficient: false })];
  });
}

interface Reference {
  readonly name: string;
  readonly placed: PlacedPullSpec;
}

function keyOf({ name, placed: { pullSpec } }: Reference): string {
  return `${pullSpec.ref.namespace}/${name}`;
}

/** The images that are pulled with each Secret, including those of pods that get its name from their service account. */
function pullsBySecret(pullers: readonly ManifestPuller[]): ReadonlyMap<string, readonly string[]> {
  const pulls = pullers.flatMap(({ placed, puller, facts }) => {
    const images = puller.images.map(({ image }) => image).filter((image) => imageError(image) === undefined);
    return [...new Set(effectiveList(puller, facts).names)].map((name) => ({ key: keyOf({ name, placed }), images }));
  });
  const bySecret = Map.groupBy(pulls, ({ key }) => key);
  return new Map([...bySecret].map(([key, all]) => [key, all.flatMap(({ images }) => images)]));
}

/** The images without the official ones of Docker Hub, which everybody may pull, unless there are no others. */
function privateImages(images: readonly string[]): readonly string[] {
  const others = images.filter((image) => ownerOf(image)?.name !== 'docker.io/library');
  return others.length > 0 ? others : images;
}

/** Whether an object with the namespace `own` names none, and so need not go into that of `placed`. */
function isApart(own: string | undefined, { pullSpec }: PlacedPullSpec): boolean {
  return !own && isName(pullSpec.ref.namespace);
}

/** Finds service accounts that have a list and name no namespace, although the objects that should get the list name one. */
export function unplacedAccounts(inventory: Inventory): FindingView[] {
  const users = inventory.pullSpecs.flatMap((placed) => {
    const account = accountInFiles(placed, inventory);
    const isUsed = placed !== account && listedNames(placed.pullSpec.imagePullSecrets).length === 0;
    const hasList = listedNames(account?.pullSpec.imagePullSecrets).length > 0;
    return account && isUsed && hasList && isApart(account.pullSpec.ref.namespace, placed) ? [{ account, placed }] : [];
  });
  return [...Map.groupBy(users, ({ account }) => account)].map(([account, all]) => {
    const { name } = account.pullSpec.ref;
    const object = { kind: 'ServiceAccount', name, ...firstLineOf(account) } as const;
    const refs = all.map(({ placed }) => placed.pullSpec.ref);
    const args = {
      account: name,
      usedBy: [...new Set(refs.map(targetName))],
      elsewhere: { namespaces: [...new Set(refs.map(({ namespace }) => namespace))] },
    };
    const fix = { command: editFile(object), sufficient: false };
    return findingView(finding('missing-account', object, args, 'warning'), undefined, fix);
  });
}
