/**
 * Which credentials a kubelet tries for an image, in its order (kubernetes pkg/credentialprovider: keyring.go,
 * secrets/secrets.go). The rest of the program looks credentials up here; how a payload is decoded (payload.ts) and how a key is
 * compared with an image (match.ts) is nobody else's business.
 */
import { Base64Error, decodeBase64, readBase64 } from '../codec/go/base64.ts';
import { LARGE_TEXT } from '../codec/go/json.ts';
import { compareUtf8, decodeUtf8 } from '../codec/go/utf8.ts';
import { ImageReferenceError, imageName, nameOfImage, parseImage } from './image.ts';
import { keyOf } from './key.ts';
import { isDockerHub, type KeyParts, matchesParts, partsOf, serversFor } from './match.ts';
import { decodePayload, isAnonymous, type KubeletEntry, readKubeletEntry } from './payload.ts';
import { DATA_KEY, isPullSecretType, type Secret, type SecretContent } from './secret.ts';
import { finished, STEP_ENTRIES } from './steps.ts';

export { isDockerHub, isFor, matchesImage } from './match.ts';
export { authField, hasOtherLogin, isAnonymous, isTokenField, type KubeletEntry, readKubeletEntry } from './payload.ts';

/** Where a credential comes from. */
export interface SecretSource {
  readonly namespace?: string;
  readonly name: string;
}

export interface KeyringEntry extends KubeletEntry {
  /** As it is written in the Secret. */
  readonly server: string;
  /** As the kubelet compares it. */
  readonly key: string;
  readonly source: SecretSource;
}

export interface Keyring {
  /** In the order in which they are tried: by key in reverse byte order. Entries of one key are in the order of the Secrets. */
  readonly entries: readonly KeyringEntry[];
  /** The same entries, indexed: a Secret may have thousands of entries, and many pods. Undefined for a few entries. */
  readonly index?: KeyringIndex | undefined;
}

interface KeyringIndex {
  /** Entries without a wildcard in their host, by {@link hostOf} and then by path. */
  readonly byHost: ReadonlyMap<string, ReadonlyMap<string, readonly KeyringEntry[]>>;
  readonly wildcards: readonly IndexedEntry[];
  /** Entries for images of Docker Hub that no other entry opens. */
  readonly hub: readonly KeyringEntry[];
}

interface IndexedEntry {
  readonly entry: KeyringEntry;
  readonly parts: KeyParts;
}

/** One entry that cannot be decoded makes the kubelet use no credential at all. The message is the kubelet's. */
export class KeyringError extends Error {
  readonly source: SecretSource;
  /** The server of the entry at fault, undefined when the whole payload is at fault. */
  readonly server: string | undefined;

  constructor(message: string, source: SecretSource, server?: string) {
    super(message);
    this.name = 'KeyringError';
    this.source = source;
    this.server = server;
  }
}

/**
 * The keyring of a pod that lists `secrets`, in its order; throws {@link KeyringError} (`MakeDockerKeyring`). Entries that the
 * kubelet silently ignores are left out; `diagnose` says why.
 */
export function buildKeyring(secrets: readonly SecretContent[]): Keyring {
  const sorted = inOrder(secrets.flatMap((secret) => finished(entriesIn(secret, keyOf))));
  return { entries: sorted, index: indexOf(sorted) };
}

/**
 * The keyring of one Secret for images of these names. Entries that open none of them may be left out, so that few of thousands
 * remain. Yields after every few hundred entries. Throws {@link KeyringError}.
 */
export function* buildKeyringFor(names: readonly string[], secret: SecretContent): Generator<void, Keyring> {
  const hosts = hostsOf(names);
  const servers = serversFor(hosts);
  const keyFor = (server: string) =>
    servers.test(server) && mayOpen(keyOf(server), hosts) ? keyOf(server) : undefined;
  const sorted = inOrder(yield* entriesIn(secret, keyFor));
  yield;
  return { entries: sorted, index: indexOf(sorted) };
}

