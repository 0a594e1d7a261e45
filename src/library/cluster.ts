/** `regsecret/cluster`: writes pull secrets through the client that a program already has, as `create` and `attach` do. */

import { changeList } from '../changes/list-write.ts';
import { upsertSecret } from '../changes/upsert.ts';
import { ApiError } from '../cluster/api-error.ts';
import { getPullSpec } from '../cluster/object-request.ts';
import { UserError } from '../errors.ts';
import { buildPullSecret } from '../secret/build.ts';
import type { AuthEntry } from '../secret/credential.ts';
import { expiryAnnotations, expiryOf } from '../secret/expiry.ts';
import { checkNames } from '../secret/secret-name.ts';
import { canonicalServer } from '../secret/server.ts';
import { usableEntry } from '../secret/usable.ts';
import { machineClock } from '../system/clock.ts';
import { changedList } from '../workloads/list-change.ts';
import { accountTransport, secretTransport } from './client-transport.ts';
import type { PullSecretApi } from './pull-secret-api.ts';

export type { AuthEntry, Credential } from '../secret/credential.ts';
export type { PullSecretApi } from './pull-secret-api.ts';
export { PullSecretError };

export interface WriteThroughClient {
  /** The name of the Secret. */
  readonly name: string;
  readonly namespace: string;
  /** The API server checks everything and changes nothing. */
  readonly dryRun?: boolean | undefined;
  /** `regsecret` when left out. */
  readonly fieldManager?: string | undefined;
  /** Ends the wait between two attempts, and whatever comes after it. */
  readonly signal?: AbortSignal | undefined;
}

export interface ApplyPullSecretOptions extends WriteThroughClient {
  /** Each entry sets the login of one server. Everything else in the Secret stays. */
  readonly entries: readonly AuthEntry[];
}

export interface AttachPullSecretOptions extends WriteThroughClient {
  /** `default` when left out. */
  readonly serviceAccount?: string | undefined;
}

/**
 * Creates the Secret, or sets `entries` in an existing one. Its other entries, fields, labels and annotations stay as they are,
 * even while others write to it: each write requires that nothing has changed since the reading, and starts over when something
 * has. With the same entries, nothing is written. Needs the rights `create`, `get` and `patch` for Secrets.
 *
 * Returns what was done. Throws {@link PullSecretError} when an entry can open no image, the API server refuses, the Secret is
 * immutable or of another type, or it never stops changing. Also throws the reason of `signal`, and whatever `api` throws when
 * the API server cannot be reached.
 */
export function applyPullSecret(
  api: PullSecretApi,
  { name, namespace, entries, ...options }: ApplyPullSecretOptions,
): Promise<'created' | 'updated' | 'unchanged'> {
  return orPullSecretError(async () => {
    checkNames({ name, namespace });
    if (entries.length === 0) throw new PullSecretError(`there is no login for secret ${namespace}/${name}`);
    const usable = entries.map((entry) => usableEntry({ ...entry, server: canonicalServer(entry.server) }));
    const expiries = new Map(usable.map((entry) => [entry.server, expiryOf(entry, {}, machineClock.now())]));
    const secret = buildPullSecret({ name, namespace, entries: usable, annotations: expiryAnnotations(expiries) });
    const wanted = { entries: usable, expiries, type: undefined, replace: false, force: false };
    const { signal, ...write } = changeOptions(options);
    const transport = secretTransport(api, { namespace, name, signal });
    const { action } = await upsertSecret(transport, secret, wanted, { ...write, listener: SILENT });
    return action === 'replaced' ? 'updated' : action;
  });
}

/**
 * Adds the Secret to `imagePullSecrets` of a service account. Other names in the list stay, even while others write to it, and
 * the managers that apply the list (server-side apply) keep their share of it. If the name is already there, nothing is written.
 * Does not check whether the Secret exists. Needs the rights `get` and `patch` for service accounts.
 *
 * Returns what was done. Throws as {@link applyPullSecret} does, and when the service account does not exist.
 */
export function attachPullSecret(
  api: PullSecretApi,
  { name, namespace, serviceAccount = 'default', ...options }: AttachPullSecretOptions,
): Promise<'updated' | 'unchanged'> {
  return orPullSecretError(async () => {
    checkNames({ name, namespace }, 'attach');
    const { signal, ...write } = changeOptions(options);
    const ref = { kind: 'ServiceAccount', namespace, name: serviceAccount } as const;
    const transport = accountTransport(api, { namespace, name: serviceAccount, signal });
    const account = await getPullSpec(transport, ref);
    if (account === undefined) {
      throw new PullSecretError(`serviceaccount ${namespace}/${serviceAccount} does not exist`, 404);
    }
    const plan = ({ imagePullSecrets }: typeof account) => changedList('attach', imagePullSecrets, [name]);
    const { action } = await changeList(transport, account, plan, write);
    return action === 'patched' ? 'updated' : 'unchanged';
  });
}

function changeOptions({
  dryRun = false,
  fieldManager = 'regsecret',
  signal = new AbortController().signal,
}: Pick<WriteThroughClient, 'dryRun' | 'fieldManager' | 'signal'>) {
  return { dryRun: dryRun ? ('server' as const) : ('none' as const), fieldManager, signal };
}

/** Messages come only from replacing one Secret by another, which is not done here. */
const SILENT = { say: () => undefined, warn: () => undefined, hint: () => undefined };

/** The message names the object, and never holds a secret value. */
class PullSecretError extends Error {
  /** The HTTP status when the API server has refused: 403, 404 and so on. */
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.name = 'PullSecretError';
    this.status = status;
  }
}

/** The result of `work`. Its errors for users are thrown as {@link PullSecretError}, which is for programs. */
async function orPullSecretError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError) throw new PullSecretError(error.message, error.status);
    if (!(error instanceof UserError)) throw error;
    throw new PullSecretError(error.message, error.cause instanceof ApiError ? error.cause.status : undefined);
  }
}
