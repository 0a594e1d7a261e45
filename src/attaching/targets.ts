/** Reads the objects that are named or selected. */

import { type SavedPod, savedPods } from '../changes/saved-pod.ts';
import { ApiError } from '../cluster/api-error.ts';
import { checkNamespace, noObject } from '../cluster/not-found.ts';
import { getPullSpec, listPages, listRefusal } from '../cluster/object-request.ts';
import type { Transport } from '../cluster/transport.ts';
import { UserError } from '../errors.ts';
import { accountKey, type FailingFacts } from '../gather/failing.ts';
import { command, eachWith } from '../line/command.ts';
import { againWith, type Hint } from '../line/hint.ts';
import { scope } from '../line/object-name.ts';
import { type PullKindName, pullKind } from '../workloads/kind.ts';
import { describeRef, type ObjectRef } from '../workloads/object-ref.ts';
import { hasEnded } from '../workloads/pod-group.ts';
import { hasKnownOwner, isBeingDeleted, type PullSpec, pullSpecOf } from '../workloads/pull-spec.ts';
import { hasFinished } from '../workloads/rollout.ts';
import { ACCOUNT_FIELDS } from './account-fields.ts';
import type { PlanContext } from './context.ts';
import { type AttachRequest, isImplied, type TargetSelection, targetWords } from './request.ts';

/**
 * Reads one named object, or the manifest that an interrupted run saved of a pod that is gone. Throws UserError without either.
 */
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
  // Since the first read, another run may have created the pod again and removed its saved manifest.
  const again = ref.kind === 'Pod' ? await getPullSpec(transport, ref) : undefined;
  if (again !== undefined && !isBeingDeleted(again)) return again;
  return noObject(ref, transport, withName(ref, request));
}

/** Makes the hint that repeats the command line with another name in place of `ref`. */
function withName({ kind, name }: ObjectRef, request: AttachRequest): (near: string, as: PullKindName) => Hint {
  return (near, as) => {
    const named = request.targets.map((one) =>
      one.kind === kind && one.name === name ? { kind: as, name: near } : one,
    );
    // `create --attach` checks its targets before it writes the Secret.
    if (request.known !== undefined) {
      const words = named.map((one) => `${one.kind.toLowerCase()}/${one.name}`);
      return againWith(eachWith('--attach', words));
    }
    return { add: targetWords({ ...request, targets: named }), drop: ['--sa', '--pod', '--to', '--from'] };
  };
}

/** Lists what a selection picks, page by page. `facts` reads the facts about everything in scope. Throws UserError. */
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
    const shape = kind.kind === 'ServiceAccount' ? ACCOUNT_FIELDS : true;
    for await (const page of listPages(transport, kind, { namespace, labelSelector, fieldSelector, shape })) {
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

/** False for an object with its owner's list, such as a ReplicaSet of a Deployment. Pods count: the plan follows their owners. */
function isOwn(pullSpec: PullSpec): boolean {
  return pullSpec.ref.kind === 'Pod' || !hasKnownOwner(pullSpec);
}

/** For kinds that nobody named: false for an object that ends by itself, or that has the list of its owner. */
function isLasting(pullSpec: PullSpec): boolean {
  const { ref, object } = pullSpec;
  if (hasKnownOwner(pullSpec) || isBeingDeleted(pullSpec)) return false;
  return !(ref.kind === 'Pod' ? hasEnded(object) : hasFinished(pullSpec));
}

/** How long to wait for the service account `default`, which a controller creates and which may not exist yet. */
const TIMEOUT_MS = 30_000;
const POLL_MS = 100;

/** Throws UserError when the account does not exist. `default` is waited for first. */
async function readAccount(transport: Transport, ref: ObjectRef, request: AttachRequest): Promise<PullSpec> {
  const timeoutMs = request.timeoutMs ?? TIMEOUT_MS;
  const deadline = transport.clock.monotonic() + timeoutMs;
  let account = await getPullSpec(transport, ref);
  if (account === undefined) await checkNamespace(transport, ref.namespace);
  while (account === undefined && ref.name === 'default' && transport.clock.monotonic() < deadline) {
    await transport.clock.pause(POLL_MS, transport.signal);
    account = await getPullSpec(transport, ref);
  }
  if (account !== undefined) return account;
  if (ref.name === 'default') {
    const text = `${describeRef(ref)} does not exist, also after ${timeoutMs / 1000} s`;
    throw new UserError(text, command`kubectl get serviceaccounts ${scope(ref.namespace)}`);
  }
  return noObject(ref, transport, withName(ref, request));
}
