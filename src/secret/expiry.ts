/** When credentials expire, as far as they say so themselves or the annotation of the Secret does. */

import { base64OrOffset } from '../codec/go/base64.ts';
import { objectIn } from '../codec/go/json.ts';
import { byKey, decodeUtf8 } from '../codec/go/utf8.ts';
import { trimEnd } from '../text/trim.ts';
import type { ContentEntry } from './contents.ts';
import type { AuthEntry, PasswordLogin } from './credential.ts';
import type { Secret } from './secret.ts';

/** Annotation on our Secrets: a JSON object from server to the time its credential expires (RFC 3339, UTC). */
export const EXPIRES_AT = 'regsecret/expires-at';

export interface Expiry {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What is known about the kind of credential, to follow "expires at …". */
  readonly why: string;
}

const HOUR = 3_600_000;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The expiry of the credential of `entry`, undefined when nothing is known. `now` is in milliseconds; `env` tells CI job
 * tokens apart from other passwords.
 */
export function expiryOf(entry: AuthEntry, env: Environment, now: number): Expiry | undefined {
  if (!('password' in entry.credential)) return undefined;
  const { username, password } = entry.credential;
  const claimed = jwtExpiry(password);
  if (claimed !== undefined) return { at: claimed, why: 'according to the token (exp)' };
  if (username === 'AWS') {
    return { at: ecrExpiry(password) ?? now + 12 * HOUR, why: 'passwords of Amazon ECR last 12 hours' };
  }
  if (password === '') return undefined;
  if (password === env.GITHUB_TOKEN && env.GITHUB_ACTIONS === 'true') {
    return { at: now + 24 * HOUR, why: 'GITHUB_TOKEN ends with its job, after 24 hours at the latest' };
  }
  if (password === env.CI_JOB_TOKEN) return { at: jobEnd(env, now), why: 'CI_JOB_TOKEN ends with its job' };
  return undefined;
}

/** When a login expires by what it says itself, in milliseconds since 1970: a JSON web token, or a password of Amazon ECR. */
export function claimedEnd({ username, password }: PasswordLogin): number | undefined {
  return jwtExpiry(password) ?? (username === 'AWS' ? ecrExpiry(password) : undefined);
}

/** When logins expire, by server, in milliseconds since 1970: as they say themselves, or the annotation {@link EXPIRES_AT}. */
export function knownEnds(entries: readonly AuthEntry[], annotation: string | undefined): Map<string, number> {
  const ends = new Map([...parseExpiries(annotation)].map(([server, end]) => [server, Date.parse(end)]));
  for (const { server, credential } of entries) {
    const end = 'password' in credential ? claimedEnd(credential) : undefined;
    if (end !== undefined) ends.set(server, end);
  }
  return ends;
}

/** The `exp` claim of a JSON web token (RFC 7519 section 4.1.4) in milliseconds. */
function jwtExpiry(token: string): number | undefined {
  return secondsIn(claimsOf(token), 'exp');
}

/** ECR passwords are base64 of a JSON object that names its expiration, in seconds. */
function ecrExpiry(password: string): number | undefined {
  return secondsIn(jsonObject(trimEnd(password, '=')), 'expiration');
}

function secondsIn(claims: Readonly<Record<string, unknown>> | undefined, field: string): number | undefined {
  const seconds = claims?.[field];
  const representable = typeof seconds === 'number' && seconds > 0 && seconds < 8.64e12;
  return representable ? seconds * 1000 : undefined;
}

/** GitLab gives the start of a job, and its limit in seconds. The default limit is one hour. */
function jobEnd(env: Environment, now: number): number {
  const started = Date.parse(env.CI_JOB_STARTED_AT ?? '');
  const limit = Number(env.CI_JOB_TIMEOUT ?? '');
  return (Number.isNaN(started) ? now : started) + (limit > 0 ? limit * 1000 : HOUR);
}

/** The value of {@link EXPIRES_AT}: what `existing` says about other servers, and what is known about `entries`. */
export function expiryAnnotation(
  existing: string | undefined,
  entries: ReadonlyMap<string, Expiry | undefined>,
): string | undefined {
  const known = parseExpiries(existing);
  for (const [server, expiry] of entries) {
    if (expiry === undefined) known.delete(server);
    else known.set(server, new Date(Math.floor(expiry.at / 1000) * 1000).toISOString().replace('.000Z', 'Z'));
  }
  if (known.size === 0) return undefined;
  return JSON.stringify(Object.fromEntries([...known].sort(byKey)));
}

/** The JSON merge patch (RFC 7386) for the annotation {@link EXPIRES_AT} of `secret`, if the Secret is still as it was read. */
export function expiryPatch({ metadata: { resourceVersion, annotations } }: Secret, after: string | undefined): object {
  const isSame = annotations?.[EXPIRES_AT] === after;
  return { metadata: { resourceVersion, ...(isSame ? {} : { annotations: { [EXPIRES_AT]: after ?? null } }) } };
}

/** The annotation of a new Secret with `entries`. Undefined if no expiry is known. */
export function expiryAnnotations(
  entries: ReadonlyMap<string, Expiry | undefined>,
): Readonly<Record<string, string>> | undefined {
  const ends = expiryAnnotation(undefined, entries);
  return ends === undefined ? undefined : { [EXPIRES_AT]: ends };
}

/** The times in an annotation, by server. A Map, since a server may be called like a member of every object. Empty if not ours. */
export function parseExpiries(annotation: string | undefined): Map<string, string> {
  const isTime = (pair: [string, unknown]): pair is [string, string] =>
    typeof pair[1] === 'string' && !Number.isNaN(Date.parse(pair[1]));
  return new Map(Object.entries(objectIn(annotation) ?? {}).filter(isTime));
}

export interface End {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: 'itself' | 'annotation';
}

/**
 * When each credential of a Secret expires: by what it says itself, else by what we noted when we wrote it. The annotation is
 * read once, because there may be thousands of entries.
 */
export function endsIn({ metadata }: Secret): (entry: ContentEntry) => End | undefined {
  const times = parseExpiries(metadata.annotations?.[EXPIRES_AT]);
  return ({ server, login }) => {
    const claimed = login === undefined ? undefined : claimedEnd(login);
    if (claimed !== undefined) return { at: claimed, by: 'itself' };
    const noted = times.get(server);
    return noted === undefined ? undefined : { at: Date.parse(noted), by: 'annotation' };
  };
}

/** The claims of `token` (RFC 7519). We do not have the key, so the signature is not checked. Undefined if it is no JSON web token. */
export function claimsOf(token: string): Readonly<Record<string, unknown>> | undefined {
  const payload = /^eyJ[\w-]*\.(eyJ[\w-]*)\.[\w-]*$/.exec(token)?.[1];
  return payload === undefined ? undefined : jsonObject(payload.replaceAll('-', '+').replaceAll('_', '/'));
}

/** The JSON object in unpadded base64. Undefined for anything else. */
export function jsonObject(base64: string): Readonly<Record<string, unknown>> | undefined {
  const bytes = base64OrOffset(base64, { padding: false });
  return typeof bytes === 'number' ? undefined : objectIn(decodeUtf8(bytes));
}
