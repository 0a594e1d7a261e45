/** What a write will do, decided before anything is written. */

import { Base64Error, encodeBase64, readBase64 } from '../codec/go/base64.ts';
import { UserError } from '../errors.ts';
import { prose } from '../line/hint.ts';
import { encodePayload } from './build.ts';
import type { AuthEntry } from './credential.ts';
import { EXPIRES_AT, type Expiry, expiryAnnotation, expiryPatch, parseExpiries } from './expiry.ts';
import { convertPayload, mergePayload, type PayloadChange, PayloadError, replacePayload } from './merge.ts';
import {
  checkSize,
  DATA_KEY,
  describeSecret,
  isPullSecretType,
  type PullSecretType,
  SERVER_METADATA,
  type Secret,
} from './secret.ts';

/** What the person asked for. */
export interface WantedSecret {
  readonly entries: readonly AuthEntry[];
  /** By server. Undefined if the expiry is not known. */
  readonly expiries: ReadonlyMap<string, Expiry | undefined>;
  /** Undefined if the Secret is to keep its type. */
  readonly type: PullSecretType | undefined;
  /** Whether entries that are not named are dropped. */
  readonly replace: boolean;
  /** Whether the Secret may be deleted and created again. */
  readonly force: boolean;
}

export type Change = PayloadChange &
  (
    | { readonly action: 'unchanged' }
    /** A JSON merge patch (RFC 7386) that holds the resourceVersion it is computed from. */
    | { readonly action: 'update'; readonly patch: object }
    /** The whole Secret, to be created after the old one is deleted. */
    | { readonly action: 'recreate'; readonly secret: Secret }
  );

/**
 * How to bring `existing` to what is wanted without losing anything of it. Throws UserError if that needs `--replace` or
 * `--force`, or is not possible.
 */
export function planChange(existing: Secret, wanted: WantedSecret): Change {
  const whole = planRestoration(existing, wanted);
  const { secret, ...change } = whole;
  const data = Object.entries(secret.data).filter(([key, value]) => existing.data?.[key] !== value);
  const isSame = existing.type === secret.type && data.length === 0;
  const expiresAt = secret.metadata.annotations?.[EXPIRES_AT];
  if (isSame && expiresAt === existing.metadata.annotations?.[EXPIRES_AT]) return { ...change, action: 'unchanged' };

  const obstacle = isSame ? undefined : obstacleTo(existing, secret.type);
  if (obstacle === undefined) {
    const patch = { ...expiryPatch(existing, expiresAt), ...(isSame ? {} : { data: Object.fromEntries(data) }) };
    return { ...change, action: 'update', patch };
  }
  if (wanted.force) return whole;
  const advice = prose`choose another name, or add --force to delete it and create it again with everything that is in it`;
  throw new UserError(`${describeSecret(existing)} ${obstacle}`, advice);
}

/** Creates `original` again with what is wanted, from its copy. Throws UserError as {@link planChange} does. */
export function planRestoration(original: Secret, wanted: WantedSecret): SecretRecreation {
  const type = wanted.type ?? (isPullSecretType(original.type) ? original.type : 'kubernetes.io/dockerconfigjson');
  const change = mergeInto(original, type, wanted);
  const data = { ...original.data, [DATA_KEY[type]]: encodeBase64(change.payload) };
  checkSize(describeSecret(original), data);
  const { [EXPIRES_AT]: before, ...others } = original.metadata.annotations ?? {};
  const expiresAt = annotationAfter(before, change, wanted);
  const annotations = expiresAt === undefined ? others : { ...others, [EXPIRES_AT]: expiresAt };
  const kept = Object.entries(original.metadata).filter(([name]) => !SERVER_METADATA.includes(name));
  const metadata = { ...Object.fromEntries(kept), annotations };
  return { ...change, action: 'recreate', secret: { ...original, metadata, type, data } };
}

/** A change that needs the whole Secret anew: the old one is deleted first. */
type SecretRecreation = PayloadChange & {
  readonly action: 'recreate';
  readonly secret: Secret & Required<Pick<Secret, 'data'>> & { readonly type: PullSecretType };
};

/** Why the API server would refuse an update (core/validation `ValidateSecretUpdate`). */
function obstacleTo(existing: Secret, type: PullSecretType): string | undefined {
  if (existing.type !== type) return `has the type ${existing.type ?? 'Opaque'}, which cannot become ${type}`;
  return existing.immutable ? 'is immutable' : undefined;
}

function mergeInto(existing: Secret, type: PullSecretType, { entries, replace }: WantedSecret): PayloadChange {
  const from = isPullSecretType(existing.type) ? existing.type : type;
  const value = existing.data?.[DATA_KEY[from]];
  if (!value) {
    const actions = new Map(entries.map(({ server }) => [server, 'added' as const]));
    return { payload: encodePayload(entries, type), actions, removed: [], undecodable: [] };
  }
  const payload = readBase64(value);
  if (payload instanceof Base64Error) {
    throw new UserError(`the contents of ${describeSecret(existing)} are not in base64: ${payload.message}`);
  }
  if (replace) {
    const replaced = replacePayload(payload, entries, from);
    return from === type ? replaced : { ...replaced, payload: encodePayload(entries, type) };
  }
  try {
    return mergePayload(convertPayload(payload, from, type), entries, type);
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    throw new UserError(
      `${describeSecret(existing)} holds no docker config that could be added to: ${error.message}`,
      prose`add --replace to overwrite what is in it`,
    );
  }
}

/** A credential that is unchanged keeps the time that was recorded when it was new. */
function annotationAfter(
  before: string | undefined,
  { actions, removed }: PayloadChange,
  { expiries }: WantedSecret,
): string | undefined {
  const recorded = parseExpiries(before);
  const news = new Map<string, Expiry | undefined>(removed.map((server) => [server, undefined]));
  for (const [server, expiry] of expiries) {
    if (actions.get(server) !== 'unchanged' || recorded.get(server) === undefined) news.set(server, expiry);
  }
  const relevant = [...news].some(([server, expiry]) => expiry !== undefined || recorded.get(server) !== undefined);
  return relevant ? expiryAnnotation(before, news) : before;
}
