/** Brings a Secret, as it was read, to what a plan wants, even while others write to it. */
import type { Secret } from '../../domain/keyring/secret.ts';
import { clusterCommand } from '../../domain/text/command.ts';
import { UserError } from '../../errors.ts';
import { ApiError, keepsChanging, refusal } from '../client/api-error.ts';
import type { Transport } from '../client/transport.ts';
import { type SecretRef, secretPath, type WriteOptions } from '../secret-request.ts';
import { readWritten, rehearseSecret, tryCreate, tryPatch } from './secret-write.ts';

/** What to do with a Secret. */
export type SecretStep =
  | { readonly action: 'create'; readonly secret: Secret }
  /** A JSON merge patch (RFC 7386) that holds the resourceVersion it is computed from. */
  | { readonly action: 'update'; readonly patch: object }
  /** The Secret to replace one that the API server would not update. */
  | { readonly action: 'replace'; readonly secret: Secret }
  | { readonly action: 'unchanged' }
  /** Why the Secret stays as it is. */
  | { readonly action: 'refuse'; readonly error: UserError };

/**
 * Decides what to do with the existing Secret, or when there is none. Must be pure, because it is called again when another
 * writer was faster.
 */
export type SecretPlanner = (existing: Secret | undefined) => SecretStep;

const ACTIONS = { create: 'created', update: 'updated', replace: 'replaced', unchanged: 'unchanged' } as const;
export type SecretAction = (typeof ACTIONS)[keyof typeof ACTIONS];

/** The action as results name it. */
export function actionOf({ action }: Exclude<SecretStep, { action: 'refuse' }>): SecretAction {
  return ACTIONS[action];
}

/** The stored Secret is not the one that was sent. A webhook that changes Secrets would undo the change each time. */
export class AlteredError extends UserError {
  constructor({ namespace, name }: SecretRef) {
    super(
      `secret ${namespace}/${name} was written, but something in the cluster, such as a webhook, changed it on the way`,
      clusterCommand`kubectl get mutatingwebhookconfigurations`,
    );
    this.name = 'AlteredError';
  }
}

/** More conflicts with other writers than this do not occur. A webhook that refuses with a conflict is retried as often. */
const MAX_CONFLICTS = 10;

interface LoopOptions extends WriteOptions {
  readonly refresh?: () => Promise<void>;
  /** Called before each write, with the Secret that it changes. */
  readonly before?: (step: SecretStep, present: Secret | undefined) => void;
}

/**
 * Does what `plan` says about `existing`, as it was read, on condition that it has not changed. Otherwise reads the Secret again,
 * calls `refresh`, and starts over: what the plan goes by may have changed as well. Returns what was done. Throws UserError.
 */
export async function writeSecret(
  transport: Transport,
  ref: SecretRef,
  existing: Secret | undefined,
  plan: SecretPlanner,
  { refresh, before, ...options }: LoopOptions,
): Promise<SecretAction> {
  let current = existing;
  let begun: SecretAction | undefined;
  for (let conflicts = 0; ; conflicts += 1) {
    const step = plan(current);
    if (step.action === 'refuse') throw step.error;
    // After an attempt, the Secret may be right because of it: only its answer was lost.
    if (step.action === 'unchanged') return begun ?? 'unchanged';
    // A Secret that was deleted in order to be replaced is now created, but the result stays 'replaced'.
    begun = begun === 'replaced' ? begun : actionOf(step);
    before?.(step, current);
    const isDone = (present: Secret): boolean =>
      isAsSent(present, step, current) || plan(present).action === 'unchanged';
    const isLast = conflicts >= MAX_CONFLICTS;
    const conflict = await perform(transport, ref, { step, current, isDone, isLast }, options);
    if (!(conflict instanceof ApiError)) {
      if (conflict !== 'rehearsed' && !isDone(conflict)) throw new AlteredError(ref);
      return begun;
    }
    if (isLast) throw keepsChanging(`secret ${ref.namespace}/${ref.name}`, conflict);
    if (conflicts > 0) await transport.clock.pause(Math.random() * 20 * 2 ** conflicts, transport.signal);
    current = await readWritten(transport, ref, conflict);
    await refresh?.();
  }
}

/** A cheap check that the Secret is as sent. `plan` finds that out at a higher price, also for members in another order. */
function isAsSent(present: Secret, step: Work['step'], current: Secret | undefined): boolean {
  const sent = step.action === 'update' ? merged(current, step.patch) : step.secret;
  const relevant = ({ type, immutable, data, metadata: { labels, annotations } }: Secret): string =>
    JSON.stringify([type, immutable, data, labels, annotations]);
  return relevant(present) === relevant(sent as Secret);
}

/** `MergePatch` of RFC 7386. */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const members = new Map<string, unknown>(Object.entries(target ?? {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else members.set(name, merged(members.get(name), value));
  }
  return Object.fromEntries(members);
}

interface Work {
  readonly step: Exclude<SecretStep, { action: 'refuse' | 'unchanged' }>;
  readonly current: Secret | undefined;
  readonly isDone: (present: Secret) => boolean;
  readonly isLast: boolean;
}

/** The stored Secret, or the conflict when the existing one is no longer the one that was read. */
async function perform(
  transport: Transport,
  ref: SecretRef,
  { step, current, isDone, isLast }: Work,
  options: WriteOptions,
): Promise<Secret | 'rehearsed' | ApiError> {
  switch (step.action) {
    case 'create':
      return tryCreate(transport, ref, step.secret, options);
    case 'update':
      return tryPatch(transport, ref, { patch: step.patch, isDone, isLast }, options);
    case 'replace':
      return replace(transport, ref, { secret: step.secret, current }, options);
  }
}

/**
 * Has the server accept the new Secret in a dry run under another name, then deletes the existing one and creates the new one.
 */
async function replace(
  transport: Transport,
  ref: SecretRef,
  { secret, current }: { readonly secret: Secret; readonly current: Secret | undefined },
  options: WriteOptions,
): Promise<Secret | 'rehearsed' | ApiError> {
  await rehearseSecret(transport, ref, secret, options);
  if (options.dryRun) return 'rehearsed';
  return (await remove(transport, ref, current)) ?? tryCreate(transport, ref, secret, options);
}

/** Deletes the Secret. Returns the conflict when it is no longer the one that was read. */
async function remove(
  transport: Transport,
  ref: SecretRef,
  existing: Secret | undefined,
): Promise<ApiError | undefined> {
  const { uid, resourceVersion } = existing?.metadata ?? {};
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid, resourceVersion } };
  try {
    await transport.request({ method: 'DELETE', path: secretPath(ref), body, guarded: true });
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404 || error.status === 409) return error;
    throw refusal(error, { verb: 'delete', ...ref });
  }
}
