/** What `kubectl apply` keeps of a Secret beside it: all that was applied, with its logins (kubectl pkg/util/apply.go). */
import { encodeBase64 } from '../go/base64.ts';
import { encodeUtf8 } from '../go/utf8.ts';
import { type Contents, contentsOf } from '../keyring/contents.ts';
import { isAnonymous } from '../keyring/entry.ts';
import { DATA_KEY, isPullSecretType, type Secret } from '../keyring/secret.ts';
import { finished } from '../keyring/steps.ts';
import { type Command, command } from '../text/command.ts';
import { nameWord, scope } from '../text/object-name.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

interface Login {
  readonly username: string;
  readonly password: string;
}

/** The logins in that annotation of `secret`. One that is no JSON, or of another form, has none that can be told. In steps. */
export function* lastAppliedLogins(secret: Secret): Generator<void, Login[]> {
  const data = appliedData(secret);
  if (data === undefined) return [];
  const { entries } = yield* contentsOf({ type: secret.type ?? '', data });
  return entries.flatMap(({ login }) => (login === undefined || isAnonymous(login) ? [] : [login]));
}

/** What was applied under the key of its type; undefined where nothing was, or the Secret is no pull secret. */
function appliedData({ metadata, type }: Secret): Readonly<Record<string, string>> | undefined {
  const text = metadata.annotations?.[LAST_APPLIED];
  if (text === undefined || !isPullSecretType(type)) return undefined;
  const { data, stringData } = parsed(text);
  const key = DATA_KEY[type];
  // The API server takes the plain text where there are both.
  const plain = fieldIn(stringData, key);
  const value = plain === undefined ? fieldIn(data, key) : encodeBase64(encodeUtf8(plain));
  return value === undefined ? undefined : { [key]: value };
}

/**
 * Whether that annotation holds a login that the data of `secret`, which is `contents`, does not hold: everybody who may read the
 * Secret has it, although it was replaced. In steps.
 */
export function* holdsOldLogin(secret: Secret, contents: Contents): Generator<void, boolean> {
  if (!isPullSecretType(contents.type) || contents.moreEntries !== undefined) return false;
  // Of what cannot be read nobody knows what it holds.
  if (contents.failure !== undefined && contents.failure.server === undefined) return false;
  const data = appliedData(secret);
  // As it is wherever manifests are applied, and nothing else is.
  if (data === undefined || Object.entries(data).every(([key, value]) => secret.data?.[key] === value)) return false;
  const applied = yield* lastAppliedLogins(secret);
  if (applied.length === 0) return false;
  const present = new Set(contents.entries.flatMap(({ login }) => (login === undefined ? [] : [loginKey(login)])));
  return applied.some((login) => !present.has(loginKey(login)));
}

/** {@link holdsOldLogin} of what `patch`, a JSON merge patch (RFC 7386), makes of `secret`. */
export function willHoldOldLogin(secret: Secret, patch: object = {}): boolean {
  if (secret.metadata.annotations?.[LAST_APPLIED] === undefined) return false;
  const changed = 'data' in patch ? (patch.data as Readonly<Record<string, string | null>>) : {};
  const data = Object.fromEntries(
    Object.entries({ ...secret.data, ...changed }).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
  const after = { ...secret, data };
  return finished(holdsOldLogin(after, finished(contentsOf(after))));
}

/** The same for the same login. */
export function loginKey({ username, password }: Login): string {
  return JSON.stringify([username, password]);
}

function parsed(text: string): { readonly data?: unknown; readonly stringData?: unknown } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

function fieldIn(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const text = Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
  return typeof text === 'string' ? text : undefined;
}

/** Takes away what `kubectl apply` remembers of these Secrets of a namespace; the next one writes it anew. */
export function forgetApplied(names: readonly string[], namespace: string | undefined): Command {
  const annotation = `${LAST_APPLIED}-`;
  return command`kubectl annotate secret ${names.map(nameWord)} ${scope(namespace)} ${annotation}`;
}
