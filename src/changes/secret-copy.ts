/** The copy of a Secret that the cluster keeps while the Secret is deleted and created again. */
import { decodeBase64 } from '../codec/go/base64.ts';
import { objectIn } from '../codec/go/json.ts';
import { MANAGED_BY } from '../secret/copy.ts';
import { keyText } from '../secret/key.ts';
import { serversIn } from '../secret/merge.ts';
import { DATA_KEY, isPullSecretType, type Secret } from '../secret/secret.ts';

/** Annotation with the copied Secret as JSON: its name and UID, and what the copy does not have itself. */
const COPY_OF = 'regsecret/copy-of';
const SUFFIX = '-regsecret-copy';
/** The longest name of an object, without the suffix. */
const ROOM = 253 - SUFFIX.length;

/** The metadata that an object's owner sets. The rest is set by the API server, or is a name. */
const OWN_METADATA = ['labels', 'annotations', 'finalizers', 'ownerReferences'];
/** The API server demands more of a Secret of this type, and a controller deletes it (core/v1/types.go `SecretTypeServiceAccountToken`). */
const TOKEN_TYPE = 'kubernetes.io/service-account-token';

/**
 * The name of the copy of a Secret called `name`. It depends on nothing else, so the next run finds the copy. `hash` makes
 * hexadecimal digits of a text, for names that leave no room for the suffix.
 */
export function copyName(name: string, hash: (text: string) => string): string {
  return `${name.length <= ROOM ? name : name.slice(0, ROOM - 16) + hash(name).slice(0, 16)}${SUFFIX}`;
}

/**
 * The copy of `existing`, to be created as `name`. One annotation holds all labels and annotations. As such, they could make Argo
 * CD, Flux, Helm and kubectl take the copy for one of their objects, and prune it.
 */
export function copyOfSecret(existing: Secret, name: string): Secret {
  const { metadata, type = 'Opaque', immutable, data } = existing;
  const own = Object.fromEntries(Object.entries(metadata).filter(([field]) => OWN_METADATA.includes(field)));
  const origin = { name: metadata.name, uid: metadata.uid, type, immutable, metadata: own };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      labels: { [MANAGED_BY]: 'regsecret' },
      annotations: { [COPY_OF]: JSON.stringify(origin) },
    },
    type: type === TOKEN_TYPE ? 'Opaque' : type,
    ...(data === undefined ? {} : { data }),
  };
}

/** The Secret called `name` that `copy` is a copy of, with its UID. Undefined if it is no copy of that Secret. */
export function originalOf(copy: Secret, name: string): Secret | undefined {
  const origin = objectIn(copy.metadata.annotations?.[COPY_OF]) ?? {};
  if (copy.metadata.labels?.[MANAGED_BY] !== 'regsecret' || origin.name !== name) return undefined;
  const own = Object.entries(origin.metadata ?? {}).filter(([field]) => OWN_METADATA.includes(field));
  const { namespace } = copy.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      ...Object.fromEntries(own),
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(typeof origin.uid === 'string' ? { uid: origin.uid } : {}),
    },
    type: typeof origin.type === 'string' ? origin.type : (copy.type ?? 'Opaque'),
    ...(origin.immutable === true ? { immutable: true } : {}),
    ...(copy.data === undefined ? {} : { data: copy.data }),
  };
}

/** The servers and data keys that `original` has and `secret` lacks. Different values do not count. */
export function missingFrom(secret: Secret, original: Secret): string[] {
  const keys = Object.keys(original.data ?? {}).filter((key) => secret.data?.[key] === undefined);
  const present = new Set([...serversOf(secret)].map(keyText));
  const servers = [...serversOf(original)].filter((server) => !present.has(keyText(server)));
  // Entries that were converted to the other type are there, under another key.
  const payloadKeys: readonly string[] = Object.values(DATA_KEY);
  return [...servers, ...keys.filter((key) => !payloadKeys.includes(key))];
}

function serversOf({ type, data }: Secret): readonly string[] {
  if (!isPullSecretType(type)) return [];
  const payload = data?.[DATA_KEY[type]];
  return payload ? serversIn(decodeBase64(payload), type) : [];
}
