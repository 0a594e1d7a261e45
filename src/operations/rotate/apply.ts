/** Writes what the plan says, one Secret after the other where they prove each other, else many at once. */
import type { Transport } from '../../cluster/client/transport.ts';
import { readWritten } from '../../cluster/write/secret-write.ts';
import { type SecretStep, writeSecret } from '../../cluster/write/write-secret.ts';
import { forEachLimit } from '../../concurrency.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { finished } from '../../domain/keyring/steps.ts';
import { patchLogins } from '../../domain/pull-secret/entry-change.ts';
import { UserError } from '../../errors.ts';
import { heldIn } from './held.ts';
import { type PlannedEntry, type PlannedSecret, planEntries, type RotateRules } from './plan.ts';
import type { RotateListener, RotateRequest } from './rotate-request.ts';

/** Everything is told to `listener`; what fails keeps nothing else from being written. Throws what is no UserError. */
export async function applyRotation(
  transport: Transport,
  items: readonly PlannedSecret[],
  request: RotateRequest,
  rules: RotateRules,
  listener: RotateListener,
): Promise<void> {
  const isHome = ({ ref }: PlannedSecret): boolean => ref.namespace === rules.home;
  const write = async (item: PlannedSecret): Promise<void> => {
    try {
      listener.outcome(item, await writeItem(transport, item, request, rules));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      listener.problem(item.ref, error);
    }
  };
  // Those at home prove which passwords elsewhere are the old one, also after an interruption.
  for (const some of [items.filter((item) => !isHome(item)), items.filter(isHome)]) {
    await forEachLimit(transport.concurrency, some, write);
  }
}

async function writeItem(
  transport: Transport,
  { ref, secret, entries }: PlannedSecret,
  { logins, dryRun, fieldManager }: RotateRequest,
  rules: RotateRules,
): Promise<'updated' | 'unchanged'> {
  if (dryRun === 'client') return 'updated';
  // By the same rules: its owner may have changed it since it was read.
  const entriesNow = (present: Secret): readonly PlannedEntry[] => {
    const held = finished(heldIn(present, logins));
    return held === undefined ? [] : planEntries(held, rules);
  };
  const first = secret ?? (await readWritten(transport, ref, undefined));
  const plan = (present: Secret | undefined): SecretStep => {
    // One that is deleted meanwhile holds the old login no longer.
    if (present === undefined) return { action: 'unchanged' };
    const patch = rotationPatch(present, present === secret ? entries : entriesNow(present));
    return patch === undefined ? { action: 'unchanged' } : { action: 'update', patch };
  };
  const options = { dryRun: dryRun === 'server', fieldManager };
  return (await writeSecret(transport, ref, first, plan, options)) === 'unchanged' ? 'unchanged' : 'updated';
}

function rotationPatch(secret: Secret, entries: readonly PlannedEntry[]): object | undefined {
  const meant = entries.filter(({ state }) => state === 'new');
  return patchLogins(secret, new Map(meant.map(({ server, next: { server: _, ...login } }) => [server, login])));
}
