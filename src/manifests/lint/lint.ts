/** What is wrong in manifests, by the rules for what is in a cluster, as far as files can say it. */
import { hasLogin } from '../../domain/diagnosis/attempt.ts';
import { effectiveList } from '../../domain/diagnosis/effective-list.ts';
import type { Puller, PullFacts } from '../../domain/diagnosis/facts.ts';
import { type ImagePull, imagePull, objectOf } from '../../domain/diagnosis/image-pull.ts';
import { suspicionOf } from '../../domain/diagnosis/list-causes.ts';
import { findingKey, reportOn } from '../../domain/diagnosis/puller-report.ts';
import { type FindingView, findingView } from '../../domain/diagnosis/view.ts';
import { finding } from '../../domain/findings/catalog.ts';
import { type Finding, type Severity, withSeverity } from '../../domain/findings/finding.ts';
import { listed } from '../../domain/findings/listed.ts';
import { isPullSecretType } from '../../domain/keyring/secret.ts';
import type { PlacedObject } from '../../domain/manifest-text/objects.ts';
import { isPlaceholder } from '../../domain/manifest-text/placeholder.ts';
import { isSlip } from '../../domain/text/closest.ts';
import { kustomized, words } from '../../domain/text/command.ts';
import { targetName } from '../../domain/workloads/object-ref.ts';
import { listedNames } from '../../domain/workloads/pull-spec.ts';
import type { ManifestFile } from '../manifest-files.ts';
import { asApplied } from './applied-secrets.ts';
import { type Inventory, inventoryOf, type PlacedPullSpec, type PlacedSecret } from './inventory.ts';
import { folderToBuild } from './kustomization.ts';
import { factsFor, homeElsewhere, namespacesWith, nearInFiles, pullerIn, secretNamed } from './manifest-facts.ts';
import { firstLineOf, inPullSpec, inSecret, lineOfName, viewOf } from './place.ts';
import { type FileLogins, loginsIn, ownerOf, unnamedLogin } from './unnamed-login.ts';
import { hasSoundList, imagesWithoutLogin } from './without-login.ts';

/** A file that could not be parsed. */
export interface UnreadFile {
  readonly name: string;
  readonly line: number;
  readonly error: string;
  /** Whether it seems to be the template of a chart. */
  readonly chart: boolean;
}

export interface Lint {
  /** Errors first, otherwise by file and line. */
  readonly findings: readonly FindingView[];
  /** How many pods, templates, service accounts, Secrets and docker configs there are. */
  readonly objects: number;
  /** How many Secrets were not judged, because they are encrypted or filled in later. */
  readonly unjudged?: number | undefined;
  /** Images that the files have no login for. Whether they need one only their registry knows. */
  readonly withoutLogin: readonly string[];
}

/** What was read. */
export interface LintInput {
  readonly objects: readonly PlacedObject[];
  readonly unread: readonly UnreadFile[];
  readonly kustomizations: readonly ManifestFile[];
}

/** `now` in milliseconds since 1970. */
export function lint({ objects, unread, kustomizations }: LintInput, now: number): Lint {
  const inventory = asApplied(inventoryOf(objects, now));
  const { pullSpecs, secrets, templates } = inventory;
  const logins = loginsIn(inventory, now);
  const named = new Set(pullSpecs.flatMap((placed) => secretsOf(placed, inventory)));
  const charts = templates.map(({ name }) => ({
    name,
    line: 1,
    error: 'values are still to be filled in',
    chart: true,
  }));
  const found = [
    ...fileFindings([...unread, ...charts]),
    ...secrets.flatMap((placed) => secretFindings(placed, named)),
    ...pullSpecs.flatMap((placed) => pullSpecFindings(placed, inventory, logins, now)),
    ...missingSecrets(inventory, kustomizations, now),
    ...duplicateSecrets(inventory),
  ];
  const unique = new Map(found.map((one) => [findingKey(one), one]));
  return {
    findings: [...unique.values()].sort(compare),
    objects: pullSpecs.length + secrets.length,
    unjudged:
      secrets.filter(({ value, diagnosed }) => value.kind === 'Secret' && diagnosed === undefined).length || undefined,
    withoutLogin: [...new Set(pullSpecs.flatMap((placed) => imagesWithoutLogin(placed, inventory, now)))],
  };
}

