/** Collects what a diagnosis needs to know of a cluster: everything once, and what may not be read by its name. */
import { readContents } from '../../domain/contents.ts';
import { fieldOf, type Holder, holderOf, isEnforced } from '../../domain/holder.ts';
import { type ObjectRef, refKey } from '../../domain/object-ref.ts';
import type { AccountState, NodeFacts, PullFacts, SecretState } from '../../domain/pull-facts.ts';
import { pullKind } from '../../domain/pull-kind.ts';
import { DATA_KEY, isPullSecretType, type Secret } from '../../domain/secret.ts';
import { secretKey } from '../../domain/usage.ts';
import { ApiError } from '../api-error.ts';
import { getHolder, listPages, objectPath } from '../object-request.ts';
import { secretPath } from '../secret-request.ts';
import type { Transport } from '../transport.ts';
import { createStore } from './store.ts';

const SECRETS = { group: '', plural: 'secrets' } as const;
const NODES = { group: '', plural: 'nodes' } as const;

export interface Collector {
  readonly transport: Transport;
  /** Rights that were missing, such as `get secrets`. */
  readonly unchecked: Set<string>;
  secret(namespace: string, name: string): Promise<SecretState>;
  account(namespace: string, name: string): Promise<AccountState>;
  node(name: string): Promise<NodeFacts | undefined>;
  /** Who makes pods. Throws UserError where it may not be read. */
  maker(ref: ObjectRef): Promise<Holder | undefined>;
  /** Reads all pull secrets of a namespace. */
  others(namespace: string): Promise<void>;
  /** Keeps a Secret that has been read already. */
  keep(secret: Secret): void;
  /** What has been collected so far; registries have not been asked. */
  facts(now: number, online: boolean): PullFacts;
}

export function createCollector(transport: Transport): Collector {
  const unchecked = new Set<string>();
  const secrets = createStore<SecretState>();
  const accounts = createStore<AccountState>();
  const nodes = createStore<NodeFacts | undefined>();
  const others = createStore<readonly string[] | undefined>();
  const makers = createStore<Holder | undefined>();
  const keep = (secret: Secret): void => {
    const { namespace = '', name = '' } = secret.metadata;
    secrets.done.set(secretKey(namespace, name), { is: 'there', secret, contents: readContents(secret) });
  };
  return {
    transport,
    unchecked,
    keep,
    secret: (namespace, name) =>
      secrets.once(secretKey(namespace, name), () => readSecret(transport, namespace, name, unchecked)),
    account: (namespace, name) =>
      accounts.once(secretKey(namespace, name), () => readAccount(transport, namespace, name, unchecked)),
    maker: (ref) => makers.once(refKey(ref), () => getHolder(transport, ref)),
    node: (name) => nodes.once(name, () => readNode(transport, name, unchecked)),
    async others(namespace) {
      await others.once(namespace, () => listSecrets(transport, namespace, keep, unchecked));
    },
    facts: (now, online) => ({
      now,
      online,
      secrets: secrets.done,
      accounts: accounts.done,
      nodes: present(nodes.done),
      others: present(others.done),
      answers: new Map(),
    }),
  };
}

function present<T>(map: ReadonlyMap<string, T | undefined>): Map<string, T> {
  return new Map([...map].flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])));
}

async function readSecret(
  transport: Transport,
  namespace: string,
  name: string,
  unchecked: Set<string>,
): Promise<SecretState> {
  try {
    const secret = await transport.request<Secret>({ method: 'GET', path: secretPath({ namespace, name }) });
    return { is: 'there', secret, contents: readContents(secret) };
  } catch (error) {
    if (closed(error, 'get secrets', unchecked)) return { is: 'closed' };
    return { is: 'missing', ...(await elsewhere(transport, name)) };
  }
}

/** Where else there is a Secret of that name, as far as we may look. Its content is not kept. */
async function elsewhere(
  transport: Transport,
  name: string,
): Promise<Pick<Extract<SecretState, { is: 'missing' }>, 'elsewhere'>> {
  const namespaces: string[] = [];
  let dataKey: string | undefined;
  try {
    const shape = { metadata: { namespace: true }, type: true } as const;
    for await (const page of listPages(transport, SECRETS, {
      fieldSelector: `metadata.name=${name}`,
      shape,
      cached: true,
    })) {
      for (const secret of page) {
        const type = `${fieldOf(secret, 'type')}`;
        if (!isPullSecretType(type)) continue;
        dataKey ??= DATA_KEY[type];
        namespaces.push(`${fieldOf(secret, 'metadata', 'namespace')}`);
      }
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
  return dataKey === undefined ? {} : { elsewhere: { namespaces, dataKey } };
}

async function readAccount(
  transport: Transport,
  namespace: string,
  name: string,
  unchecked: Set<string>,
): Promise<AccountState> {
  const kind = pullKind('ServiceAccount');
  try {
    const object = await transport.request({ method: 'GET', path: objectPath(kind, namespace, name) });
    return accountState(holderOf(kind, object));
  } catch (error) {
    return closed(error, 'get serviceaccounts', unchecked) ? { is: 'closed' } : { is: 'missing' };
  }
}

export function accountState(account: Holder | undefined): AccountState {
  return account === undefined ? { is: 'missing' } : { is: 'there', list: account.list, enforced: isEnforced(account) };
}

async function readNode(transport: Transport, name: string, unchecked: Set<string>): Promise<NodeFacts | undefined> {
  try {
    const node = await transport.request({ method: 'GET', path: objectPath(NODES, undefined, name) });
    const images = fieldOf(node, 'status', 'images');
    return {
      exists: true,
      version: `${fieldOf(node, 'status', 'nodeInfo', 'kubeletVersion') ?? ''}`,
      images: (Array.isArray(images) ? images : []).flatMap((image) => names(fieldOf(image, 'names'))),
    };
  } catch (error) {
    return closed(error, 'get nodes', unchecked) ? undefined : { exists: false, version: '', images: [] };
  }
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

async function listSecrets(
  transport: Transport,
  namespace: string,
  keep: (secret: Secret) => void,
  unchecked: Set<string>,
): Promise<readonly string[] | undefined> {
  const found: string[] = [];
  try {
    await Promise.all(
      Object.keys(DATA_KEY).map(async (type) => {
        for await (const page of listPages(transport, SECRETS, {
          namespace,
          fieldSelector: `type=${type}`,
          limit: 100,
        })) {
          for (const object of page) {
            keep(object as unknown as Secret);
            found.push(`${fieldOf(object, 'metadata', 'name')}`);
          }
        }
      }),
    );
    return found.sort();
  } catch (error) {
    if (closed(error, 'list secrets', unchecked)) return undefined;
    throw error;
  }
}

/** Whether it may not be read, which is noted; false where it does not exist. Throws everything else. */
function closed(error: unknown, right: string, unchecked: Set<string>): boolean {
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 404) return false;
  if (error.status !== 403) throw error;
  unchecked.add(right);
  return true;
}
