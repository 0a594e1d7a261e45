/** Attaches the copies to service accounts. Their lists are written as `attach` writes them. */

import { ACCOUNT_FIELDS, briefAccount } from '../../attaching/account-fields.ts';
import { perform } from '../../attaching/change-lists.ts';
import { type AttachContext, createContext } from '../../attaching/context.ts';
import { reportAccounts } from '../../attaching/effects.ts';
import { planItem } from '../../attaching/list-plan.ts';
import { type AttachRequest, attachRequest } from '../../attaching/request.ts';
import { readTarget } from '../../attaching/targets.ts';
import { performPhase } from '../../changes/performer.ts';
import { controllersToRestart, restartAll } from '../../changes/restart.ts';
import { ApiError } from '../../cluster/api-error.ts';
import { listPages, listRefusal } from '../../cluster/object-request.ts';
import type { Reader } from '../../cluster/reader.ts';
import type { Transport } from '../../cluster/transport.ts';
import { accountKey, type FailingFacts, mergedFacts } from '../../gather/failing.ts';
import type { Secret } from '../../secret/secret.ts';
import { forEachLimit, oncePerKey } from '../../system/concurrency.ts';
import { closest } from '../../text/closest.ts';
import { pullKind } from '../../workloads/kind.ts';
import { changedList } from '../../workloads/list-change.ts';
import { refKey } from '../../workloads/object-ref.ts';
import { type PullSpec, pullSpecOf } from '../../workloads/pull-spec.ts';
import { secretKey } from '../../workloads/references.ts';
import { accountSelectors, type SyncListener, type SyncRequest } from './sync-request.ts';

const ACCOUNT = pullKind('ServiceAccount');

/** The lists to change, planned before anything is written. */
export interface ListPlan {
  readonly run: AttachContext;
  readonly source: Secret;
  readonly changing: readonly PullSpec[];
  /** Namespaces whose service account `default` is selected but does not exist yet: a controller makes it. */
  readonly awaited: readonly string[];
}

/** Reads the service accounts of `namespaces`, and plans which lists to change. Throws UserError. */
export async function planLists(
  transport: Transport,
  source: Secret,
  namespaces: readonly string[],
  request: SyncRequest,
  listener: SyncListener,
): Promise<ListPlan> {
  const context = createContext(transport, requestFor(source, request), {
    outcome: (result) => listener.list(result),
    note: (note) => listener.note(note, 'attach'),
    problem: (error) => listener.problem(error),
    waiting: () => undefined,
  });
  const run = { ...context, ...factsOfPart(request, context) };
  const { names } = request.accounts;
  const users = request.accounts.used ? (await run.facts()).users : undefined;
  const missing = new Map(names.map((name) => [name, new Set(namespaces)]));
  const changing: PullSpec[] = [];
  // Names to propose for a mistyped one. Each namespace has `default`. The others are known only where all accounts are read.
  const seen = new Set(['default']);
  await eachAccount(transport, namespaces, request, (account) => {
    const { namespace, name } = account.ref;
    missing.get(name)?.delete(namespace);
    seen.add(name);
    const isUsed = users?.has(accountKey(namespace, name)) ?? false;
    if (!request.accounts.all && !names.includes(name) && !isUsed) return;
    if (changedList('attach', account.imagePullSecrets, [request.name]) !== undefined) changing.push(account);
    // Of an account that already names the Secret, only the annotations are needed later.
    else run.done.set(refKey(account.ref), { pullSpec: { ...account, object: {} }, changed: false });
  });
  // With `--watch`, a change event will tell when `default` is made.
  const awaited = request.part === undefined ? [...(missing.get('default') ?? [])] : [];
  missing.delete('default');
  for (const [name, places] of missing) {
    if (places.size > 0) listener.absent(name, [...places], seen.has(name) ? undefined : closest(name, [...seen]));
  }
  return { run, source, changing, awaited };
}

/** For a few namespaces, the pods and workloads are read there, and not in the whole cluster. */
function factsOfPart({ part, accounts }: SyncRequest, reader: Reader): Partial<Pick<AttachContext, 'facts'>> {
  const few = part?.only;
  if (few === undefined) return {};
  const once = oncePerKey<FailingFacts>();
  return { facts: () => once('', async () => mergedFacts(few, { cached: !accounts.used }, reader)) };
}

