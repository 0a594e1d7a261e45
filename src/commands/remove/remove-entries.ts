/** Removes the entries of a registry from Secrets. Keeps all other entries, and those that an image needs. */

import { describeNeeds, needsOf } from '../../attaching/secret-users.ts';
import { performPhase } from '../../changes/performer.ts';
import { changeSecret, type NextSecret } from '../../changes/secret-step.ts';
import type { ChangeOptions } from '../../changes/step.ts';
import { eachSecretToWrite } from '../../cluster/read-secrets.ts';
import type { Reader } from '../../cluster/reader.ts';
import { eachInScope, type SecretScope } from '../../cluster/secret-scope.ts';
import { UserError } from '../../errors.ts';
import { syncPreview } from '../../findings/secret-commands.ts';
import type { FindRefused } from '../../gather/other-logins.ts';
import { command, dryRunFlag, words } from '../../line/command.ts';
import { againFor, prose } from '../../line/hint.ts';
import { scope as inNamespace, nameWord } from '../../line/object-name.ts';
import { type CopyMark, copyMark, MANAGED_BY } from '../../secret/copy.ts';
import { shownServer } from '../../secret/display-server.ts';
import { type Removal, removalOf } from '../../secret/entry-change.ts';
import { willHoldOldLogin } from '../../secret/last-applied.ts';
import { PayloadError } from '../../secret/merge.ts';
import { describeSecret, type Secret } from '../../secret/secret.ts';
import { type Maker, makerOf } from '../../secret/secret-owner.ts';
import type { LoginPlace } from '../../secret/selected-namespace.ts';
import { meansEntry } from '../../secret/server.ts';
import { many } from '../../text/enumerate.ts';
import { compareNames, type SecretName, secretKey, secretName } from '../../workloads/references.ts';

interface RemovalRules {
  /** As they were typed. */
  readonly servers: readonly string[];
  /** Whether to remove an entry although somebody else makes the Secret. */
  readonly owned?: boolean;
}

/** Why an entry stays. */
type RemovalObstacle =
  | { readonly by: 'last' | 'immutable' }
  | { readonly by: 'maker'; readonly maker: Maker }
  | { readonly by: 'sync'; readonly mark: CopyMark };

interface RemovalPlan extends Removal {
  /** The Secret as it will be. */
  readonly after: Secret;
  readonly obstacle: RemovalObstacle | undefined;
}

export interface RemoveRequest extends RemovalRules, ChangeOptions {
  readonly scope: SecretScope;
  /** Whether to remove an entry although an image needs it. */
  readonly yes?: boolean;
}

/** One Secret with an entry to remove. */
export interface EntryRemoval {
  readonly ref: LoginPlace;
  readonly secret: Secret;
  /** The servers as they are written in the Secret. */
  readonly servers: readonly string[];
  /** Whether an annotation of `kubectl apply` holds a login that the data no longer holds after the removal. */
  readonly holdsOldLogin: boolean;
  /** Why the entries stay. */
  readonly error: UserError | undefined;
  /** One line for each object that needs the entries. */
  readonly needed: readonly string[];
}

export interface RemoveListener {
  removed(one: EntryRemoval): void;
  problem(ref: SecretName, error: UserError): void;
}

/** Returns undefined where the Secret has no such entry, or where no kubelet reads it. */
export function planRemoval(secret: Secret, rules: RemovalRules): RemovalPlan | undefined {
  const removal = removalIn(secret, (server) => rules.servers.some((typed) => meansEntry(typed, server)));
  if (removal === undefined) return undefined;
  const { data } = removal.patch as { readonly data: Readonly<Record<string, string>> };
  const after = { ...secret, data: { ...secret.data, ...data } };
  return { ...removal, after, obstacle: obstacleIn(secret, removal, rules) };
}

/** A payload that is no docker config has no entries. */
function removalIn(secret: Secret, isMeant: (server: string) => boolean): Removal | undefined {
  try {
    return removalOf(secret, isMeant);
  } catch (error) {
    if (error instanceof PayloadError) return undefined;
    throw error;
  }
}

function obstacleIn(secret: Secret, { left }: Removal, { owned }: RemovalRules): RemovalObstacle | undefined {
  if (left === 0) return { by: 'last' };
  if (secret.immutable) return { by: 'immutable' };
  if (owned) return undefined;
  const maker = makerOf(secret);
  if (maker !== undefined) return { by: 'maker', maker };
  const mark = copyMark(secret);
  return mark && { by: 'sync', mark };
}

/** Plans which entries to remove, and which stay and why. Writes nothing. Throws UserError where the Secrets may not be read. */
export async function planRemovals(
  reader: Reader,
  request: RemoveRequest,
  findRefused: FindRefused,
): Promise<EntryRemoval[]> {
  const found: { readonly ref: LoginPlace; readonly secret: Secret; readonly plan: RemovalPlan }[] = [];
  await eachInScope(reader, request.scope, (secret, ref) => {
    const plan = planRemoval(secret, request);
    if (plan !== undefined) found.push({ ref, secret, plan });
    return undefined;
  });
  const planned: EntryRemoval[] = [];
  const places = new Map(
    [...Map.groupBy(found, ({ plan }) => sourceIn(plan))].map(([source, copies]) => [
      source,
      [...new Set(copies.map((copy) => copy.secret.metadata.namespace ?? ''))],
    ]),
  );
  for (const { ref, secret, plan } of found) {
    const obstacle = obstacleError(secret, plan, request, places.get(sourceIn(plan)));
    const find = request.yes ? undefined : findRefused;
    const needed = obstacle === undefined ? describeNeeds(await needsOf(reader, secret, plan.after, find)) : [];
    const error = obstacle ?? (request.yes ? undefined : needError(secret, plan, needed));
    planned.push({ ref, secret, servers: plan.removed, holdsOldLogin: willHoldOldLogin(plan.after), error, needed });
  }
  return planned.toSorted((one, other) => compareNames(one.ref, other.ref));
}

