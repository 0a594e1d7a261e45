/** Puts a new login into every Secret that holds the old one: reads, plans, writes. */
import { performPhase } from '../../changes/performer.ts';
import { controllersToRestart, restartAll } from '../../changes/restart.ts';
import { changeSecret, type SecretChange, type SecretStep } from '../../changes/secret-step.ts';
import { eachSecretToWrite } from '../../cluster/read-secrets.ts';
import type { Reader } from '../../cluster/reader.ts';
import { lookAtSecret } from '../../cluster/secret-request.ts';
import { eachInScope, onlyNamespace } from '../../cluster/secret-scope.ts';
import type { Transport } from '../../cluster/transport.ts';
import { gatherFacts } from '../../gather/failing.ts';
import { isNamespaceName, isObjectName } from '../../line/object-name.ts';
import type { RegistryClient } from '../../registry/registry-client.ts';
import { buildPullSecret } from '../../secret/build.ts';
import { MANAGED_BY } from '../../secret/copy.ts';
import { changeLogins, type DataChange, patchOf } from '../../secret/entry-change.ts';
import type { Secret } from '../../secret/secret.ts';
import { finished } from '../../secret/steps.ts';
import { forEachLimit } from '../../system/concurrency.ts';
import { secretKey, secretName } from '../../workloads/references.ts';
import { type HeldSecret, heldIn, lookIn, type OtherPassword } from './old-login.ts';
import { provenAtHome, provenByRegistry } from './proof.ts';
import { type PasswordPlaces, samePasswords } from './rotate-left.ts';
import type { RotateListener, RotateRequest } from './rotate-request.ts';
import {
  isHome,
  type PlannedEntry,
  type PlannedSecret,
  planEntries,
  planRotation,
  type RotateRules,
} from './rotation-plan.ts';

export interface Rotation extends Pick<HeldSecrets, 'without' | 'others'> {
  readonly items: readonly PlannedSecret[];
  /** Where else the replaced password is stored. */
  readonly elsewhere: PasswordPlaces;
  /** Carries out `items`, and reports what is done and each UserError. Throws other errors. */
  perform(listener: RotateListener): Promise<void>;
}

/**
 * Plans the rotation, and writes nothing. `openClient` connects to registries, to ask which logins in other namespaces they
 * accept. It is undefined where registries must not be asked. Throws UserError.
 */
export async function prepareRotation(
  reader: Reader,
  request: RotateRequest,
  openClient?: () => Promise<RegistryClient>,
): Promise<Rotation> {
  const { transport } = reader;
  const { held, inScope, without, others } = await gatherHeld(reader, request);
  const base = {
    ...request,
    isInScope: ({ namespace, name }: PlannedSecret['ref']) => inScope.has(secretKey(namespace, name)),
  };
  const rules = await withProof(reader, held, base, request, openClient);
  const items = await withOrphans(transport, planRotation(held, rules));
  return {
    items,
    elsewhere: samePasswords(items, others),
    without,
    others,
    async perform(listener) {
      const meant = items.filter(({ action }) => action === 'update');
      const changeOf = createChanger();
      // Home Secrets are last: until then they prove which passwords elsewhere are the old one, even after an interruption.
      for (const isLast of [false, true]) {
        await performPhase({
          steps: meant.filter(({ ref }) => isHome(ref, rules) === isLast),
          width: transport.concurrency,
          async perform(item) {
            const step = stepFor(item, { logins: request.logins, rules, changeOf });
            const { did } = await changeSecret(transport, item.ref, step, request);
            listener.outcome(item, did.action === 'unchanged' ? 'unchanged' : 'updated');
          },
          failed: ({ ref }, error) => listener.problem(ref, error),
        });
      }
      const rotated = items.filter(({ action }) => action === 'update' || action === 'unchanged');
      if (request.restart && rotated.length > 0) await restartFailing(reader, rotated, request, listener);
    },
  };
}

/** At most this many sources are looked up, because anybody may mark Secrets as copies of a thousand sources. */
const MAX_SOURCES = 20;

/** Marks the copies that are held back and whose source does not exist. Throws Interrupted. */
async function withOrphans(transport: Transport, items: readonly PlannedSecret[]): Promise<PlannedSecret[]> {
  const sourceKey = ({ obstacle, isFromElsewhere, source }: PlannedSecret): string | undefined =>
    obstacle === 'source' && !isFromElsewhere ? source : undefined;
  const wanted = new Set(items.flatMap((item) => sourceKey(item) ?? []).filter(isSecretKey));
  const missing = new Set<string | undefined>();
  await forEachLimit(transport.concurrency, [...wanted].slice(0, MAX_SOURCES), async (key) => {
    if ((await lookAtSecret(transport, secretName(key))) === 'none') missing.add(key);
  });
  return items.map((item) => (missing.has(sourceKey(item)) ? { ...item, isOrphan: true } : item));
}

function isSecretKey(key: string): boolean {
  const { namespace, name } = secretName(key);
  return isNamespaceName(namespace) && isObjectName(name);
}

