/** Whether a Secret is of any use as a pull secret. */
import { ImageReferenceError } from './image.ts';
import { buildKeyring, KeyringError, lookup } from './keyring.ts';
import { DATA_KEY, isPullSecretType, type Secret } from './secret.ts';

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
