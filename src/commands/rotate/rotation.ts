/** Puts a new login into the Secrets that hold the old one: reads, plans, writes. */
import { performPhase } from '../../changes/performer.ts';
import { controllersToRestart, restartAll } from '../../changes/restart.ts';
import { changeSecret, type SecretChange, type SecretStep } from '../../changes/secret-step.ts';
import type { Reader } from '../../cluster/reader.ts';
import { lookAtSecret } from '../../cluster/secret-request.ts';
import type { Transport } from '../../cluster/transport.ts';
import { fromElsewhere, planSecret as planCopy, type SyncSource, syncSourceOf } from '../../copies/copy-plan.ts';
import { type LoginLoss, loginLossOf } from '../../copies/lost-logins.ts';
import { UserError } from '../../errors.ts';
import { gatherFacts } from '../../gather/failing.ts';
import { isNamespaceName, isObjectName } from '../../line/object-name.ts';
import { buildPullSecret } from '../../secret/build.ts';
import { readContents } from '../../secret/contents.ts';
import { changedSecret, changeLogins, type DataChange, patchOf } from '../../secret/entry-change.ts';
import type { Secret } from '../../secret/secret.ts';
import { finished } from '../../secret/steps.ts';
import { forEachLimit } from '../../system/concurrency.ts';
import { compareNames, secretKey, secretName } from '../../workloads/references.ts';
import { gatherHeld, type HeldSecrets, optedOut } from './held-secrets.ts';
import { lookIn } from './old-login.ts';
import { givenPassword, replacedAtHome } from './proof.ts';
import { type PasswordPlaces, samePasswords } from './rotate-left.ts';
import type { RotatedSource, RotateListener, RotateRequest } from './rotate-request.ts';
import {
  isHome,
  isRotatedSource,
  type PlannedEntry,
  type PlannedSecret,
  planEntries,
  planRotation,
  type RotateRules,
} from './rotation-plan.ts';

