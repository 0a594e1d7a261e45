/** A service account, and what a new pod with it could pull. */
import { imageUses } from '../../domain/image-use.ts';
import type { ObjectRef } from '../../domain/object-ref.ts';
import type { Puller } from '../../domain/pull-facts.ts';
import type { Collector } from './collector.ts';
import { noObject } from './missing.ts';
import { gatherList } from './workload.ts';

export interface NewPod {
  readonly images: readonly string[];
  /** The pull secrets that it names itself; without any it has those of its service account. */
  readonly secrets: readonly string[];
}

/** A pod that is not there yet. Throws UserError when there is no such service account. */
export async function gatherAccount(
  ref: ObjectRef,
  { images, secrets }: NewPod,
  collector: Collector,
): Promise<Puller> {
  const list = secrets.length === 0 ? undefined : secrets.map((name) => ({ name }));
  const { namespace, name: account } = ref;
  await gatherList(namespace, list, account, collector);
  if ((await collector.account(namespace, account)).is === 'missing') await noObject(ref, collector.transport);
  return {
    ref,
    list,
    account,
    images: imageUses({ containers: images.map((image) => ({ name: '', image })) }),
    way: { how: 'account', target: ref, pods: [] },
    count: 1,
  };
}