function compare({ severity, object: { file = '', line = 0 } }: Finding, other: Finding): number {
  if (severity !== other.severity) return severity === 'error' ? -1 : 1;
  const otherFile = other.object.file ?? '';
  return file === otherFile ? line - (other.object.line ?? 0) : file < otherFile ? -1 : 1;
}

/** Templates are no mistake, and there may be a whole folder of them. */
function fileFindings(unread: readonly UnreadFile[]): FindingView[] {
  const [first, ...others] = unread.filter(({ chart }) => chart);
  const found = unread.filter(({ chart }) => !chart).map((file) => unreadable(file, 'error'));
  if (first === undefined) return found;
  return [
    ...found,
    unreadable(
      first,
      'warning',
      others.map(({ name }) => name),
    ),
  ];
}

function unreadable(
  { name, line, error, chart }: UnreadFile,
  severity: Severity,
  others: readonly string[] = [],
): FindingView {
  const object = { kind: 'File', name, file: name, line } as const;
  return viewOf(
    finding('unreadable-file', object, { error, chart, others: others.length > 0 ? others : undefined }, severity),
  );
}

/** Of another type than pull secrets are only those that are named, or look as if they were meant for it. */
function secretFindings(placed: PlacedSecret, named: ReadonlySet<PlacedSecret>): FindingView[] {
  const { diagnosed, kind } = placed;
  if (diagnosed === undefined) return [];
  const { contents, findings } = diagnosed;
  const isNamed = isPullSecretType(contents.type) || named.has(placed);
  if (!isNamed && contents.dataKey === undefined) return [];
  return listed(findings, ({ code }) => code).map(({ more, ...found }) => {
    const object = kind === 'File' ? ({ kind, name: placed.file.name } as const) : found.object;
    const severity = isNamed ? found.severity : 'warning';
    return { ...inSecret({ ...found, object, severity } as Finding, placed), more };
  });
}

/** Those that its list names. */
function secretsOf(placed: PlacedPullSpec, inventory: Inventory): PlacedSecret[] {
  return listedNames(placed.pullSpec.imagePullSecrets).flatMap((name) => secretNamed(name, placed, inventory) ?? []);
}

/** What is wrong with a Secret is said of the Secret, once. */
function pullSpecFindings(
  placed: PlacedPullSpec,
  inventory: Inventory,
  logins: FileLogins,
  now: number,
): FindingView[] {
  const puller = pullerIn(placed);
  const facts = factsFor(placed, inventory, now);
  const { judgements, notes } = reportOn(puller, facts);
  const causes = judgements.flatMap(({ cause }) => cause ?? []);
  // What comes of the list of a service account is said of the service account.
  const isOwn = effectiveList(puller, facts).origin === 'own';
  const own = [...causes, ...notes].filter(
    ({ object, code }) => object.kind !== 'Secret' && (isOwn || code !== 'different-credentials'),
  );
  const unnamed = (pull: ImagePull): Finding | undefined => unnamedLogin(pull, placed, inventory, logins);
  return [...suspicions(puller, facts, unnamed), ...own].map((found) => {
    const secret = found.object.kind === 'Secret' ? secretNamed(found.object.name, placed, inventory) : undefined;
    return secret === undefined ? inPullSpec(found, placed, inventory) : inSecret(found, secret);
  });
}

