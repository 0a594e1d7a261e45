/** The Secrets that pods pull with, page by page. */
import { forEachLimit } from '../concurrency.ts';
import { DATA_KEY, type Secret } from '../domain/keyring/secret.ts';
import { fieldOf } from '../domain/workloads/api-object.ts';
import { UserError } from '../errors.ts';
import { ApiError, refusal } from './client/api-error.ts';
import type { Transport } from './client/transport.ts';
import { listPages } from './object-request.ts';
import { type SecretRef, secretPath } from './secret-request.ts';

const SECRETS = { group: '', plural: 'secrets' } as const;
const CONCURRENCY = 8;
/** A Secret may have a megabyte. */
const PAGE = 100;
/** Whoever manages which field is longer than the rest. */
const SHAPE = {
  metadata: { namespace: true, name: true, creationTimestamp: true, annotations: true },
  type: true,
  data: true,
} as const;

/**
 * Hands every Secret of both types to `use`, and keeps none. In a single namespace also those of type Opaque that hold a
 * docker config; of all namespaces their contents, mostly other people's, are not fetched. Throws UserError.
 */
export async function eachPullSecret(
  transport: Transport,
  namespace: string | undefined,
  use: (secret: Secret) => void,
): Promise<void> {
  const types = [...Object.keys(DATA_KEY), ...(namespace === undefined ? [] : ['Opaque'])];
  for (const type of types) {
    try {
      for await (const page of listPages(transport, SECRETS, {
        namespace,
        fieldSelector: `type=${type}`,
        limit: PAGE,
        shape: SHAPE,
      })) {
        for (const object of page) if (type !== 'Opaque' || holdsConfig(object)) use(object as unknown as Secret);
      }
    } catch (error) {
      throw error instanceof ApiError ? listRefusal(error, namespace) : error;
    }
  }
}

/** Asks for each of `refs`; what does not exist or may not be read is undefined. */
export async function eachSecret(
  transport: Transport,
  refs: readonly SecretRef[],
  use: (ref: SecretRef, secret: Secret | 'missing' | 'forbidden') => void,
): Promise<void> {
  await forEachLimit(CONCURRENCY, refs, async (ref) => {
    try {
      use(ref, await transport.request<Secret>({ method: 'GET', path: secretPath(ref) }));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status !== 404 && error.status !== 403) throw refusal(error, { verb: 'get', ...ref });
      use(ref, error.status === 404 ? 'missing' : 'forbidden');
    }
  });
}

function holdsConfig(object: unknown): boolean {
  return Object.values(DATA_KEY).some((key) => typeof fieldOf(object, 'data', key) === 'string');
}

function listRefusal(error: ApiError, namespace: string | undefined): UserError {
  const where = namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`;
  const flag = namespace === undefined ? '-A' : `-n ${namespace}`;
  if (error.status !== 403)
    return new UserError(`cannot list secrets ${where}: ${error.message}`, 'kubectl get secrets');
  return new UserError(`may not list secrets ${where}: ${error.message}`, `kubectl auth can-i list secrets ${flag}`);
}
