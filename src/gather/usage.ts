/** Finds which objects in the cluster refer to which Secret. */

import { eachPullSpec } from '../cluster/each-object.ts';
import { fieldsWith } from '../cluster/pick-json.ts';
import { ENV, OF_STAND_INS, pullSpecFields, SECRET_VOLUME } from '../cluster/pull-spec-fields.ts';
import type { Reader } from '../cluster/reader.ts';
import { forEachLimit } from '../system/concurrency.ts';
import { CONTAINER_LISTS } from '../workloads/container-images.ts';
import { type PullKindName, pullKind, WORKLOAD_KINDS } from '../workloads/kind.ts';
import type { PullSpec } from '../workloads/pull-spec.ts';
import { addMounts, addUsage, type MountIndex, type UsageIndex } from '../workloads/references.ts';
import { standIns } from '../workloads/stand-in.ts';

/** The kinds other than pods that have a list of pull secrets. */
export const BESIDE_PODS: readonly PullKindName[] = ['ServiceAccount', ...WORKLOAD_KINDS];
/** Pods come first, because they take longest. */
const KINDS = ['Pod', ...BESIDE_PODS] as const;

const CONCURRENCY = 4;

const MOUNTS = { ...fieldsWith(CONTAINER_LISTS, [ENV]), volumes: [SECRET_VOLUME] } as const;

export interface Users {
  readonly usage: UsageIndex;
  readonly mounts: MountIndex;
}

/** Keeps of each page only which object refers to which Secret, as far as the objects may be listed. Throws UserError. */
export async function gatherUsage(reader: Reader, namespace: string | undefined): Promise<Users> {
  const users: Users = { usage: new Map(), mounts: new Map() };
  const note = (pullSpec: PullSpec): void => {
    addUsage(users.usage, pullSpec);
    if (pullSpec.ref.kind !== 'ServiceAccount') addMounts(users.mounts, pullSpec);
  };
  const workloads = standIns(note);
  await forEachLimit(CONCURRENCY, KINDS, async (name) => {
    const kind = pullKind(name);
    const isWorkload = name !== 'Pod' && name !== 'ServiceAccount';
    const shape = pullSpecFields(kind, { ...(isWorkload ? OF_STAND_INS : {}), podSpec: MOUNTS });
    const options = { namespace, labelSelector: kind.unmade, shape };
    await eachPullSpec(reader, kind, options, isWorkload ? workloads.add : note);
  });
  workloads.end();
  return users;
}
