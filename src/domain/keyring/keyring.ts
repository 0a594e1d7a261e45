/**
 * The credentials a kubelet would try for an image, in its order (kubernetes pkg/credentialprovider: keyring.go,
 * secrets/secrets.go). What it passes over in silence is kept with the reason: that is the diagnosis.
 */
import { Base64Error, decodeBase64 } from '../go/base64.ts';
import { GoUrlError } from '../go/url.ts';
import { compareUtf8 } from '../go/utf8.ts';
import { hasIdentityToken, isAnonymous, type KubeletEntry } from './entry.ts';
import { ImageReferenceError, imageName, parseImage } from './image.ts';
import { formatKey, isDockerHub, matchesImage, parseKey } from './key.ts';
import { decodePayload, type Payload } from './payload.ts';
import { DATA_KEY, isPullSecretType, type PullSecretType, type Secret, type SecretContent } from './secret.ts';

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

/** Something that is passed over without a word: by the kubelet, or by the container runtime that it hands it to. */
export type Ignored = { readonly source: SecretSource } & (
  | { readonly reason: 'wrong type'; readonly type: string }
  | { readonly reason: 'no payload'; readonly dataKey: string }
  | { readonly reason: 'unreadable server'; readonly server: string; readonly error: string }
  /** It is tried, but without user name or password the image is pulled anonymously. */
  | { readonly reason: 'no credential'; readonly server: string; readonly identityToken: boolean }
);

export interface Keyring {
  /** In the order in which they are tried: by key, in reverse byte order; those of one key in the order of the Secrets. */
  readonly entries: readonly KeyringEntry[];
  readonly ignored: readonly Ignored[];
}

/** One entry that cannot be decoded makes the kubelet use no credential at all. The message is the kubelet's. */
export class KeyringError extends Error {
  readonly source: SecretSource;
  /** Of the entry at fault, undefined when the whole payload is. */
  readonly server: string | undefined;

  constructor(message: string, source: SecretSource, server?: string) {
    super(message);
    this.name = 'KeyringError';
    this.source = source;
    this.server = server;
  }
}

/** The keyring of a pod that lists `secrets`, in its order; throws {@link KeyringError} (`MakeDockerKeyring`). */
export function buildKeyring(secrets: readonly SecretContent[]): Keyring {
  const entries: KeyringEntry[] = [];
  const ignored: Ignored[] = [];
  for (const secret of secrets) {
    const source = sourceOf(secret);
    const type = secret.type ?? 'Opaque';
    if (!isPullSecretType(type)) {
      ignored.push({ source, reason: 'wrong type', type });
      continue;
    }
    const value = secret.data?.[DATA_KEY[type]];
    if (!value) {
      ignored.push({ source, reason: 'no payload', dataKey: DATA_KEY[type] });
      continue;
    }
    for (const [server, { login, node }] of decode(value, type, source)) {
      if ('error' in login) continue; // decode has thrown it
      const key = keyOf(server);
      if (key instanceof GoUrlError) ignored.push({ source, reason: 'unreadable server', server, error: key.message });
      else entries.push({ ...login, server, key, source });
      if (isAnonymous(login)) {
        ignored.push({ source, reason: 'no credential', server, identityToken: hasIdentityToken(node) });
      }
    }
  }
  return { entries: entries.toSorted((one, other) => compareUtf8(other.key, one.key)), ignored };
}

/**
 * The entries that are tried for `image` (as written in a pod), in order; empty: the image is pulled without a
 * credential. Throws ImageReferenceError (`BasicDockerKeyring.Lookup`).
 */
export function lookup(keyring: Keyring, image: string): KeyringEntry[] {
  const name = imageName(parseImage(image));
  const matching = keyring.entries.filter(({ key }) => matchesImage(key, name));
  if (matching.length > 0 || !isDockerHub(name)) return matching;
  return keyring.entries.filter(({ key }) => key === 'index.docker.io');
}

/** The payload under the data key of a Secret; throws {@link KeyringError} where it is not even base64. */
function decode(value: string, type: PullSecretType, source: SecretSource): Payload['entries'] {
  const { entries, failure } = decodePayload(bytesOf(value, source), type);
  if (failure !== undefined) throw new KeyringError(failure.error, source, failure.server);
  return entries;
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

function keyOf(server: string): string | GoUrlError {
  try {
    return formatKey(parseKey(server));
  } catch (error) {
    if (error instanceof GoUrlError) return error;
    throw error;
  }
}

export type SecretProblem =
  | { readonly reason: 'wrong type'; readonly type: string }
  | { readonly reason: 'no payload'; readonly dataKey: string }
  /** Decoding it fails, and with it every pull of the pods that name it. */
  | { readonly reason: 'spoils'; readonly message: string }
  | { readonly reason: 'no credential' };

/** Why `secret` opens nothing, or worse; undefined when it may open something. */
export function secretProblem(secret: Secret): SecretProblem | undefined {
  const type = secret.type ?? 'Opaque';
  if (!isPullSecretType(type)) return { reason: 'wrong type', type };
  if (!secret.data?.[DATA_KEY[type]]) return { reason: 'no payload', dataKey: DATA_KEY[type] };
  try {
    const { entries } = buildKeyring([secret]);
    return entries.some(hasCredential) ? undefined : { reason: 'no credential' };
  } catch (error) {
    if (error instanceof KeyringError) return { reason: 'spoils', message: error.message };
    throw error;
  }
}

/** Whether the kubelet has a credential to send for `image`, as written in a pod. */
export function opensImage(secret: Secret, image: string): boolean {
  try {
    return lookup(buildKeyring([secret]), image).some(hasCredential);
  } catch (error) {
    if (error instanceof KeyringError || error instanceof ImageReferenceError) return false;
    throw error;
  }
}

/** Without a user name, runtimes pull anonymously. */
function hasCredential({ username }: { readonly username: string }): boolean {
  return username !== '';
}
