/** Writes what the plan says, one Secret after the other where they prove each other, else many at once. */
import type { Transport } from '../../cluster/client/transport.ts';
import { readWritten } from '../../cluster/write/secret-write.ts';
import { type SecretStep, writeSecret } from '../../cluster/write/write-secret.ts';
import { forEachLimit } from '../../concurrency.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { finished } from '../../domain/keyring/steps.ts';
import { changeLogins, type DataChange, patchOf } from '../../domain/pull-secret/entry-change.ts';
import { UserError } from '../../errors.ts';
import { heldIn } from './held.ts';
import { isHome, type PlannedEntry, type PlannedSecret, planEntries, type RotateRules } from './plan.ts';
import type { RotateListener, RotateRequest } from './rotate-request.ts';

/** Everything is told to `listener`; what fails keeps nothing else from being written. Throws what is no UserError. */
export async function applyRotation(
  transport: Transport,
  items: readonly PlannedSecret[],
  request: RotateRequest,
  rules: RotateRules,
  listener: RotateListener,
): Promise<void> {
  const changeOf = createChanger();
  const write = async (item: PlannedSecret): Promise<void> => {
    try {
      listener.outcome(item, await writeItem(transport, item, request, rules, changeOf));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      listener.problem(item.ref, error);
    }
  };
  // Those at home prove which passwords elsewhere are the old one, also after an interruption.
  for (const isLast of [false, true]) {
    const some = items.filter(({ ref }) => isHome(ref, rules) === isLast);
    await forEachLimit(transport.concurrency, some, write);
  }
}

type Changer = (secret: Secret, entries: readonly PlannedEntry[]) => DataChange | undefined;

/** Copies hold the same text and get the same one, which is worked out once for those that come one after the other. */
function createChanger(): Changer {
  let last: { readonly key: string; readonly change: DataChange | undefined } | undefined;
  return (secret, entries) => {
    const meant = entries.filter(({ state }) => state === 'new');
    const key = JSON.stringify([secret.type, secret.data, meant.map(({ server }) => server)]);
    if (last?.key !== key) {
      const logins = new Map(meant.map(({ server, next: { server: _, ...login } }) => [server, login]));
      last = { key, change: changeLogins(secret, logins) };
    }
    return last.change;
  };
}

async function writeItem(
  transport: Transport,
  { ref, secret, entries }: PlannedSecret,
  { logins, dryRun, fieldManager }: RotateRequest,
  rules: RotateRules,
  changeOf: Changer,
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
    const change = present && changeOf(present, present === secret ? entries : entriesNow(present));
    if (present === undefined || change === undefined) return { action: 'unchanged' };
    return { action: 'update', patch: patchOf(present, change) };
  };
  const options = { dryRun: dryRun === 'server', fieldManager };
  return (await writeSecret(transport, ref, first, plan, options)) === 'unchanged' ? 'unchanged' : 'updated';
}
