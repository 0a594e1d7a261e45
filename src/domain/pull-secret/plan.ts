/** What a write will do, decided before anything is written. */
import { UserError } from '../../errors.ts';
import { Base64Error, encodeBase64, readBase64 } from '../go/base64.ts';
import type { AuthEntry } from '../keyring/credential.ts';
import {
  checkSize,
  DATA_KEY,
  describeSecret,
  isPullSecretType,
  type PullSecretType,
  SERVER_METADATA,
  type Secret,
} from '../keyring/secret.ts';
import { prose } from '../text/hint.ts';
import { encodePayload } from './build.ts';
import { EXPIRES_AT, type Expiry, expiryAnnotation, expiryPatch, parseExpiries } from './expiry.ts';
import { convertPayload, mergePayload, type PayloadChange, PayloadError, replacePayload } from './merge.ts';

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
  const { merged, type, data, annotation, before } = outcomeFor(existing, wanted);
  const key = DATA_KEY[type];
  const value = data[key] ?? '';
  const changed = existing.type !== type || existing.data?.[key] !== value;
  if (!changed && annotation === before) return { ...merged, action: 'unchanged' };

  checkSize(describeSecret(existing), data);
  const obstacle = changed ? obstacleTo(existing, type) : undefined;
  if (obstacle === undefined) {
    const patch = expiryPatch(existing, annotation);
    return { ...merged, action: 'update', patch: changed ? { ...patch, data: { [key]: value } } : patch };
  }
  if (!wanted.force) {
    const advice = prose`choose another name, or add --force to delete it and create it again with everything that is in it`;
    throw new UserError(`${describeSecret(existing)} ${obstacle}`, advice);
  }
  return { ...merged, action: 'recreate', secret: recreated(existing, type, data, annotation) };
}

/** Creates `original` again with what is wanted, from its copy. Throws UserError as {@link planChange} does. */
export function planRestoration(original: Secret, wanted: WantedSecret): Change & { readonly action: 'recreate' } {
  const { merged, type, data, annotation } = outcomeFor(original, wanted);
  checkSize(describeSecret(original), data);
  return { ...merged, action: 'recreate', secret: recreated(original, type, data, annotation) };
}

interface Outcome {
  readonly merged: PayloadChange;
  readonly type: PullSecretType;
  readonly data: Readonly<Record<string, string>>;
  /** The annotation {@link EXPIRES_AT} after the change, and before. */
  readonly annotation: string | undefined;
  readonly before: string | undefined;
}

/** What `existing` holds after the change, in whichever way it is written. */
function outcomeFor(existing: Secret, wanted: WantedSecret): Outcome {
  const type = wanted.type ?? (isPullSecretType(existing.type) ? existing.type : 'kubernetes.io/dockerconfigjson');
  const merged = mergeInto(existing, type, wanted);
  const before = existing.metadata.annotations?.[EXPIRES_AT];
  const data = { ...existing.data, [DATA_KEY[type]]: encodeBase64(merged.payload) };
  return { merged, type, data, annotation: annotationAfter(before, merged, wanted), before };
}

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

function recreated(
  existing: Secret,
  type: PullSecretType,
  data: Readonly<Record<string, string>>,
  annotation: string | undefined,
): Secret {
  const { [EXPIRES_AT]: _, ...annotations } = existing.metadata.annotations ?? {};
  const kept = Object.fromEntries(
    Object.entries(existing.metadata).filter(([name]) => !SERVER_METADATA.includes(name)),
  );
  const metadata = {
    ...kept,
    annotations: annotation === undefined ? annotations : { ...annotations, [EXPIRES_AT]: annotation },
  };
  return { ...existing, metadata, type, data };
}
