/** Brings one pull secret into many namespaces: look, plan, write, tell the truth. */
import type { Transport } from '../../cluster/client/transport.ts';
import { findSecret } from '../../cluster/not-found.ts';
import { actionOf, type SecretStep, writeSecret } from '../../cluster/write/write-secret.ts';
import { forEachLimit } from '../../concurrency.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { AuthEntry } from '../../domain/keyring/credential.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { copySourceOf, sourceOf } from '../../domain/pull-secret/copy.ts';
import { knownEnds } from '../../domain/pull-secret/expiry.ts';
import { words } from '../../domain/text/command.ts';
import { many, plural } from '../../domain/text/enumerate.ts';
import { prose } from '../../domain/text/hint.ts';
import { summaryLine } from '../../domain/text/summary.ts';
import { UserError } from '../../errors.ts';
import { checkedSecret } from '../attach/check-secret.ts';
import { attachCopies, type ListPlan, planLists } from './attach-copies.ts';
import { choiceOf, type NamespaceFacts, planSecret, type SyncSource } from './plan.ts';
import { eachPresent, noNamespace, readNamespaces } from './present-copies.ts';
import { type Pruned, pruneCopy } from './prune-copies.ts';
import { hasAccounts, type SyncListener, type SyncOutcome, type SyncPart, type SyncRequest } from './sync-request.ts';

/** Each reads all lists of its namespace. */
const PRUNE_CONCURRENCY = 4;

/** Everything is told to `listener`. Throws UserError where nothing is done at all, and Interrupted. */
export async function syncSecret(transport: Transport, request: SyncRequest, listener: SyncListener): Promise<void> {
  const { source, plan, meant, lists } = await listener.reading(() => look(transport, request, listener));
  await checkAgreed(plan, lists, request);
  const served = new Set(meant);
  await forEachLimit(transport.concurrency, plan.items, async (item) => {
    const outcome = await listener.writing(() => perform(transport, item, source, request));
    if (outcome.action === 'failed') served.delete(item.namespace);
    listener.outcome(outcome);
  });
  if (lists !== undefined) await attachCopies(lists, served, request, listener);
  await forEachLimit(PRUNE_CONCURRENCY, plan.pruned, async (copy) => {
    listener.outcome(await listener.writing(() => pruneCopy(transport, copy, source.ref, request, listener)));
  });
}

/** Everything that is known before anything is written. Throws UserError. */
async function look(transport: Transport, request: SyncRequest, listener: SyncListener) {
  const [{ secret, source }, namespaces, prunable] = await Promise.all([
    readSource(transport, request, listener),
    readNamespaces(transport, request),
    readPrunable(transport, request),
  ]);
  const chosen = choose(namespaces, request, transport.namespace, listener);
  const plan = await planAll(transport, source, chosen, prunable ?? namespaces, request);
  const meant = plan.items.filter(({ step }) => step.action !== 'refuse').map(({ namespace }) => namespace);
  const lists = hasAccounts(request.accounts)
    ? await planLists(transport, secret, meant, request, listener)
    : undefined;
  return { source, plan, meant, lists };
}

/** All namespaces, where only those with a label are read otherwise: who wants nothing from `sync` keeps the copy, too. */
async function readPrunable(transport: Transport, request: SyncRequest): Promise<NamespaceFacts[] | undefined> {
  const { prune, selection, part } = request;
  if (!prune || selection.labelSelector === undefined) return undefined;
  return readNamespaces(transport, { prune, part, selection: { ...selection, labelSelector: undefined } });
}

/** Throws UserError where pods could not use it: in all namespaces they would fail. */
async function readSource(
  transport: Transport,
  { name, login, foreign }: SyncRequest,
  listener: SyncListener,
): Promise<{ readonly secret: Secret; readonly source: SyncSource }> {
  const { namespace } = transport;
  const secret =
    login === undefined
      ? await findSecret(transport, { namespace, name }, 'sync')
      : { ...login, metadata: { ...login.metadata, namespace } };
  const source = copySourceOf(secret);
  const { contents, findings } = await checkedSecret(secret, transport.signal);
  // When a login from here ends has been said.
  const isSaid = ({ code }: Finding): boolean => login !== undefined && /^expire/.test(code);
  for (const finding of findings) if (!isSaid(finding)) listener.finding(finding);
  const entries = contents.entries.flatMap(({ server, login }): AuthEntry[] => {
    if (login === undefined) return [];
    const { username, password, email } = login;
    return [{ server, credential: { username, password }, email: email || undefined }];
  });
  listener.ends(knownEnds(entries, source.expiresAt));
  return { secret, source: { ...source, isLogin: login !== undefined, entries, foreign } };
}

