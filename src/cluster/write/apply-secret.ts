/** Brings one Secret to what is wanted, also while others write to it. */
import { pause } from '../../concurrency.ts';
import { describeSecret, type Secret } from '../../domain/keyring/secret.ts';
import type { Change, WantedSecret } from '../../domain/pull-secret/plan.ts';
import { prose } from '../../domain/text/hint.ts';
import { UserError } from '../../errors.ts';
import { ApiError, refusal } from '../client/api-error.ts';
import type { Transport } from '../client/transport.ts';
import { createSecret, type SecretRef, secretPath, type WriteOptions, writeQuery } from '../secret-request.ts';
import type { Replacement } from './recreate-secret.ts';

export interface ApplyOptions extends WriteOptions {
  readonly signal: AbortSignal;
}

export type Applied =
  | { readonly action: 'created'; readonly secret: Secret }
  | { readonly action: 'updated' | 'unchanged' | 'recreated'; readonly secret: Secret; readonly change: Change };

/** Enough for fifty writers at once; with the pauses it takes up to half a minute. */
const MAX_CONFLICTS = 60;

/**
 * Creates `secret`, or merges what is wanted into the one that exists: create first, and when that is refused read, plan
 * and patch with the resourceVersion; again from the reading when somebody else was faster. So a fresh Secret takes one
 * request, and a role that may only create, or only get and patch, is enough for what it is for. Throws UserError.
 */
export async function applySecret(
  transport: Transport,
  secret: Secret,
  wanted: WantedSecret,
  options: ApplyOptions,
): Promise<Applied> {
  const ref: SecretRef = { namespace: transport.namespace, name: secret.metadata.name ?? '' };
  let created = await create(transport, ref, secret, options);
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts += 1) {
    if (!(created instanceof ApiError)) return { action: 'created', secret: created };
    const existing = await read(transport, ref, created);
    if (existing === undefined) {
      // It was there when we wanted to create it, and has been deleted since.
      created = await create(transport, ref, secret, options);
      continue;
    }
    const { planChange } = await import('../../domain/pull-secret/plan.ts');
    const change = planChange(existing, wanted);
    if (change.action === 'unchanged') return { action: 'unchanged', secret: existing, change };
    const written =
      change.action === 'update'
        ? await update(transport, ref, change.patch, options)
        : await recreate(transport, { ref, existing, secret: change.secret, ...options });
    if (written !== undefined) {
      return { action: change.action === 'update' ? 'updated' : 'recreated', secret: written, change };
    }
    await pause(Math.random() * Math.min(1000, 20 * 2 ** conflicts), options.signal);
  }
  throw new UserError(
    `${describeSecret(secret)} keeps changing while it is written`,
    prose`run the same command again`,
  );
}

/** The new Secret, or why it was not created when reading the one that is there may help. */
async function create(
  transport: Transport,
  ref: SecretRef,
  secret: Secret,
  options: ApplyOptions,
): Promise<Secret | ApiError> {
  try {
    return await createSecret(transport, ref, secret, options);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.reason === 'AlreadyExists' || error.status === 403) return error;
    throw refusal(error, { verb: 'create', ...ref });
  }
}

/** Undefined when it is gone. Where neither creating nor reading is allowed, creating is what is missing. */
async function read(transport: Transport, ref: SecretRef, refused: ApiError): Promise<Secret | undefined> {
  try {
    return await transport.request<Secret>({ method: 'GET', path: secretPath(ref) });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (refused.status === 403) throw refusal(refused, { verb: 'create', ...ref });
    if (error.status === 404) return undefined;
    throw refusal(error, { verb: 'get', ...ref });
  }
}

async function recreate(transport: Transport, replacement: Replacement): Promise<Secret | undefined> {
  const { recreateSecret } = await import('./recreate-secret.ts');
  return recreateSecret(transport, replacement);
}

/** Undefined when somebody else has changed or deleted it since it was read. */
async function update(
  transport: Transport,
  ref: SecretRef,
  patch: object,
  options: ApplyOptions,
): Promise<Secret | undefined> {
  try {
    return await transport.request<Secret>({
      method: 'PATCH',
      path: secretPath(ref),
      query: writeQuery(options),
      contentType: 'application/merge-patch+json',
      body: patch,
      guarded: true,
    });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.reason === 'Conflict' || error.status === 404) return undefined;
    throw refusal(error, { verb: 'patch', ...ref });
  }
}
