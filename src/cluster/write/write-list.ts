/** The only code that writes lists of pull secrets, for every kind, even while others write to them. */
import { type Command, clusterCommand, command } from '../../domain/text/command.ts';
import { scope } from '../../domain/text/object-name.ts';
import { type ApiObject, fieldOf } from '../../domain/workloads/api-object.ts';
import { pullKind } from '../../domain/workloads/kind.ts';
import { listPatch } from '../../domain/workloads/list-change.ts';
import { describeRef, type ObjectRef } from '../../domain/workloads/object-ref.ts';
import { type PullSpec, pullSpecOf } from '../../domain/workloads/pull-spec.ts';
import { UserError } from '../../errors.ts';
import { ApiError, keepsChanging } from '../client/api-error.ts';
import type { Transport } from '../client/transport.ts';
import { getPullSpec, objectPath, objectRefusal } from '../object-request.ts';
import { type WriteOptions, writeQuery } from '../secret-request.ts';
import { keepOwners } from './list-owner.ts';

export interface ListWriteOptions extends WriteOptions {
  readonly signal: AbortSignal;
}

export interface Written {
  readonly action: 'patched' | 'unchanged';
  readonly before: readonly unknown[] | undefined;
  readonly after: readonly unknown[] | undefined;
  /** The object as it is now. */
  readonly pullSpec: PullSpec;
}

/** Returns the list that should replace the one in `pullSpec`; undefined when that one is right. */
export type Planner = (pullSpec: PullSpec) => readonly unknown[] | undefined;

/** The API server may conflict with itself although nothing has changed, but not for long. */
const MAX_UNCHANGED = 5;
/** Enough for a hundred concurrent writers on a slow machine, of which one succeeds in each round. */
const MAX_CONFLICT_MS = 60_000;

/**
 * Brings the list of `pullSpec`, as it was read, to what `plan` wants. Computes the whole list, and writes it on condition that
 * the old one is still there. When another writer was faster, reads the object again and starts over. Throws UserError.
 */
export async function writeList(
  transport: Transport,
  pullSpec: PullSpec,
  plan: Planner,
  options: ListWriteOptions,
): Promise<Written> {
  const { ref } = pullSpec;
  let current = pullSpec;
  let attempted = false;
  let unchanged = 0;
  const deadline = transport.clock.monotonic() + MAX_CONFLICT_MS;
  for (let conflicts = 0; ; conflicts += 1) {
    const after = plan(current);
    if (after === undefined) {
      // After an attempt, the list may be right because of it: only its answer was lost.
      const action = attempted ? 'patched' : 'unchanged';
      return { action, before: pullSpec.imagePullSecrets, after: current.imagePullSecrets, pullSpec: current };
    }
    attempted = true;
    const answer = await patchList(transport, current, after, options).catch((error: unknown) =>
      writtenAfter(error, transport, ref, plan, options),
    );
    if (!(answer instanceof ApiError)) {
      if (ref.kind === 'ServiceAccount' && !options.dryRun) {
        const { fieldManager } = options;
        await keepOwners(transport, { ref, before: current.object, after: answer, fieldManager });
      }
      const written = pullSpecOf(pullKind(ref.kind), answer) ?? current;
      return {
        action: 'patched',
        before: current.imagePullSecrets,
        after: written.imagePullSecrets,
        pullSpec: written,
      };
    }
    // Writers that failed together should not retry together.
    await transport.clock.pause(Math.random() * Math.min(500, 10 * 2 ** conflicts), options.signal);
    const fresh = await getPullSpec(transport, ref);
    if (fresh === undefined) throw new UserError(`${describeRef(ref)} was deleted meanwhile`, getHint(pullSpec));
    unchanged = versionOf(fresh) === versionOf(current) ? unchanged + 1 : 0;
    // Nobody else has written, so this is not a conflict but a refusal, such as that of a webhook.
    if (unchanged >= (answer.status === 422 ? 1 : MAX_UNCHANGED)) throw objectRefusal(answer, 'patch', ref);
    if (transport.clock.monotonic() >= deadline) throw keepsChanging(describeRef(ref), answer);
    current = fresh;
  }
}

/** The object after the write, or an error that may mean a conflict: the API server answers a failed test like bad input. */
async function patchList(
  transport: Transport,
  { ref, uid, imagePullSecrets: before }: PullSpec,
  after: readonly unknown[],
  options: WriteOptions,
): Promise<ApiObject | ApiError> {
  const kind = pullKind(ref.kind);
  try {
    const answer = await transport.request<ApiObject>({
      method: 'PATCH',
      path: objectPath(kind, ref.namespace, ref.name),
      query: writeQuery(options),
      contentType: 'application/json-patch+json',
      body: listPatch(kind, { uid, before, after }),
      guarded: true,
    });
    if (pullSpecOf(kind, answer) !== undefined) return answer;
    const text = `the server ${transport.server} does not answer with ${describeRef(ref)}`;
    throw new UserError(text, clusterCommand`kubectl get --raw /version`);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (mayBeConflict(error)) return error;
    throw objectRefusal(error, 'patch', ref);
  }
}

/** The object if it was written all the same, because the answer may be lost or made by a proxy. Throws `error` otherwise. */
async function writtenAfter(
  error: unknown,
  transport: Transport,
  ref: ObjectRef,
  plan: Planner,
  { dryRun }: WriteOptions,
): Promise<ApiObject> {
  if (dryRun || transport.signal.aborted) throw error;
  const present = await getPullSpec(transport, ref).catch(() => undefined);
  if (present === undefined || plan(present) !== undefined) throw error;
  return present.object;
}

/**
 * The API server answers a failed `test` like a malformed patch, without naming the object (apiserver
 * pkg/endpoints/handlers/patch.go `applyJSPatch`). Refusals by validation and admission name it.
 */
function mayBeConflict({ status, details }: ApiError): boolean {
  return status === 409 || (status === 422 && details.kind === undefined && details.causes.length === 0);
}

function versionOf({ object }: PullSpec): unknown {
  return fieldOf(object, 'metadata', 'resourceVersion');
}

function getHint({ ref }: PullSpec): Command {
  return command`kubectl get ${pullKind(ref.kind).plural} ${scope(ref.namespace)}`;
}
