/** What is wrong in manifests, by the rules for what is in a cluster, as far as files can say it. */
import { basename, dirname } from 'node:path';
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
import { listFault } from '../../domain/manifest-text/list-fault.ts';
import type { PlacedObject } from '../../domain/manifest-text/objects.ts';
import { words } from '../../domain/text/command.ts';
import { fieldOf } from '../../domain/workloads/api-object.ts';
import { LIST_FIELD } from '../../domain/workloads/kind.ts';
import { listedNames } from '../../domain/workloads/pull-spec.ts';
import { asApplied } from './applied-secrets.ts';
import { type Inventory, inventoryOf, isUnfilled, type PlacedPullSpec, type PlacedSecret } from './inventory.ts';
import { kustomizationFindings } from './kustomization.ts';
import { type LintLine, lintBuilt } from './lint-line.ts';
import { factsFor, pullerIn, secretNamed, unfilledImages, unfilledSecrets } from './manifest-facts.ts';
import { missingSecrets, type Surroundings } from './missing-secrets.ts';
import { firstLineOf, inPullSpec, inSecret, viewOf } from './place.ts';
import { type FileLogins, loginsIn, unnamedLogin } from './unnamed-login.ts';
import { unplacedAccounts } from './unplaced.ts';
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
  /** Images that were not judged, because they have a variable that is filled in later; undefined for none. */
  readonly unfilled?: readonly string[] | undefined;
  /** Variables in lists of pull secrets, which were not judged; undefined for none. */
  readonly unfilledSecrets?: readonly string[] | undefined;
  /** Whether no variable has kept something from being judged. */
  readonly isFilled: boolean;
  /** Images that the files have no login for. Whether they need one only their registry knows. */
  readonly withoutLogin: readonly string[];
}

/** What was read. */
export interface LintInput extends Surroundings {
  readonly objects: readonly PlacedObject[];
  readonly unread: readonly UnreadFile[];
}

/** `now` in milliseconds since 1970. */
export function lint({ objects, unread, kustomizations, typed }: LintInput, now: number): Lint {
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
    ...fileFindings([...unread, ...charts], typed),
    ...kustomizationFindings(kustomizations, typed),
    ...secrets.flatMap((placed) => secretFindings(placed, named)),
    ...pullSpecs.flatMap((placed) => pullSpecFindings(placed, inventory, logins, now)),
    ...missingSecrets(inventory, { kustomizations, typed }, now),
    ...(typed.namespace ? [] : unplacedAccounts(inventory)),
    ...duplicateSecrets(inventory),
  ];
  const unfilled = [...new Set(pullSpecs.flatMap(unfilledImages))];
  const inLists = [...new Set(pullSpecs.flatMap(unfilledSecrets))];
  const unique = new Map(found.map((one) => [findingKey(one), one]));
  return {
    findings: [...unique.values()].sort(compare),
    objects: pullSpecs.length + secrets.length,
    unjudged:
      secrets.filter(({ value, diagnosed }) => value.kind === 'Secret' && diagnosed === undefined).length || undefined,
    unfilled: unfilled.length > 0 ? unfilled : undefined,
    unfilledSecrets: inLists.length > 0 ? inLists : undefined,
    isFilled: unfilled.length + inLists.length === 0 && !secrets.some(isUnfilled),
    withoutLogin: [...new Set(pullSpecs.flatMap((placed) => imagesWithoutLogin(placed, inventory, now)))],
  };
}

function compare({ severity, object: { file = '', line = 0 } }: Finding, other: Finding): number {
  if (severity !== other.severity) return severity === 'error' ? -1 : 1;
  const otherFile = other.object.file ?? '';
  return file === otherFile ? line - (other.object.line ?? 0) : file < otherFile ? -1 : 1;
}

/** Templates are no mistake, and there may be a whole folder of them. */
function fileFindings(unread: readonly UnreadFile[], typed: LintLine): FindingView[] {
  const [first, ...others] = unread.filter(({ chart }) => chart);
  const found = unread.filter(({ chart }) => !chart).map((file) => viewOf(unreadable(file, 'error')));
  if (first === undefined) return found;
  const more = others.map(({ name }) => name);
  const folder = dirname(first.name);
  const chart = basename(folder) === 'templates' ? dirname(folder) : first.name;
  const command = lintBuilt(chart, words`helm template CHART`, typed);
  return [...found, findingView(unreadable(first, 'warning', more), undefined, { command, sufficient: false })];
}

function unreadable(
  { name, line, error, chart }: UnreadFile,
  severity: Severity,
  others: readonly string[] = [],
): Finding {
  const object = { kind: 'File', name, file: name, line } as const;
  return finding('unreadable-file', object, { error, chart, others: others.length > 0 ? others : undefined }, severity);
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
  const fault = listFault(fieldOf(placed.value, ...placed.kind.specPath, LIST_FIELD));
  const all =
    fault === undefined
      ? [...suspicions(puller, facts, unnamed), ...own]
      : [
          ...own.filter(({ code }) => code !== 'empty-name'),
          finding('empty-name', objectOf(puller.ref), { ...fault, remedy: puller.remedy }, 'error'),
        ];
  return all.map((found) => {
    const secret = found.object.kind === 'Secret' ? secretNamed(found.object.name, placed, inventory) : undefined;
    return secret === undefined ? inPullSpec(found, placed, inventory) : inSecret(found, secret);
  });
}

/** Most images are public, so a Secret that fits one of several is right, and one that fits none hardly. */
function suspicions(puller: Puller, facts: PullFacts, unnamed: (pull: ImagePull) => Finding | undefined): Finding[] {
  const pulls = puller.images.map((use) => imagePull(puller, use, facts));
  const fits = pulls.some(({ attempt }) => hasLogin(attempt));
  return pulls.flatMap((pull) => {
    if (!hasSoundList(pull) || pull.attempt.reason === 'invalid image') return [];
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
    const found = finding('duplicate-secret', object, { last: firstLineOf(last) });
    if (placed.file.name !== '-') return viewOf(found);
    // Nobody edits what is piped in: one Secret with all their logins takes the place of both.
    const entries = [placed, last].flatMap(({ diagnosed }) => diagnosed?.contents.entries ?? []);
    const { diagnosed } = placed;
    const both = diagnosed && { ...diagnosed, contents: { ...diagnosed.contents, entries } };
    return viewOf(found, { secretOf: () => both });
  });
}
