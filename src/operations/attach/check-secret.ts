/** The Secret that is to be attached, looked at before anything refers to it. */
import { ApiError, refusal } from '../../cluster/client/api-error.ts';
import type { Transport } from '../../cluster/client/transport.ts';
import { listPullSecrets, namespacesWith } from '../../cluster/list-names.ts';
import { checkNamespace } from '../../cluster/not-found.ts';
import { listPages } from '../../cluster/object-request.ts';
import { type SecretRef, secretPath } from '../../cluster/secret-request.ts';
import { type DiagnosedSecret, diagnoseSecret, usabilityOf } from '../../domain/findings/diagnosed-secret.ts';
import { fixFor } from '../../domain/findings/fixes.ts';
import { formatFinding } from '../../domain/findings/messages.ts';
import type { Secret } from '../../domain/keyring/secret.ts';
import { closest } from '../../domain/text/closest.ts';
import { many } from '../../domain/text/enumerate.ts';
import { fieldOf } from '../../domain/workloads/api-object.ts';
import { UserError } from '../../errors.ts';
import { type AttachRequest, commandFor } from './request.ts';

const SECRETS = { group: '', plural: 'secrets' } as const;

/**
 * The Secret in `namespace`; undefined where it may not be read, which `unchecked` is told, or is missing and may be.
 * Throws UserError when pods could not use it.
 */
export async function checkSecret(
  transport: Transport,
  namespace: string,
  request: AttachRequest,
  unchecked: Set<string>,
): Promise<DiagnosedSecret | undefined> {
  const ref = { namespace, name: request.secret };
  const secret = request.known ?? (await readSecret(transport, ref, unchecked));
  if (secret === undefined) return undefined;
  if (secret === 'missing') {
    if (request.allowMissing) return undefined;
    throw await missing(transport, ref, request);
  }
  return usableSecret(secret);
}

async function readSecret(
  transport: Transport,
  ref: SecretRef,
  unchecked: Set<string>,
): Promise<Secret | 'missing' | undefined> {
  try {
    return await transport.request<Secret>({ method: 'GET', path: secretPath(ref) });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 404) return 'missing';
    if (error.status !== 403) throw refusal(error, { verb: 'get', ...ref });
    unchecked.add('get secrets');
    return undefined;
  }
}

/** Throws UserError when it cannot be read. */
export async function getSecret(transport: Transport, { namespace, name }: SecretRef): Promise<Secret> {
  try {
    return await transport.request<Secret>({ method: 'GET', path: secretPath({ namespace, name }) });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status !== 404) throw refusal(error, { verb: 'get', namespace, name });
    const text = `secret ${namespace}/${name} does not exist, and it is what tells which images it opens`;
    const file = `or name a file that holds it, or a docker config: --auto --secret-file FILE`;
    throw new UserError(text, `regsecret create ${name} -n ${namespace}`, [file]);
  }
}

/** `secret` with its findings; throws UserError when it opens no image, or keeps its pods from using any Secret. */
export function usableSecret(secret: Secret): DiagnosedSecret {
  const diagnosed = diagnoseSecret(secret, Date.now());
  const [first, ...others] = diagnosed.findings;
  if (first === undefined || usabilityOf(diagnosed) === 'usable') return diagnosed;
  throw new UserError(formatFinding(first), fixFor(first), others.map(formatFinding));
}

/** With what is likely meant, as far as we may look. */
async function missing(transport: Transport, ref: SecretRef, request: AttachRequest): Promise<UserError> {
  const { namespace, name } = ref;
  await checkNamespace(transport, namespace);
  const [here, elsewhere] = await Promise.all([listPullSecrets(transport, namespace), namespacesWith(transport, name)]);
  const text = `secret ${namespace}/${name} does not exist`;
  const way = `to attach it all the same, add --allow-missing`;
  const near = closest(name, here);
  if (near !== undefined) {
    return new UserError(`${text}; did you mean ${near}?`, commandFor(request, namespace, near), [way]);
  }
  const create = `regsecret create ${name} -n ${namespace}`;
  if (elsewhere.length > 0) {
    const found = `it exists in namespace${elsewhere.length === 1 ? '' : 's'} ${many(elsewhere)}, but a pod can use only Secrets of its own namespace`;
    return new UserError(`${text}; ${found}`, create, [way]);
  }
  return new UserError(text, create, [way]);
}

/** The Secret in each namespace that has it, or why it is of no use there. */
export type Usable = ReadonlyMap<string, DiagnosedSecret | UserError>;

/** Undefined where that may not be asked. */
export async function usableNamespaces(
  transport: Transport,
  request: AttachRequest,
  unchecked: Set<string>,
): Promise<Usable | undefined> {
  const found = new Map<string, DiagnosedSecret | UserError>();
  try {
    const fieldSelector = `metadata.name=${request.secret}`;
    for await (const page of listPages(transport, SECRETS, { fieldSelector })) {
      for (const object of page) {
        found.set(`${fieldOf(object, 'metadata', 'namespace')}`, usableOrProblem(object as unknown as Secret));
      }
    }
    return found;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    unchecked.add('list secrets');
    return undefined;
  }
}

function usableOrProblem(secret: Secret): DiagnosedSecret | UserError {
  try {
    return usableSecret(secret);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
