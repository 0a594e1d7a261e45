/** Restarts the controllers of pods that fail for want of the new login, and nothing else. */
import type { Reader } from '../../cluster/reader.ts';
import { oncePerKey } from '../../concurrency.ts';
import { opensImage } from '../../domain/keyring/keyring.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { buildPullSecret } from '../../domain/pull-secret/build.ts';
import { refKey } from '../../domain/workloads/object-ref.ts';
import { mayNeedLogin } from '../../domain/workloads/pull-error.ts';
import type { PullSpec } from '../../domain/workloads/pull-spec.ts';
import { secretKey } from '../../domain/workloads/references.ts';
import { effectOf, waitsForPods } from '../../domain/workloads/rollout.ts';
import { UserError } from '../../errors.ts';
import { type FailingPod, gatherFacts } from '../pods/failing.ts';
import { ownersOf, type PodOwners } from '../pods/pod-remedy.ts';
import { restart } from '../pods/restart.ts';
import type { PlannedSecret } from './plan.ts';
import type { RotateListener, RotateRequest } from './rotate-request.ts';

/**
 * Of pods whose list names one of these Secrets and whose image the new login is for. Those that nobody replaces get it by
 * themselves: a kubelet reads the Secret again before each attempt, within five minutes. What fails is told.
 */
export async function restartFailing(
  reader: Reader,
  items: readonly PlannedSecret[],
  { dryRun, fieldManager }: RotateRequest,
  listener: RotateListener,
): Promise<void> {
  const rotated = new Map(items.map((item) => [secretKey(item.ref.namespace, item.ref.name), newLoginsOf(item)]));
  const namespaces = new Set(items.map(({ ref }) => ref.namespace));
  const [only] = namespaces.size === 1 ? namespaces : [];
  const { failing } = await gatherFacts(reader, { namespace: only, cached: false });
  const owners = oncePerKey<PodOwners | undefined>();
  const controllers = new Map<string, PullSpec>();
  for (const pod of failing.filter((one) => failsForIt(one, rotated))) {
    const found = pod.controller && (await owners(pod.controller.uid, () => ownersOf(pod, reader)));
    if (found === undefined || found.unknownOwner !== undefined) continue;
    const { top } = found;
    if (effectOf(top).kind === 'rolls out' && !waitsForPods(top)) controllers.set(refKey(top.ref), top);
  }
  for (const controller of controllers.values()) {
    try {
      const options = { dryRun: dryRun === 'server', fieldManager };
      if (dryRun !== 'client') await restart(reader.transport, controller, options);
      listener.restarted(controller.ref);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      listener.problem(controller.ref, error);
    }
  }
}

function failsForIt({ ref, list, failures }: FailingPod, rotated: ReadonlyMap<string, Secret>): boolean {
  const denied = failures.filter(({ pullError }) => mayNeedLogin(pullError, { hasOne: true }));
  return list.some((name) => {
    const secret = rotated.get(secretKey(ref.namespace, name));
    return secret !== undefined && denied.some(({ image }) => opensImage(secret, image));
  });
}

/** A Secret with nothing but the entries that have the new login. */
function newLoginsOf({ ref, entries }: PlannedSecret): Secret {
  const own = entries.filter(({ state }) => state === 'new' || state === 'has it');
  return buildPullSecret({ ...ref, entries: own.map(({ server, next: { credential } }) => ({ server, credential })) });
}
