/** One Secret that somebody names, or what they may have meant. */
import type { Secret } from '../domain/keyring/secret.ts';
import { closest } from '../domain/text/closest.ts';
import { many } from '../domain/text/enumerate.ts';
import { pullKind } from '../domain/workloads/kind.ts';
import { describeRef, type ObjectRef, targetName } from '../domain/workloads/ref.ts';
import { UserError } from '../errors.ts';
import { ApiError, refusal } from './client/api-error.ts';
import type { Transport } from './client/transport.ts';
import { listNames, listPullSecrets, namespacesWith } from './list-names.ts';
import { objectRefusal } from './object-request.ts';
import { type SecretRef, secretPath } from './secret-request.ts';

/** Throws UserError; `verb` is the subcommand that is typed again with the right name. */
export async function findSecret(transport: Transport, ref: SecretRef, verb: string): Promise<Secret> {
  try {
    return await transport.request<Secret>({ method: 'GET', path: secretPath(ref) });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 404 || error.details.kind === 'namespaces') throw refusal(error, { verb: 'get', ...ref });
    throw await missing(transport, ref, verb);
  }
}

async function missing(transport: Transport, { namespace, name }: SecretRef, verb: string): Promise<UserError> {
  await checkNamespace(transport, namespace);
  const text = `secret ${namespace}/${name} does not exist`;
  const here = await listPullSecrets(transport, namespace);
  const near = closest(name, here);
  if (near !== undefined) {
    return new UserError(`${text}; did you mean ${near}?`, `regsecret ${verb} ${near} -n ${namespace}`);
  }
  const elsewhere = await namespacesWith(transport, name);
  const [first] = elsewhere;
  if (first !== undefined) {
    const places = many(elsewhere);
    return new UserError(`${text}; it exists in ${places}`, `regsecret ${verb} ${name} -n ${first}`);
  }
  if (here.length > 0) {
    const there = many(here);
    return new UserError(
      `${text}; the pull secrets there are ${there}`,
      `regsecret ${verb} ${here[0]} -n ${namespace}`,
    );
  }
  return new UserError(text, `regsecret create ${name} -n ${namespace}`);
}

/** Throws UserError for `error`, which came when `ref` was read. */
export async function missingObject(error: unknown, ref: ObjectRef, transport: Transport): Promise<never> {
  if (!(error instanceof ApiError)) throw error;
  if (error.status !== 404) throw objectRefusal(error, 'get', ref);
  return noObject(ref, transport);
}

/** Throws UserError, for there is no `ref`. */
export async function noObject(ref: ObjectRef, transport: Transport): Promise<never> {
  await checkNamespace(transport, ref.namespace);
  const text = `${describeRef(ref)} does not exist`;
  const scope = `-n ${ref.namespace}`;
  const near = closest(ref.name, await listNames(transport, pullKind(ref.kind), { namespace: ref.namespace }));
  throw near === undefined
    ? new UserError(text, `kubectl get ${pullKind(ref.kind).plural} ${scope}`)
    : new UserError(
        `${text}; did you mean ${near}?`,
        `regsecret why ${targetName({ kind: ref.kind, name: near })} ${scope}`,
      );
}

/** Throws UserError when there is no such namespace; one that may not be read may exist. */
export async function checkNamespace(transport: Transport, namespace: string): Promise<void> {
  try {
    await transport.request({ method: 'GET', path: `/api/v1/namespaces/${encodeURIComponent(namespace)}` });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 404) return;
    throw new UserError(`namespace ${namespace} does not exist`, `kubectl create namespace ${namespace}`);
  }
}
