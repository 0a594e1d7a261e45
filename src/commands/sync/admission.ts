/** The policy of `sync --admission`: planned before anything is written, applied, and seen at work on a pod in a dry run. */
import { ApiError, refusalOf } from '../../cluster/api-error.ts';
import { objectPath } from '../../cluster/object-request.ts';
import { noPermission } from '../../cluster/right.ts';
import type { Transport } from '../../cluster/transport.ts';
import { type AdmissionObject, type AdmissionRequest, admissionObjects } from '../../copies/admission-objects.ts';
import { UserError } from '../../errors.ts';
import { clusterCommand } from '../../line/command.ts';
import { ADMISSION, ADMISSION_KINDS } from '../../workloads/admission-policy.ts';
import { type ApiObject, fieldOf, isObject, itemsOf } from '../../workloads/api-object.ts';
import { doubtAboutPods } from './admitted-pod.ts';
import type { SyncListener, SyncRequest } from './sync-request.ts';

export interface Admission {
  /** How many of the two objects change. */
  readonly changes: number;
  /** Applies the policy and its binding. Throws UserError. */
  apply(listener: SyncListener): Promise<void>;
  /** Waits until new pods in `namespaces` get the name. */
  wait(namespaces: readonly string[], listener: SyncListener): Promise<void>;
}

interface Context {
  readonly transport: Transport;
  readonly fieldManager: string;
  readonly wanted: AdmissionRequest;
}

type AdmissionAction = Parameters<SyncListener['policy']>[1];

/** Reads what is there, and has the API server check what is to be written. Throws UserError, and then nothing is written. */
export async function planAdmission(transport: Transport, request: SyncRequest): Promise<Admission> {
  const { name, selection, dryRun, fieldManager } = request;
  const wanted = { name, selection, home: transport.namespace };
  const context = { transport, fieldManager, wanted };
  const planned: { readonly object: AdmissionObject; readonly action: AdmissionAction }[] = [];
  for (const object of admissionObjects(wanted)) planned.push({ object, action: await actionFor(object, context) });
  const changing = planned.filter(({ action }) => action !== 'unchanged');
  if (dryRun !== 'client') for (const { object } of changing) await apply(object, context, 'All');
  return {
    changes: changing.length,
    async apply(listener) {
      for (const { object, action } of planned) {
        if (action !== 'unchanged' && dryRun === 'none') await apply(object, context);
        listener.policy(object, action);
      }
    },
    async wait(namespaces, listener) {
      if (dryRun !== 'none' || namespaces.length === 0) return;
      const doubt = await doubtAboutPods(transport, name, namespaces);
      if (doubt !== undefined) listener.unproven(doubt.error, doubt.isKnown);
    },
  };
}

/** Throws UserError for an object of that name that is not ours, and where the API server has no such kind. */
async function actionFor(object: AdmissionObject, context: Context): Promise<AdmissionAction> {
  const present = await presentOf(object, context);
  if (present === undefined) return 'created';
  if (fieldOf(present, 'metadata', 'labels', ADMISSION) === 'true')
    return holds(present, object) ? 'unchanged' : 'updated';
  const [kind, name] = [object.kind.toLowerCase(), object.metadata.name];
  throw new UserError(
    `${kind} ${name} exists, and sync did not create it`,
    clusterCommand`kubectl get ${kind} ${name} -o yaml`,
  );
}

async function presentOf(object: AdmissionObject, context: Context): Promise<ApiObject | undefined> {
  try {
    return await context.transport.request({ method: 'GET', path: pathOf(object) });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Where the API server does not know the kind, it names none.
    if (error.status === 404 && error.details.kind !== undefined) return undefined;
    throw refusal(error, object);
  }
}

/** Throws UserError. */
async function apply(object: AdmissionObject, context: Context, dryRun?: 'All'): Promise<void> {
  const query = { fieldManager: context.fieldManager, force: 'true', dryRun };
  const contentType = 'application/apply-patch+yaml';
  const request = { method: 'PATCH', path: pathOf(object), query, contentType, body: object, guarded: true } as const;
  try {
    await context.transport.request(request);
  } catch (error) {
    throw error instanceof ApiError ? refusal(error, object) : error;
  }
}

function refusal(error: ApiError, { kind, metadata }: AdmissionObject): UserError {
  if (error.status === 404) {
    const text = '--admission needs an API server of version 1.36 or later, with MutatingAdmissionPolicy';
    return new UserError(text, clusterCommand`kubectl version`);
  }
  if (error.status !== 403) return refusalOf(error);
  return noPermission(`no permission to apply ${kind.toLowerCase()} ${metadata.name}`, error.message);
}

function pathOf({ kind, metadata: { name } }: AdmissionObject): string {
  const [policy, binding] = ADMISSION_KINDS;
  return objectPath(kind === policy.kind ? policy : binding, undefined, name);
}

/** Whether `present` has everything that `wanted` has. The API server adds its defaults. */
function holds(present: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    const items = itemsOf(present);
    return items.length === wanted.length && wanted.every((one, index) => holds(items[index], one));
  }
  if (!isObject(wanted)) return present === wanted;
  return isObject(present) && Object.entries(wanted).every(([key, value]) => holds(present[key], value));
}
