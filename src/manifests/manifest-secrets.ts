/** Secrets in manifests, as the API server would store them; and docker configs, as the Secret that would hold them. */
import { encodeBase64 } from '../codec/go/base64.ts';
import { encodeUtf8 } from '../codec/go/utf8.ts';
import type { Secret } from '../secret/secret.ts';
import { fieldOf, isObject, textOf } from '../workloads/api-object.ts';

/**
 * The Secret that `value` describes, undefined for anything else. `stringData` goes into `data`, and an absent type is Opaque
 * (core/v1 `Convert_v1_Secret_To_core_Secret`, `SetDefaults_Secret`). Values of a wrong type are left out.
 */
export function manifestSecret(value: unknown): Secret | undefined {
  if (!isObject(value) || value.kind !== 'Secret' || !isObject(value.metadata)) return undefined;
  const { name, namespace, annotations } = value.metadata;
  const plain = Object.entries(texts(value.stringData)).map(([key, text]) => [key, encodeBase64(encodeUtf8(text))]);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: textOf(name),
      ...(typeof namespace === 'string' ? { namespace } : {}),
      ...(isObject(annotations) ? { annotations: texts(annotations) } : {}),
    },
    type: typeof value.type === 'string' && value.type !== '' ? value.type : 'Opaque',
    data: { ...texts(value.data), ...Object.fromEntries(plain) },
  };
}

/** The Secret that would hold a docker config, undefined for anything else. `text` is the whole file, byte for byte. */
export function configSecret(value: unknown, text: string, name: string): Secret | undefined {
  if (!isObject(value) || value.kind !== undefined) return undefined;
  const isConfig = ['auths', 'credsStore', 'credHelpers'].some((field) => fieldOf(value, field) !== undefined);
  if (!isConfig) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': encodeBase64(encodeUtf8(text)) },
  };
}

function texts(value: unknown): Record<string, string> {
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}

/** The path to the name of the Secret that each kind makes. Without a name there, the Secret has the name of its maker. */
const MAKERS: Readonly<Record<string, readonly string[]>> = {
  SealedSecret: ['spec', 'template', 'metadata', 'name'],
  ExternalSecret: ['spec', 'target', 'name'],
  VaultStaticSecret: ['spec', 'destination', 'name'],
  VaultDynamicSecret: ['spec', 'destination', 'name'],
  OnePasswordItem: ['metadata', 'name'],
};

export const MAKER_KINDS: readonly string[] = Object.keys(MAKERS);

/** The Secret that an object makes, without its data. Undefined for objects that make none. */
export function secretMadeBy(kind: unknown, value: unknown): Secret | undefined {
  const path = typeof kind === 'string' && Object.hasOwn(MAKERS, kind) ? MAKERS[kind] : undefined;
  if (path === undefined) return undefined;
  const namespace = textOf(fieldOf(value, 'metadata', 'namespace'));
  const name = textOf(fieldOf(value, ...path)) || textOf(fieldOf(value, 'metadata', 'name'));
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, ...(namespace === '' ? {} : { namespace }) } };
}