async function withProof(
  reader: Reader,
  held: HeldSecrets['held'],
  base: Omit<RotateRules, 'isProven'>,
  request: RotateRequest,
  openClient: (() => Promise<RegistryClient>) | undefined,
): Promise<RotateRules> {
  if (request.anyPassword) return { ...base, isProven: () => true };
  const isOpen = (rules: RotateRules): boolean =>
    planRotation(held, rules).some(({ entries }) => entries.some(({ state }) => state === 'other password'));
  let rules = { ...base, isProven: provenAtHome(held, base) };
  // The command may select other names or namespaces, so the whole home namespace is read.
  if (isOpen(rules))
    rules = { ...base, isProven: provenAtHome([...held, ...(await gatherHome(reader, request))], base) };
  if (!isOpen(rules) || openClient === undefined) return rules;
  const client = await openClient();
  try {
    return { ...rules, isProven: await provenByRegistry(held, rules, client) };
  } finally {
    client.close();
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

interface Decision extends Pick<RotateRequest, 'logins'> {
  readonly rules: RotateRules;
  readonly changeOf: Changer;
}

/** Decides again by the same rules, because the owner may have changed the Secret since it was read. */
function stepFor({ secret, entries }: PlannedSecret, { logins, rules, changeOf }: Decision): SecretStep<SecretChange> {
  const entriesNow = (present: Secret): readonly PlannedEntry[] => {
    const held = finished(heldIn(present, logins));
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

/** A Secret with only the entries that have the new login. */
function newLoginsOf({ ref, entries }: PlannedSecret): Secret {
  const own = entries.filter(({ state }) => state === 'new' || state === 'has it');
  return buildPullSecret({ ...ref, entries: own.map(({ server, next: { credential } }) => ({ server, credential })) });
}

interface HeldSecrets {
  readonly held: readonly HeldSecret[];
  /** `NAMESPACE/NAME` of the Secrets that the command selects. */
  readonly inScope: ReadonlySet<string>;
  /** Secrets that were named and hold no login for the registries. */
  readonly without: readonly Secret[];
  /** The passwords for other registries in the Secrets of the scope. */
  readonly others: readonly OtherPassword[];
}

/** Throws UserError where the Secrets may not be read. Notes a missing right where copies elsewhere may not be listed. */
async function gatherHeld(reader: Reader, { scope, logins, rotatedElsewhere }: RotateRequest): Promise<HeldSecrets> {
  const held = new Map<string, HeldSecret>();
  const without: Secret[] = [];
  const others: OtherPassword[] = [];
  const names = await namesHere(reader, scope, rotatedElsewhere);
  if (names !== undefined) {
    await eachInScope(reader, { ...scope, names }, function* (secret) {
      const { held: found, others: beside } = yield* lookIn(secret, logins);
      others.push(...beside);
      if (found !== undefined) held.set(secretKey(found.ref.namespace, found.ref.name), found);
      else if (names.length > 0) without.push(secret);
    });
  }
  const inScope = new Set(held.keys());
  if (scope.namespaces !== 'all' && inScope.size + (rotatedElsewhere?.size ?? 0) > 0) {
    const query = { labelSelector: `${MANAGED_BY}=regsecret` };
    await eachSecretToWrite(reader, query, function* (secret) {
      const found = yield* heldIn(secret, logins);
      if (found?.source === undefined) return;
      const sources = found.isFromElsewhere ? rotatedElsewhere : inScope;
      if (!sources?.has(found.source)) return;
      const key = secretKey(found.ref.namespace, found.ref.name);
      if (!inScope.has(key)) held.set(key, found);
    });
  }
  return { held: [...held.values()], inScope, without, others };
}

/** The names to read: a source in another cluster need not exist here. Returns undefined where no name is left. */
async function namesHere(
  { transport }: Reader,
  scope: RotateRequest['scope'],
  rotatedElsewhere: ReadonlySet<string> | undefined,
): Promise<readonly string[] | undefined> {
  const { names } = scope;
  const namespace = onlyNamespace(scope);
  if (namespace === undefined || names.length === 0) return names;
  const here: string[] = [];
  for (const name of names) {
    const isElsewhere = rotatedElsewhere?.has(secretKey(namespace, name)) ?? false;
    if (!isElsewhere || (await lookAtSecret(transport, { namespace, name })) !== 'none') here.push(name);
  }
  return here.length === 0 ? undefined : here;
}

/**
 * Reads what the namespace of the connection holds, whatever the command selects. Returns nothing where listing is forbidden.
 * Throws UserError.
 */
async function gatherHome(reader: Reader, { logins }: RotateRequest): Promise<HeldSecret[]> {
  const held: HeldSecret[] = [];
  await eachSecretToWrite(reader, { namespace: reader.transport.namespace }, function* (secret) {
    const found = yield* heldIn(secret, logins);
    if (found !== undefined) held.push(found);
  });
  return held;
}
