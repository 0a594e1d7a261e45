/** Which namespaces are served and how, and which copies go: the whole plan, from what is read. */
import type { Transport } from '../../cluster/client/transport.ts';
import type { SecretStep } from '../../cluster/write/write-secret.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { isCopyOf } from '../../domain/pull-secret/copy.ts';
import { willHoldOldLogin } from '../../domain/pull-secret/last-applied.ts';
import { closest } from '../../domain/text/closest.ts';
import { ALL_NAMESPACES, command } from '../../domain/text/command.ts';
import { many } from '../../domain/text/enumerate.ts';
import { scope } from '../../domain/text/object-name.ts';
import { UserError } from '../../errors.ts';
import { correctedTargets } from './corrected-targets.ts';
import { type LoginLoss, loginLossOf } from './lost-logins.ts';
import { choiceOf, idlePatterns, type NamespaceFacts, planSecret, type SyncSource } from './plan.ts';
import { eachPresent, noNamespace } from './present-copies.ts';
import { type Pruned, takenOver } from './prune-copies.ts';
import type { SyncListener, SyncOutcome, SyncPart, SyncRequest } from './sync-request.ts';

/** The namespaces to write to; those that are named and not there have failed. */
export function choose(
  namespaces: readonly NamespaceFacts[],
  request: SyncRequest,
  home: string | undefined,
  listener: SyncListener,
): string[] {
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
    // The server has picked by the labels.
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
  return namesOf('chosen')
    .filter((namespace) => isIn(part, namespace))
    .sort();
}

/** That one of `missing` is not there, and the command with those that were probably meant. */
function misspelt(
  missing: readonly string[],
  namespaces: readonly NamespaceFacts[],
  { name, selection, flags, part }: SyncRequest,
  home: string | undefined,
): (namespace: string) => UserError {
  const others = namespaces.flatMap((facts) =>
    facts.isEnding || facts.name === home || selection.names.includes(facts.name) ? [] : [facts.name],
  );
  const meant = new Map(
    missing.flatMap((namespace) => {
      // Another number is another tenant, who is not to get this login by a paste.
      const near = closest(
        namespace,
        others.filter((other) => numbersIn(other) === numbersIn(namespace)),
      );
      return near === undefined ? [] : [[namespace, near] as const];
    }),
  );
  return (namespace) => {
    const near = meant.get(namespace);
    // What is watched may be made later, and another cluster has the source elsewhere.
    if (near === undefined || home === undefined || part !== undefined) return noNamespace(namespace);
    const again = command`regsecret sync ${name} ${scope(home)} ${correctedTargets(flags, meant)}`;
    return new UserError(`namespace ${namespace} does not exist; did you mean ${near}?`, again);
  };
}

function numbersIn(name: string): string {
  return `${name.match(/\d+/g)?.map(Number)}`;
}

function isIn(part: SyncPart | undefined, namespace: string): boolean {
  return part === undefined || (!part.except.has(namespace) && (part.only?.includes(namespace) ?? true));
}

/** What has to be done in one namespace. */
export interface Item {
  readonly namespace: string;
  readonly step: SecretStep;
  /** Whether `kubectl apply` has left a login in an annotation of it that its data does not hold afterwards. */
  readonly holdsOldLogin?: boolean | undefined;
  /** What it loses, where that is more than an old login of the same server. */
  readonly loss?: LoginLoss | undefined;
  /** Kept only where something has to be done to it. */
  readonly existing: Secret | undefined;
}

export interface Plan {
  readonly items: readonly Item[];
  readonly pruned: readonly Pruned[];
  /** Copies that would be deleted, if another tool had not taken them over. */
  readonly taken: readonly SyncOutcome[];
}

/** `places` are the namespaces from which copies may go. */
export async function planAll(
  transport: Transport,
  source: SyncSource,
  chosen: readonly string[],
  places: readonly NamespaceFacts[],
  request: SyncRequest,
): Promise<Plan> {
  const items = new Map(chosen.map((namespace) => [namespace, planned(namespace, undefined, source)]));
  const open = new Set(places.flatMap(({ name, isEnding, isLeftAlone }) => (isEnding || isLeftAlone ? [] : [name])));
  const pruned: Pruned[] = [];
  const taken: SyncOutcome[] = [];
  await eachPresent(transport, request, chosen, (namespace, secret) => {
    if (items.has(namespace)) items.set(namespace, planned(namespace, secret, source));
    else if (
      request.prune &&
      isIn(request.part, namespace) &&
      open.has(namespace) &&
      !(secret instanceof UserError) &&
      isCopyOf(secret, source)
    ) {
      const kept = takenOver(secret);
      if (kept !== undefined) taken.push({ namespace, action: 'failed', error: kept, isDecided: true });
      else pruned.push({ namespace, uid: secret.metadata.uid, resourceVersion: secret.metadata.resourceVersion });
    }
  });
  return { items: [...items.values()], pruned, taken };
}

function planned(namespace: string, secret: Secret | UserError | undefined, source: SyncSource): Item {
  if (secret instanceof UserError) {
    return { namespace, step: { action: 'refuse', error: secret }, existing: undefined };
  }
  const step = planSecret(namespace, secret, source);
  const isWritten = step.action === 'update' || step.action === 'replace';
  const loss = loginLossOf(namespace, step, secret, source);
  return { namespace, step, holdsOldLogin: holdsAfter(step, secret), loss, existing: isWritten ? secret : undefined };
}

function holdsAfter(step: SecretStep, secret: Secret | undefined): boolean {
  if (step.action === 'replace') return willHoldOldLogin(step.secret);
  if (secret === undefined || step.action === 'refuse') return false;
  return willHoldOldLogin(secret, step.action === 'update' ? step.patch : undefined);
}

/**
 * A selection that chooses nothing is a mistyped one more often than the end of a fleet. Throws UserError where it would
 * delete every copy.
 */
export function checkMeant(
  namespaces: readonly NamespaceFacts[],
  { pruned }: Plan,
  { name, selection, known }: SyncRequest,
  home: string | undefined,
): void {
  const { names, all, labelSelector } = selection;
  if (pruned.length === 0 || (all && labelSelector === undefined)) return;
  const every = { ...selection, exclude: [] };
  if (namespaces.some((namespace) => choiceOf(namespace, every, home) !== 'other')) return;
  const what = labelSelector === undefined ? many([...names, ...selection.globs]) : `-l ${labelSelector}`;
  const text = `no namespace matches ${what}, so --prune would delete every copy: nothing is done`;
  // Of several contexts, the source is in none of them, or in one.
  if (home === undefined || known !== undefined) throw new UserError(text);
  throw new UserError(
    text,
    command`regsecret sync ${name} ${scope(home)} ${ALL_NAMESPACES} --exclude ${'*'} --prune --dry-run=client`,
  );
}
