/** One Secret that somebody names, or what they may have meant. */
import type { Secret } from '../domain/keyring/secret.ts';
import { closest } from '../domain/text/closest.ts';
import { type Command, clusterCommand, command, words } from '../domain/text/command.ts';
import { many, nounFor } from '../domain/text/enumerate.ts';
import { type Hint, prose } from '../domain/text/hint.ts';
import { nameWord, scope } from '../domain/text/object-name.ts';
import { type PullKindName, pullKind, WORKLOAD_KINDS } from '../domain/workloads/kind.ts';
import { describeRef, type ObjectRef, targetName } from '../domain/workloads/object-ref.ts';
import { UserError } from '../errors.ts';
import { ApiError, refusal } from './client/api-error.ts';
import type { Transport } from './client/transport.ts';
import { copiesNamed, sourcesFirst } from './copy-sources.ts';
import { listNames } from './list-names.ts';
import { NAMESPACES, objectRefusal } from './object-request.ts';
import { exists, hasNamespace, kindsOf, OtherKind, type Otherwise, otherPlaces } from './other-places.ts';
import { findPullSecrets, pullSecretNames } from './read-secrets.ts';
import { lookAtSecret, requestSecret, type SecretRef } from './secret-request.ts';

/** Throws UserError; `verb` is the subcommand that is typed again with the right name, and `flags` what it needs beside that. */
export async function findSecret(transport: Transport, ref: SecretRef, verb: string, flags?: Command): Promise<Secret> {
  try {
    return await requestSecret(transport, ref);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 404 || error.details.kind === 'namespaces') throw refusal(error, { verb: 'get', ...ref });
    const { text, meant } = await lookAround(transport, ref, LOOKING.includes(verb));
    await refuseNamespace(transport, ref, verb, meant?.as);
    if (meant === undefined || (meant.as === 'copy' && OF_SOURCES.includes(verb))) {
      throw new UserError(text, command`regsecret create ${ref.name} ${scope(ref.namespace)}`);
    }
    const { name, namespace } = meant;
    const otherwise = command`regsecret ${verb} ${name} ${scope(namespace)} ${flags}`;
    const add = words`${scope(namespace)}`;
    const rename = { from: ref.name, to: name };
    throw new UserError(text, meant.as === 'near' ? { add, drop: UNASKED, rename, otherwise } : otherwise);
  }
}

/** Throws UserError for `list team-a`, where that is no Secret, but a namespace. */
async function refuseNamespace(
  transport: Transport,
  { namespace, name }: SecretRef,
  verb: string,
  meantAs: NonNullable<MissingSecret['meant']>['as'] | undefined,
): Promise<void> {
  const isOther = meantAs === 'elsewhere' || meantAs === 'copy' || name === 'regsecret';
  if (isOther || !(verb === 'list' || LOOKING.includes(verb)) || !(await hasNamespace(transport, name))) return;
  const text = `secret ${namespace}/${name} does not exist, but a namespace of that name does`;
  throw new UserError(text, command`regsecret list ${scope(name)}`);
}

/** `--yes` was typed for one name, and does not count for the corrected one. */
const UNASKED = ['--yes'];

/** Without a name, what is here was meant, and not what others have. */
const LOOKING = ['inspect', 'verify'];

/** What a copy is of no use for: it is changed at its source. */
const OF_SOURCES = ['sync', 'rotate'];

/** What {@link findSecrets} finds, and why it does not find the rest. */
export interface FoundSecrets {
  readonly secrets: readonly Secret[];
  readonly errors: readonly UserError[];
}

/** {@link findSecret} for each of `names`, in their order. Throws UserError for the only one. */
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

/** A Secret that does not exist. */
export interface MissingSecret {
  /** That it does not exist, and what there is. */
  readonly text: string;
  /** The Secret that was probably meant: one with nearly this name, the one in another namespace, a copy, or any other one here. */
  readonly meant: (SecretRef & { readonly as: 'near' | 'elsewhere' | 'copy' | 'here' }) | undefined;
}

