/** Restarts controllers of failing pods as `kubectl rollout restart` does (kubectl pkg/polymorphichelpers/objectrestarter.go). */

import { ApiError } from '../cluster/api-error.ts';
import { objectPath, objectRefusal } from '../cluster/object-request.ts';
import type { Reader } from '../cluster/reader.ts';
import { writeQuery } from '../cluster/secret-request.ts';
import type { Transport } from '../cluster/transport.ts';
import type { UserError } from '../errors.ts';
import type { FailingPod } from '../gather/failing.ts';
import { opensImage } from '../secret/keyring.ts';
import type { Secret } from '../secret/secret.ts';
import { oncePerKey } from '../system/concurrency.ts';
import { rfc3339 } from '../text/time.ts';
import type { ApiObject } from '../workloads/api-object.ts';
import { pullKind } from '../workloads/kind.ts';
import { type ObjectRef, refKey } from '../workloads/object-ref.ts';
import { mayNeedLogin } from '../workloads/pull-error.ts';
import { type PullSpec, pullSpecOf } from '../workloads/pull-spec.ts';
import { secretKey } from '../workloads/references.ts';
import { effectOf, waitsForPods } from '../workloads/rollout.ts';
import type { ListResult } from './list-write.ts';
import { performPhase } from './performer.ts';
import { ownersOf, type PodOwners } from './pod-remedy.ts';
import { type ChangeOptions, writeOptions } from './step.ts';

/** The controller after the change. Throws UserError. */
export async function restart(transport: Transport, controller: PullSpec, options: ChangeOptions): Promise<PullSpec> {
  if (options.dryRun === 'client') return controller;
  const { ref } = controller;
  const kind = pullKind(ref.kind);
  const at = rfc3339(transport.clock.now());
  try {
    const object = await transport.request<ApiObject>({
      method: 'PATCH',
      path: objectPath(kind, ref.namespace, ref.name),
      query: writeQuery(writeOptions(options)),
      contentType: 'application/merge-patch+json',
      body: { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': at } } } } },
      // Sending the same time twice has the effect of sending it once.
      guarded: true,
    });
    return pullSpecOf(kind, object) ?? controller;
  } catch (error) {
    throw error instanceof ApiError ? objectRefusal(error, 'patch', ref) : error;
  }
}

/** Restarts controllers one after the other. Returns those that are restarted, by their `uid`. */
export async function restartAll(
  transport: Transport,
  controllers: readonly PullSpec[],
  options: ChangeOptions,
  listener: { outcome(result: ListResult): void; problem(error: UserError, ref: ObjectRef): void },
): Promise<Map<string, PullSpec>> {
  const restarted = new Map<string, PullSpec>();
  await performPhase({
    steps: controllers,
    width: 1,
    async perform(controller) {
      restarted.set(controller.uid, await restart(transport, controller, options));
      listener.outcome({ ref: controller.ref, action: 'restarted' });
    },
    failed: ({ ref }, error) => listener.problem(error, ref),
  });
  return restarted;
}

/** The new logins of each Secret, by `secretKey`. */
type RenewedSecrets = ReadonlyMap<string, Secret>;

/**
 * Returns the controllers to restart. Their pods' lists name a Secret in `renewed`, and its new login is for a failing image.
 * Controllers that do not replace their pods on a restart are left out. A pod that nobody replaces recovers by itself, because
 * the kubelet reads the Secret again before each attempt, within five minutes.
 */
export async function controllersToRestart(
  reader: Reader,
  failing: readonly FailingPod[],
  renewed: RenewedSecrets,
): Promise<PullSpec[]> {
  const owners = oncePerKey<PodOwners | undefined>();
  const controllers = new Map<string, PullSpec>();
  for (const pod of failing.filter((one) => failsForIt(one, renewed))) {
    const found = pod.controller && (await owners(pod.controller.uid, () => ownersOf(pod, reader)));
    if (found === undefined || found.unknownOwner !== undefined) continue;
    const { top } = found;
    if (effectOf(top).kind === 'rolls out' && !waitsForPods(top)) controllers.set(refKey(top.ref), top);
  }
  return [...controllers.values()];
}

function failsForIt({ ref, list, failures }: FailingPod, renewed: RenewedSecrets): boolean {
  const denied = failures.filter(({ pullError }) => mayNeedLogin(pullError, { hasOne: true }));
  return list.some((name) => {
    const secret = renewed.get(secretKey(ref.namespace, name));
    return secret !== undefined && denied.some(({ image }) => opensImage(secret, image));
  });
}
