/** The requests for Secrets. */
import type { Secret } from '../domain/keyring/secret.ts';
import type { Transport } from './client/transport.ts';

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

/** What kubectl sends with a write, too. */
export function writeQuery({ dryRun, fieldManager }: WriteOptions): Record<string, string | undefined> {
  return { dryRun: dryRun ? 'All' : undefined, fieldManager, fieldValidation: 'Strict' };
}

/** Creates `secret`; throws ApiError and UserError. Sent twice, the second time it already exists. */
export function createSecret(
  transport: Transport,
  { namespace }: SecretRef,
  secret: Secret,
  options: WriteOptions,
): Promise<Secret> {
  const path = secretPath({ namespace });
  return transport.request<Secret>({ method: 'POST', path, query: writeQuery(options), body: secret, guarded: true });
}
