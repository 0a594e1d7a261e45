/** From objects as lists give them to those who pull. */
import { fieldOf, type Holder } from '../../domain/holder.ts';
import { imageUses } from '../../domain/image-use.ts';
import type { PodGroup } from '../../domain/pod-group.ts';
import type { Puller } from '../../domain/pull-facts.ts';
import { pullKind } from '../../domain/pull-kind.ts';
import { wayOfTemplate } from '../../domain/way.ts';
import { controllerName } from '../attach/owner.ts';
import { podFacts } from './pod.ts';

export function templatePuller(workload: Holder): Puller {
  const { ref, list, serviceAccountName: account, object } = workload;
  const status = fieldOf(object, 'status');
  const ready = [fieldOf(status, 'readyReplicas'), fieldOf(status, 'numberReady'), fieldOf(status, 'ready')];
  return {
    ref,
    list,
    account,
    images: imageUses(fieldOf(object, ...pullKind(ref.kind).specPath)),
    way: wayOfTemplate(workload),
    count: 1,
    runs: ready.find((count) => typeof count === 'number') ?? 0,
    brief: true,
  };
}

export function accountPuller({ ref }: Holder): Puller {
  const way = { how: 'account', target: ref, pods: [] } as const;
  return { ref, list: undefined, account: ref.name, images: [], way, count: 1 };
}

/** One that nobody says anything of. */
export function quietPod({ pod, images, count }: PodGroup): Puller {
  const { ref, list, serviceAccountName: account, controller, object } = pod;
  return {
    ref,
    list,
    account,
    images,
    way:
      controller === undefined ? { how: 'recreate', target: ref } : { how: 'owner', owner: controllerName(controller) },
    pod: podFacts(object, `${fieldOf(object, 'spec', 'nodeName') ?? ''}`),
    count,
    brief: true,
  };
}
