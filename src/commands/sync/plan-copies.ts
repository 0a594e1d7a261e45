/** Plans which namespaces get a copy and how, and which copies are deleted, from what has been read. */

import type { Transport } from '../../cluster/transport.ts';
import { type NextCopy, planSecret, type SyncSource } from '../../copies/copy-plan.ts';
import { idlePatterns } from '../../copies/idle-patterns.ts';
import { type LoginLoss, loginLossOf } from '../../copies/lost-logins.ts';
import { noNamespace } from '../../copies/selected-namespaces.ts';
import { UserError } from '../../errors.ts';
import { ALL_NAMESPACES, command, words } from '../../line/command.ts';
import { againMeaning } from '../../line/hint.ts';
import { scope } from '../../line/object-name.ts';
import { isCopyOf } from '../../secret/copy.ts';
import { willHoldOldLogin } from '../../secret/last-applied.ts';
import type { Secret } from '../../secret/secret.ts';
import {
  choiceOf,
  chosenNamespace,
  type NamespaceFacts,
  type SelectedNamespace,
} from '../../secret/selected-namespace.ts';
import { closestNamespace } from '../../text/closest.ts';
import { many } from '../../text/enumerate.ts';
import { eachPresent } from './present-copies.ts';
import { type PrunedCopy, takenOver } from './prune-copies.ts';
import type { SyncListener, SyncOutcome, SyncPart, SyncRequest } from './sync-request.ts';

/** Returns the namespaces to write to. Reports each named namespace that does not exist as failed. */
export function choose(
  namespaces: readonly NamespaceFacts[],
  request: SyncRequest,
  home: string | undefined,
  listener: SyncListener,
): SelectedNamespace[] {
  const { selection, part } = request;
  const choices = Map.groupBy(namespaces, (namespace) => choiceOf(namespace, selection, home));
  const namesOf = (choice: ReturnType<typeof choiceOf>): string[] =>
    (choices.get(choice) ?? []).map(({ name }) => name);
  const leftAlone = namesOf('left alone');
  const isAll = part?.only === undefined && !choices.has('chosen');
  const wanted = isAll ? leftAlone : leftAlone.filter((name) => selection.names.includes(name));
  listener.skipped({ leftAlone, ending: namesOf('ending') }, wanted);
  if (part?.only === undefined) {
    const { globs, labelSelector } = selection;
    // The API server has already selected by the labels.
    for (const idle of idlePatterns(namespaces, labelSelector === undefined ? globs : ['*'])) {
      listener.idle(labelSelector === undefined ? idle.glob : `-l ${labelSelector}`, idle);
    }
  }
  const there = new Set(namespaces.map(({ name }) => name));
  const missing = selection.names.filter((namespace) => !there.has(namespace) && isIn(part, namespace));
  const errorFor = missing.length === 0 ? noNamespace : misspelt(missing, namespaces, request, home);
  for (const namespace of missing) {
    listener.outcome({ namespace, action: 'failed', error: errorFor(namespace), isDecided: true });
  }
  return namespaces
    .flatMap((namespace) => chosenNamespace(namespace, selection, home) ?? [])
    .filter((namespace) => isIn(part, namespace))
    .sort();
}

/** Makes the error for one of `missing`, with the command for the namespaces that were probably meant. */
function misspelt(
  missing: readonly string[],
  namespaces: readonly NamespaceFacts[],
  { selection, part, dryRun }: SyncRequest,
  home: string | undefined,
): (namespace: string) => UserError {
  const others = namespaces.flatMap((facts) =>
    facts.isEnding || facts.name === home || selection.names.includes(facts.name) ? [] : [facts.name],
  );
  const meant = new Map(
    missing.flatMap((namespace) => {
      const near = closestNamespace(namespace, others);
      return near === undefined ? [] : [[namespace, near] as const];
    }),
  );
  return (namespace) => {
    const near = meant.get(namespace);
    // With `--watch`, the namespace may be created later. In another cluster, the source is elsewhere.
    if (near === undefined || home === undefined || part !== undefined) return noNamespace(namespace);
    const text = `namespace ${namespace} does not exist; did you mean ${near}?`;
    // Nobody typed the corrected line, so it writes nothing.
    const add = dryRun === 'none' ? words`--dry-run=client` : words``;
    return new UserError(text, againMeaning({ add, rename: meant }));
  };
}

function isIn(part: SyncPart | undefined, namespace: string): boolean {
  return part === undefined || (!part.except.has(namespace) && (part.only?.includes(namespace) ?? true));
}

