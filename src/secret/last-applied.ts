/** The annotation in which `kubectl apply` keeps all that was applied, with its logins (kubectl pkg/util/apply.go). */
import { encodeBase64 } from '../codec/go/base64.ts';
import { objectIn } from '../codec/go/json.ts';
import { encodeUtf8 } from '../codec/go/utf8.ts';
import { type Command, command } from '../line/command.ts';
import { nameWord, scope } from '../line/object-name.ts';
import { type Contents, contentsOf } from './contents.ts';
import type { PasswordLogin } from './credential.ts';
import { isAnonymous } from './keyring.ts';
import { DATA_KEY, isPullSecretType, type Secret } from './secret.ts';
import { finished } from './steps.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The logins in that annotation of `secret`. None if it is no JSON, or has another form. Yields between steps. */
export function* lastAppliedLogins(secret: Secret): Generator<void, PasswordLogin[]> {
  const data = appliedData(secret);
  if (data === undefined) return [];
  const { entries } = yield* contentsOf({ type: secret.type ?? '', data });
  return entries.flatMap(({ login }) => (login === undefined || isAnonymous(login) ? [] : [login]));
}

/** What was applied under the data key of its type. Undefined if nothing was, or the Secret is no pull secret. */
function appliedData({ metadata, type }: Secret): Readonly<Record<string, string>> | undefined {
  const text = metadata.annotations?.[LAST_APPLIED];
  if (text === undefined || !isPullSecretType(type)) return undefined;
  const { data, stringData } = objectIn(text) ?? {};
  const key = DATA_KEY[type];
  // If there are both, the API server takes the plain text.
  const plain = fieldIn(stringData, key);
  const value = plain === undefined ? fieldIn(data, key) : encodeBase64(encodeUtf8(plain));
  return value === undefined ? undefined : { [key]: value };
}

/**
 * Whether that annotation holds a login that the data of `secret`, read as `contents`, no longer holds. Everybody who may read
 * the Secret can read that login, although it was replaced. Yields between steps.
 */
export function* holdsOldLogin(secret: Secret, contents: Contents): Generator<void, boolean> {
  if (!isPullSecretType(contents.type) || contents.moreEntries !== undefined) return false;
  // Nobody knows which logins a payload holds that cannot be decoded.
  if (contents.failure !== undefined && contents.failure.server === undefined) return false;
  const data = appliedData(secret);
  // The usual case: nobody has changed the Secret since it was applied.
  if (data === undefined || Object.entries(data).every(([key, value]) => secret.data?.[key] === value)) return false;
  const applied = yield* lastAppliedLogins(secret);
  if (applied.length === 0) return false;
  const present = new Set(contents.entries.flatMap(({ login }) => (login === undefined ? [] : [loginKey(login)])));
  return applied.some((login) => !present.has(loginKey(login)));
}

/** {@link holdsOldLogin} for `secret` after `patch`, a JSON merge patch (RFC 7386). */
export function willHoldOldLogin(secret: Secret, patch: object = {}): boolean {
  if (secret.metadata.annotations?.[LAST_APPLIED] === undefined) return false;
  const changed = 'data' in patch ? (patch.data as Readonly<Record<string, string | null>>) : {};
  const data = Object.fromEntries(
    Object.entries({ ...secret.data, ...changed }).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
  const after = { ...secret, data };
  return finished(holdsOldLogin(after, finished(contentsOf(after))));
}

/** A key that is equal for equal logins. */
export function loginKey({ username, password }: PasswordLogin): string {
  return JSON.stringify([username, password]);
}

function fieldIn(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const text = Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** Removes that annotation from Secrets of a namespace. The next `kubectl apply` writes it again. */
export function forgetApplied(names: readonly string[], namespace: string | undefined): Command {
  const annotation = `${LAST_APPLIED}-`;
  return command`kubectl annotate secret ${names.map(nameWord)} ${scope(namespace)} ${annotation}`;
}
