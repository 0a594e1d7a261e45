/** Finds what a Secret is still needed for before it is detached: images for which no other Secret in the list has a login. */
import { lostImages } from '../diagnosis/attempt.ts';
import { UserError } from '../errors.ts';
import { accountKey, type Dependant, pulledImages } from '../gather/failing.ts';
import { words } from '../line/command.ts';
import { againWith } from '../line/hint.ts';
import { many } from '../text/enumerate.ts';
import { describeRef, type ObjectRef, refKey, resultName } from '../workloads/object-ref.ts';
import { listedNames, type PullSpec } from '../workloads/pull-spec.ts';
import { secretKey } from '../workloads/references.ts';
import type { AttachContext } from './context.ts';
import type { PlanItem } from './list-plan.ts';
import type { Note } from './notes.ts';
import { namesAccount } from './request.ts';

export type Loss = Extract<Note, { code: 'loses-login' }>;

/** An object that pulls with a list that changes. */
interface Change extends Pick<Dependant, 'ref' | 'images'> {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * Finds who would be left without a login for an image, as far as our rights let us look. Secrets are read only where something
 * pulls with the changed list. Other Secrets than the detached one are read only where the detached one has a login.
 */
export async function lossesOf(items: readonly PlanItem[], context: AttachContext): Promise<Loss[]> {
  const { verb, checks } = context.request;
  if (verb === 'attach' || !checks) return [];
  const changes = (await Promise.all(items.map((item) => changesBy(item, context)))).flat();
  return (await Promise.all(changes.map((change) => lossesBy(change, context)))).flat();
}

/** Reports the losses. Throws UserError where nobody agrees to them. */
export async function agreeToLosses(
  losses: readonly Loss[],
  items: readonly PlanItem[],
  { request, listener }: AttachContext,
): Promise<void> {
  for (const loss of losses) listener.note(loss);
  const { yes, dryRun, secret, agree } = request;
  // A dry run asks nobody. It goes on where the real run would ask, and fails where the real run would fail.
  if (losses.length === 0 || yes || (dryRun !== 'none' && agree !== undefined)) return;
  listener.waiting();
  const refusal = stillNeeded(losses, items, secret);
  if (agree === undefined) throw refusal;
  await agree(`Detach ${secret} anyway?`, refusal);
}

function stillNeeded(losses: readonly Loss[], items: readonly PlanItem[], secret: string): UserError {
  const targets = items.map(({ pullSpec }) => pullSpec.ref);
  const isWide = new Set(targets.map(({ namespace }) => namespace)).size > 1;
  const named = (refs: readonly ObjectRef[]): string => many([...new Set(refs.map(isWide ? describeRef : resultName))]);
  const users = named(losses.map(({ ref }) => ref));
  return new UserError(
    `${secret} is still needed by ${users}, so it was not detached from ${named(targets)}`,
    againWith(words`--yes`),
  );
}

async function changesBy(item: PlanItem, context: AttachContext): Promise<Change[]> {
  const { pullSpec } = item;
  const { ref, imagePullSecrets: list } = pullSpec;
  const next = nextList(item);
  if (next === undefined) return [];
  const before = listedNames(list);
  if (ref.kind === 'ServiceAccount') return changesOfAccount(pullSpec, listedNames(next), context);
  // Admission gives a pod without a list the list of its service account.
  const after = next.length > 0 ? listedNames(next) : await inheritedNames(pullSpec, context);
  return [{ ref, images: pulledImages(pullSpec), before, after }];
}

/** Returns undefined where the list stays as it is. */
function nextList(item: PlanItem): readonly unknown[] | undefined {
  if (item.action === 'write') return item.planner(item.pullSpec);
  return item.action === 'recreate' ? item.list : undefined;
}

/** A pod whose controller is of an unknown kind counts only if its list equals the one of the account. */
async function changesOfAccount(
  { ref, imagePullSecrets }: PullSpec,
  after: readonly string[],
  { facts }: AttachContext,
): Promise<Change[]> {
  const before = listedNames(imagePullSecrets);
  const { dependants } = await facts();
  return (dependants.get(accountKey(ref.namespace, ref.name)) ?? [])
    .filter((one) => one.ref.kind !== 'Pod' || JSON.stringify(one.list) === JSON.stringify(before))
    .map((one) => ({ ref: one.ref, images: one.images, before, after }));
}

async function inheritedNames(
  { ref: { namespace }, serviceAccountName: name }: PullSpec,
  { request, accountOf, done }: AttachContext,
): Promise<string[]> {
  const account = await accountOf(namespace, name);
  const isDetached = namesAccount(request, name) || done.has(refKey({ kind: 'ServiceAccount', namespace, name }));
  return listedNames(account?.imagePullSecrets).filter((one) => !isDetached || one !== request.secret);
}

async function lossesBy(
  { ref, images, before, after }: Change,
  { request: { secret, yes, findRefused }, stateOf }: AttachContext,
): Promise<Loss[]> {
  const { namespace } = ref;
  if (images.length === 0 || after.includes(secret)) return [];
  const read = async (names: readonly string[]) =>
    new Map(
      await Promise.all(
        names.map(async (name) => [secretKey(namespace, name), await stateOf(namespace, name)] as const),
      ),
    );
  const detached = await read([secret]);
  const opened = lostImages(images, { before: [secret], after: [] }, namespace, detached);
  if (opened.length === 0) return [];
  const secrets = new Map([...detached, ...(await read([...new Set([...before, ...after])]))]);
  const lost = lostImages(opened, { before, after }, namespace, secrets);
  const refused = (yes ? undefined : await findRefused?.(opened, { before, after }, namespace, secrets)) ?? [];
  return [...(lost.length === 0 ? [] : [{ images: lost }]), ...refused].map((loss) => ({
    code: 'loses-login',
    ref,
    ...loss,
  }));
}
