/**
 * The credentials a kubelet would try for an image, in its order (kubernetes pkg/credentialprovider: keyring.go,
 * secrets/secrets.go).
 */
import { Base64Error, decodeBase64 } from '../go/base64.ts';
import { compareUtf8 } from '../go/utf8.ts';
import { decodeKubeletEntry, isAnonymous, type KubeletEntry } from './entry.ts';
import { ImageReferenceError, imageName, parseImage } from './image.ts';
import { keyOf } from './key.ts';
import { isDockerHub, type KeyParts, matchesParts, partsOf, serversFor } from './match.ts';
import { decodePayload, type Payload } from './payload.ts';
import { DATA_KEY, isPullSecretType, type PullSecretType, type Secret, type SecretContent } from './secret.ts';
import { finished, STEP_ENTRIES } from './steps.ts';

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

/** The entries for whose server `wantedKey` returns a key. Throws {@link KeyringError}. */
function* entriesIn(secret: SecretContent, wantedKey: typeof keyOf): Generator<void, KeyringEntry[]> {
  const source = sourceOf(secret);
  const { type } = secret;
  const value = isPullSecretType(type) ? secret.data?.[DATA_KEY[type]] : undefined;
  if (!isPullSecretType(type) || !value) return [];
  const { document, entries } = yield* decode(value, type, source);
  const found: KeyringEntry[] = [];
  let count = 0;
  for (const [server, node] of entries) {
    count += 1;
    if (count % STEP_ENTRIES === 0) yield;
    const key = wantedKey(server);
    // `decode` has already thrown for a login that cannot be decoded.
    if (key !== undefined) found.push({ ...decodeKubeletEntry(document, node), server, key, source });
  }
  return found;
}

/**
 * The keyring of one Secret for these images. Entries that open none of them may be left out, so that few of thousands remain.
 * Yields after every few hundred entries. Throws {@link KeyringError}.
 */
export function* buildKeyringFor(images: readonly string[], secret: SecretContent): Generator<void, Keyring> {
  const hosts = hostsOf(images);
  const servers = serversFor(hosts);
  const keyFor = (server: string) =>
    servers.test(server) && mayOpen(keyOf(server), hosts) ? keyOf(server) : undefined;
  const sorted = inOrder(yield* entriesIn(secret, keyFor));
  yield;
  return { entries: sorted, index: indexOf(sorted) };
}

function mayOpen(key: string | undefined, hosts: ReadonlySet<string>): boolean {
  if (key === 'index.docker.io') return true;
  const parts = key === undefined ? undefined : partsOf(key);
  return parts !== undefined && (hasWildcard(parts) || hosts.has(hostOf(parts)));
}

/** The registries of these images, as labels and port. A text that is not an image has none. */
export function hostsOf(images: readonly string[]): ReadonlySet<string> {
  return new Set(images.flatMap(imageHost));
}

function imageHost(image: string): string[] {
  try {
    const parts = partsOf(imageName(parseImage(image)));
    return parts === undefined ? [] : [hostOf(parts)];
  } catch (error) {
    if (error instanceof ImageReferenceError) return [];
    throw error;
  }
}

function hasWildcard({ labels }: KeyParts): boolean {
  return labels.some((label) => /[*?[\\]/.test(label));
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
  return { byHost, wildcards, hub: entries.filter(isHub) };
}

function hostOf({ labels, port }: KeyParts): string {
  return `${labels.join('.')}:${port}`;
}

/** `keyring` with only the entries that may be tried for `image`: small, whatever else it has. Throws ImageReferenceError. */
export function narrowKeyring(keyring: Keyring, image: string): Keyring {
  const target = partsOf(imageName(parseImage(image)));
  const matching = target === undefined ? [] : matchingIn(keyring, target);
  const entries = inOrder([...new Set([...matching, ...hubIn(keyring)])]);
  return { entries, index: indexOf(entries) };
}

/**
 * The entries that are tried for `image` (as written in a pod), in order; empty: the image is pulled without a
 * credential. Throws ImageReferenceError (`BasicDockerKeyring.Lookup`).
 */
export function lookup(keyring: Keyring, image: string): KeyringEntry[] {
  return lookupInAll([keyring], image);
}

/** {@link lookup} in the keyring of a list whose Secrets have been decoded one by one. */
export function lookupInAll(keyrings: readonly Keyring[], image: string): KeyringEntry[] {
  const name = imageName(parseImage(image));
  const target = partsOf(name);
  const matching = target === undefined ? [] : keyrings.flatMap((keyring) => matchingIn(keyring, target));
  if (matching.length > 0 || !isDockerHub(name)) return inOrder(matching);
  return inOrder(keyrings.flatMap(hubIn));
}

function hubIn({ entries, index }: Keyring): readonly KeyringEntry[] {
  return index?.hub ?? entries.filter(isHub);
}

function isHub({ key }: KeyringEntry): boolean {
  return key === 'index.docker.io';
}

function matchingIn({ entries, index }: Keyring, target: KeyParts): KeyringEntry[] {
  if (index === undefined) return entries.filter(({ key }) => opens(key, target));
  const { byHost, wildcards } = index;
  const byPath = byHost.get(hostOf(target)) ?? new Map<string, readonly KeyringEntry[]>();
  // A path opens every path that begins with it. One host may have thousands of paths.
  const exact = prefixesOf(target.path).flatMap((path) => byPath.get(path) ?? []);
  return [...exact, ...wildcards.flatMap(({ entry, parts }) => (matchesParts(parts, target) ? [entry] : []))];
}

function opens(key: string, target: KeyParts): boolean {
  const parts = partsOf(key);
  return parts !== undefined && matchesParts(parts, target);
}

function prefixesOf(path: string): string[] {
  return Array.from({ length: path.length + 1 }, (_, length) => path.slice(0, length));
}

/** The payload under the data key of a Secret; throws {@link KeyringError} where it is not even base64. */
function* decode(
  value: string,
  type: PullSecretType,
  source: SecretSource,
): Generator<void, Extract<Payload, { failure: undefined }>> {
  const bytes = bytesOf(value, source);
  yield;
  const payload = yield* decodePayload(bytes, type);
  if (payload.failure !== undefined) throw new KeyringError(payload.failure.error, source, payload.failure.server);
  return payload;
}

function bytesOf(value: string, source: SecretSource): Uint8Array {
  try {
    return decodeBase64(value);
  } catch (error) {
    // The API server accepts no such Secret, but a manifest may hold it.
    if (error instanceof Base64Error) throw new KeyringError(error.message, source);
    throw error;
  }
}

function sourceOf({ metadata: { namespace, name = '' } = {} }: SecretContent): SecretSource {
  return namespace === undefined ? { name } : { namespace, name };
}

/** Whether the kubelet has a credential to send for `image`, as written in a pod. */
export function opensImage(secret: Secret, image: string): boolean {
  try {
    return lookup(buildKeyring([secret]), image).some((entry) => !isAnonymous(entry));
  } catch (error) {
    if (error instanceof KeyringError || error instanceof ImageReferenceError) return false;
    throw error;
  }
}
