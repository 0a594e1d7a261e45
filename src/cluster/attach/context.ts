/** What all parts of one attaching or detaching share: the connection, what was asked, and what has been looked up. */
import { type Holder, holderOf } from '../../domain/holder.ts';
import { pullKind } from '../../domain/pull-kind.ts';
import type { Secret } from '../../domain/secret.ts';
import { ApiError } from '../api-error.ts';
import { getObject } from '../object-request.ts';
import type { Transport } from '../transport.ts';
import { accountKey } from './facts.ts';
import type { AttachRequest, Listener } from './request.ts';
import { checkSecret } from './secret.ts';

export interface Context {
  readonly transport: Transport;
  readonly request: AttachRequest;
  readonly listener: Listener;
  /** Rights that were missing for a check. */
  readonly unchecked: Set<string>;
  /** The Secret in a namespace, undefined where nothing is known of it; throws UserError where pods could not use it. */
  secretIn(namespace: string): Promise<Secret | undefined>;
  /** A service account, undefined where it does not exist or may not be read. */
  accountOf(namespace: string, name: string): Promise<Holder | undefined>;
}

export function createContext(transport: Transport, request: AttachRequest, listener: Listener): Context {
  const unchecked = new Set<string>();
  const secrets = new Map<string, Promise<Secret | undefined>>();
  const accounts = new Map<string, Promise<Holder | undefined>>();
  return {
    transport,
    request,
    listener,
    unchecked,
    async secretIn(namespace) {
      if (!request.checks || request.verb === 'detach') return undefined;
      return once(secrets, namespace, () => checkSecret(transport, namespace, request, unchecked));
    },
    accountOf: (namespace, name) =>
      once(accounts, accountKey(namespace, name), () => readAccount(transport, namespace, name, unchecked)),
  };
}

async function readAccount(
  transport: Transport,
  namespace: string,
  name: string,
  unchecked: Set<string>,
): Promise<Holder | undefined> {
  try {
    const object = await getObject(transport, { kind: 'ServiceAccount', namespace, name });
    return holderOf(pullKind('ServiceAccount'), object);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 403) unchecked.add('get serviceaccounts');
    return undefined;
  }
}

function once<T>(known: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const started = known.get(key) ?? read();
  known.set(key, started);
  return started;
}
