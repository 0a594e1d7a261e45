/** Pull secrets: how credentials are written into them. */

import { encodeBase64 } from '../codec/go/base64.ts';
import { quoteJson } from '../codec/go/json.ts';
import { byKey, compareUtf8, encodeUtf8 } from '../codec/go/utf8.ts';
import { UserError } from '../errors.ts';
import type { AuthEntry } from './credential.ts';
import { displayServer } from './display-server.ts';
import { DATA_KEY, type ObjectMeta, type PullSecretType, type Secret } from './secret.ts';

export interface PullSecretOptions {
  readonly name: string;
  readonly namespace?: string | undefined;
  readonly type?: PullSecretType | undefined;
  readonly entries: readonly AuthEntry[];
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** A Secret that is not on any server yet. */
export interface NewPullSecret extends Secret {
  readonly metadata: Pick<ObjectMeta, 'namespace' | 'annotations'> & { readonly name: string };
  readonly data: Readonly<Record<string, string>>;
  readonly type: PullSecretType;
}

/** The Secret that gives the kubelet `entries`; throws UserError for an identity token, which no field can carry. */
export function buildPullSecret(options: PullSecretOptions): NewPullSecret {
  const type = options.type ?? 'kubernetes.io/dockerconfigjson';
  return {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: {
      name: options.name,
      ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
      ...(options.annotations === undefined ? {} : { annotations: options.annotations }),
    },
    data: { [DATA_KEY[type]]: encodeBase64(encodePayload(options.entries, type)) },
    type,
  };
}

/** The bytes under the data key of `type`, in the order and with the escapes of Go's json.Marshal of a map. */
export function encodePayload(entries: readonly AuthEntry[], type: PullSecretType): Uint8Array {
  const sorted = new Map(
    [...entries].sort((one, other) => compareUtf8(one.server, other.server)).map((entry) => [entry.server, entry]),
  );
  const members = [...sorted.values()].map((entry) => `${quoteJson(entry.server)}:${encodeAuthFields(entry)}`);
  const map = `{${members.join(',')}}`;
  return encodeUtf8(type === 'kubernetes.io/dockercfg' ? map : `{"auths":${map}}`);
}

/**
 * The value of one entry. Fields, their order and the omission of empty ones are kubectl's
 * (pkg/cmd/create/create_secret_docker.go `handleDockerCfgJSONContent`).
 */
export function encodeAuthFields(entry: AuthEntry, email = entry.email, others: readonly string[] = []): string {
  if (!('password' in entry.credential)) {
    throw new UserError(
      `the login for ${displayServer(entry.server)} is an identity token, which a pull secret cannot carry`,
    );
  }
  const { username, password } = entry.credential;
  const known: [string, string | undefined][] = [
    ['username', username],
    ['password', password],
    ['email', email],
    ['auth', encodeBase64(encodeUtf8(`${username}:${password}`))],
  ];
  const fields = known.flatMap(([name, value]) => (value ? [`"${name}":${quoteJson(value)}`] : []));
  return `{${[...fields, ...others].join(',')}}`;
}

/** What kubectl hashes for `--append-hash` (pkg/util/hash/hash.go `encodeSecret`): the namespace is not in it. */
export function hashInput(secret: Secret): string {
  const data = Object.entries(secret.data ?? {})
    .sort(byKey)
    .map(([key, value]) => `${quoteJson(key)}:${quoteJson(value)}`);
  const { name = '' } = secret.metadata;
  return `{"data":{${data.join(',')}},"kind":"Secret","name":${quoteJson(name)},"type":${quoteJson(secret.type ?? '')}}`;
}

/** The suffix for a SHA-256 in hex: ten digits, those that could spell words replaced (hash.go `encodeHash`). */
export function hashSuffix(sha256Hex: string): string {
  const replacement: Readonly<Record<string, string>> = { 0: 'g', 1: 'h', 3: 'k', a: 'm', e: 't' };
  return sha256Hex.slice(0, 10).replace(/[013ae]/g, (digit) => replacement[digit] ?? digit);
}
