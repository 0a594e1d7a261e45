/** Each Secret is decoded once for many lists and images, which is most of the work; what is kept of large ones is little. */
import { decodeBase64 } from '../go/base64.ts';
import { LARGE_TEXT } from '../go/json-node.ts';
import { decodeUtf8 } from '../go/utf8.ts';
import { ImageReferenceError } from './image.ts';
import { buildKeyring, buildKeyringFor, hostsOf, type Keyring, KeyringError, narrowKeyring } from './keyring.ts';
import { serversFor } from './match.ts';
import { DATA_KEY, isPullSecretType, type Secret } from './secret.ts';

/** All of it, or of one with many entries what opens the images that were asked about. */
type Known = Keyring | KeyringError | Map<string, Keyring>;

const known = new WeakMap<Secret, Known>();

/** What `secret` has for `image`; throws {@link KeyringError} and ImageReferenceError. */
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
 * Decodes `secret` once for all these images, in steps. What is no image is left out. Where it is known to be decodable, one
 * that is for other registries is not decoded again.
 */
export function* lookUpAhead(secret: Secret, images: Iterable<string>, isDecodable = false): Generator<void> {
  const before = known.get(secret);
  if (before !== undefined && !(before instanceof Map)) return;
  const missing = [...images].filter((image) => before?.get(image) === undefined);
  if (missing.length === 0) return;
  // Read once, for it may be packed.
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
 * Whether `secret`, which can be decoded, has nothing for these images: nowhere in it stands the name of one of their hosts, or
 * what could stand for one. False where that is not to be seen without decoding it.
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
