/** One Secret that somebody names, or what they may have meant. */
import type { Secret } from '../domain/keyring/secret.ts';
import { closest } from '../domain/text/closest.ts';
import { type Command, clusterCommand, command, words } from '../domain/text/command.ts';
import { many, nounFor } from '../domain/text/enumerate.ts';
import { againWith, type Hint, prose } from '../domain/text/hint.ts';
import { isNamespaceName, isObjectName, scope } from '../domain/text/object-name.ts';
import { type PullKindName, pullKind, WORKLOAD_KINDS } from '../domain/workloads/kind.ts';
import { describeRef, type ObjectRef, targetName } from '../domain/workloads/object-ref.ts';
import { UserError } from '../errors.ts';
import { ApiError, refusal } from './client/api-error.ts';
import type { Transport } from './client/transport.ts';
import { listNames } from './list-names.ts';
import { METADATA_OF_ONE, objectPath, objectRefusal } from './object-request.ts';
import { findPullSecrets, pullSecretNames } from './read-secrets.ts';
import { requestSecret, type SecretRef } from './secret-request.ts';

/** Throws UserError; `verb` is the subcommand that is typed again with the right name, and `flags` what it needs beside that. */
export async function findSecret(transport: Transport, ref: SecretRef, verb: string, flags?: Command): Promise<Secret> {
  try {
    return await requestSecret(transport, ref);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 404 || error.details.kind === 'namespaces') throw refusal(error, { verb: 'get', ...ref });
    const { text, meant } = await lookAround(transport, ref);
    const { name, namespace } = meant ?? ref;
    if (meant === undefined) throw new UserError(text, command`regsecret create ${name} ${scope(namespace)}`);
    const otherwise = command`regsecret ${verb} ${name} ${scope(namespace)} ${flags}`;
    const add = words`${scope(namespace)}`;
    const rename = { from: ref.name, to: name };
    throw new UserError(text, flags === undefined && meant.as === 'near' ? { add, rename, otherwise } : otherwise);
  }
}

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
  /** The Secret that was probably meant: one with nearly this name, the one in another namespace, or any other one here. */
  readonly meant: (SecretRef & { readonly as: 'near' | 'elsewhere' | 'here' }) | undefined;
}

/** Looks for what was meant as far as we may. Throws UserError when there is no such namespace. */
export async function lookAround(transport: Transport, { namespace, name }: SecretRef): Promise<MissingSecret> {
  await checkNamespace(transport, namespace);
  const text = `secret ${namespace}/${name} does not exist`;
  const [here, places] = await Promise.all([pullSecretNames(transport, namespace), findPullSecrets(transport, name)]);
  const near = closest(name, here);
  if (near !== undefined) {
    return { text: `${text}; did you mean ${near}?`, meant: { namespace, name: near, as: 'near' } };
  }
  const elsewhere = places.map((place) => place.namespace);
  if (elsewhere[0] !== undefined) {
    const where = `${nounFor(elsewhere.length, 'namespace')} ${many(elsewhere)}`;
    return { text: `${text}; it exists in ${where}`, meant: { namespace: elsewhere[0], name, as: 'elsewhere' } };
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
  again: (name: string, kind?: PullKindName) => Command,
): Promise<never> {
  if (!(error instanceof ApiError)) throw error;
  if (error.status !== 404) throw objectRefusal(error, 'get', ref);
  const workload = ref.kind === 'Pod' ? await workloadCalled(transport, ref) : undefined;
  if (workload !== undefined) {
    throw new UserError(
      `${describeRef(ref)} does not exist, but ${targetName(workload)} does`,
      again(workload.name, workload.kind),
    );
  }
  return noObject(ref, transport, again, async () => {
    // `doctor team-a`: a name alone is that of a pod.
    const isNamespace = ref.kind === 'Pod' && (await hasNamespace(transport, ref.name));
    return isNamespace ? command`regsecret doctor ${scope(ref.name)}` : undefined;
  });
}

/**
 * Throws UserError, for there is no `ref`; `again` is the command with another name, and `otherwise` what may have been meant
 * where none is nearly the same.
 */
export async function noObject(
  ref: ObjectRef,
  transport: Transport,
  again: (name: string) => Hint,
  otherwise: () => Promise<Command | undefined> = () => Promise.resolve(undefined),
): Promise<never> {
  const { namespace } = ref;
  await checkNamespace(transport, namespace);
  const text = `${describeRef(ref)} does not exist`;
  const names = await listNames(transport, pullKind(ref.kind), { namespace });
  if (names.includes(ref.name)) {
    throw new UserError(`${describeRef(ref)} was missing for a moment`, prose`run the same command again`);
  }
  const near = closest(ref.name, names);
  if (near !== undefined) throw new UserError(`${text}; did you mean ${near}?`, again(near));
  const other = await otherwise();
  throw other === undefined
    ? new UserError(text, command`kubectl get ${pullKind(ref.kind).plural} ${scope(namespace)}`)
    : new UserError(`${text}, but a namespace of that name does`, other);
}

/** `why web`: what makes pods has the name that people know. */
async function workloadCalled(transport: Transport, { namespace, name }: ObjectRef): Promise<ObjectRef | undefined> {
  if (!isObjectName(name)) return undefined;
  const refs = WORKLOAD_KINDS.map((kind) => ({ kind, namespace, name }));
  const found = await Promise.all(
    refs.map(async (ref) => ((await exists(transport, objectPath(pullKind(ref.kind), namespace, name))) ? [ref] : [])),
  );
  return found.flat()[0];
}

async function hasNamespace(transport: Transport, name: string): Promise<boolean> {
  return isNamespaceName(name) && exists(transport, `/api/v1/namespaces/${name}`);
}

/** Whether there is such an object that we may see. */
async function exists(transport: Transport, path: string): Promise<boolean> {
  try {
    await transport.request({ method: 'GET', path, accept: METADATA_OF_ONE });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return false;
  }
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
  return new UserError(`${text}; did you mean ${near}?`, againWith(words`${scope(near)}`));
}

const NAMESPACES = { group: '', plural: 'namespaces' } as const;
