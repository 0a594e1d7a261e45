/** Each Secret is decoded once for many lists and images, which is most of the work; what is kept of large ones is little. */
import { ImageReferenceError } from './image.ts';
import { buildKeyring, type Keyring, KeyringError, narrowKeyring } from './keyring.ts';
import type { Secret } from './secret.ts';

/** A Secret with more entries may have 25,000 of them, and a namespace many such Secrets. */
export const MANY_ENTRIES = 500;

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

/** Decodes `secret` once for all these images, a step for each. What is no image is left out. */
export function* lookUpAhead(secret: Secret, images: Iterable<string>): Generator<void> {
  const before = known.get(secret);
  if (before !== undefined && !(before instanceof Map)) return;
  const keyring = keyringOrError(secret);
  if (keyring instanceof KeyringError || keyring.entries.length <= MANY_ENTRIES) {
    known.set(secret, keyring);
    return;
  }
  const byImage = before ?? new Map<string, Keyring>();
  known.set(secret, byImage);
  for (const image of images) {
    const narrow = byImage.get(image) ?? narrowOrNone(keyring, image);
    if (narrow !== undefined) byImage.set(image, narrow);
    yield;
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