/** The entries for whose server `wantedKey` returns a key. Throws {@link KeyringError}. */
function* entriesIn(secret: SecretContent, wantedKey: typeof keyOf): Generator<void, KeyringEntry[]> {
  const { type, data, metadata: { namespace, name = '' } = {} } = secret;
  const source = namespace === undefined ? { name } : { namespace, name };
  const value = isPullSecretType(type) ? data?.[DATA_KEY[type]] : undefined;
  if (!isPullSecretType(type) || !value) return [];
  const bytes = readBase64(value);
  // The API server accepts no such Secret, but a manifest may hold it.
  if (bytes instanceof Base64Error) throw new KeyringError(bytes.message, source);
  yield;
  const { document, entries, failure } = yield* decodePayload(bytes, type);
  if (failure !== undefined) throw new KeyringError(failure.error, source, failure.server);
  const found: KeyringEntry[] = [];
  let count = 0;
  for (const [server, node] of entries) {
    count += 1;
    if (count % STEP_ENTRIES === 0) yield;
    const key = wantedKey(server);
    const login = key === undefined ? undefined : readKubeletEntry(document, node);
    // A login that cannot be decoded is a failure of the payload.
    if (key !== undefined && login !== undefined && !('error' in login)) found.push({ ...login, server, key, source });
  }
  return found;
}

function mayOpen(key: string | undefined, hosts: ReadonlySet<string>): boolean {
  if (key === 'index.docker.io') return true;
  const parts = key === undefined ? undefined : partsOf(key);
  return parts !== undefined && (hasWildcard(parts) || hosts.has(hostOf(parts)));
}

/** The registries of images of these names, as labels and port. */
function hostsOf(names: readonly string[]): ReadonlySet<string> {
  const all = names.map(partsOf);
  return new Set(all.flatMap((parts) => (parts === undefined ? [] : [hostOf(parts)])));
}

