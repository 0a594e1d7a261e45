/** What a Secret holds for the registries whose login is rotated, as far as the plan needs it. */
import { contentsOf } from '../../secret/contents.ts';
import { type CopyMark, copyMark } from '../../secret/copy.ts';
import type { NewLogin } from '../../secret/entry-change.ts';
import { readKey } from '../../secret/key.ts';
import type { KubeletEntry } from '../../secret/keyring.ts';
import { holdsOldLogin, lastAppliedLogins, loginKey } from '../../secret/last-applied.ts';
import { isPullSecretType, type Secret } from '../../secret/secret.ts';
import { type Maker, makerOf } from '../../secret/secret-owner.ts';
import type { LoginPlace } from '../../secret/selected-namespace.ts';
import { isWithin } from '../../secret/server.ts';
import type { SecretName } from '../../workloads/references.ts';

/** A new login, and the server it is for. */
export interface RotatedLogin extends NewLogin {
  readonly server: string;
  readonly credential: { readonly username: string; readonly password: string };
}

export interface HeldEntry {
  /** As it is written in the Secret. */
  readonly server: string;
  /** Undefined where the kubelet cannot read it. */
  readonly login: KubeletEntry | undefined;
  /** Whether a token or another login stands beside it, which other tools would use instead. */
  readonly hasMore: boolean;
  /** `below`: an entry of the same registry with a path or another name, which is a separate entry to the kubelet. */
  readonly place: 'same' | 'below';
  /** Whether `kubectl apply` has left this login in an annotation, where it stays. */
  readonly isInAnnotation: boolean;
  /** The new login that the entry may get. */
  readonly next: RotatedLogin;
}

export interface HeldSecret {
  readonly ref: LoginPlace;
  readonly entries: readonly HeldEntry[];
  readonly maker: Maker | undefined;
  /** Set where the Secret says that it is a copy. */
  readonly mark: CopyMark | undefined;
  readonly isImmutable: boolean;
  /** Whether an annotation of `kubectl apply` holds a login that the Secret no longer holds. */
  readonly holdsOldLogin: boolean;
  /** Undefined for a large Secret, which is read again before it is written. */
  readonly secret: Secret | undefined;
}

/** A password for another registry. */
export interface OtherPassword {
  readonly ref: SecretName;
  /** As it is written in the Secret; undefined where an annotation of `kubectl apply` has it. */
  readonly server: string | undefined;
  readonly password: string;
}

/** What a Secret holds for the rotated logins, and for other registries. */
export interface SecretHoldings {
  /** Undefined where no kubelet finds a login for one of the registries in the Secret. */
  readonly held: HeldSecret | undefined;
  readonly others: readonly OtherPassword[];
}

const NOTHING: SecretHoldings = { held: undefined, others: [] };

/** In bytes of base64. A thousand of these take 16 MB. */
const SMALL = 16 * 1024;

/** Reads what the Secret at `ref` holds for `logins`. Yields between steps. */
export function* lookIn(
  secret: Secret,
  ref: LoginPlace,
  logins: readonly RotatedLogin[],
): Generator<void, SecretHoldings> {
  const { metadata, type, immutable = false } = secret;
  if (!isPullSecretType(type) || metadata.deletionTimestamp !== undefined) return NOTHING;
  const contents = yield* contentsOf(secret);
  const { entries, format } = contents;
  if (format !== type) return NOTHING;
  const others = entries.flatMap(({ server, login }) =>
    login !== undefined && loginFor(server, logins) === undefined ? [{ ref, server, password: login.password }] : [],
  );
  const appliedLogins = yield* lastAppliedLogins(secret);
  const applied = new Set(appliedLogins.map(loginKey));
  const hasOldLogin = yield* holdsOldLogin(secret, contents);
  const held = entries.flatMap(({ server, login, hasToken, hasOtherLogin }) => {
    const found = loginFor(server, logins);
    const isInAnnotation = login !== undefined && applied.has(loginKey(login));
    return found === undefined ? [] : [{ server, login, hasMore: hasToken || hasOtherLogin, isInAnnotation, ...found }];
  });
  if (held.length === 0) {
    const kept = hasOldLogin ? appliedLogins.map(({ password }) => ({ ref, server: undefined, password })) : [];
    return { held: undefined, others: [...others, ...kept] };
  }
  const size = Object.values(secret.data ?? {}).reduce((sum, value) => sum + value.length, 0);
  const found = {
    ref,
    entries: held,
    maker: makerOf(secret),
    mark: copyMark(secret),
    isImmutable: immutable,
    holdsOldLogin: hasOldLogin,
    secret: size <= SMALL ? secret : undefined,
  };
  return { held: found, others };
}

/** The new login for an entry. One for the same server comes first: `ghcr.io/acme/` and `ghcr.io` may both be rotated. */
function loginFor(server: string, logins: readonly RotatedLogin[]): Pick<HeldEntry, 'place' | 'next'> | undefined {
  const key = readKey(server);
  if (key === undefined) return undefined;
  let below: RotatedLogin | undefined;
  for (const next of logins) {
    const wanted = readKey(next.server);
    if (wanted === undefined) continue;
    if (wanted.host === key.host && wanted.path === key.path) return { place: 'same', next };
    if (isWithin(key, wanted) && wanted.path.length >= (readKey(below?.server ?? '')?.path.length ?? 0)) below = next;
  }
  return below && { place: 'below', next: below };
}
