/** Collects what a diagnosis needs from a cluster. Reads each object once, and records what could not be read. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { ApiError, refusalOf } from '../cluster/api-error.ts';
import { copiesNamed, copySources } from '../cluster/copy-sources.ts';
import { NODES } from '../cluster/object-request.ts';
import { eachPullSecret, findPullSecrets, readSecret, SECRETS } from '../cluster/read-secrets.ts';
import { createReader, type Reader, readObject } from '../cluster/reader.ts';
import { connect, type Transport } from '../cluster/transport.ts';
import { createUnreadObjects, type UnreadObjects } from '../cluster/unread-objects.ts';
import { LARGE_TEXT } from '../codec/go/json.ts';
import type { AccountState, Addition, NodeFacts, PullFacts, SecretState } from '../diagnosis/facts.ts';
import { UserError } from '../errors.ts';
import { diagnoseBriefly, originFindings } from '../findings/diagnosed-secret.ts';
import type { OtherNamespaces } from '../findings/finding-record.ts';
import type { KubeFlags } from '../kubeconfig/kube-flags.ts';
import { isObjectName } from '../line/object-name.ts';
import { loginServers } from '../secret/contents.ts';
import type { CopyOrigin } from '../secret/copy.ts';
import { LAST_APPLIED } from '../secret/last-applied.ts';
import type { Secret } from '../secret/secret.ts';
import { inPortions, oncePerKey } from '../system/concurrency.ts';
import { collectGarbage } from '../system/garbage.ts';
import type { Io } from '../system/io.ts';
import { fieldOf } from '../workloads/api-object.ts';
import { pullKind } from '../workloads/kind.ts';
import { describeRef, type ObjectRef, refKey } from '../workloads/object-ref.ts';
import { isEnforced, listedNames, type PullSpec, pullSpecOf } from '../workloads/pull-spec.ts';
import { type SecretName, secretKey, secretName, type UsageIndex } from '../workloads/references.ts';
import { perhapsAdded, readAdditions } from './additions.ts';
import { type CopyOrigins, createCopyOrigins } from './copy-origins.ts';

export interface Collector extends Reader {
  readonly unread: UnreadObjects;
  secret(namespace: string, name: string): Promise<SecretState>;
  account(namespace: string, name: string): Promise<AccountState>;
  node(name: string): Promise<NodeFacts | undefined>;
  /** Reads an owner of pods. Throws UserError where reading it is forbidden. */
  owner(ref: ObjectRef): Promise<PullSpec | undefined>;
  /** Reads all pull secrets of a namespace. */
  others(namespace: string): Promise<void>;
  /** Reads all pull secrets of a namespace or of the cluster, and returns their names; none where they may not be listed. */
  every(namespace: string | undefined): Promise<NamesByNamespace>;
  /**
   * Looks up the sources of the copies that have been read. Without copies, it requests nothing. Where a Secret is not in
   * `usage`, it also finds out which Secrets are sources. Throws Interrupted.
   */
  origins(usage?: UsageIndex): Promise<void>;
  /**
   * Looks up what policies add to new pods. Requests nothing where no Secret that has been read can come from a policy. Throws
   * UserError.
   */
  additions(): Promise<void>;
  /** Keeps a service account or workload that has already been read. */
  know(pullSpec: PullSpec): void;
  /** What has been collected so far; registries have not been asked. */
  facts(now: number, online: boolean): PullFacts;
}

