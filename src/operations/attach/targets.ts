/** From what was named or selected to the objects. */
import { ApiError } from '../../cluster/client/api-error.ts';
import type { Transport } from '../../cluster/client/transport.ts';
import { checkNamespace, noObject } from '../../cluster/not-found.ts';
import { getPullSpec, listPages, listRefusal } from '../../cluster/object-request.ts';
import { pause } from '../../concurrency.ts';
import { command, words } from '../../domain/text/command.ts';
import { againWith, type Hint } from '../../domain/text/hint.ts';
import { scope } from '../../domain/text/object-name.ts';
import { type PullKindName, pullKind } from '../../domain/workloads/kind.ts';
import { describeRef, type ObjectRef } from '../../domain/workloads/object-ref.ts';
import { hasEnded } from '../../domain/workloads/pod-group.ts';
import { hasKnownOwner, isBeingDeleted, type PullSpec, pullSpecOf } from '../../domain/workloads/pull-spec.ts';
import { hasFinished } from '../../domain/workloads/rollout.ts';
import { UserError } from '../../errors.ts';
import { accountKey, type FailingFacts } from '../pods/failing.ts';
import { type SavedPod, savedPods } from '../pods/saved-pod.ts';
import type { PlanContext } from './context.ts';
import { type AttachRequest, commandFor, isImplied, type TargetSelection } from './request.ts';

/** One named object, or what an interrupted run has left of a pod that is gone; throws UserError when there is neither. */
export async function readTarget(
  ref: ObjectRef,
  { transport, request }: Pick<PlanContext, 'transport' | 'request'>,
): Promise<PullSpec | SavedPod> {
  if (ref.kind === 'ServiceAccount') return readAccount(transport, ref, request);
  const pullSpec = await getPullSpec(transport, ref);
  if (pullSpec !== undefined && !(ref.kind === 'Pod' && isBeingDeleted(pullSpec))) return pullSpec;
  const [saved] = ref.kind === 'Pod' ? savedPods({ folders: request.folders, server: transport.server, ref }) : [];
  if (saved !== undefined) return saved;
  if (pullSpec !== undefined) return pullSpec;
  // Another run may have created it again, and removed its manifest, since it was read.
  const again = ref.kind === 'Pod' ? await getPullSpec(transport, ref) : undefined;
  if (again !== undefined && !isBeingDeleted(again)) return again;
  return noObject(ref, transport, withName(ref, request));
}

/** The command line once more, with another name for `ref`. */
function withName(
  { kind, name, namespace }: ObjectRef,
  request: AttachRequest,
): (near: string, as: PullKindName) => Hint {
  return (near, as) => {
    const named = request.targets.map((one) =>
      one.kind === kind && one.name === name ? { kind: as, name: near } : one,
    );
    // The Secret is still to be written.
    if (request.known !== undefined) {
      return againWith(
        named.reduce((line, one) => words`${line} --attach ${one.kind.toLowerCase()}/${one.name}`, words``),
      );
    }
    return commandFor({ ...request, targets: named }, namespace);
  };
}

/** What a selection picks, page by page. `facts` are those of all that is in scope. Throws UserError. */
export async function* selected(
  selection: TargetSelection,
  { transport, request }: PlanContext,
  facts: () => Promise<FailingFacts>,
): AsyncGenerator<PullSpec[]> {
  const kind = pullKind(selection.by === 'use' ? 'ServiceAccount' : selection.kind);
  const { labelSelector, name } = selection.by === 'use' ? { labelSelector: undefined, name: undefined } : selection;
  const fieldSelector = name === undefined ? undefined : `metadata.name=${name}`;
  const namespace = request.allNamespaces ? undefined : transport.namespace;
  const users = selection.by === 'use' ? (await facts()).users : undefined;
  try {
    for await (const page of listPages(transport, kind, { namespace, labelSelector, fieldSelector })) {
      const pullSpecs = page.flatMap((object) => pullSpecOf(kind, object) ?? []);
      const isMeant = isImplied(selection) ? isLasting : isOwn;
      yield pullSpecs.filter(
        (pullSpec) => isMeant(pullSpec) && (users?.has(accountKey(pullSpec.ref.namespace, pullSpec.ref.name)) ?? true),
      );
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw listRefusal(error, kind, namespace, labelSelector);
  }
}

/** A ReplicaSet of a Deployment, say, has the list of that. Pods lead to their owners. */
function isOwn(pullSpec: PullSpec): boolean {
  return pullSpec.ref.kind === 'Pod' || !hasKnownOwner(pullSpec);
}

/** A list that nobody has named is left where it ends by itself, or with that of what made it. */
function isLasting(pullSpec: PullSpec): boolean {
  const { ref, object } = pullSpec;
  if (hasKnownOwner(pullSpec) || isBeingDeleted(pullSpec)) return false;
  return !(ref.kind === 'Pod' ? hasEnded(object) : hasFinished(pullSpec));
}

/** A controller makes the service account called `default`, which may not be there yet. */
const TIMEOUT_MS = 30_000;
const POLL_MS = 100;

/** Throws UserError when it does not exist: `default` after it has been waited for. */
async function readAccount(transport: Transport, ref: ObjectRef, request: AttachRequest): Promise<PullSpec> {
  const timeoutMs = request.timeoutMs ?? TIMEOUT_MS;
  const deadline = performance.now() + timeoutMs;
  let account = await getPullSpec(transport, ref);
  if (account === undefined) await checkNamespace(transport, ref.namespace);
  while (account === undefined && ref.name === 'default' && performance.now() < deadline) {
    await pause(POLL_MS, request.signal);
    account = await getPullSpec(transport, ref);
  }
  if (account !== undefined) return account;
  if (ref.name === 'default') {
    const text = `${describeRef(ref)} does not exist, also after ${timeoutMs / 1000} s`;
    throw new UserError(text, command`kubectl get serviceaccounts ${scope(ref.namespace)}`);
  }
  return noObject(ref, transport, withName(ref, request));
}
