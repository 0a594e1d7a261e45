/** Reading a service account that may not be there yet: a controller makes the one called `default`. */
import type { Transport } from '../../cluster/client/transport.ts';
import { checkNamespace, noObject } from '../../cluster/not-found.ts';
import { getPullSpec } from '../../cluster/object-request.ts';
import { pause } from '../../concurrency.ts';
import { command } from '../../domain/text/command.ts';
import { scope } from '../../domain/text/object-name.ts';
import { describeRef, type ObjectRef } from '../../domain/workloads/object-ref.ts';
import type { PullSpec } from '../../domain/workloads/pull-spec.ts';
import { UserError } from '../../errors.ts';
import type { AttachRequest } from './request.ts';

const TIMEOUT_MS = 30_000;
const POLL_MS = 100;

/** Throws UserError when it does not exist: `default` after it has been waited for. */
export async function readAccount(transport: Transport, ref: ObjectRef, request: AttachRequest): Promise<PullSpec> {
  const timeoutMs = request.timeoutMs ?? TIMEOUT_MS;
  const deadline = performance.now() + timeoutMs;
  let account = await getPullSpec(transport, ref);
  if (account === undefined) await checkNamespace(transport, ref.namespace);
  while (account === undefined && ref.name === 'default' && performance.now() < deadline) {
    await pause(POLL_MS, request.signal);
    account = await getPullSpec(transport, ref);
  }
  if (account !== undefined) return account;
  if (ref.name === 'default') {
    const text = `${describeRef(ref)} does not exist, also after ${timeoutMs / 1000} s`;
    throw new UserError(text, command`kubectl get serviceaccounts ${scope(ref.namespace)}`);
  }
  return noObject(
    ref,
    transport,
    (near) => command`regsecret ${request.verb} ${request.secret} ${scope(ref.namespace)} --serviceaccount ${near}`,
  );
}
