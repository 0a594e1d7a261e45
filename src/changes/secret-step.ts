/** Writes one Secret as its step says: creates it, changes it, replaces it or deletes it. */
import { refusal, WriteConflict } from '../cluster/api-error.ts';
import type { SecretRef, WriteOptions } from '../cluster/secret-request.ts';
import type { Transport } from '../cluster/transport.ts';
import { UserError } from '../errors.ts';
import { clusterCommand } from '../line/command.ts';
import type { Secret } from '../secret/secret.ts';
import type { LoginPlace } from '../secret/selected-namespace.ts';
import type { CopyListener, KeptCopy } from './recreate-secret.ts';
import { readWritten, tryCreate, tryDelete, tryPatch } from './secret-write.ts';
import {
  type ChangeOptions,
  type ChangeStep,
  carryOut,
  type Next,
  type StepResult,
  type Writer,
  writeOptions,
} from './step.ts';

/** A write of a Secret that holds logins. */
export type SecretChange =
  | { readonly action: 'create'; readonly secret: Secret }
  /** A JSON merge patch (RFC 7386) that holds the resourceVersion it is computed from. */
  | { readonly action: 'update'; readonly patch: object }
  /**
   * The Secret to replace one that the API server would not update. With `listener`, a copy of the old one is kept until the new
   * one is there.
   */
  | { readonly action: 'replace'; readonly secret: Secret; readonly listener?: CopyListener | undefined }
  /** The Secret to create from the copy that an interrupted replacement left. */
  | { readonly action: 'restore'; readonly secret: Secret; readonly copy: KeptCopy; readonly listener: CopyListener };

interface SecretDeletion {
  readonly action: 'delete';
}

export type NextSecret = Next<SecretChange>;
export type NextDeletion = Next<SecretDeletion>;

const ACTIONS = {
  create: 'created',
  update: 'updated',
  replace: 'replaced',
  restore: 'replaced',
  delete: 'deleted',
} as const;

export type SecretAction = (typeof ACTIONS)[keyof typeof ACTIONS] | 'unchanged';

/** The write as results name it. */
export function actionOf({
  action,
}: {
  readonly action: (SecretChange | SecretDeletion)['action'] | 'unchanged';
}): SecretAction {
  return action === 'unchanged' ? action : ACTIONS[action];
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

/** The plan for one Secret. `unread`: it has not been kept since it was read, and is read again. */
export interface SecretStep<Write extends SecretChange | SecretDeletion>
  extends Omit<ChangeStep<Secret, Write>, 'present'> {
  readonly present: Secret | 'unread' | undefined;
}

/** Carries out a step for the Secret of `ref`, which the command line has to select. Throws UserError. */
export function changeSecret<Write extends SecretChange>(
  transport: Transport,
  ref: LoginPlace,
  step: SecretStep<Write>,
  options: ChangeOptions,
): Promise<StepResult<Secret, Write>> {
  const writer = {
    ...readingOf<Write>(transport, ref),
    async write(next: Write, present: Secret | undefined, isDone: (found: Secret) => Promise<boolean>) {
      const isAsWanted = async (found: Secret): Promise<boolean> =>
        isAsSent(found, next, present) || (await isDone(found));
      const after = await write(transport, ref, { next, present, isDone: isAsWanted }, writeOptions(options));
      // In a dry run, what replaces a Secret is only checked under another name.
      const isRehearsal = options.dryRun !== 'none' && next.action === 'replace';
      if (after === undefined || after instanceof WriteConflict || isRehearsal || step.trusts) return after;
      if (!(await isAsWanted(after))) throw new AlteredError(ref);
      return after;
    },
  };
  return carryOutFor(writer, step, { dryRun: options.dryRun, transport });
}

/** Deletes the Secret `ref`, if its step says so. Throws UserError. */
export function deleteSecret(
  transport: Transport,
  ref: SecretRef,
  step: SecretStep<SecretDeletion>,
  options: ChangeOptions,
): Promise<StepResult<Secret, SecretDeletion>> {
  const writer = {
    ...readingOf<SecretDeletion>(transport, ref),
    write: (_: SecretDeletion, present: Secret | undefined) =>
      tryDelete(transport, ref, present?.metadata ?? {}, writeOptions(options)),
  };
  return carryOutFor(writer, step, { dryRun: options.dryRun, transport });
}

/** What writing and deleting have in common. */
function readingOf<Write extends { readonly action: keyof typeof VERBS }>(transport: Transport, ref: SecretRef) {
  return {
    what: `secret ${ref.namespace}/${ref.name}`,
    read: (conflict: WriteConflict['error']) => readWritten(transport, ref, conflict),
    versionOf: ({ metadata }: Secret) => metadata.resourceVersion,
    refusal: (conflict: NonNullable<WriteConflict['error']>, { action }: Write) =>
      refusal(conflict, { verb: VERBS[action], ...ref }),
  };
}

async function carryOutFor<Write extends SecretChange | SecretDeletion>(
  writer: Writer<Secret, Write>,
  step: SecretStep<Write>,
  by: Parameters<typeof carryOut>[2],
): Promise<StepResult<Secret, Write>> {
  const present = step.present === 'unread' ? await writer.read(undefined) : step.present;
  return carryOut({ ...step, present }, writer, by);
}

const VERBS = { create: 'create', update: 'patch', replace: 'delete', restore: 'create', delete: 'delete' } as const;

interface WriteAttempt {
  readonly next: SecretChange;
  readonly present: Secret | undefined;
  isDone(found: Secret): Promise<boolean>;
}

async function write(
  transport: Transport,
  ref: LoginPlace,
  { next, present, isDone }: WriteAttempt,
  options: WriteOptions,
): Promise<Secret | undefined | WriteConflict> {
  switch (next.action) {
    case 'create':
      return tryCreate(transport, ref, next.secret, options);
    case 'update':
      return tryPatch(transport, ref, { patch: next.patch, isDone }, options);
    case 'restore': {
      const { restoreSecret } = await import('./recreate-secret.ts');
      const { listener, secret, copy } = next;
      listener.say(`secret/${ref.name} is missing: its contents come from its copy, secret/${copy.ref.name}`);
      return restoreSecret(transport, copy, { ref, secret, listener, ...options });
    }
    case 'replace': {
      if (present === undefined) return tryCreate(transport, ref, next.secret, options);
      const { recreateSecret } = await import('./recreate-secret.ts');
      const { secret, listener } = next;
      return recreateSecret(transport, present, { ref, secret, listener, ...options });
    }
  }
}

/** A cheap check that the Secret is as sent. The plan finds that out at a higher price, also for members in another order. */
function isAsSent(found: Secret, next: SecretChange, present: Secret | undefined): boolean {
  const sent = next.action === 'update' ? merged(present, next.patch) : next.secret;
  const relevant = ({ type, immutable, data, metadata: { labels, annotations } }: Secret): string =>
    JSON.stringify([type, immutable, data, labels, annotations]);
  return relevant(found) === relevant(sent as Secret);
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
