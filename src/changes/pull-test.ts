/** Creates a test pod, and deletes it however the wait for it ends. */
import { ApiError, isRefusal } from '../cluster/api-error.ts';
import { getObject, listPages, objectPath, objectRefusal } from '../cluster/object-request.ts';
import type { Transport } from '../cluster/transport.ts';
import { UserError } from '../errors.ts';
import { command } from '../line/command.ts';
import { scope } from '../line/object-name.ts';
import { type ApiObject, fieldOf } from '../workloads/api-object.ts';
import { pullKind } from '../workloads/kind.ts';
import { describeRef, type ObjectRef } from '../workloads/object-ref.ts';
import { isLeftOver, type PullTest, TEST_LABEL, testPod, testPodName } from '../workloads/test-pod.ts';

const POD = pullKind('Pod');

/** Where test pods are made. */
export interface TestPlace {
  /** Its signal is not aborted while {@link inTestPod} runs, so that the pod can be deleted after Ctrl-C. */
  readonly transport: Transport;
  /** Hears of a pod that could not be deleted. */
  readonly left: (error: UserError) => void;
}

/**
 * Creates the pod of `test`, returns what `use` makes of it, and deletes it, also when `use` throws, or when nobody knows whether
 * it was created. Throws UserError when the API server refuses to create it.
 */
export async function inTestPod<T>(
  test: PullTest,
  { transport, left }: TestPlace,
  use: (pod: ApiObject, ref: ObjectRef) => Promise<T>,
): Promise<T> {
  const ref = { kind: 'Pod', namespace: transport.namespace, name: testPodName(test.id) } as const;
  let isRefused = false;
  try {
    const pod = await createPod(test, ref, transport).catch((error: unknown) => {
      isRefused = isRefusal(error);
      throw error instanceof ApiError ? objectRefusal(error, 'create', ref) : error;
    });
    return await use(pod, ref);
  } finally {
    if (!isRefused) await removePod(ref, undefined, transport).catch((error: unknown) => left(notDeleted(ref, error)));
  }
}

async function createPod(test: PullTest, ref: ObjectRef, transport: Transport): Promise<ApiObject> {
  const path = objectPath(POD, ref.namespace);
  const query = { fieldManager: 'regsecret' };
  try {
    return await transport.request({ method: 'POST', path, query, body: testPod(test), guarded: true });
  } catch (error) {
    // The answer to the first request was lost. Nobody else has this name.
    if (error instanceof ApiError && error.reason === 'AlreadyExists') return getObject(transport, ref);
    throw error;
  }
}

/** Throws ApiError and UserError. */
async function removePod(ref: ObjectRef, uid: string | undefined, transport: Transport): Promise<void> {
  const preconditions = uid === undefined ? {} : { preconditions: { uid } };
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', gracePeriodSeconds: 0, ...preconditions };
  const path = objectPath(POD, ref.namespace, ref.name);
  try {
    await transport.request({ method: 'DELETE', path, body, guarded: true });
  } catch (error) {
    if (!(error instanceof ApiError && (error.status === 404 || error.status === 409))) throw error;
  }
}

function notDeleted(ref: ObjectRef, error: unknown): UserError {
  if (!(error instanceof Error)) throw error;
  return new UserError(
    `${describeRef(ref)} may be left: ${error.message}`,
    command`kubectl delete pod ${ref.name} ${scope(ref.namespace)}`,
  );
}

/**
 * Deletes the test pods whose deadline was over at `now`, by the clock of the API server, and returns how many there were. Where
 * pods may not be listed, it finds none.
 */
export async function removeLeftOvers(now: number, { transport }: TestPlace): Promise<number> {
  const { namespace } = transport;
  let count = 0;
  try {
    for await (const pods of listPages(transport, POD, { namespace, labelSelector: TEST_LABEL })) {
      for (const pod of pods.filter((one) => isLeftOver(one, now))) {
        const [name, uid] = [`${fieldOf(pod, 'metadata', 'name')}`, `${fieldOf(pod, 'metadata', 'uid')}`];
        await removePod({ kind: 'Pod', namespace, name }, uid, transport);
        count += 1;
      }
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
  return count;
}
