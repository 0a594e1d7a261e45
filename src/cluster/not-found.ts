/** Finds a Secret that the user names, or the one that was probably meant. */

import { UserError } from '../errors.ts';
import { type Command, clusterCommand, command, words } from '../line/command.ts';
import { lineOf } from '../line/deed.ts';
import { againMeaning, type Hint, prose } from '../line/hint.ts';
import { nameWord, scope } from '../line/object-name.ts';
import type { Secret } from '../secret/secret.ts';
import { endsLikeRegistry, serverFlags, serverProblem } from '../secret/server.ts';
import { closest, closestNamespace } from '../text/closest.ts';
import { many, nounFor } from '../text/enumerate.ts';
import { type PullKindName, pullKind } from '../workloads/kind.ts';
import { describeRef, type ObjectRef, targetName } from '../workloads/object-ref.ts';
import { ApiError, refusal } from './api-error.ts';
import { copiesNamed, sourcesFirst } from './copy-sources.ts';
import { listNames, NAMESPACES, objectRefusal } from './object-request.ts';
import { type Alternative, exists, hasNamespace, kindsOf, OtherKind, otherPlaces } from './other-places.ts';
import { findPullSecrets, pullSecretNames } from './read-secrets.ts';
import { lookAtSecret, requestSecret, type SecretRef } from './secret-request.ts';
import type { Transport } from './transport.ts';

/** Reads the Secret `ref`. Throws UserError, whose hint is the command line of subcommand `verb` with the right name, or what shows that Secret. */
export async function findSecret(transport: Transport, ref: SecretRef, verb: string): Promise<Secret> {
  try {
    return await requestSecret(transport, ref);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 404 || error.details.kind === 'namespaces') throw refusal(error, { verb: 'get', ...ref });
    const { text, meant } = await lookAround(transport, ref, LOOKING.includes(verb));
    const isUnlike = meant === undefined || meant.as === 'other';
    if (verb === 'verify' && isUnlike && endsLikeRegistry(ref.name) && serverProblem(ref.name) === undefined)
      throw new UserError(text, words`regsecret verify ${serverFlags(ref.name)}`);
    if (meant === undefined || (meant.as === 'copy' && OF_SOURCES.includes(verb))) {
      throw new UserError(text, lineOf({ do: 'create', secret: ref.name, namespace: ref.namespace, servers: [] }));
    }
    const { name, namespace } = meant;
    if (meant.as === 'other') throw new UserError(text, command`regsecret list ${scope(namespace)}`);
    // Anybody may have made it, and the rotation would give a Secret there the new login, whatever login it has.
    if (verb === 'rotate' && namespace !== ref.namespace)
      throw new UserError(text, lineOf({ do: 'inspect', secret: name, namespace }));
    // Nobody selected that namespace, so its login is not copied by a pasted line.
    const preview = verb === 'sync' && namespace !== ref.namespace ? words`--dry-run=client` : undefined;
    const add = words`${scope(namespace)} ${preview}`;
    throw new UserError(text, againMeaning({ add, rename: new Map([[ref.name, name]]) }));
  }
}

/** Subcommands that, without a name, mean the pull secrets of this namespace rather than one in another namespace. */
const LOOKING = ['inspect', 'verify'];

/** Subcommands to which a copy is of no use, because a copy is changed at its source. */
const OF_SOURCES = ['sync', 'rotate'];

/** The Secrets that {@link findSecrets} found, and the errors for the others. */
export interface FoundSecrets {
  readonly secrets: readonly Secret[];
  readonly errors: readonly UserError[];
}

/** Runs {@link findSecret} for each of `names`, in order. Throws UserError only for a single name. */
export async function findSecrets(
  transport: Transport,
  { namespace, names }: { readonly namespace: string; readonly names: readonly string[] },
  verb: string,
): Promise<FoundSecrets> {
  const secrets: Secret[] = [];
  const errors: UserError[] = [];
  for (const name of new Set(names)) {
    try {
      secrets.push(await findSecret(transport, { namespace, name }, verb));
    } catch (error) {
      if (!(error instanceof UserError) || names.length === 1) throw error;
      errors.push(error);
    }
  }
  return { secrets, errors };
}