/** Most images are public, so a Secret that fits one of several is right, and one that fits none hardly. */
function suspicions(puller: Puller, facts: PullFacts, unnamed: (pull: ImagePull) => Finding | undefined): Finding[] {
  const pulls = puller.images.map((use) => imagePull(puller, use, facts));
  const fits = pulls.some(({ attempt }) => hasLogin(attempt));
  return pulls.flatMap((pull) => {
    if (!hasSoundList(pull)) return [];
    const found = suspicionOf(pull);
    const isVague =
      found?.code === 'no-entry' || (found?.code === 'other-images' && found.arguments.difference === 'path');
    const said = isVague && (fits || pull.applied.origin !== 'own') ? undefined : found;
    // The Secret that has the login is more than that this one has none.
    const better = said === undefined || said.code === 'no-entry' ? unnamed(pull) : undefined;
    const best = better ?? said;
    return best === undefined ? [] : [withSeverity(best, 'warning')];
  });
}

function duplicateSecrets({ replaced = new Map() }: Inventory): FindingView[] {
  return [...replaced].map(([placed, last]) => {
    const { name = '', namespace } = placed.secret.metadata;
    const object = { kind: 'Secret', name, namespace, ...firstLineOf(placed) } as const;
    return viewOf(finding('duplicate-secret', object, { last: firstLineOf(last) }));
  });
}

/**
 * One finding for each Secret that is named and not there. It may well be made by others, as pull secrets should be, so that
 * is a warning; an error where its name is that of a Secret that is there, but for one slip.
 */
function missingSecrets(inventory: Inventory, kustomizations: readonly ManifestFile[], now: number): FindingView[] {
  const references = inventory.pullSpecs.flatMap((placed) =>
    [...new Set(listedNames(placed.pullSpec.imagePullSecrets))]
      .filter((name) => !isPlaceholder(name) && secretNamed(name, placed, inventory) === undefined)
      .map((name) => ({ name, placed })),
  );
  const groups = Map.groupBy(references, keyOf);
  const pulls = groups.size === 0 ? new Map() : pullsBySecret(inventory, now);
  return [...groups].flatMap(([key, users]) => {
    const [first] = users;
    if (first === undefined) return [];
    const { name, placed } = first;
    const object = objectOf({ ...placed.pullSpec.ref, name });
    const near = nearInFiles(name, placed, inventory);
    const namespaces = namespacesWith(name, inventory);
    const args = {
      // The same may be there for several environments.
      usedBy: [...new Set(users.map((user) => targetName(user.placed.pullSpec.ref)))],
      near,
      elsewhere: namespaces.length === 0 ? undefined : { namespaces },
      home: homeElsewhere(name, inventory),
    };
    const severity = near !== undefined && isSlip(name, near) ? 'error' : 'warning';
    const place = { file: placed.file.name, line: lineOfName(name, placed) };
    const images = privateImages(pulls.get(key) ?? []);
    const found = finding('missing-secret', { ...object, kind: 'Secret', ...place }, args, severity);
    const folder = near === undefined ? folderToBuild(name, placed.file.name, kustomizations) : undefined;
    if (folder === undefined) return [viewOf(found, { images })];
    return [findingView(found, undefined, { command: kustomized(folder, words`doctor`), sufficient: false })];
  });
}

interface Reference {
  readonly name: string;
  readonly placed: PlacedPullSpec;
}

function keyOf({ name, placed: { pullSpec } }: Reference): string {
  return `${pullSpec.ref.namespace}/${name}`;
}

/** The images that are pulled with each Secret, those of pods included that get its name from their service account. */
function pullsBySecret(inventory: Inventory, now: number): ReadonlyMap<string, readonly string[]> {
  const pulls = inventory.pullSpecs.flatMap((placed) => {
    const puller = pullerIn(placed);
    const { names } = effectiveList(puller, factsFor(placed, inventory, now));
    const images = puller.images.map(({ image }) => image);
    return [...new Set(names)].map((name) => ({ key: keyOf({ name, placed }), images }));
  });
  const bySecret = Map.groupBy(pulls, ({ key }) => key);
  return new Map([...bySecret].map(([key, all]) => [key, all.flatMap(({ images }) => images)]));
}

/** Without the official images of Docker Hub, which everybody may pull, unless there are no others. */
function privateImages(images: readonly string[]): readonly string[] {
  const others = images.filter((image) => ownerOf(image)?.name !== 'docker.io/library');
  return others.length > 0 ? others : images;
}
