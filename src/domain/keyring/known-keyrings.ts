/** Decodes each Secret once for many lists and images, which is most of the work. Of large Secrets, only little is kept. */
import { decodeBase64 } from '../go/base64.ts';
import { LARGE_TEXT } from '../go/json-node.ts';
import { decodeUtf8 } from '../go/utf8.ts';
import { ImageReferenceError } from './image.ts';
import { buildKeyring, buildKeyringFor, hostsOf, type Keyring, KeyringError, narrowKeyring } from './keyring.ts';
import { serversFor } from './match.ts';
import { DATA_KEY, isPullSecretType, type Secret } from './secret.ts';

/** The whole keyring. For a Secret with many entries, only what opens the images that were asked about. */
type Known = Keyring | KeyringError | Map<string, Keyring>;

const known = new WeakMap<Secret, Known>();

/** The keyring of `secret` for `image`; throws {@link KeyringError} and ImageReferenceError. */
export function keyringFor(secret: Secret, image: string): Keyring {
  const before = known.get(secret);
  if (before instanceof KeyringError) throw before;
  if (before !== undefined && !(before instanceof Map)) return before;
  const narrow = before?.get(image);
  if (narrow !== undefined) return narrow;
  for (const _ of lookUpAhead(secret, [image]));
  return keyringFor(secret, image);
}

/**
 * Decodes `secret` once for all these images, in steps. A text that is not an image is left out. With `isDecodable`, a Secret for
 * other registries is not decoded again.
 */
export function* lookUpAhead(secret: Secret, images: Iterable<string>, isDecodable = false): Generator<void> {
  const before = known.get(secret);
  if (before !== undefined && !(before instanceof Map)) return;
  const missing = [...images].filter((image) => before?.get(image) === undefined);
  if (missing.length === 0) return;
  // The data is read only once, because it may be packed.
  const unpacked = { ...secret, data: { ...secret.data } };
  const size = Object.values(unpacked.data).reduce((sum, { length }) => sum + length, 0);
  if (size <= LARGE_TEXT) {
    known.set(secret, keyringOrError(secret));
    return;
  }
  const isEmpty = isDecodable && isForOthers(missing, unpacked);
  const keyring = isEmpty ? { entries: [] } : yield* keyringForOrError(missing, unpacked);
  if (keyring instanceof KeyringError) {
    known.set(secret, keyring);
    return;
  }
  const byImage = before ?? new Map<string, Keyring>();
  known.set(secret, byImage);
  for (const image of missing) {
    const narrow = narrowOrNone(keyring, image);
    if (narrow !== undefined) byImage.set(image, narrow);
    yield;
  }
}

/**
 * Whether `secret`, which can be decoded, has nothing for these images: it contains neither the name of one of their hosts nor
 * anything that could match one. False where that cannot be seen without decoding it.
 */
function isForOthers(images: readonly string[], { type, data }: Secret): boolean {
  const value = isPullSecretType(type) ? data?.[DATA_KEY[type]] : undefined;
  return value === undefined || !serversFor(hostsOf(images)).test(decodeUtf8(decodeBase64(value)));
}

function* keyringForOrError(images: readonly string[], secret: Secret): Generator<void, Keyring | KeyringError> {
  try {
    return yield* buildKeyringFor(images, secret);
  } catch (error) {
    if (error instanceof KeyringError) return error;
    throw error;
  }
}

function keyringOrError(secret: Secret): Keyring | KeyringError {
  try {
    return buildKeyring([secret]);
  } catch (error) {
    if (error instanceof KeyringError) return error;
    throw error;
  }
}

function narrowOrNone(keyring: Keyring, image: string): Keyring | undefined {
  try {
    return narrowKeyring(keyring, image);
  } catch (error) {
    if (error instanceof ImageReferenceError) return undefined;
    throw error;
  }
}