/** What has to be done in one namespace. */
export interface Item {
  readonly namespace: SelectedNamespace;
  readonly step: NextCopy;
  /** Whether an annotation of `kubectl apply` holds a login that the data no longer holds afterwards. */
  readonly holdsOldLogin?: boolean | undefined;
  /** The logins that the Secret loses, apart from old ones that are replaced for the same server. */
  readonly loss?: LoginLoss | undefined;
  /** Kept only where the Secret has to be changed. */
  readonly existing: Secret | undefined;
}

export interface Plan {
  readonly items: readonly Item[];
  readonly pruned: readonly PrunedCopy[];
  /** Copies that would be deleted, if another tool had not taken them over. */
  readonly taken: readonly SyncOutcome[];
}

/** `places` are the namespaces whose copies may be deleted. */
export async function planAll(
  transport: Transport,
  source: SyncSource,
  chosen: readonly SelectedNamespace[],
  places: readonly NamespaceFacts[],
  request: SyncRequest,
): Promise<Plan> {
  const items = new Map<string, Item>(chosen.map((namespace) => [namespace, planned(namespace, undefined, source)]));
  const open = new Set(places.flatMap(({ name, isEnding, isLeftAlone }) => (isEnding || isLeftAlone ? [] : [name])));
  const pruned: PrunedCopy[] = [];
  const taken: SyncOutcome[] = [];
  await eachPresent(transport, request, chosen, (namespace, secret) => {
    const item = items.get(namespace);
    if (item !== undefined) items.set(namespace, planned(item.namespace, secret, source));
    else if (
      request.prune &&
      isIn(request.part, namespace) &&
      open.has(namespace) &&
      !(secret instanceof UserError) &&
      isCopyOf(secret, source)
    ) {
      const kept = takenOver(secret);
      if (kept !== undefined) taken.push({ namespace, action: 'failed', error: kept, isDecided: true });
      else pruned.push({ namespace, secret: { ...secret, data: {} } });
    }
  });
  return { items: [...items.values()], pruned, taken };
}

function planned(namespace: SelectedNamespace, secret: Secret | UserError | undefined, source: SyncSource): Item {
  if (secret instanceof UserError) {
    return { namespace, step: { action: 'refuse', error: secret }, existing: undefined };
  }
  const step = planSecret(namespace, secret, source);
  const isWritten = step.action === 'update' || step.action === 'replace';
  const loss = loginLossOf(namespace, step, secret, source);
  return { namespace, step, holdsOldLogin: holdsAfter(step, secret), loss, existing: isWritten ? secret : undefined };
}

function holdsAfter(step: NextCopy, secret: Secret | undefined): boolean {
  if (step.action === 'replace') return willHoldOldLogin(step.secret);
  if (secret === undefined || step.action === 'refuse') return false;
  return willHoldOldLogin(secret, step.action === 'update' ? step.patch : undefined);
}

/**
 * Throws UserError where the flags select no namespace: this is more often mistyped than meant. Namespaces that opt out or are
 * being deleted are selected. `-A` can be no mistake, a named namespace that does not exist is an error anyway, and a policy is for
 * namespaces to come. Of several clusters, one may have no such namespace, but then `--prune` would delete every copy there.
 */
export function checkSelected(
  namespaces: readonly NamespaceFacts[],
  { name, selection, known, prune, admission = false }: SyncRequest,
  home: string | undefined,
): void {
  const { names, globs, all, labelSelector } = selection;
  const selects = (one: Partial<typeof selection>, own: string | undefined): boolean =>
    namespaces.some((namespace) => choiceOf(namespace, { ...selection, ...one }, own) !== 'other');
  const isSaid =
    known !== undefined || admission || names.some((wanted) => !namespaces.some((one) => one.name === wanted));
  if ((all && labelSelector === undefined) || selects({}, home) || (isSaid && !prune)) return;
  const what = labelSelector === undefined ? many([...names, ...globs]) : `-l ${labelSelector}`;
  const isExcluded = selects({ exclude: [] }, home);
  const isOwn = selects({}, undefined);
  const excluded = isExcluded ? `: --exclude drops every namespace that matches ${what}` : '';
  const why = isOwn ? `: only the namespace of the source matches ${what}` : excluded;
  if (!prune) throw new UserError(`nothing is selected${why}, so nothing was written`);
  const text = `nothing is selected${why}, so --prune would delete every copy: nothing was done`;
  // With several contexts, the source is in at most one of them, so no command is proposed.
  if (home === undefined || known !== undefined) throw new UserError(text);
  throw new UserError(
    text,
    command`regsecret sync ${name} ${scope(home)} ${ALL_NAMESPACES} --exclude ${'*'} --prune --dry-run=client`,
  );
}
