/** Copies one pull secret into many namespaces: reads, plans, writes, and reports the effects. */
import { performPhase } from '../../changes/performer.ts';
import { AlteredError, actionOf, changeSecret, type SecretAction } from '../../changes/secret-step.ts';
import { ApiError, isEnding } from '../../cluster/api-error.ts';
import type { Transport } from '../../cluster/transport.ts';
import { type CopyChange, type NextCopy, planSecret, type SyncSource } from '../../copies/copy-plan.ts';
import { loginLossOf } from '../../copies/lost-logins.ts';
import { readNamespaces } from '../../copies/selected-namespaces.ts';
import { UserError } from '../../errors.ts';
import { words } from '../../line/command.ts';
import { againWith } from '../../line/hint.ts';
import type { Secret } from '../../secret/secret.ts';
import type { NamespaceFacts } from '../../secret/selected-namespace.ts';
import { many, plural } from '../../text/enumerate.ts';
import { attachCopies, type ListPlan, planLists } from './attach-copies.ts';
import { checkSelected, choose, type Item, type Plan, planAll } from './plan-copies.ts';
import { describeLosses, pruneCopy } from './prune-copies.ts';
import { readSource, readSourceAgain } from './read-source.ts';
import { hasAccounts, type KnownSource, type SyncListener, type SyncRequest } from './sync-request.ts';

/** Kept low, because each deletion reads all lists of its namespace. */
const PRUNE_CONCURRENCY = 4;

/** Reports everything to `listener`. Throws UserError where nothing is done at all, and Interrupted. */
export async function syncSecret(transport: Transport, request: SyncRequest, listener: SyncListener): Promise<void> {
  const { source, plan, meant, lists, admission } = await listener.reading(() => look(transport, request, listener));
  const losses = plan.items.flatMap(({ loss }) => loss ?? []);
  if (losses.length > 0) listener.losses(losses);
  await checkAgreed(transport, plan, lists, { ...request, policies: admission?.changes ?? 0 });
  await admission?.apply(listener);
  const served = new Set(meant);
  const written: string[] = [];
  await performPhase({
    steps: plan.items,
    width: transport.concurrency,
    async perform(item) {
      const { namespace } = item;
      const action = await listener.writing(() => writeCopy(transport, item, { source, request, listener }), namespace);
      if (action !== 'unchanged') written.push(namespace);
    },
    failed({ namespace, step }, error) {
      served.delete(namespace);
      // The namespace was not being deleted when it was read.
      if (step.action !== 'refuse' && isEnded(error, namespace, request))
        return listener.skipped({ leftAlone: [], ending: [namespace] });
      const isWritten = error instanceof AlteredError;
      listener.outcome({ namespace, action: 'failed', error, isDecided: step.action === 'refuse', isWritten });
    },
  });
  if (lists !== undefined) await attachCopies(lists, { served, written }, request, listener);
  for (const outcome of plan.taken) listener.outcome(outcome);
  await performPhase({
    steps: plan.pruned,
    width: PRUNE_CONCURRENCY,
    async perform(copy) {
      const action = await listener.writing(
        () => pruneCopy(transport, copy, source, request, listener),
        copy.namespace,
      );
      listener.outcome({ namespace: copy.namespace, action });
    },
    failed: ({ namespace }, error) => listener.outcome({ namespace, action: 'failed', error }),
  });
  await admission?.wait([...served], listener);
}

function isEnded({ cause }: UserError, namespace: string, { selection }: SyncRequest): boolean {
  if (!(cause instanceof ApiError)) return false;
  const isGone = cause.status === 404 && cause.details.kind === 'namespaces';
  return isEnding(cause) || (isGone && !selection.names.includes(namespace));
}

/** Reads and plans everything before anything is written. Throws UserError. */
async function look(transport: Transport, request: SyncRequest, listener: SyncListener) {
  const [known, namespaces, prunable] = await Promise.all([
    request.known?.() ?? readSource(transport, request, listener),
    readNamespaces(transport, request),
    readPrunable(transport, request),
  ]);
  const { home } = known;
  const chosen = choose(namespaces, request, home, listener);
  if (request.part === undefined) checkSelected(namespaces, request, home);
  const { secret, source, plan } = await planFrom(known, transport, request, (source) =>
    planAll(transport, source, chosen, prunable ?? namespaces, request),
  );
  const meant = plan.items.filter(({ step }) => step.action !== 'refuse').map(({ namespace }) => namespace);
  const lists = hasAccounts(request.accounts)
    ? await planLists(transport, secret, meant, request, listener)
    : undefined;
  const admission = request.admission
    ? await (await import('./admission.ts')).planAdmission(transport, request)
    : undefined;
  return { source, plan, meant, lists, admission };
}

/**
 * Plans with the source as it was read. If another sync has copied a newer one meanwhile, plans with that, so that the older one
 * does not replace it. Throws UserError.
 */