export interface MissingSecret {
  /** Says that the Secret does not exist, and which ones do. */
  readonly text: string;
  /**
   * The Secret that was probably meant: one with nearly this name, the one in another namespace, a copy, or where no name was
   * typed one that is here. Any other one is only an example of what there is.
   */
  readonly meant: (SecretRef & { readonly as: 'near' | 'elsewhere' | 'copy' | 'here' | 'other' }) | undefined;
}

/** Looks for the Secret that was meant; a command with `looking` needs no name. Throws UserError for a missing namespace. */
export async function lookAround(transport: Transport, ref: SecretRef, looking = false): Promise<MissingSecret> {
  const { namespace, name } = ref;
  await checkNamespace(transport, namespace);
  const text = `secret ${namespace}/${name} does not exist`;
  const [here, places, copies] = await Promise.all([
    pullSecretNames(transport, namespace),
    findPullSecrets(transport, name),
    copiesNamed(transport, name),
  ]);
  // Copies of the missing Secret show that its name is right.
  const isSource = [...copies.values()].includes(`${namespace}/${name}`);
  const near = isSource ? undefined : closest(name, here);
  if (near !== undefined) {
    return { text: `${text}; did you mean ${near}?`, meant: { namespace, name: near, as: 'near' } };
  }
  const others = sourcesFirst(name, places, copies);
  const elsewhere = isSource ? others.filter((place) => copies.has(place)) : others;
  const isCopy = copies.has(elsewhere[0] ?? '');
  const isHere = looking && name === 'regsecret' && here.length > 0;
  if (elsewhere[0] !== undefined && !isHere) {
    const [there, as] = isCopy
      ? ['there are only copies of that name, in', 'copy' as const]
      : ['it exists in', 'elsewhere' as const];
    const where = `${there} ${nounFor(elsewhere.length, 'namespace')} ${many(elsewhere)}`;
    return { text: `${text}; ${where}`, meant: { namespace: elsewhere[0], name, as } };
  }
  if (here[0] === undefined) return { text, meant: undefined };
  return {
    text: `${text}; the pull secrets there are ${many(here)}`,
    meant: { namespace, name: here[0], as: isHere ? 'here' : 'other' },
  };
}

/** Throws UserError for `error`, met while reading `ref`. `again` builds the command for another name, kind or namespace. */
export async function missingObject(
  error: unknown,
  ref: ObjectRef,
  transport: Transport,
  again: (name: string, kind: PullKindName, namespace?: string) => Hint,
): Promise<never> {
  if (!(error instanceof ApiError)) throw error;
  if (error.status !== 404) throw objectRefusal(error, 'get', ref);
  return noObject(ref, transport, again, async () => {
    const other = ref.kind === 'Pod' ? await otherKind(ref, transport) : undefined;
    return other ?? otherPlaces(ref, transport, again);
  });
}

/** A bare name is taken for that of a pod, as in `doctor team-a` or `why regcred`. Looks for other objects of that name. */
async function otherKind({ namespace, name }: ObjectRef, transport: Transport): Promise<Alternative | undefined> {
  if (typeof (await lookAtSecret(transport, { namespace, name })) !== 'string')
    return { what: `secret/${name} does`, line: command`regsecret why secret/${nameWord(name)} ${scope(namespace)}` };
  const account = command`regsecret why sa/${nameWord(name)} ${scope(namespace)}`;
  const [isNamespace, isAccount] = await Promise.all([
    hasNamespace(transport, name),
    exists(transport, `/api/v1/namespaces/${namespace}/serviceaccounts/${encodeURIComponent(name)}`),
  ]);
  if (!isNamespace) return isAccount ? { what: `serviceaccount/${name} does`, line: account } : undefined;
  const line = command`regsecret doctor ${scope(name)}`;
  return isAccount
    ? { what: `a namespace and a service account of that name do`, line: prose`${line}, or ${account}` }
    : { what: 'a namespace of that name does', line };
}

/**
 * Throws UserError because `ref` does not exist. `again` builds the command for another name or kind. When no object of these
 * kinds has exactly this name, `otherwise` looks for something else that may have been meant.
 */
