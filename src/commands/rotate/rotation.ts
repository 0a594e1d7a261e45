/** Puts a new login into the Secrets that hold the old one: reads, plans, writes. */
import { performPhase } from '../../changes/performer.ts';
import { controllersToRestart, restartAll } from '../../changes/restart.ts';
import { changeSecret, type SecretChange, type SecretStep } from '../../changes/secret-step.ts';
import type { Reader } from '../../cluster/reader.ts';
import { lookAtSecret } from '../../cluster/secret-request.ts';
import type { Transport } from '../../cluster/transport.ts';
import { LeftAlone, type NextCopy, planSecret as planCopy, type SyncSource } from '../../copies/copy-plan.ts';
import { type LoginLoss, loginLossOf } from '../../copies/lost-logins.ts';
import { UserError } from '../../errors.ts';
import { syncPreview } from '../../findings/secret-commands.ts';
import { gatherFacts } from '../../gather/failing.ts';
import { prose } from '../../line/hint.ts';
import { buildPullSecret } from '../../secret/build.ts';
import { patchOf } from '../../secret/entry-change.ts';
import type { Secret } from '../../secret/secret.ts';
import { makerOf } from '../../secret/secret-owner.ts';
import type { LoginPlace } from '../../secret/selected-namespace.ts';
import { finished } from '../../secret/steps.ts';
import { forEachLimit } from '../../system/concurrency.ts';
import { compareNames, secretKey, secretName } from '../../workloads/references.ts';
import { gatherHeld, type HeldSecrets, optedOut } from './held-secrets.ts';
import { lookIn } from './old-login.ts';
import { givenPassword, replacedAtHome } from './proof.ts';
import { type PasswordPlaces, samePasswords } from './rotate-left.ts';
import type { RotateListener, RotateRequest } from './rotate-request.ts';
import { type Changer, createChanger, RotatedSources } from './rotated-sources.ts';
import {
  type EntryState,
  isHome,
  type PlannedEntry,
  type PlannedSecret,
  planEntries,
  planRotation,
  type RotateRules,
} from './rotation-plan.ts';
import { isWider } from './wider-source.ts';

export interface Rotation extends Pick<HeldSecrets, 'without' | 'missing' | 'others'> {
  /** In the order of their names. */
  readonly items: readonly PlannedSecret[];
  /** The logins that copies lose, because their source does not have them. */
  readonly losses: readonly (LoginLoss & { readonly name: string })[];
  /** Where else the replaced password is stored. */
  readonly elsewhere: PasswordPlaces;
  /** Carries out `items`, and reports what is done and each UserError. Throws other errors. */
  perform(listener: RotateListener): Promise<void>;
}

/** Plans the rotation, and writes nothing. Throws UserError. */
export async function prepareRotation(reader: Reader, request: RotateRequest): Promise<Rotation> {
  const { transport } = reader;
  const { rotatedElsewhere, oldPassword } = request;
  const { held, home, without, missing, others } = await gatherHeld(reader, request);
  const old = oldPassword === undefined ? replacedAtHome(home, request) : givenPassword(oldPassword);
  const rules: RotateRules = { ...request, old };
  const changeOf = createChanger();
  const planned = planRotation(held, rules, (source) => rotatedElsewhere.has(source));
  const sources = new RotatedSources(transport, request, planned, changeOf);
  const items = await withCopies(transport, await withOrphans(transport, planned, request), sources, request);
  return {
    items: items.map(({ item }) => item).toSorted((one, other) => compareNames(one.ref, other.ref)),
    losses: items.flatMap(({ loss, item }) => (loss === undefined ? [] : [{ ...loss, name: item.ref.name }])),
    elsewhere: samePasswords(planned, others, request),
    without,
    missing,
    others,
    async perform(listener) {
      const meant = items.flatMap(({ item }) => (item.action === 'update' ? [item] : []));
      // Home is after the others: until then it tells which login is the old one, also to a run that finishes an interrupted one.
      for (const phase of ['elsewhere', 'home', 'copies'] as const) {
        await performPhase({
          steps: meant.filter((item) => phaseOf(item, rules) === phase),
          width: transport.concurrency,
          async perform(item) {
            const step = item.isCopy
              ? await copyStep(item, sources, request)
              : stepFor(item, { logins: request.logins, rules, changeOf });
            const { did, last, after } = await changeSecret(transport, item.ref, step, request);
            if (request.dryRun === 'none') sources.written(item, after);
            // After a conflict there may be nothing left to write, because somebody else has put in another login.
            const isLeft =
              last.action === 'unchanged' && !item.isCopy && !hasNewLogin(item, after, { ...request, rules });
            listener.outcome(item, did.action === 'unchanged' || isLeft ? 'unchanged' : 'updated');
          },
          failed(item, error) {
            sources.failed(item);
            listener.problem(item.ref, error);
          },
        });
      }
      const rotated = items.flatMap(({ item }) =>
        item.action === 'update' || item.action === 'unchanged' ? [item] : [],
      );
      if (request.restart && rotated.length > 0) await restartFailing(reader, rotated, request, listener);
    },
  };
}

