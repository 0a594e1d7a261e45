/** From a pod, or what made it, up to whoever would undo a change of it. */
import { pullKindOf } from '../domain/workloads/kind.ts';
import type { Controller, Holder } from '../domain/workloads/pull-spec.ts';
import type { ObjectRef } from '../domain/workloads/ref.ts';
import type { Transport } from './client/transport.ts';
import { getHolder } from './object-request.ts';

export interface Owners {
  /** The uppermost of those we know; the object itself when nobody owns it. */
  readonly top: Holder;
  /** Who owns that in turn, and is of a kind we do not know, or is gone. */
  readonly beyond: Controller | undefined;
  /** From the nearest owner to the uppermost. */
  readonly chain: readonly Holder[];
}

/** No chain of Kubernetes' own controllers is longer than CronJob, Job, Pod. */
const MAX_DEPTH = 6;

/** Follows the controllers of `holder`, each of which `read` gives. Throws UserError where one may not be read. */
export async function walkOwners(
  transport: Transport,
  holder: Holder,
  read: (ref: ObjectRef) => Promise<Holder | undefined> = (ref) => getHolder(transport, ref),
): Promise<Owners> {
  let top = holder;
  const chain: Holder[] = [];
  for (let depth = 0; depth < MAX_DEPTH; depth += 1) {
    const { controller } = top;
    if (controller === undefined) return { top, beyond: undefined, chain };
    const kind = pullKindOf(controller.apiVersion, controller.kind);
    if (kind === undefined) return { top, beyond: controller, chain };
    const { namespace } = top.ref;
    const owner = await read({ kind: kind.kind, namespace, name: controller.name });
    // One of the same name that came later did not make this.
    if (owner?.uid !== controller.uid) return { top, beyond: controller, chain };
    top = owner;
    chain.push(owner);
  }
  return { top, beyond: top.controller, chain };
}

/** As kubectl takes it: `rollout.argoproj.io/web`. */
export function controllerName({ apiVersion, kind, name }: Controller): string {
  const group = apiVersion.includes('/') ? `.${apiVersion.slice(0, apiVersion.indexOf('/'))}` : '';
  return `${kind.toLowerCase()}${group}/${name}`;
}
