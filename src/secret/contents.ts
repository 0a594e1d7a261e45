/** Reads what is in a Secret, whether or not a kubelet could use it. This is what people are shown. */
import { Base64Error, readBase64 } from '../codec/go/base64.ts';
import { type JsonDocument, type JsonNode, jsonString, LARGE_TEXT, memberOf } from '../codec/go/json.ts';
import { keyOf } from './key.ts';
import {
  authField,
  type DecodeFailure,
  decodePayload,
  hasIdentityToken,
  hasOtherLogin,
  isAnonymous,
  type KubeletEntry,
  type Payload,
  readKubeletEntry,
} from './payload.ts';
import { DATA_KEY, isPullSecretType, type PullSecretType, type SecretContent } from './secret.ts';
import { finished, STEP_ENTRIES } from './steps.ts';

export interface ContentEntry {
  /** As it is written; it may hold a password as user info. */
  readonly server: string;
  /** The key that the kubelet compares, undefined where it cannot read the server. */
  readonly key: string | undefined;
  /** Undefined where the kubelet cannot decode it, and then `error` says why. */
  readonly login: KubeletEntry | undefined;
  readonly error?: string;
  /** Whether there is an identity or registry token, which docker would use and the kubelet does not know. */
  readonly hasToken: boolean;
  /** Whether fields that the kubelet passes over hold another login than `login`. */
  readonly hasOtherLogin: boolean;
}

export interface Contents {
  readonly type: string;
  /** The data key under which something was found, undefined where there is nothing. */
  readonly dataKey: string | undefined;
  /** The Secret type to which the format of the data belongs. */
  readonly format: PullSecretType | undefined;
  readonly entries: readonly ContentEntry[];
  /** How many more entries there are, where only the first ones were asked for. */
  readonly moreEntries?: number | undefined;
  /**
   * The failure at which the kubelet stops and uses none of the pod's Secrets. Set also for a Secret that the kubelet ignores.
   */
  readonly failure: DecodeFailure | undefined;
  /** Suffixes of the credential helpers that the config refers to. No kubelet asks them. */
  readonly helpers: readonly string[];
}

const NOTHING = { dataKey: undefined, format: undefined, entries: [], failure: undefined, helpers: [] };

/** The servers with a login that a kubelet sends. Undefined where not all are known, or where the kubelet uses none. */
export function loginServers({ entries, moreEntries, failure }: Contents): readonly string[] | undefined {
  if (moreEntries !== undefined || failure !== undefined) return undefined;
  return entries.flatMap(({ server, login }) => (login === undefined || isAnonymous(login) ? [] : [server]));
}

/** Reads `secret` under the data key of its type, or else under any data key of a pull secret. Never throws. */
export function readContents(secret: SecretContent): Contents {
  return finished(contentsOf(secret));
}

/** {@link readContents} in steps. Returns at most `limit` entries. */
export function* contentsOf(secret: SecretContent, limit = Number.POSITIVE_INFINITY): Generator<void, Contents> {
  const type = secret.type ?? 'Opaque';
  const read = yield* readPayload(secret, type, limit);
  if (read === undefined) return { ...NOTHING, type };
  const { dataKey, format, payload, document, config, failure } = read;
  if (payload === undefined) return { ...NOTHING, type, dataKey, failure };
  return {
    type,
    dataKey,
    format,
    entries: yield* entriesOf(payload),
    moreEntries: payload.moreEntries || undefined,
    failure,
    helpers: document === undefined ? [] : helpersOf(document, config),
  };
}

/** Whether one entry fits both conditions. Entries with another server are not decoded. In steps. */
export function* hasEntry(
  secret: SecretContent,
  isServer: (server: string) => boolean,
  isLogin: (login: KubeletEntry | undefined) => boolean,
): Generator<void, boolean> {
  const { payload } = (yield* readPayload(secret, secret.type ?? 'Opaque', Number.POSITIVE_INFINITY)) ?? {};
  if (payload?.document === undefined) return false;
  let seen = 0;
  for (const [server, node] of payload.entries) {
    seen += 1;
    if (seen % STEP_ENTRIES === 0) yield;
    if (!isServer(server)) continue;
    const login = readKubeletEntry(payload.document, node);
    if (isLogin('error' in login ? undefined : login)) return true;
  }
  return false;
}