function phaseOf(item: PlannedSecret, rules: RotateRules): 'elsewhere' | 'home' | 'copies' {
  if (item.isCopy) return 'copies';
  return isHome(item.ref, rules) ? 'home' : 'elsewhere';
}

interface ItemPlan {
  readonly item: PlannedSecret;
  readonly loss?: LoginLoss | undefined;
}

/** Plans the copies as `sync` does. */
async function withCopies(
  transport: Transport,
  items: readonly PlannedSecret[],
  sources: RotatedSources,
  request: RotateRequest,
): Promise<ItemPlan[]> {
  const planned: ItemPlan[] = items.map((item) => ({ item }));
  const copies = [...items.entries()].filter(([, { isCopy }]) => isCopy);
  const closed = copies.length === 0 ? new Set<string>() : await optedOut(transport, request.scope);
  await forEachLimit(transport.concurrency, copies, async ([index, item]) => {
    planned[index] = closed.has(item.ref.namespace)
      ? { item: keptCopy(item) }
      : await planOneCopy(transport, item, sources, request);
  });
  return planned;
}

async function planOneCopy(
  transport: Transport,
  item: PlannedSecret,
  sources: RotatedSources,
  request: RotateRequest,
): Promise<ItemPlan> {
  const source = await sources.of(item);
  const present = item.secret ?? (await lookAtSecret(transport, item.ref));
  if (source === undefined || typeof present === 'string') return { item };
  const step = nextCopy(item.ref, present, source, request);
  if (step.action === 'unchanged') return { item: { ...item, action: 'unchanged' } };
  if (step.action === 'refuse')
    return { item: { ...item, action: 'held back', obstacle: 'copy', refusal: step.error } };
  return { item, loss: loginLossOf(item.ref.namespace, step, present, source) };
}

/** The plan for a copy in a namespace that opts out of `sync`. */
function keptCopy(item: PlannedSecret): PlannedSecret {
  const { isCopy: _, ...kept } = item;
  const { ref, entries } = item;
  const has = (wanted: EntryState): boolean => entries.some(({ state }) => state === wanted);
  if (!has('new')) return { ...kept, action: has('has it') ? 'unchanged' : 'left' };
  const text = `secret ${ref.namespace}/${ref.name} keeps its login, because namespace ${ref.namespace} opts out of sync`;
  return { ...kept, action: 'held back', obstacle: 'copy', refusal: new UserError(text) };
}

/** Throws UserError where the source was not written. */
async function copyStep(
  item: PlannedSecret,
  sources: RotatedSources,
  request: RotateRequest,
): Promise<SecretStep<SecretChange>> {
  const source = await sources.of(item);
  const { ref, secret, mark } = item;
  if (source === undefined)
    throw new UserError(
      `secret ${ref.namespace}/${ref.name} keeps its login, because its source ${mark?.source} was not written`,
    );
  return { present: secret ?? 'unread', next: (present) => nextCopy(ref, present, source, request) };
}

/**
 * Plans a copy as `sync` does. A copy that is gone needs no new login: only `sync` makes it again. A copy gets the new login and no
 * other that it lacks: whoever can write a Secret can mark it as a copy, and this command is about one login.
 */