/** Looks for what was meant as far as we may; `looking` needs no name. Throws UserError when there is no such namespace. */
export async function lookAround(transport: Transport, ref: SecretRef, looking = false): Promise<MissingSecret> {
  const { namespace, name } = ref;
  await checkNamespace(transport, namespace);
  const text = `secret ${namespace}/${name} does not exist`;
  const [here, places, copies] = await Promise.all([
    pullSecretNames(transport, namespace),
    findPullSecrets(transport, name),
    copiesNamed(transport, name),
  ]);
  // Copies of it show that the name is right.
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
    meant: { namespace, name: here[0], as: 'here' },
  };
}

/** Throws UserError for `error`, which came when `ref` was read; `again` is the command with another name, or kind. */
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

/** A name alone is that of a pod: `doctor team-a`, `why regcred`. */
async function otherKind({ namespace, name }: ObjectRef, transport: Transport): Promise<Otherwise | undefined> {
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
 * Throws UserError, for there is no `ref`; `again` is the command with another name, or kind, and `otherwise` what may have been
 * meant where nothing has just this name.
 */
export async function noObject(
  ref: ObjectRef,
  transport: Transport,
  again: (name: string, kind: PullKindName) => Hint,
  otherwise: () => Promise<Otherwise | undefined> = () => Promise.resolve(undefined),
): Promise<never> {
  const { kind, namespace, name } = ref;
  await checkNamespace(transport, namespace);
  const text = `${describeRef(ref)} does not exist`;
  const found = (await Promise.all(kindsOf(ref).map((one) => refsIn(transport, one, namespace)))).flat();
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

/** What pull secrets are attached to, of this name. */
export async function targetCalled(
  transport: Transport,
  { namespace, name }: SecretRef,
): Promise<ObjectRef | undefined> {
  const kinds: readonly PullKindName[] = [...WORKLOAD_KINDS, 'ServiceAccount'];
  const found = await Promise.all(kinds.map((kind) => refsIn(transport, kind, namespace)));
  return found.flat().find((ref) => ref.name === name);
}

async function refsIn(transport: Transport, kind: PullKindName, namespace: string): Promise<ObjectRef[]> {
  return (await listNames(transport, pullKind(kind), { namespace })).map((name) => ({ kind, namespace, name }));
}

/** The one that was probably meant by `name`: where that begins with the name of a workload, rather one of its pods. */
function nearestRef(name: string, refs: readonly ObjectRef[]): ObjectRef | undefined {
  const [part = [], whole = []] = [true, false].map((is) => refs.filter((ref) => name.startsWith(ref.name) === is));
  const ordered = [...whole, ...part.sort((one, other) => other.name.length - one.name.length)];
  const near = closest(
    name,
    ordered.map((ref) => ref.name),
  );
  return ordered.find((ref) => ref.name === near);
}

/** `why ap`, `why deploy/ap`: the only one whose name begins so; the pods of a workload begin with its name. */
function startingWith(name: string, refs: readonly ObjectRef[]): ObjectRef | undefined {
  const [first, ...others] = refs
    .filter((ref) => ref.name.startsWith(name))
    .sort((one, other) => one.name.length - other.name.length);
  return others.every((ref) => ref.name.startsWith(`${first?.name}-`)) ? first : undefined;
}

/** Throws UserError when there is no such namespace; one that may not be read may exist. */
export async function checkNamespace(transport: Transport, namespace: string): Promise<void> {
  try {
    await transport.request({ method: 'GET', path: `/api/v1/namespaces/${encodeURIComponent(namespace)}` });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 404) return;
    throw await missingNamespace(transport, namespace, clusterCommand`kubectl get namespaces`);
  }
}

/** Throws `error`, which came when something was written; where it says that there is no such namespace, with the one that was probably meant. */
export async function withNearNamespace(error: unknown, transport: Transport): Promise<never> {
  const { cause, hint } = error instanceof UserError ? error : {};
  if (!(cause instanceof ApiError) || cause.status !== 404 || cause.details.kind !== 'namespaces') throw error;
  throw await missingNamespace(transport, transport.namespace, hint);
}

/** There is no such namespace; `hint` is for where none has nearly that name, or they may not be listed. */
async function missingNamespace(transport: Transport, namespace: string, hint: Hint | undefined): Promise<UserError> {
  const text = `namespace ${namespace} does not exist`;
  const near = closest(namespace, await listNames(transport, NAMESPACES, {}));
  if (near === undefined) return new UserError(text, hint);
  const add = words`${scope(near)}`;
  return new UserError(`${text}; did you mean ${near}?`, { add, drop: UNASKED, otherwise: add });
}