/** The namespaces to write to; those that are named and not there have failed. */
function choose(
  namespaces: readonly NamespaceFacts[],
  { selection, part }: SyncRequest,
  home: string,
  listener: SyncListener,
): string[] {
  const choices = Map.groupBy(namespaces, (namespace) => choiceOf(namespace, selection, home));
  const namesOf = (choice: ReturnType<typeof choiceOf>): string[] =>
    (choices.get(choice) ?? []).map(({ name }) => name);
  listener.skipped({ leftAlone: namesOf('left alone'), ending: namesOf('ending') });
  const there = new Set(namespaces.map(({ name }) => name));
  for (const namespace of selection.names) {
    if (there.has(namespace) || !isIn(part, namespace)) continue;
    listener.outcome({ namespace, action: 'failed', error: noNamespace(namespace), isDecided: true });
  }
  return namesOf('chosen')
    .filter((namespace) => isIn(part, namespace))
    .sort();
}

function isIn(part: SyncPart | undefined, namespace: string): boolean {
  return part === undefined || (!part.except.has(namespace) && (part.only?.includes(namespace) ?? true));
}

/** What has to be done in one namespace. */
interface Item {
  readonly namespace: string;
  readonly step: SecretStep;
  /** Kept only where something has to be done to it. */
  readonly existing: Secret | undefined;
}

interface Plan {
  readonly items: readonly Item[];
  readonly pruned: readonly Pruned[];
}

/** `places` are the namespaces from which copies may go. */
async function planAll(
  transport: Transport,
  source: SyncSource,
  chosen: readonly string[],
  places: readonly NamespaceFacts[],
  request: SyncRequest,
): Promise<Plan> {
  const items = new Map(chosen.map((namespace) => [namespace, planned(namespace, undefined, source)]));
  const open = new Set(places.flatMap(({ name, isEnding, isLeftAlone }) => (isEnding || isLeftAlone ? [] : [name])));
  const pruned: Pruned[] = [];
  await eachPresent(transport, request, chosen, (namespace, secret) => {
    if (items.has(namespace)) items.set(namespace, planned(namespace, secret, source));
    else if (
      request.prune &&
      isIn(request.part, namespace) &&
      open.has(namespace) &&
      !(secret instanceof UserError) &&
      sourceOf(secret) === source.ref
    ) {
      pruned.push({ namespace, uid: secret.metadata.uid, resourceVersion: secret.metadata.resourceVersion });
    }
  });
  return { items: [...items.values()], pruned };
}

function planned(namespace: string, secret: Secret | UserError | undefined, source: SyncSource): Item {
  if (secret instanceof UserError) {
    return { namespace, step: { action: 'refuse', error: secret }, existing: undefined };
  }
  const step = planSecret(namespace, secret, source);
  const isWritten = step.action === 'update' || step.action === 'replace';
  return { namespace, step, existing: isWritten ? secret : undefined };
}

/** Asks about more than one change, and about every deletion. Throws UserError where nobody agrees. */
async function checkAgreed(
  { items, pruned }: Plan,
  lists: ListPlan | undefined,
  { name, confirm, dryRun, yes }: SyncRequest,
): Promise<void> {
  if (yes || dryRun !== 'none') return;
  if (confirm === undefined) {
    if (pruned.length === 0) return;
    const copies = `${pruned.length === 1 ? 'a copy' : `${pruned.length} copies`} in ${many(pruned.map(({ namespace }) => namespace))}`;
    throw new UserError(
      `${copies} would be deleted, which needs --yes where there is no terminal`,
      prose`add ${words`--yes`}`,
    );
  }
  const changes = items.filter(({ step }) => step.action !== 'unchanged' && step.action !== 'refuse');
  const accounts = lists === undefined ? 0 : lists.changing.length + lists.awaited.length;
  if (changes.length + accounts < 2 && pruned.length === 0) return;
  const count = (action: SecretStep['action']): number => changes.filter(({ step }) => step.action === action).length;
  const counts = { 'to be created': count('create'), 'to be updated': count('update') + count('replace') };
  const parts = [
    ...(changes.length === 0 ? [] : [`write it into ${summaryLine(changes.length, 'namespace', counts)}`]),
    ...(accounts === 0 ? [] : [`attach it to ${plural(accounts, 'service account')}`]),
    ...(pruned.length === 0 ? [] : [`delete its copies in ${many(pruned.map(({ namespace }) => namespace))}`]),
  ];
  if (await confirm(`Secret ${name}: ${parts.join(', ')}?`)) return;
  throw new UserError('nothing is written', prose`add ${words`--yes`} to write without a question`);
}

async function perform(
  transport: Transport,
  { namespace, step, existing }: Item,
  source: SyncSource,
  { dryRun, fieldManager }: SyncRequest,
): Promise<SyncOutcome> {
  if (step.action === 'refuse') return { namespace, action: 'failed', error: step.error, isDecided: true };
  if (step.action === 'unchanged' || dryRun === 'client') return { namespace, action: actionOf(step) };
  try {
    const ref = { namespace, name: source.name };
    const planner = (present: Secret | undefined): SecretStep => planSecret(namespace, present, source);
    const action = await writeSecret(transport, ref, existing, planner, { fieldManager, dryRun: dryRun === 'server' });
    return { namespace, action };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { namespace, action: 'failed', error };
  }
}