export function createCollector(transport: Transport): Collector {
  const unread = createUnreadObjects();
  const reader = createReader(transport, unread);
  const secrets = createStore<SecretState>();
  const accounts = createStore<AccountState>();
  const nodes = createStore<NodeFacts | undefined>();
  const owners = createStore<PullSpec | undefined>();
  const copies = createCopyOrigins(reader);
  const namespaces = namespaceSecrets(reader, secrets, copies);
  let origins: ReadonlyMap<string, CopyOrigin> = new Map();
  let sources: ReadonlySet<string> | undefined;
  let added: ReadonlyMap<string, readonly Addition[]> | undefined;
  const isInDefault = (namespace: string, name: string): boolean => {
    const account = accounts.done.get(secretKey(namespace, 'default'));
    return account?.status === 'there' && listedNames(account.imagePullSecrets).includes(name);
  };
  return {
    ...reader,
    unread,
    secret: (namespace, name) =>
      secrets.once(secretKey(namespace, name), async () => {
        const state = await secretState(reader, { namespace, name }, namespaces.elsewhere);
        if (state.status === 'there') copies.note(state.secret);
        return state;
      }),
    account: (namespace, name) => accounts.once(secretKey(namespace, name), () => readAccount(reader, namespace, name)),
    owner: (ref) => owners.once(refKey(ref), () => readOwner(reader, ref)),
    node: (name) => nodes.once(name, () => readNode(reader, name)),
    others: namespaces.read,
    every: namespaces.readAll,
    async origins(usage) {
      origins = await copies.find(namespaces.isWhole());
      const isIdle = ([key, { status }]: [string, SecretState]) => status === 'there' && usage?.has(key) === false;
      if (![...secrets.done].some(isIdle)) return;
      sources = namespaces.isWhole() ? copies.sources() : await copySources(transport);
    },
    async additions() {
      const names = perhapsAdded(secrets.done, isInDefault);
      if (names.size > 0) added = await readAdditions(transport, names);
    },
    know(pullSpec) {
      const { ref } = pullSpec;
      if (ref.kind === 'ServiceAccount') accounts.done.set(secretKey(ref.namespace, ref.name), accountState(pullSpec));
      else owners.done.set(refKey(ref), pullSpec);
    },
    facts: (now, online) => ({
      now,
      online,
      secrets: withOrigins(secrets.done, origins, copies),
      accounts: accounts.done,
      nodes: present(nodes.done),
      others: present(namespaces.names),
      sources,
      added,
      answers: new Map(),
    }),
  };
}

interface NamespaceSecrets {
  /** The names in each namespace that has been read. Undefined where listing is forbidden. */
  readonly names: ReadonlyMap<string, readonly string[] | undefined>;
  read(namespace: string): Promise<void>;
  readAll(namespace: string | undefined): Promise<NamesByNamespace>;
  /** The namespaces with a pull secret of that name, as far as our rights let us look. Reads no contents. */
  elsewhere(name: string): Promise<OtherNamespaces | undefined>;
  /** Whether the pull secrets of all namespaces have been read. */
  isWhole(): boolean;
}

/** Reads the pull secrets of whole namespaces, and stores each one in `secrets` as well. */
function namespaceSecrets(reader: Reader, secrets: Store<SecretState>, copies: CopyOrigins): NamespaceSecrets {
  const others = createStore<readonly string[] | undefined>();
  /** Set once the pull secrets of all namespaces have been read. */
  let whole: NamesByNamespace | undefined;
  const keep = function* (secret: Secret): Generator<void> {
    const { namespace = '', name = '' } = secret.metadata;
    copies.note(secret);
    secrets.done.set(secretKey(namespace, name), yield* knownSecret(secret, reader.transport.clock.now()));
  };
  return {
    names: others.done,
    isWhole: () => whole !== undefined,
    async read(namespace) {
      await others.once(namespace, async () => {
        const names = whole ?? (await pullSecretsByNamespace(reader, namespace, keep));
        return names === undefined ? undefined : (names.get(namespace) ?? []);
      });
    },
    async readAll(namespace) {
      const names = await pullSecretsByNamespace(reader, namespace, keep);
      if (names === undefined) return new Map();
      if (namespace === undefined) whole = names;
      else others.done.set(namespace, []);
      for (const [where, some] of names) others.done.set(where, some);
      return names;
    },
    async elsewhere(name) {
      const found =
        whole === undefined
          ? await findPullSecrets(reader.transport, name)
          : [...whole].flatMap(([namespace, here]) => (here.includes(name) ? [namespace] : [])).sort();
      if (found.length === 0) return undefined;
      const marks = whole === undefined ? (await copiesNamed(reader.transport, name)).values() : copies.namesakes(name);
      const places = new Set([...marks].map((mark) => mark.split('/', 1)[0] ?? ''));
      const [source, ...others] = found.filter((namespace) => places.has(namespace));
      return { namespaces: found, ...(source !== undefined && others.length === 0 && { source }) };
    },
  };
}

