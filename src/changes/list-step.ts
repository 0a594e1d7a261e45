/** Writes the list of pull secrets of one object, whatever else writes the object. */
import type { ApiError } from '../cluster/api-error.ts';
import { getPullSpec, objectRefusal } from '../cluster/object-request.ts';
import type { Transport } from '../cluster/transport.ts';
import { UserError } from '../errors.ts';
import { command } from '../line/command.ts';
import { scope } from '../line/object-name.ts';
import { fieldOf } from '../workloads/api-object.ts';
import { pullKind } from '../workloads/kind.ts';
import { describeRef, type ObjectRef } from '../workloads/object-ref.ts';
import type { PullSpec } from '../workloads/pull-spec.ts';
import { tryList } from './list-write.ts';
import { type ChangeOptions, carryOut, type Next, writeOptions } from './step.ts';

/** A write of a whole list. */
interface ListPatch {
  readonly action: 'patch';
  readonly list: readonly unknown[];
}

export interface ChangedList {
  readonly action: 'patched' | 'unchanged';
  readonly before: readonly unknown[] | undefined;
  readonly after: readonly unknown[] | undefined;
  /** The object as it is now. */
  readonly pullSpec: PullSpec;
}

/** What became of an object with a list, for the report. */
export interface ListResult {
  readonly ref: ObjectRef;
  readonly action: ChangedList['action'] | 'recreated' | 'restarted';
  /** The names in the list; left out for a restart. */
  readonly before?: readonly string[];
  readonly after?: readonly string[];
}

/** Returns the list that should replace the one in `pullSpec`; undefined when that one is right. */
export type ListRule = (pullSpec: PullSpec) => readonly unknown[] | undefined;

/** Brings the list of `pullSpec`, as it was read, to what `plan` wants. Throws UserError. */
export async function changeList(
  transport: Transport,
  pullSpec: PullSpec,
  plan: ListRule,
  options: ChangeOptions,
): Promise<ChangedList> {
  const { ref } = pullSpec;
  const next = (present: PullSpec | undefined): Next<ListPatch> => {
    if (present === undefined) return { action: 'refuse', error: deletedMeanwhile(pullSpec) };
    const list = plan(present);
    return list === undefined ? { action: 'unchanged' } : { action: 'patch', list };
  };
  const writer = {
    what: describeRef(ref),
    read: () => getPullSpec(transport, ref),
    write: ({ list }: ListPatch, present = pullSpec, isDone: (found: PullSpec) => Promise<boolean>) =>
      tryList(transport, present, { after: list, isDone }, writeOptions(options)),
    versionOf: ({ object }: PullSpec) => fieldOf(object, 'metadata', 'resourceVersion'),
    refusal: (conflict: ApiError) => objectRefusal(conflict, 'patch', ref),
  };
  const how = { dryRun: options.dryRun, transport };
  const changed = await carryOut({ present: pullSpec, next }, writer, how);
  const { did, before = pullSpec, after = pullSpec } = changed;
  const lists = { before: before.imagePullSecrets, after: after.imagePullSecrets };
  if (did.action === 'unchanged') return { ...lists, action: 'unchanged', pullSpec: after };
  const planned = options.dryRun === 'client' ? { after: did.list } : {};
  return { ...lists, ...planned, action: 'patched', pullSpec: after };
}

function deletedMeanwhile({ ref }: PullSpec): UserError {
  const list = command`kubectl get ${pullKind(ref.kind).plural} ${scope(ref.namespace)}`;
  return new UserError(`${describeRef(ref)} was deleted meanwhile`, list);
}