export interface Rotation extends Pick<HeldSecrets, 'without' | 'others'> {
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
  const { held, home, without, others } = await gatherHeld(reader, request);
  const old = oldPassword === undefined ? replacedAtHome(home, request) : givenPassword(oldPassword);
  const rules: RotateRules = { ...request, old };
  const changeOf = createChanger();
  const planned = planRotation(held, rules, (source) => rotatedElsewhere.has(source));
  const sources = new Sources(transport, request, planned, changeOf);
  const items = await withCopies(transport, await withOrphans(transport, planned, request), sources, request);
  return {
    items: items.map(({ item }) => item).toSorted((one, other) => compareNames(one.ref, other.ref)),
    losses: items.flatMap(({ loss, item }) => (loss === undefined ? [] : [{ ...loss, name: item.ref.name }])),
    elsewhere: samePasswords(planned, others),
    without,
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
              ? await copyStep(item, sources)
              : stepFor(item, { logins: request.logins, rules, changeOf });
            const { did, after } = await changeSecret(transport, item.ref, step, request);
            if (request.dryRun === 'none') sources.written(item, after);
            listener.outcome(item, did.action === 'unchanged' ? 'unchanged' : 'updated');
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

/** What the sources that this run rotates have afterwards: as planned, then as written. */
class Sources {
  readonly #transport: Transport;
  readonly #request: RotateRequest;
  readonly #changeOf: Changer;
  readonly #planned: ReadonlyMap<string, PlannedSecret>;
  readonly #known = new Map<string, RotatedSource>();

  constructor(transport: Transport, request: RotateRequest, items: readonly PlannedSecret[], changeOf: Changer) {
    this.#transport = transport;
    this.#request = request;
    this.#changeOf = changeOf;
    this.#planned = new Map(
      items.filter(isRotatedSource).map((item) => [secretKey(item.ref.namespace, item.ref.name), item]),
    );
    for (const key of this.#planned.keys()) request.note(key, () => this.#of(key));
  }

  /** The source of a copy; undefined where it could not be written. */
  async of({ mark }: PlannedSecret): Promise<SyncSource | undefined> {
    if (mark === undefined) return undefined;
    if (mark.from === 'this-cluster') return this.#of(mark.source);
    const source = await this.#request.rotatedElsewhere.get(mark.source)?.();
    return source && fromElsewhere(source);
  }

  #of(key: string): Promise<SyncSource | undefined> {
    const known = this.#known.get(key) ?? once(() => this.#plan(key));
    this.#known.set(key, known);
    return known();
  }

  async #plan(key: string): Promise<SyncSource | undefined> {
    const item = this.#planned.get(key);
    if (item === undefined) return undefined;
    const present = item.secret ?? (await lookAtSecret(this.#transport, item.ref));
    if (typeof present === 'string') return undefined;
    const change = item.action === 'update' ? this.#changeOf(present, item.entries) : undefined;
    return sourceOf(change === undefined ? present : changedSecret(present, change));
  }

  written({ ref, isCopy }: PlannedSecret, secret: Secret | undefined): void {
    if (!isCopy) this.#known.set(secretKey(ref.namespace, ref.name), async () => secret && sourceOf(secret));
  }

  failed({ ref, isCopy }: PlannedSecret): void {
    if (!isCopy) this.#known.set(secretKey(ref.namespace, ref.name), async () => undefined);
  }
}

function once(read: RotatedSource): RotatedSource {
  let found: ReturnType<RotatedSource> | undefined;
  return () => {
    found ??= read();
    return found;
  };
}

function sourceOf(secret: Secret): SyncSource {
  return syncSourceOf(secret, readContents(secret), { foreign: 'leave', madeFrom: undefined });
}

interface ItemPlan {
  readonly item: PlannedSecret;
  readonly loss?: LoginLoss | undefined;
}

/** Plans the copies as `sync` does. */
async function withCopies(
  transport: Transport,
  items: readonly PlannedSecret[],
  sources: Sources,
  request: RotateRequest,
): Promise<ItemPlan[]> {
  const planned: ItemPlan[] = items.map((item) => ({ item }));
  const copies = [...items.entries()].filter(([, { isCopy }]) => isCopy);
  const closed = copies.length === 0 ? new Set<string>() : await optedOut(transport, request.scope);
  await forEachLimit(transport.concurrency, copies, async ([index, item]) => {
    planned[index] = closed.has(item.ref.namespace)
      ? { item: { ...item, action: 'held back', obstacle: 'copy', refusal: optOut(item) } }
      : await planOneCopy(transport, item, sources);
  });
  return planned;
}

async function planOneCopy(transport: Transport, item: PlannedSecret, sources: Sources): Promise<ItemPlan> {
  const source = await sources.of(item);
  const present = item.secret ?? (await lookAtSecret(transport, item.ref));
  if (source === undefined || typeof present === 'string') return { item };
  const step = planCopy(item.ref.namespace, present, source);
  if (step.action === 'unchanged') return { item: { ...item, action: 'unchanged' } };
  if (step.action === 'refuse')
    return { item: { ...item, action: 'held back', obstacle: 'copy', refusal: step.error } };
  return { item, loss: loginLossOf(item.ref.namespace, step, present, source) };
}

function optOut({ ref }: PlannedSecret): UserError {
  return new UserError(
    `secret ${ref.namespace}/${ref.name} keeps its login, because namespace ${ref.namespace} opts out of sync`,
  );
}

/** Throws UserError where the source was not written. */
async function copyStep(item: PlannedSecret, sources: Sources): Promise<SecretStep<SecretChange>> {
  const source = await sources.of(item);
  const { ref, secret, mark } = item;
  if (source === undefined)
    throw new UserError(
      `secret ${ref.namespace}/${ref.name} keeps its login, because its source ${mark?.source} was not written`,
    );
  return { present: secret ?? 'unread', next: (present) => nextCopy(ref.namespace, present, source) };
}

/** A copy that is gone needs no new login: only `sync` makes it again. */
function nextCopy(namespace: string, present: Secret | undefined, source: SyncSource) {
  return present === undefined ? ({ action: 'unchanged' } as const) : planCopy(namespace, present, source);
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
  const wanted = new Set(items.flatMap((item) => sourceKey(item) ?? []).filter(isSecretKey));
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

function isSecretKey(key: string): boolean {
  const { namespace, name } = secretName(key);
  return isNamespaceName(namespace) && isObjectName(name);
}

type Changer = (secret: Secret, entries: readonly PlannedEntry[]) => DataChange | undefined;

/** Secrets with the same data get the same change, which is computed once for consecutive ones. */
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

interface Decision extends Pick<RotateRequest, 'logins'> {
  readonly rules: RotateRules;
  readonly changeOf: Changer;
}

/** Decides again by the same rules, because the owner may have changed the Secret since it was read. */
function stepFor(
  { ref, secret, entries }: PlannedSecret,
  { logins, rules, changeOf }: Decision,
): SecretStep<SecretChange> {
  const entriesNow = (present: Secret): readonly PlannedEntry[] => {
    const { held } = finished(lookIn(present, ref, logins));
    return held === undefined ? [] : planEntries(held, rules);
  };
  return {
    present: secret ?? 'unread',
    next(present) {
      // A Secret that was deleted meanwhile no longer holds the old login.
      const change = present && changeOf(present, present === secret ? entries : entriesNow(present));
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