export async function noObject(
  ref: ObjectRef,
  transport: Transport,
  again: (name: string, kind: PullKindName) => Hint,
  otherwise: () => Promise<Alternative | undefined> = () => Promise.resolve(undefined),
): Promise<never> {
  const { kind, namespace, name } = ref;
  await checkNamespace(transport, namespace);
  const text = `${describeRef(ref)} does not exist`;
  const found = (await Promise.all(kindsOf(ref).map((one) => refsIn(transport, one, ref)))).flat();
  const same = found.filter((one) => one.name === name);
  if (same.some((one) => one.kind === kind)) {
    throw new UserError(`${describeRef(ref)} was missing for a moment`, prose`run the same command again`);
  }
  const [sameName, ...more] = same;
  if (sameName !== undefined) {
    const meant = more.length === 0 ? sameName : undefined;
    throw new OtherKind(`${text}, but ${targetName(sameName)} does`, again(name, sameName.kind), meant);
  }
  const other = await otherwise();
  if (other !== undefined) throw new UserError(`${text}, but ${other.what}`, other.line);
  const near = nearestRef(name, found) ?? startingWith(name, found);
  if (near === undefined) throw new UserError(text, command`kubectl get ${pullKind(kind).plural} ${scope(namespace)}`);
  const meant = near.kind === kind ? near.name : targetName(near);
  throw new UserError(`${text}; did you mean ${meant}?`, again(near.name, near.kind));
}

/** The objects of `kind` in the namespace of `asked`. Of another kind than that, those that a workload made are left out. */
async function refsIn(transport: Transport, kind: PullKindName, asked: ObjectRef): Promise<ObjectRef[]> {
  const { namespace } = asked;
  const labelSelector = kind === asked.kind ? undefined : pullKind(kind).unmade;
  const names = await listNames(transport, pullKind(kind), { namespace, labelSelector });
  return names.map((name) => ({ kind, namespace, name }));
}

/** The object that `name` probably means. If `name` begins with a workload's name, one of its pods is preferred. */
function nearestRef(name: string, refs: readonly ObjectRef[]): ObjectRef | undefined {
  const [part = [], whole = []] = [true, false].map((is) => refs.filter((ref) => name.startsWith(ref.name) === is));
  const ordered = [...whole, ...part.sort((one, other) => other.name.length - one.name.length)];
  const near = closest(
    name,
    ordered.map((ref) => ref.name),
  );
  return ordered.find((ref) => ref.name === near);
}

/** The only object whose name begins with `name`, as in `why ap` or `why deploy/ap`. A workload's own pods do not count. */
function startingWith(name: string, refs: readonly ObjectRef[]): ObjectRef | undefined {
  const [first, ...others] = refs
    .filter((ref) => ref.name.startsWith(name))
    .sort((one, other) => one.name.length - other.name.length);
  return others.every((ref) => ref.name.startsWith(`${first?.name}-`)) ? first : undefined;
}

/** Throws UserError when the namespace does not exist. A namespace that may not be read counts as existing. */
export async function checkNamespace(transport: Transport, namespace: string): Promise<void> {
  try {
    await transport.request({ method: 'GET', path: `/api/v1/namespaces/${encodeURIComponent(namespace)}` });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 404) return;
    throw await missingNamespace(transport, namespace, clusterCommand`kubectl get namespaces`);
  }
}

/** Throws `error` of a write. If the namespace does not exist, throws an error that names the one that was probably meant. */
export async function withNearNamespace(error: unknown, transport: Transport): Promise<never> {
  const { cause, hint } = error instanceof UserError ? error : {};
  if (!(cause instanceof ApiError) || cause.status !== 404 || cause.details.kind !== 'namespaces') throw error;
  // Nobody has typed this namespace yet, and the line carries a login.
  throw await missingNamespace(transport, transport.namespace, hint, words`--dry-run=server`);
}

/** The error for a namespace that does not exist. `hint` is used when no namespace has a similar name, or none may be listed. */
async function missingNamespace(
  transport: Transport,
  namespace: string,
  hint: Hint | undefined,
  preview?: Command,
): Promise<UserError> {
  const text = `namespace ${namespace} does not exist`;
  const near = closestNamespace(namespace, await listNames(transport, NAMESPACES, {}));
  if (near === undefined) return new UserError(text, hint);
  const add = words`${scope(near)} ${preview}`;
  return new UserError(`${text}; did you mean ${near}?`, againMeaning({ add }));
}
