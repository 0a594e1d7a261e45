/** An object that is asked about and is not there: what may have been meant. */
import { closest } from '../../domain/closest.ts';
import { errorName, type ObjectRef, targetName } from '../../domain/object-ref.ts';
import { pullKind } from '../../domain/pull-kind.ts';
import { UserError } from '../../errors.ts';
import { ApiError } from '../api-error.ts';
import { checkNamespace } from '../attach/account.ts';
import { listNames } from '../list-names.ts';
import { objectRefusal } from '../object-request.ts';
import type { Transport } from '../transport.ts';

/** Throws UserError for `error`, which came when `ref` was read. */
export async function missingObject(error: unknown, ref: ObjectRef, transport: Transport): Promise<never> {
  if (!(error instanceof ApiError)) throw error;
  if (error.status !== 404) throw objectRefusal(error, 'get', ref);
  return noObject(ref, transport);
}

/** Throws UserError, for there is no `ref`. */
export async function noObject(ref: ObjectRef, transport: Transport): Promise<never> {
  await checkNamespace(transport, ref.namespace);
  const text = `${errorName(ref)} does not exist`;
  const scope = `-n ${ref.namespace}`;
  const near = closest(ref.name, await listNames(transport, pullKind(ref.kind), { namespace: ref.namespace }));
  throw near === undefined
    ? new UserError(text, `kubectl get ${pullKind(ref.kind).plural} ${scope}`)
    : new UserError(
        `${text}; did you mean ${near}?`,
        `regsecret why ${targetName({ kind: ref.kind, name: near })} ${scope}`,
      );
}
