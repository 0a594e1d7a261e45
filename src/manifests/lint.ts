/** Checks manifests by the rules that apply in a cluster, as far as files can tell. */
import { basename, dirname } from 'node:path';
import { hasLogin } from '../diagnosis/attempt.ts';
import { effectiveList } from '../diagnosis/effective-list.ts';
import type { SecretState } from '../diagnosis/facts.ts';
import { type ImagePull, objectOf, stateOf } from '../diagnosis/image-pull.ts';
import { suspicionOf } from '../diagnosis/list-causes.ts';
import { findingKey, reportOn } from '../diagnosis/puller-report.ts';
import { type FindingView, findingView } from '../diagnosis/view.ts';
import { type Finding, finding, withSeverity } from '../findings/finding.ts';
import type { Severity } from '../findings/finding-record.ts';
import { listed } from '../findings/listed.ts';
import { words } from '../line/command.ts';
import { isPullSecretType } from '../secret/secret.ts';
import { lineNumber } from '../text/text-edit.ts';
import { manifestKindOf } from '../workloads/kind.ts';
import { listedNames } from '../workloads/pull-spec.ts';
import { fieldFaults, isAboutList, type PlacedFault } from './field-faults.ts';
import { type Inventory, inventoryOf, isUnfilled, type PlacedPullSpec, type PlacedSecret } from './inventory.ts';
import { kustomizationFindings } from './kustomization.ts';
import { type LintLine, lintBuilt } from './lint-line.ts';
import { type ManifestPuller, pullersIn, secretNamed, unfilledImages, unfilledSecrets } from './manifest-facts.ts';
import { missingSecrets, type Surroundings, unplacedAccounts } from './missing-secrets.ts';
import { type PlacedObject, refOf } from './objects.ts';
import { firstLineOf, inPullSpec, inSecret, viewOf } from './place.ts';
import { type FileLogins, loginsIn, unnamedLogin } from './unnamed-login.ts';

/** A file that could not be parsed. */
export interface UnreadFile {
  readonly name: string;
  readonly line: number;
  readonly error: string;
  /** Whether the file seems to be the template of a chart. */
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
  /** Whether no variable kept anything from being judged. */
  readonly isFilled: boolean;
  /** Images for which the files have no login. Only their registry knows whether they need one. */
  readonly withoutLogin: readonly string[];
}

export interface LintInput extends Surroundings {
  readonly objects: readonly PlacedObject[];
  readonly unread: readonly UnreadFile[];
}

/** `now` in milliseconds since 1970. */
export function lint({ objects, unread, kustomizations, typed }: LintInput, now: number): Lint {
  const inventory = inventoryOf(objects, now);
  const { pullSpecs, secrets, templates } = inventory;
  const pullers = pullersIn(inventory);
  const logins = loginsIn(inventory, pullers);
  const faults = faultsIn(objects, inventory);
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
    ...faults.flatMap(faultFindings),
    ...pullers.flatMap((puller) => pullSpecFindings(puller, inventory, logins, hasListFault(faults, puller))),
    ...missingSecrets(inventory, pullers, { kustomizations, typed }),
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
    withoutLogin: [...new Set(pullers.flatMap(imagesWithoutLogin))],
  };
}

function compare({ severity, object: { file = '', line = 0 } }: Finding, other: Finding): number {
  if (severity !== other.severity) return severity === 'error' ? -1 : 1;
  const otherFile = other.object.file ?? '';
  return file === otherFile ? line - (other.object.line ?? 0) : file < otherFile ? -1 : 1;
}

/** Templates are no mistake, and there may be a whole folder of them, so all of them make one warning. */
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

/**
 * The findings about a Secret. One of another type than pull secrets counts only if a list names it, or it holds a docker config.
 */
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

/** The Secrets in the files that the list of `placed` names. */
function secretsOf(placed: PlacedPullSpec, inventory: Inventory): PlacedSecret[] {
  return listedNames(placed.pullSpec.imagePullSecrets).flatMap((name) => secretNamed(name, placed, inventory) ?? []);
}

interface FaultyObject {
  readonly placed: PlacedObject;
  readonly faults: readonly PlacedFault[];
}

/** The objects with fields that the API server drops or refuses. Templates have values that are filled in later. */
function faultsIn(objects: readonly PlacedObject[], { templates }: Inventory): FaultyObject[] {
  return objects.flatMap((placed) => {
    const faults = templates.includes(placed.file) ? [] : fieldFaults(placed, manifestKindOf(placed.value));
    return faults.length > 0 ? [{ placed, faults }] : [];
  });
}