/** Connects for `work`. Throws an ApiError of `work` as a UserError. */
export async function withCollector<T>(
  flags: KubeFlags,
  io: Io,
  work: (collector: Collector) => Promise<T>,
): Promise<T> {
  const transport = await connect(flags, io);
  try {
    return await work(createCollector(transport));
  } catch (error) {
    throw error instanceof ApiError ? refusalOf(error) : error;
  } finally {
    transport.close();
  }
}

/** Adds the origin of each copy to its state, with the findings about that origin. */
function withOrigins(
  states: ReadonlyMap<string, SecretState>,
  origins: ReadonlyMap<string, CopyOrigin>,
  { serversOf }: CopyOrigins,
): ReadonlyMap<string, SecretState> {
  if (origins.size === 0) return states;
  return new Map(
    [...states].map(([key, state]) => {
      const copyOf = origins.get(key);
      if (copyOf === undefined || state.status !== 'there') return [key, state];
      const object = { kind: 'Secret', ...secretName(key) } as const;
      const source = states.get(secretKey(copyOf.namespace, copyOf.name));
      const servers = source?.status === 'there' ? loginServers(source.contents) : serversOf(copyOf);
      const sourceServers = copyOf.state === 'different' ? servers : undefined;
      return [
        key,
        { ...state, copyOf, sourceServers, findings: [...state.findings, ...originFindings(object, copyOf)] },
      ];
    }),
  );
}

function present<T>(map: ReadonlyMap<string, T | undefined>): Map<string, T> {
  return new Map([...map].flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])));
}

async function readAccount(reader: Reader, namespace: string, name: string): Promise<AccountState> {
  const kind = pullKind('ServiceAccount');
  const account = await readObject(reader, kind, { namespace, name });
  return account === 'forbidden' ? { status: 'forbidden' } : accountState(pullSpecOf(kind, account));
}

async function readOwner(reader: Reader, ref: ObjectRef): Promise<PullSpec | undefined> {
  const kind = pullKind(ref.kind);
  const found = await readObject(reader, kind, ref);
  if (found === 'forbidden') throw new UserError(`${describeRef(ref)} cannot be read`);
  return pullSpecOf(kind, found);
}

function accountState(account: PullSpec | undefined): AccountState {
  return account === undefined
    ? { status: 'missing' }
    : {
        status: 'there',
        imagePullSecrets: account.imagePullSecrets,
        enforced: isEnforced(account),
        annotations: Object.keys(account.annotations).filter((key) => !OF_TOOLS.test(key)),
      };
}

/** The domains of annotations that say who created an object. */
const OF_TOOLS = /^([^/]*\.)?(kubernetes|k8s|helm|argoproj|fluxcd|cattle|openshift)\.(io|sh)\//;

async function readNode(reader: Reader, name: string): Promise<NodeFacts | undefined> {
  const node = await readObject(reader, NODES, { name });
  if (node === 'forbidden') return undefined;
  const images = fieldOf(node, 'status', 'images');
  return {
    exists: node !== 'missing',
    version: `${fieldOf(node, 'status', 'nodeInfo', 'kubeletVersion') ?? ''}`,
    images: (Array.isArray(images) ? images : []).flatMap((image) => names(fieldOf(image, 'names'))),
  };
}

