/** Creates or updates one Secret, even while others write to it. */
import { describeSecret, type Secret } from '../../domain/keyring/secret.ts';
import type { Change, WantedSecret } from '../../domain/pull-secret/plan.ts';
import { ApiError, keepsChanging } from '../client/api-error.ts';
import type { Transport } from '../client/transport.ts';
import type { SecretRef, WriteOptions } from '../secret-request.ts';
import type { CopyListener, KeptCopy } from './kept-copy.ts';
import { readWritten, tryCreate, tryPatch } from './secret-write.ts';

export interface ApplyOptions extends WriteOptions {
  readonly signal: AbortSignal;
  readonly listener: CopyListener;
}

export type Applied =
  | { readonly action: 'created'; readonly secret: Secret }
  | { readonly action: 'updated' | 'unchanged' | 'recreated'; readonly secret: Secret; readonly change: Change };

const MAX_UNCHANGED = 5;
/** Enough for fifty concurrent writers. */
const MAX_CONFLICT_MS = 30_000;

/**
 * Creates `secret`, or merges the wanted content into an existing one. A create is tried first. When that is refused, the Secret
 * is read, planned and patched with its resourceVersion, and read again when another writer was faster. So a new Secret takes one
 * request, and a role that may only create, or only get and patch, is enough for its purpose. With `force`, a Secret that is gone
 * is restored from the copy that an interrupted run left. Throws UserError.
 */
export async function applySecret(
  transport: Transport,
  secret: Secret,
  wanted: WantedSecret,
  options: ApplyOptions,
): Promise<Applied> {
  const target: Target = { ref: { namespace: transport.namespace, name: secret.metadata.name ?? '' }, wanted, options };
  let copy = await copyFor(transport, target);
  let created = copy === undefined ? await tryCreate(transport, target.ref, secret, options) : undefined;
  const versions: unknown[] = [];
  let last: ApiError | undefined;
  const deadline = transport.clock.monotonic() + MAX_CONFLICT_MS;
  for (let conflicts = 0; ; conflicts += 1) {
    if (created !== undefined && !(created instanceof ApiError)) return { action: 'created', secret: created };
    const existing = await readWritten(transport, target.ref, created);
    if (existing === undefined && copy === undefined) {
      last = created;
      // The Secret existed when the create was refused, and has been deleted since.
      created = await tryCreate(transport, target.ref, secret, options);
    } else {
      const applied =
        existing === undefined
          ? copy && (await restore(transport, copy, target))
          : await change(transport, existing, target, isUnchanged(versions, existing));
      if (applied !== undefined && !(applied instanceof ApiError)) {
        if (copy !== undefined && existing !== undefined) await settle(transport, copy, applied, target);
        return applied;
      }
      last = applied;
      copy = await copyFor(transport, target);
    }
    if (transport.clock.monotonic() >= deadline) throw keepsChanging(describeSecret(secret), last);
    await transport.clock.pause(Math.random() * Math.min(1000, 20 * 2 ** conflicts), options.signal);
  }
}

interface Target {
  readonly ref: SecretRef;
  readonly wanted: WantedSecret;
  readonly options: ApplyOptions;
}

/** The copy that an interrupted run left. Only a run with `force` makes copies, and only such a run finishes the work. */
async function copyFor(transport: Transport, { ref, wanted }: Target): Promise<KeptCopy | undefined> {
  if (!wanted.force) return undefined;
  const { findCopy } = await import('./kept-copy.ts');
  return findCopy(transport, ref);
}

/** Whether the Secret stayed the same over several conflicts. The next conflict is then a refusal, such as that of a webhook. */
function isUnchanged(versions: unknown[], { metadata }: Secret): boolean {
  versions.push(metadata.resourceVersion);
  return versions.filter((version) => version === metadata.resourceVersion).length > MAX_UNCHANGED;
}

/**
 * Returns the conflict, or undefined, when another writer changed or deleted the Secret since it was read. With `isLast`, throws
 * the conflict.
 */
async function change(
  transport: Transport,
  existing: Secret,
  { ref, wanted, options }: Target,
  isLast: boolean,
): Promise<Applied | ApiError | undefined> {
  const { planChange } = await import('../../domain/pull-secret/plan.ts');
  const change = planChange(existing, wanted);
  if (change.action === 'unchanged') return { action: 'unchanged', secret: existing, change };
  if (change.action === 'update') {
    const isDone = (present: Secret): boolean => planChange(present, wanted).action === 'unchanged';
    const written = await tryPatch(transport, ref, { patch: change.patch, isDone, isLast }, options);
    return written instanceof ApiError ? written : { action: 'updated', secret: written, change };
  }
  const { recreateSecret } = await import('./recreate-secret.ts');
  const written = await recreateSecret(transport, { ref, existing, secret: change.secret, ...options });
  return written && { action: 'recreated', secret: written, change };
}

/** Undefined when another writer has created the Secret. */
async function restore(
  transport: Transport,
  copy: KeptCopy,
  { ref, wanted, options }: Target,
): Promise<Applied | undefined> {
  const { planRestoration } = await import('../../domain/pull-secret/plan.ts');
  const { restoreSecret } = await import('./recreate-secret.ts');
  options.listener.say(`secret/${ref.name} is not there: what it held comes from its copy, secret/${copy.ref.name}`);
  const change = planRestoration(copy.original, wanted);
  const written = await restoreSecret(transport, copy, { ref, secret: change.secret, ...options });
  return written && { action: 'recreated', secret: written, change };
}

async function settle(
  transport: Transport,
  copy: KeptCopy,
  { action, secret }: Applied,
  { wanted, options }: Target,
): Promise<void> {
  if (action === 'recreated' || options.dryRun) return;
  const { settleCopy } = await import('./kept-copy.ts');
  await settleCopy(transport, copy, { secret, isReplaced: wanted.replace }, options.listener);
}
