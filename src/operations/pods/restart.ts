/** Restarts a controller's pods as `kubectl rollout restart` does (kubectl pkg/polymorphichelpers/objectrestarter.go). */
import type { ListResult } from '../../changes/list-step.ts';
import { performPhase } from '../../changes/performer.ts';
import { type ChangeOptions, writeOptions } from '../../changes/step.ts';
import { ApiError } from '../../cluster/client/api-error.ts';
import type { Transport } from '../../cluster/client/transport.ts';
import { objectPath, objectRefusal } from '../../cluster/object-request.ts';
import { writeQuery } from '../../cluster/secret-request.ts';
import { rfc3339 } from '../../domain/text/time.ts';
import type { ApiObject } from '../../domain/workloads/api-object.ts';
import { pullKind } from '../../domain/workloads/kind.ts';
import type { ObjectRef } from '../../domain/workloads/object-ref.ts';
import { type PullSpec, pullSpecOf } from '../../domain/workloads/pull-spec.ts';
import type { UserError } from '../../errors.ts';

/** The controller after the change. Throws UserError. */
export async function restart(transport: Transport, controller: PullSpec, options: ChangeOptions): Promise<PullSpec> {
  if (options.dryRun === 'client') return controller;
  const { ref } = controller;
  const kind = pullKind(ref.kind);
  const at = rfc3339(Date.now());
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
