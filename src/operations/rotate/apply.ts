/** Writes the planned Secrets, many at a time: first those in other namespaces, then those in the home namespace. */
import { changeSecret, type NextSecret } from '../../changes/secret-step.ts';
import type { Transport } from '../../cluster/client/transport.ts';
import { forEachLimit } from '../../concurrency.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { finished } from '../../domain/keyring/steps.ts';
import { changeLogins, type DataChange, patchOf } from '../../domain/pull-secret/entry-change.ts';
import { UserError } from '../../errors.ts';
import { heldIn } from './held.ts';
import { isHome, type PlannedEntry, type PlannedSecret, planEntries, type RotateRules } from './plan.ts';
import type { RotateListener, RotateRequest } from './rotate-request.ts';

/** Reports everything to `listener`. After a UserError, the other Secrets are still written. Throws other errors. */
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
  // Home Secrets are last: until then they prove which passwords elsewhere are the old one, even after an interruption.
  for (const isLast of [false, true]) {
    const some = items.filter(({ ref }) => isHome(ref, rules) === isLast);
    await forEachLimit(transport.concurrency, some, write);
  }
}

type Changer = (secret: Secret, entries: readonly PlannedEntry[]) => DataChange | undefined;

/** Copies have the same data and get the same change, which is computed once for consecutive copies. */
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
  request: RotateRequest,
  rules: RotateRules,
  changeOf: Changer,
): Promise<'updated' | 'unchanged'> {
  // Decides again by the same rules, because the owner may have changed the Secret since it was read.
  const entriesNow = (present: Secret): readonly PlannedEntry[] => {
    const held = finished(heldIn(present, request.logins));
    return held === undefined ? [] : planEntries(held, rules);
  };
  const next = (present: Secret | undefined): NextSecret => {
    // A Secret that was deleted meanwhile no longer holds the old login.
    const change = present && changeOf(present, present === secret ? entries : entriesNow(present));
    if (present === undefined || change === undefined) return { action: 'unchanged' };
    return { action: 'update', patch: patchOf(present, change) };
  };
  const { did } = await changeSecret(transport, ref, { present: secret ?? 'unread', next }, request);
  return did.action === 'unchanged' ? 'unchanged' : 'updated';
}
