/** The requests for Secrets. */

import { UserError } from '../errors.ts';
import { clusterCommand } from '../line/command.ts';
import type { Secret } from '../secret/secret.ts';
import type { LoginPlace } from '../secret/selected-namespace.ts';
import { noneOrUnknown } from './api-error.ts';
import type { Transport } from './transport.ts';

export interface SecretRef {
  readonly namespace: string;
  readonly name: string;
}

export interface WriteOptions {
  /** Lets the server check everything and change nothing. */
  readonly dryRun: boolean;
  readonly fieldManager: string;
}

/** The path of one Secret, or of all in its namespace when `name` is left out. */
export function secretPath({ namespace, name }: { readonly namespace: string; readonly name?: string }): string {
  const all = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;
  return name === undefined ? all : `${all}/${encodeURIComponent(name)}`;
}

/**
 * The query of a write. Writes here have no unknown fields, and checking for them is a fifth of what a patch costs the API server
 * (apiserver pkg/endpoints/handlers/patch.go).
 */
export function writeQuery({ dryRun, fieldManager }: WriteOptions): Record<string, string | undefined> {
  return { dryRun: dryRun ? 'All' : undefined, fieldManager, fieldValidation: 'Ignore' };
}

/** Throws ApiError when the Secret does not exist or may not be read. */
export function requestSecret(transport: Transport, ref: SecretRef): Promise<Secret> {
  return transport.request<Secret>({ method: 'GET', path: secretPath(ref) });
}

/** Creates `secret`; throws ApiError and UserError. When the request is sent twice, the second one gets AlreadyExists. */
export async function createSecret(
  transport: Transport,
  { namespace }: LoginPlace,
  secret: Secret,
  options: WriteOptions,
): Promise<Secret> {
  const path = secretPath({ namespace });
  const query = writeQuery(options);
  const answer = await transport.request<Secret>({ method: 'POST', path, query, body: secret, guarded: true });
  if (isSecret(answer)) return answer;
  throw new UserError(
    `the server ${transport.server} did not return the new Secret`,
    clusterCommand`kubectl get --raw /version`,
  );
}

/** Patches a Secret with a JSON merge patch (RFC 7386). Throws ApiError and UserError. */
export function patchSecret(
  transport: Transport,
  place: LoginPlace,
  patch: object,
  options: WriteOptions,
): Promise<Secret> {
  return transport.request<Secret>({
    method: 'PATCH',
    path: secretPath(place),
    query: writeQuery(options),
    contentType: 'application/merge-patch+json',
    body: patch,
    guarded: true,
  });
}

/**
 * Looks at the Secret after an answer that may be wrong or lost: the Secret as it is now, none, or unknown. Throws when
 * interrupted.
 */
export async function lookAtSecret(transport: Transport, ref: SecretRef): Promise<Secret | 'none' | 'unknown'> {
  try {
    const answer = await requestSecret(transport, ref);
    return isSecret(answer) && answer.metadata.name === ref.name ? answer : 'unknown';
  } catch (error) {
    return noneOrUnknown(error, transport.signal);
  }
}

/** A stored Secret has a uid. Without one, the answer may come from a proxy. */
function isSecret(answer: Secret | undefined | null): answer is Secret {
  return typeof answer?.metadata?.uid === 'string';
}