function nextCopy(
  { namespace, name }: LoginPlace,
  present: Secret | undefined,
  source: SyncSource,
  { logins }: RotateRequest,
): NextCopy {
  if (present === undefined) return { action: 'unchanged' };
  const step = planCopy(namespace, present, source);
  const from = secretName(source.ref);
  const isElsewhere = source.madeFrom === 'another-cluster';
  const sync = isElsewhere ? prose`sync it from that cluster with --to-context` : syncPreview(from, { namespace });
  if (step.action === 'unchanged') return step;
  // Where no other tool makes the copy, the hints are flags of `sync`.
  if (step.action === 'refuse')
    return step.error instanceof LeftAlone
      ? { ...step, error: new UserError(step.error.message, makerOf(present)?.where ?? sync) }
      : step;
  if (!isWider(source, present, logins)) return step;
  const text = `secret ${namespace}/${name} keeps its login, because its source ${source.ref} has other logins that it lacks`;
  return { action: 'refuse', error: new UserError(text, sync) };
}

/** At most this many sources are looked up, because anybody may mark Secrets as copies of a thousand sources. */
const MAX_SOURCES = 20;

/** Marks the copies that are held back and whose source does not exist; with `--owned`, they are written. Throws Interrupted. */
async function withOrphans(
  transport: Transport,
  items: readonly PlannedSecret[],
  { owned }: RotateRequest,
): Promise<PlannedSecret[]> {
  const sourceKey = ({ obstacle, mark }: PlannedSecret): string | undefined =>
    obstacle === 'source' && mark?.from === 'this-cluster' ? mark.source : undefined;
  const wanted = new Set(items.flatMap((item) => sourceKey(item) ?? []));
  const missing = new Set<string | undefined>();
  await forEachLimit(transport.concurrency, [...wanted].slice(0, MAX_SOURCES), async (key) => {
    if ((await lookAtSecret(transport, secretName(key))) === 'none') missing.add(key);
  });
  return items.map((item) => {
    if (!missing.has(sourceKey(item))) return item;
    const { obstacle, ...free } = item;
    return owned ? { ...free, action: 'update', isOrphan: true } : { ...item, isOrphan: true };
  });
}

interface Decision extends Pick<RotateRequest, 'logins'> {
  readonly rules: RotateRules;
  readonly changeOf: Changer;
}

function entriesNow(ref: LoginPlace, present: Secret, { logins, rules }: Omit<Decision, 'changeOf'>): PlannedEntry[] {
  const { held } = finished(lookIn(present, ref, logins));
  return held === undefined ? [] : planEntries(held, rules);
}

function hasNewLogin(
  { ref }: PlannedSecret,
  present: Secret | undefined,
  decision: Omit<Decision, 'changeOf'>,
): boolean {
  return present !== undefined && entriesNow(ref, present, decision).some(({ state }) => state === 'has it');
}

/** Decides again by the same rules, because the owner may have changed the Secret since it was read. */
function stepFor(
  { ref, secret, entries }: PlannedSecret,
  { logins, rules, changeOf }: Decision,
): SecretStep<SecretChange> {
  return {
    present: secret ?? 'unread',
    next(present) {
      // A Secret that was deleted meanwhile no longer holds the old login.
      const change =
        present && changeOf(present, present === secret ? entries : entriesNow(ref, present, { logins, rules }));
      if (present === undefined || change === undefined) return { action: 'unchanged' };
      return { action: 'update', patch: patchOf(present, change) };
    },
  };
}

/** Restarts only the controllers of pods that fail because they lack the new login. */
async function restartFailing(
  reader: Reader,
  items: readonly PlannedSecret[],
  request: RotateRequest,
  listener: RotateListener,
): Promise<void> {
  const rotated = new Map(items.map((item) => [secretKey(item.ref.namespace, item.ref.name), newLoginsOf(item)]));
  const namespaces = new Set(items.map(({ ref }) => ref.namespace));
  const [only] = namespaces.size === 1 ? namespaces : [];
  const { failing } = await gatherFacts(reader, { namespace: only, cached: false });
  await restartAll(reader.transport, await controllersToRestart(reader, failing, rotated), request, {
    outcome: ({ ref }) => listener.restarted(ref),
    problem: (error, ref) => listener.problem(ref, error),
  });
}

/** A Secret with only the entries that have the new login. A copy has all of them. */
function newLoginsOf({ ref, entries, isCopy }: PlannedSecret): Secret {
  const own = entries.filter(({ state }) => isCopy || state === 'new' || state === 'has it');
  return buildPullSecret({ ...ref, entries: own.map(({ server, next: { credential } }) => ({ server, credential })) });
}
