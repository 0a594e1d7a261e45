/** Brings one pull secret into many namespaces: look, plan, write, tell the truth. */
import { ApiError, isEnding } from '../../cluster/client/api-error.ts';
import type { Transport } from '../../cluster/client/transport.ts';
import { findSecret } from '../../cluster/not-found.ts';
import { AlteredError, actionOf, type SecretStep, writeSecret } from '../../cluster/write/write-secret.ts';
import { forEachLimit } from '../../concurrency.ts';
import type { Finding } from '../../domain/findings/finding.ts';
import type { AuthEntry } from '../../domain/keyring/credential.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { copySourceOf } from '../../domain/pull-secret/copy.ts';
import { knownEnds } from '../../domain/pull-secret/expiry.ts';
import { words } from '../../domain/text/command.ts';
import { many, plural } from '../../domain/text/enumerate.ts';
import { prose } from '../../domain/text/hint.ts';
import { summaryLine } from '../../domain/text/summary.ts';
import { UserError } from '../../errors.ts';
import { checkedSecret } from '../attach/check-secret.ts';
import { attachCopies, type ListPlan, planLists } from './attach-copies.ts';
import { type NamespaceFacts, planSecret, type SyncSource } from './plan.ts';
import { checkMeant, choose, type Item, type Plan, planAll } from './plan-copies.ts';
import { readNamespaces } from './present-copies.ts';
import { pruneCopy } from './prune-copies.ts';
import { hasAccounts, type SyncListener, type SyncOutcome, type SyncRequest } from './sync-request.ts';

/** Each reads all lists of its namespace. */
const PRUNE_CONCURRENCY = 4;

/** Everything is told to `listener`. Throws UserError where nothing is done at all, and Interrupted. */
export async function syncSecret(transport: Transport, request: SyncRequest, listener: SyncListener): Promise<void> {
  const { source, plan, meant, lists } = await listener.reading(() => look(transport, request, listener));
  await checkAgreed(plan, lists, request);
  const served = new Set(meant);
  await forEachLimit(transport.concurrency, plan.items, async (item) => {
    const outcome = await listener.writing(() => perform(transport, item, source, request));
    if (outcome === 'ended' || outcome.action === 'failed') served.delete(item.namespace);
    if (outcome === 'ended') listener.skipped({ leftAlone: [], ending: [item.namespace] });
    else listener.outcome(outcome);
  });
  if (lists !== undefined) await attachCopies(lists, served, request, listener);
  for (const outcome of plan.taken) listener.outcome(outcome);
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
  if (request.part === undefined) checkMeant(namespaces, plan, request, transport.namespace);
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
  { dryRun, fieldManager, selection }: SyncRequest,
): Promise<SyncOutcome | 'ended'> {
  if (step.action === 'refuse') return { namespace, action: 'failed', error: step.error, isDecided: true };
  if (step.action === 'unchanged' || dryRun === 'client') return { namespace, action: actionOf(step) };
  try {
    const ref = { namespace, name: source.name };
    const planner = (present: Secret | undefined): SecretStep => planSecret(namespace, present, source);
    const action = await writeSecret(transport, ref, existing, planner, { fieldManager, dryRun: dryRun === 'server' });
    return { namespace, action };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // It was not being deleted when the namespaces were read.
    const { cause } = error;
    if (cause instanceof ApiError && (isEnding(cause) || (isGone(cause) && !selection.names.includes(namespace)))) {
      return 'ended';
    }
    return { namespace, action: 'failed', error, isWritten: error instanceof AlteredError };
  }
}

function isGone({ status, details }: ApiError): boolean {
  return status === 404 && details.kind === 'namespaces';
}