async function planFrom(
  known: KnownSource,
  transport: Transport,
  request: SyncRequest,
  planWith: (source: SyncSource) => Promise<Plan>,
) {
  const { secret, source } = known;
  const plan = await planWith(source);
  const isDoubtful = plan.items.some(({ existing }) => existing !== undefined && isLater(existing, secret));
  const now = isDoubtful ? await readSourceAgain(transport, request) : undefined;
  if (now === undefined || now.secret.metadata.resourceVersion === secret.metadata.resourceVersion) {
    return { secret, source, plan };
  }
  return planFrom(now, transport, request, planWith);
}

/** Whether `one` was last written after `other`: resourceVersions of one kind grow (Kubernetes KEP-5504). */
function isLater(one: Secret, other: Secret): boolean {
  return Number(one.metadata.resourceVersion) > Number(other.metadata.resourceVersion);
}

/** With `--prune` and a label selector, reads all namespaces: one that opts out of `sync` keeps its copy, too. */
async function readPrunable(transport: Transport, request: SyncRequest): Promise<NamespaceFacts[] | undefined> {
  const { prune, selection, part } = request;
  if (!prune || selection.labelSelector === undefined) return undefined;
  return readNamespaces(transport, { prune, part, selection: { ...selection, labelSelector: undefined } });
}

/**
 * Asks about more than one change, and about every deletion or loss, except from our own copies. Throws UserError where nobody
 * agrees.
 */
async function checkAgreed(
  transport: Transport,
  { items, pruned }: Plan,
  lists: ListPlan | undefined,
  { name, agree, dryRun, yes, policies }: SyncRequest & { readonly policies: number },
): Promise<void> {
  const isAsked = !yes && dryRun === 'none' && pruned.length > 0;
  const losses = isAsked ? await describeLosses(transport, pruned, name) : [];
  if (agree === undefined) {
    if (!isAsked) return;
    const copies = `${pruned.length === 1 ? 'a copy' : `${pruned.length} copies`} in ${many(pruned.map(({ namespace }) => namespace))}`;
    throw new UserError(
      `${copies} would be deleted, which needs --yes where there is no terminal`,
      againWith(words`--yes`),
      losses,
    );
  }
  const changes = items.filter(({ step }) => step.action !== 'unchanged' && step.action !== 'refuse');
  const accounts = lists === undefined ? 0 : lists.changing.length + lists.awaited.length;
  const count = (action: NextCopy['action']): number => changes.filter(({ step }) => step.action === action).length;
  const counts = { new: count('create'), changed: count('update') + count('replace') };
  const losing = items.flatMap(({ loss }) => loss ?? []);
  const lost = losing.reduce((sum, { servers }) => sum + servers.length, 0);
  const dropped = lost === 0 ? '' : `; ${plural(lost, 'login')} dropped`;
  const kinds = Object.entries(counts).flatMap(([kind, number]) => (number === 0 ? [] : `${number} ${kind}`));
  const parts = [
    ...(changes.length === 0 ? [] : [`update ${plural(changes.length, 'namespace')} (${kinds.join(', ')}${dropped})`]),
    ...(accounts === 0 ? [] : [`attach ${name} to ${plural(accounts, 'service account')}`]),
    ...(policies === 0 ? [] : [`have ${name} added to new pods by a policy`]),
    ...(pruned.length === 0 ? [] : [`delete ${name} in ${many(pruned.map(({ namespace }) => namespace))}`]),
    ...(losses.length === 0 ? [] : [`although ${many(losses)}`]),
  ];
  const asked = parts.join(', ');
  const intent = {
    what: asked.charAt(0).toUpperCase() + asked.slice(1),
    changes: changes.length + accounts + policies + pruned.length,
    // That a copy loses what was removed from its source is what `sync` is for.
    deletes: pruned.length > 0 || losing.some(({ keptBy }) => keptBy !== 'source'),
  };
  await agree(intent);
}

/** Brings one namespace its copy, and returns what was done. Throws UserError. */
async function writeCopy(
  transport: Transport,
  { namespace, step, holdsOldLogin, loss, existing }: Item,
  {
    source,
    request,
    listener,
  }: { readonly source: SyncSource; readonly request: SyncRequest; readonly listener: SyncListener },
): Promise<SecretAction> {
  let lost = loss?.servers;
  let latest = source;
  const ref = { namespace, name: source.name };
  const copy = {
    present: existing,
    next: (present: Secret | undefined): NextCopy => planSecret(namespace, present, latest),
    async refresh() {
      const now = await readSourceAgain(transport, request);
      if (now !== undefined) latest = now.source;
    },
    before(next: CopyChange, present: Secret | undefined) {
      const more = loginLossOf(namespace, next, present, latest);
      // Logins that somebody has added meanwhile are also reported before they are dropped.
      if (more?.servers.some((server) => !lost?.includes(server))) {
        listener.losses([more]);
        lost = more.servers;
      }
    },
  };
  if (step.action === 'refuse') throw step.error;
  const action =
    step.action === 'unchanged' ? step.action : actionOf((await changeSecret(transport, ref, copy, request)).did);
  listener.outcome({ namespace, action, holdsOldLogin, lost });
  return action;
}