function sourceIn({ obstacle }: RemovalPlan): string | undefined {
  return obstacle?.by === 'sync' && obstacle.mark.from === 'this-cluster' ? obstacle.mark.source : undefined;
}

/** `places`: the namespaces of all copies of the same source that stay, so that one command covers them. */
function obstacleError(
  secret: Secret,
  { obstacle, removed }: RemovalPlan,
  request: RemoveRequest,
  places?: readonly string[],
): UserError | undefined {
  if (obstacle === undefined) return undefined;
  const { namespace = '', name = '' } = secret.metadata;
  const keeps = `${describeSecret(secret)} keeps ${many(removed.map(shownServer))}`;
  switch (obstacle.by) {
    case 'last':
      return new UserError(
        `${keeps}, because nothing else would be left in it`,
        command`regsecret delete ${nameWord(name)} ${inNamespace(namespace)} ${dryRunFlag(request)}`,
      );
    case 'immutable':
      return new UserError(
        `${keeps}, because it is immutable`,
        prose`create a new Secret without it, and delete this one`,
      );
    case 'maker':
      return new UserError(`${keeps}, because ${obstacle.maker.name} creates it`, obstacle.maker.where, [
        '--owned writes it anyway',
      ]);
    case 'sync':
      return copyError(keeps, obstacle.mark, { namespace, removed, request, places });
  }
}

interface KeptCopy {
  readonly namespace: string;
  readonly removed: readonly string[];
  readonly request: RemoveRequest;
  /** The namespaces of all copies of the same source that stay, so that one command covers them. */
  readonly places: readonly string[] | undefined;
}

/** Why the entries of a copy stay. Its mark may be forged, so what it says is its source is only looked at. */
function copyError(
  keeps: string,
  { source, from }: CopyMark,
  { namespace, removed, request, places }: KeptCopy,
): UserError {
  const anyway = '--owned writes it anyway';
  if (from === 'login') {
    const again = prose`run that sync again without ${many(removed.map(shownServer))}`;
    return new UserError(`${keeps}, because sync created it from a login`, again, [anyway]);
  }
  const isOf = `${keeps}, because it is a copy of ${source}`;
  if (from === 'another-cluster') {
    const there = prose`remove it there, and sync it from there again with --to-context`;
    return new UserError(`${isOf} in another cluster`, there, [anyway]);
  }
  const original = secretName(source);
  // A request for all namespaces covers the source as well.
  if (request.scope.namespaces === 'all') {
    return new UserError(isOf, syncPreview(original, { namespace }, places), [anyway]);
  }
  const look = command`regsecret inspect ${nameWord(original.name)} ${inNamespace(original.namespace)}`;
  return new UserError(isOf, look, [
    'after you remove it from the source, the next sync removes it from the copy',
    anyway,
  ]);
}

function needError(secret: Secret, { removed }: RemovalPlan, needed: readonly string[]): UserError | undefined {
  if (needed.length === 0) return undefined;
  const text = `${describeSecret(secret)} keeps ${many(removed.map(shownServer))}, which is still needed`;
  const { namespace = '', name = '' } = secret.metadata;
  return new UserError(text, againFor({ namespace, name }, words`--yes`), needed);
}

/** Writes the plan, and reports it to `listener`. Throws what is no UserError. */
export async function performRemovals(
  { transport }: Reader,
  planned: readonly EntryRemoval[],
  request: RemoveRequest,
  listener: RemoveListener,
): Promise<void> {
  const next = (present: Secret | undefined): NextSecret => {
    const plan = present && planRemoval(present, request);
    if (present === undefined || plan === undefined) return { action: 'unchanged' };
    const error = obstacleError(present, plan, request);
    return error === undefined ? { action: 'update', patch: plan.patch } : { action: 'refuse', error };
  };
  await performPhase({
    steps: planned,
    width: transport.concurrency,
    isOrdered: true,
    async perform(one, tell) {
      if (one.error !== undefined) throw one.error;
      const { did } = await changeSecret(transport, one.ref, { present: one.secret, next }, request);
      // Somebody else may have removed the entry meanwhile.
      if (did.action !== 'unchanged') tell(() => listener.removed(one));
    },
    failed: ({ ref }, error, tell) => tell(() => listener.problem(ref, error)),
  });
}

/**
 * By `NAMESPACE/NAME` of the source, the namespaces whose copy of one of `changed` still has such an entry: only `sync` writes
 * copies. The Secrets in `seen` are left out. Undefined where listing fails.
 */
export async function copiesThatKeep(
  reader: Reader,
  changed: readonly SecretName[],
  seen: readonly SecretName[],
  request: RemoveRequest,
): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  const keyOf = ({ namespace, name }: SecretName): string => secretKey(namespace, name);
  const [known, copies] = [new Set(seen.map(keyOf)), new Map(changed.map((ref) => [keyOf(ref), [] as string[]]))];
  const [name, ...others] = new Set(changed.map((ref) => ref.name));
  const query = { labelSelector: `${MANAGED_BY}=regsecret`, ...(others.length === 0 && { name }) };
  try {
    const refused = await eachSecretToWrite(reader, query, (secret) => {
      const { namespace = '', name: own = '' } = secret.metadata;
      const mark = copyMark(secret);
      const keeping = mark?.from === 'this-cluster' ? copies.get(mark.source) : undefined;
      if (keeping === undefined || known.has(secretKey(namespace, own))) return undefined;
      if (planRemoval(secret, request) !== undefined) keeping.push(namespace);
      return undefined;
    });
    return refused === undefined ? copies : undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return undefined;
  }
}
