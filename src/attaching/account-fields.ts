/** The fields of a service account that the change of its list needs. The rest may have a megabyte, in each of many accounts. */
import { LIST_OWNERS } from '../changes/list-write.ts';
import { type FieldSelection, fieldsWith } from '../cluster/pick-json.ts';
import { LAST_APPLIED } from '../secret/last-applied.ts';
import { LIST_FIELD } from '../workloads/kind.ts';
import type { PullSpec } from '../workloads/pull-spec.ts';

export const ACCOUNT_FIELDS: FieldSelection = {
  metadata: {
    ...fieldsWith(['namespace', 'name', 'uid', 'resourceVersion', 'deletionTimestamp', 'ownerReferences'], true),
    annotations: { [LAST_APPLIED]: true, 'kubernetes.io/enforce-mountable-secrets': 'name' },
    managedFields: LIST_OWNERS,
  },
  [LIST_FIELD]: true,
};

/** `account` to be kept while others are read: of what `kubectl apply` has applied, only whether it has a list. */
export function briefAccount({ annotations, object, ...account }: PullSpec): PullSpec {
  const { resourceVersion, managedFields } = object.metadata as Readonly<Record<string, unknown>>;
  const applied = annotations[LAST_APPLIED]?.includes(`"${LIST_FIELD}"`) ? `"${LIST_FIELD}"` : '';
  return {
    ...account,
    annotations: { ...annotations, [LAST_APPLIED]: applied },
    object: { metadata: { resourceVersion, managedFields } },
  };
}
