/** Creates a Secret, or merges what is wanted into an existing one, as `create` does. */
import type { Transport } from '../cluster/transport.ts';
import type { Secret } from '../secret/secret.ts';
import type { Change, WantedSecret } from '../secret/secret-plan.ts';
import type { CopyListener, KeptCopy } from './recreate-secret.ts';
import { actionOf, changeSecret, type SecretAction, type SecretChange } from './secret-step.ts';
import type { ChangeOptions, NoChange } from './step.ts';

export interface UpsertOptions extends ChangeOptions {
  readonly listener: CopyListener;
}

export type Upsert =
  | { readonly action: 'created'; readonly secret: Secret }
  | { readonly action: 'updated' | 'unchanged' | 'replaced'; readonly secret: Secret; readonly change: Change };

/** What to do, with the plan of the merge. Undefined where there is nothing to merge with. */
type MergeChange = (SecretChange | NoChange) & { readonly change?: Change };

/**
 * Creates `secret`, or merges the wanted content into an existing one. A create is tried first, so a new Secret takes one
 * request, and a role that may only create, or only get and patch, is enough for its purpose. With `force`, a Secret that is gone
 * is restored from the copy that an interrupted run left: only a run with `force` makes copies, and only such a run finishes the
 * work. Throws UserError.
 */
export async function upsertSecret(
  transport: Transport,
  secret: Secret,
  wanted: WantedSecret,
  { listener, ...options }: UpsertOptions,
): Promise<Upsert> {
  const ref = { namespace: transport.namespace, name: secret.metadata.name ?? '' };
  let copy: KeptCopy | undefined;
  const refresh = async (): Promise<void> => {
    if (wanted.force) copy = await (await import('./recreate-secret.ts')).findCopy(transport, ref);
  };
  await refresh();
  const next = async (present: Secret | undefined): Promise<MergeChange> => {
    if (present === undefined && copy === undefined) return { action: 'create', secret };
    const { planChange, planRestoration } = await import('../secret/secret-plan.ts');
    if (present === undefined && copy !== undefined) {
      const change = planRestoration(copy.original, wanted);
      return { action: 'restore', secret: change.secret, copy, listener, change };
    }
    const change = planChange(present as Secret, wanted);
    return change.action === 'recreate'
      ? { action: 'replace', secret: change.secret, listener, change }
      : { ...change, change };
  };
  const present = copy === undefined ? undefined : ('unread' as const);
  const step = { present, isGuess: copy === undefined, trusts: true, next, refresh };
  const { did, last, after = secret } = await changeSecret(transport, ref, step, options);
  // Also where another writer has created the Secret after the old one was deleted: only the copy holds what that one held.
  if (copy !== undefined && (last.action === 'update' || last.action === 'unchanged') && options.dryRun === 'none') {
    const { settleCopy } = await import('./recreate-secret.ts');
    await settleCopy(transport, copy, { secret: after, isReplaced: wanted.replace }, listener);
  }
  const { change } = did as MergeChange;
  if (change === undefined) return { action: 'created', secret: after };
  return { action: actionOf(did) as Exclude<SecretAction, 'created' | 'deleted'>, secret: after, change };
}