function hasWildcard({ labels }: KeyParts): boolean {
  return labels.some((label) => /[*?[\\]/.test(label));
}

function hostOf({ labels, port }: KeyParts): string {
  return `${labels.join('.')}:${port}`;
}

function inOrder(entries: readonly KeyringEntry[]): KeyringEntry[] {
  return entries.toSorted((one, other) => compareUtf8(other.key, one.key));
}

/** Up to this many entries are searched one by one: an index takes more memory than they do. */
const FEW = 16;

function indexOf(entries: readonly KeyringEntry[]): KeyringIndex | undefined {
  if (entries.length <= FEW) return undefined;
  const byHost = new Map<string, Map<string, KeyringEntry[]>>();
  const wildcards: IndexedEntry[] = [];
  for (const entry of entries) {
    const parts = partsOf(entry.key);
    if (parts === undefined) continue;
    if (hasWildcard(parts)) {
      wildcards.push({ entry, parts });
      continue;
    }
    const host = hostOf(parts);
    const byPath = byHost.get(host) ?? new Map<string, KeyringEntry[]>();
    byHost.set(host, byPath);
    const same = byPath.get(parts.path) ?? [];
    byPath.set(parts.path, same);
    same.push(entry);
  }
  return { byHost, wildcards, hub: hubOf(entries) };
}

function hubOf(entries: readonly KeyringEntry[]): KeyringEntry[] {
  return entries.filter(({ key }) => key === 'index.docker.io');
}

/**
 * The entries that are tried for `image` (as written in a pod), in order; empty: the image is pulled without a
 * credential. Throws ImageReferenceError (`BasicDockerKeyring.Lookup`).
 */
export function lookup(keyring: Keyring, image: string): KeyringEntry[] {
  const name = imageName(parseImage(image));
  return inTurn(name, [openingOf(keyring, name)]);
}

/**
 * {@link lookup} for a pod that lists `secrets`. Each is decoded once for many lists and images, which is most of the work. Throws
 * {@link KeyringError} and ImageReferenceError.
 */
export function lookupIn(secrets: readonly Secret[], image: string): KeyringEntry[] {
  const name = imageName(parseImage(image));
  const openings = secrets.map((secret) => knownOpening(secret, name));
  return inTurn(name, openings);
}

/** Whether the kubelet has a credential to send for `image`, as written in a pod. */
export function opensImage(secret: Secret, image: string): boolean {
  try {
    return lookupIn([secret], image).some((entry) => !isAnonymous(entry));
  } catch (error) {
    if (error instanceof KeyringError || error instanceof ImageReferenceError) return false;
    throw error;
  }
}

/** What the Secrets of one keyring have for an image. */
interface Opening {
  readonly matching: readonly KeyringEntry[];
  /** For an image of Docker Hub, if no entry of any keyring matches. */
  readonly hub: readonly KeyringEntry[];
}

function inTurn(name: string, openings: readonly Opening[]): KeyringEntry[] {
  const all = openings.flatMap(({ matching }) => matching);
  return inOrder(all.length > 0 || !isDockerHub(name) ? all : openings.flatMap(({ hub }) => hub));
}

function openingOf({ entries, index }: Keyring, name: string): Opening {
  const target = partsOf(name);
  const hub = index?.hub ?? hubOf(entries);
  if (target === undefined) return { matching: [], hub };
  return {
    matching: index === undefined ? entries.filter(({ key }) => opens(key, target)) : search(index, target),
    hub,
  };
}

function search({ byHost, wildcards }: KeyringIndex, target: KeyParts): KeyringEntry[] {
  const byPath = byHost.get(hostOf(target));
  // A path opens every path that begins with it. One host may have thousands of paths.
  const prefixes = Array.from({ length: target.path.length + 1 }, (_, length) => target.path.slice(0, length));
  const exact = prefixes.flatMap((path) => byPath?.get(path) ?? []);
  return [...exact, ...wildcards.flatMap(({ entry, parts }) => (matchesParts(parts, target) ? [entry] : []))];
}

function opens(key: string, target: KeyParts): boolean {
  const parts = partsOf(key);
  return parts !== undefined && matchesParts(parts, target);
}

/** What is kept of a Secret: its keyring or, if the Secret is large, only what it has for the images that were asked about. */
const known = new WeakMap<Secret, Keyring | KeyringError | Map<string, Opening>>();

function knownOpening(secret: Secret, name: string): Opening {
  const before = known.get(secret);
  if (before instanceof KeyringError) throw before;
  if (before !== undefined && !(before instanceof Map)) return openingOf(before, name);
  const opening = before?.get(name);
  if (opening !== undefined) return opening;
  finished(decodeOnce(secret, [name], false));
  return knownOpening(secret, name);
}

/**
 * Decodes `secret` once for all these images, in steps. A text that is not an image is left out. With `isDecodable`, a Secret for
 * other registries is not decoded again.
 */
export function* lookUpAhead(secret: Secret, images: Iterable<string>, isDecodable: boolean): Generator<void> {
  const names = new Set([...images].flatMap((image) => nameOfImage(image) ?? []));
  yield* decodeOnce(secret, [...names], isDecodable);
}

function* decodeOnce(secret: Secret, names: readonly string[], isDecodable: boolean): Generator<void> {
  const before = known.get(secret);
  if (before !== undefined && !(before instanceof Map)) return;
  const missing = names.filter((name) => !before?.has(name));
  if (missing.length === 0) return;
  // The data is read only once, because it may be packed.
  const unpacked = { ...secret, data: { ...secret.data } };
  const isSmall = Object.values(unpacked.data).reduce((sum, { length }) => sum + length, 0) <= LARGE_TEXT;
  const isEmpty = isDecodable && !isSmall && isForOthers(missing, unpacked);
  const keyring = isEmpty ? { entries: [] } : yield* keyringOrError(unpacked, isSmall ? undefined : missing);
  if (isSmall || keyring instanceof KeyringError) {
    known.set(secret, keyring);
    return;
  }
  const byName = before ?? new Map<string, Opening>();
  known.set(secret, byName);
  for (const name of missing) {
    byName.set(name, openingOf(keyring, name));
    yield;
  }
}

/**
 * Whether `secret`, which can be decoded, has nothing for these images: it contains neither the name of one of their hosts nor
 * anything that could match one. False where that cannot be seen without decoding it.
 */
function isForOthers(names: readonly string[], { type, data }: Secret): boolean {
  const value = isPullSecretType(type) ? data?.[DATA_KEY[type]] : undefined;
  return value === undefined || !serversFor(hostsOf(names)).test(decodeUtf8(decodeBase64(value)));
}

/** The whole keyring, or the one for images of these names. */
function* keyringOrError(secret: Secret, names?: readonly string[]): Generator<void, Keyring | KeyringError> {
  try {
    return names === undefined ? buildKeyring([secret]) : yield* buildKeyringFor(names, secret);
  } catch (error) {
    if (error instanceof KeyringError) return error;
    throw error;
  }
}