function requestFor(source: Secret, request: SyncRequest): AttachRequest {
  const { name, accounts, restart, dryRun, fieldManager, folders } = request;
  return attachRequest('attach', name, {
    restart,
    dryRun,
    fieldManager,
    folders,
    // Empty: expiry dates are reported for the source, not for its copies.
    known: { secret: source, saidEnds: new Set() },
    selections: [accounts.used ? { by: 'use' } : { by: 'kind', kind: 'ServiceAccount' }],
    allNamespaces: true,
    yes: true,
    allowMissing: true,
  });
}

/** Lists the accounts of all namespaces at once, or of each namespace where that is forbidden. Throws UserError. */
async function eachAccount(
  transport: Transport,
  namespaces: readonly string[],
  { accounts, part }: Pick<SyncRequest, 'accounts' | 'part'>,
  use: (account: PullSpec) => void,
): Promise<void> {
  const chosen = new Set(namespaces);
  const listIn = async (namespace: string | undefined): Promise<void> => {
    for (const selector of accountSelectors(accounts)) {
      for await (const page of listPages(transport, ACCOUNT, { namespace, ...selector, shape: ACCOUNT_FIELDS })) {
        for (const object of page) {
          const account = pullSpecOf(ACCOUNT, object);
          if (account !== undefined && chosen.has(account.ref.namespace)) use(briefAccount(account));
        }
      }
    }
  };
  const listEach = (): Promise<void> =>
    forEachLimit(transport.concurrency, namespaces, (namespace) =>
      listIn(namespace).catch((refused: unknown) => {
        throw refused instanceof ApiError ? listRefusal(refused, ACCOUNT, namespace) : refused;
      }),
    );
  if (part?.only !== undefined) return listEach();
  try {
    await listIn(undefined);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 403) throw listRefusal(error, ACCOUNT, undefined);
    await listEach();
  }
}

/**
 * Writes the lists of the plan in `served`, the namespaces that have their copy. In `written`, the copy is new. Reports the pods
 * that still fail, or restarts their controllers. Throws Interrupted.
 */
export async function attachCopies(
  { run, source, changing, awaited }: ListPlan,
  { served, written }: { readonly served: ReadonlySet<string>; readonly written: readonly string[] },
  { restart, part }: Pick<SyncRequest, 'restart' | 'part'>,
  listener: Pick<SyncListener, 'writing' | 'problem'>,
): Promise<void> {
  const isServed = (namespace: string): boolean => served.has(namespace);
  const width = run.transport.concurrency;
  await performPhase({
    steps: changing.filter(({ ref }) => isServed(ref.namespace)),
    width,
    perform: (account) =>
      listener.writing(async () => perform(await planItem(account, run), run), account.ref.namespace),
    failed: ({ ref }, error) => listener.problem(error, ref.namespace),
  });
  await performPhase({
    steps: awaited.filter(isServed),
    width,
    async perform(namespace) {
      const account = await readTarget({ kind: 'ServiceAccount', namespace, name: 'default' }, run);
      if (!('manifest' in account)) await perform(await planItem(account, run), run);
    },
    failed: (namespace, error) => listener.problem(error, namespace),
  });
  const hasChanged = [...run.done.values()].some(({ changed }) => changed);
  // This reads every pod, so a run that changed nothing skips it, and so does each look of `--watch`, unless pods are restarted.
  if ((hasChanged && part === undefined) || restart) {
    const facts = await run.facts();
    await listener.writing(async () => {
      const restarted = (await reportAccounts(facts, run)).map(({ uid }) => uid);
      if (!restart) return;
      const renewed = new Map(written.map((namespace) => [secretKey(namespace, run.request.secret), source]));
      const others = await controllersToRestart(run, facts.failing, renewed);
      const rest = others.filter(({ uid }) => !restarted.includes(uid));
      await restartAll(run.transport, rest, run.request, run.listener);
    });
  }
  const rights = run.missingRights.list();
  if (rights.length > 0) run.listener.note({ code: 'unchecked', rights });
}