function faultFindings({ placed: { file, value }, faults }: FaultyObject): FindingView[] {
  return faults.map(({ node, ...fault }) => {
    const object = { ...objectOf(refOf(value)), file: file.name, line: lineNumber(file.text, node.start) };
    return viewOf(finding('refused-field', object, fault));
  });
}

function hasListFault(faulty: readonly FaultyObject[], { placed: { node } }: ManifestPuller): boolean {
  return faulty.some(({ placed, faults }) => placed.node === node && faults.some(isAboutList));
}

/** The findings about an object with a list. A problem of a Secret is reported with the Secret, once. */
function pullSpecFindings(
  known: ManifestPuller,
  inventory: Inventory,
  logins: FileLogins,
  isFaulty: boolean,
): FindingView[] {
  const { placed, puller, facts } = known;
  const { judgements, notes } = reportOn(puller, facts);
  const causes = judgements.flatMap(({ cause }) => cause ?? []);
  // A finding that comes from the list of a service account is reported with the service account.
  const isOwn = effectiveList(puller, facts).origin === 'own';
  const own = [...causes, ...notes].filter(
    ({ object, code }) => object.kind !== 'Secret' && (isOwn || code !== 'different-credentials'),
  );
  const unnamed = (pull: ImagePull): Finding | undefined => unnamedLogin(pull, placed, inventory, logins);
  // What the API server drops or refuses has a finding of its own.
  const all = isFaulty ? own.filter(({ code }) => code !== 'empty-name') : [...suspicions(known, unnamed), ...own];
  return all.map((found) => {
    const secret = found.object.kind === 'Secret' ? secretNamed(found.object.name, placed, inventory) : undefined;
    return secret === undefined ? inPullSpec(found, placed, inventory) : inSecret(found, secret);
  });
}

/**
 * Most images are public, so a Secret that fits one of several images is probably right, and one that fits none is probably
 * wrong.
 */
function suspicions({ pulls }: ManifestPuller, unnamed: (pull: ImagePull) => Finding | undefined): Finding[] {
  const fits = pulls.some(({ attempt }) => hasLogin(attempt));
  return pulls.flatMap((pull) => {
    if (!hasSoundList(pull) || pull.attempt.reason === 'invalid image') return [];
    const found = suspicionOf(pull);
    const isVague =
      found?.code === 'no-entry' || (found?.code === 'other-images' && found.arguments.difference === 'path');
    const said = isVague && (fits || pull.applied.origin !== 'own') ? undefined : found;
    // That another Secret has the login says more than that this one has none.
    const better = said === undefined || said.code === 'no-entry' ? unnamed(pull) : undefined;
    const best = better ?? said;
    return best === undefined ? [] : [withSeverity(best, 'warning')];
  });
}

function duplicateSecrets({ replaced }: Inventory): FindingView[] {
  return [...replaced].map(([placed, last]) => {
    const { name = '', namespace } = placed.secret.metadata;
    const object = { kind: 'Secret', name, namespace, ...firstLineOf(placed) } as const;
    const found = finding('duplicate-secret', object, { last: firstLineOf(last) });
    if (placed.file.name !== '-') return viewOf(found);
    // Piped input cannot be edited, so the fix is one Secret with the logins of both.
    const entries = [placed, last].flatMap(({ diagnosed }) => diagnosed?.contents.entries ?? []);
    const { diagnosed } = placed;
    const both = diagnosed && { ...diagnosed, contents: { ...diagnosed.contents, entries } };
    return viewOf(found, { secretOf: () => both });
  });
}

/** Leaves out images of an object that names a missing or broken Secret, because that has a finding of its own. */
function imagesWithoutLogin({ pulls }: ManifestPuller): string[] {
  return pulls.flatMap((pull) => {
    const { use, attempt } = pull;
    const isPulled = use.policy !== 'Never' && attempt.reason !== 'invalid image';
    return isPulled && hasSoundList(pull) && !hasLogin(attempt) ? [use.image] : [];
  });
}

/** Whether every Secret of the list is in the files, and can be used. */
function hasSoundList(pull: ImagePull): boolean {
  return pull.applied.names.every((name) => isSound(stateOf(pull, name)));
}

/** Whether a Secret can be used. What is wrong with any other has a finding of its own. */
function isSound(state: SecretState | undefined): boolean {
  return state?.status === 'there' && isPullSecretType(state.contents.type) && state.contents.failure === undefined;
}