interface ReadPayload {
  readonly dataKey: string;
  readonly format: PullSecretType;
  /** Left out where the data is not base64. */
  readonly payload?: Payload;
  /** The document, decoded as the type of the Secret says. */
  readonly document?: JsonDocument | undefined;
  readonly config: readonly ConfigField[];
  readonly failure: DecodeFailure | undefined;
}

function* readPayload(secret: SecretContent, type: string, limit: number): Generator<void, ReadPayload | undefined> {
  const place = placeOf(secret, type);
  if (place === undefined) return undefined;
  const dataKey = DATA_KEY[place.type];
  const bytes = readBase64(place.value);
  if (bytes instanceof Base64Error)
    return { dataKey, format: place.type, config: [], failure: { error: bytes.message } };
  const isLarge = bytes.length >= LARGE_TEXT;
  if (isLarge) yield;
  const asTyped = yield* decodePayload(bytes, place.type, limit);
  const { document, failure } = asTyped;
  const config = document === undefined ? [] : configFields(document);
  const format = document === undefined ? place.type : formatOf(document, config, place.type);
  // Data in the wrong format is shown as it was meant.
  const payload = format === place.type ? asTyped : yield* decodePayload(bytes, format, limit);
  if (isLarge) yield;
  return { dataKey, format, payload, document, config, failure };
}

function placeOf({ data }: SecretContent, type: string): { type: PullSecretType; value: string } | undefined {
  const all = Object.keys(DATA_KEY).filter(isPullSecretType);
  const types = isPullSecretType(type) ? [type, ...all] : all;
  for (const candidate of types) {
    const value = data?.[DATA_KEY[candidate]];
    if (value) return { type: candidate, value };
  }
  return undefined;
}

const CONFIG_FIELDS = ['auths', 'credsStore', 'credHelpers', 'HttpHeaders'] as const;

interface ConfigField {
  readonly field: (typeof CONFIG_FIELDS)[number];
  readonly value: JsonNode;
}

/** The known fields of a docker config. */
function configFields({ root }: JsonDocument): ConfigField[] {
  return root.members.flatMap(({ name, value }) => {
    const field = memberOf(name, CONFIG_FIELDS);
    return field === undefined ? [] : [{ field, value }];
  });
}

/** The actual format: a `.dockercfg` may hold a whole docker config, and a `.dockerconfigjson` only the map of servers. */
function formatOf({ root }: JsonDocument, config: readonly ConfigField[], type: PullSecretType): PullSecretType {
  const isConfig = config.some(({ field, value }) => field === 'auths' && value.kind === 'object');
  if (isConfig) return 'kubernetes.io/dockerconfigjson';
  if (config.length > 0 || type === 'kubernetes.io/dockercfg') return type;
  const { members } = root;
  const isMap = members.length > 0 && members.every(({ value }) => isEntry(value));
  return isMap ? 'kubernetes.io/dockercfg' : type;
}

function isEntry(node: JsonNode): boolean {
  return node.members.some(({ name }) => authField(name) !== undefined) || hasIdentityToken(node);
}

function* entriesOf({ document, entries }: Payload): Generator<void, ContentEntry[]> {
  const found: ContentEntry[] = [];
  if (document === undefined) return found;
  for (const [server, node] of entries) {
    const login = readKubeletEntry(document, node);
    found.push({
      server,
      key: keyOf(server),
      hasToken: hasIdentityToken(node),
      hasOtherLogin: !('error' in login) && hasOtherLogin(document, node, login),
      ...('error' in login ? { login: undefined, error: login.error } : { login }),
    });
    if (found.length % STEP_ENTRIES === 0) yield;
  }
  return found;
}

function helpersOf(document: JsonDocument, config: readonly ConfigField[]): string[] {
  const texts = config.flatMap(({ field, value }) => {
    if (field === 'credsStore') return [value];
    return field === 'credHelpers' ? value.members.map((member) => member.value) : [];
  });
  const names = texts.flatMap((node) => (node.kind === 'string' ? [jsonString(document, node)] : []));
  return [...new Set(names.filter(Boolean))];
}