function names(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
}

interface Store<T> {
  /** The values that have been read, by key. */
  readonly done: Map<string, T>;
  once(key: string, read: () => Promise<T>): Promise<T>;
}

function createStore<T>(): Store<T> {
  const begun = oncePerKey<T>();
  const done = new Map<string, T>();
  return {
    done,
    async once(key, read) {
      const known = done.get(key);
      if (known !== undefined) return known;
      const value = await begun(key, read);
      if (!done.has(key)) done.set(key, value);
      return value;
    },
  };
}

/** The names of pull secrets, sorted. */
type NamesByNamespace = ReadonlyMap<string, readonly string[]>;

/** Reads the state of a Secret. For a missing one, finds the namespaces that have one of that name. Throws UserError. */
async function secretState(
  reader: Reader,
  id: SecretName,
  elsewhere: NamespaceSecrets['elsewhere'],
): Promise<SecretState> {
  if (!isObjectName(id.name)) return { status: 'missing' };
  const secret = await readSecret(reader, id);
  if (secret === 'forbidden') return { status: 'forbidden' };
  if (secret !== 'missing')
    return inPortions(knownSecret(secret, reader.transport.clock.now()), reader.transport.signal);
  const look = () => elsewhere(id.name);
  const found = await (reader.unread?.attempt(SECRETS, id, look, undefined) ?? look());
  return { status: 'missing', ...(found && { elsewhere: found }) };
}

/** The state of a Secret that has been read. Yields between its steps. */
function* knownSecret(secret: Secret, now: number): Generator<void, SecretState> {
  const diagnosed = yield* diagnoseBriefly(secret, now);
  yield;
  return { status: 'there', ...diagnosed, secret: packedSecret(secret) };
}

/** Hands each pull secret of a namespace, or of all namespaces, to `keep`. Returns undefined where listing is forbidden. */
async function pullSecretsByNamespace(
  reader: Reader,
  namespace: string | undefined,
  keep: (secret: Secret) => Generator<void>,
): Promise<NamesByNamespace | undefined> {
  const found = new Map<string, string[]>();
  const refused = await eachPullSecret(reader, namespace, (secret) => {
    const { namespace: where = '', name = '' } = secret.metadata;
    const names = found.get(where) ?? [];
    names.push(name);
    found.set(where, names);
    return keep(secret);
  });
  if (refused !== undefined) return undefined;
  for (const names of found.values()) names.sort();
  return found;
}

/** The Secret without the annotation of `kubectl apply`. Large values are compressed, and unpacked each time they are read. */
export function packedSecret(secret: Secret): Secret {
  return withPackedData(withoutApplied(secret));
}

function withoutApplied(secret: Secret): Secret {
  const { [LAST_APPLIED]: applied, ...annotations } = secret.metadata.annotations ?? {};
  return applied === undefined ? secret : { ...secret, metadata: { ...secret.metadata, annotations } };
}

function withPackedData(secret: Secret): Secret {
  const values = Object.entries(secret.data ?? {});
  if (values.every(([, { length }]) => length <= LARGE_TEXT)) return secret;
  const data = {};
  for (const [key, value] of values) {
    Object.defineProperty(data, key, {
      enumerable: true,
      get: value.length <= LARGE_TEXT ? () => value : packed(value),
    });
  }
  return { ...secret, data };
}

/** How many bytes may be unpacked before their garbage is collected. */
const GARBAGE_BYTES = 4 * 1024 * 1024;
let unpackedBytes = 0;

function packed(value: string): () => string {
  const bytes = deflateRawSync(Buffer.from(value, 'latin1'), { level: 1 });
  const { length } = value;
  return () => {
    unpackedBytes += length;
    if (unpackedBytes > GARBAGE_BYTES) {
      unpackedBytes = 0;
      collectGarbage();
    }
    return inflateRawSync(bytes).toString('latin1');
  };
}
