/** A Secret as the API server has it, and the two types the kubelet reads pull credentials from. */

import { decodeBase64 } from '../codec/go/base64.ts';
import { UserError } from '../errors.ts';
import { prose } from '../line/hint.ts';

export interface ObjectMeta {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
}

/** The metadata that the API server sets itself, and refuses or ignores in a new object. */
export const SERVER_METADATA: readonly string[] = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
];

/** The owner of an object, with which the object is deleted (apimachinery pkg/apis/meta/v1/types.go). */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** The part of a core/v1 Secret that we read; every other field is kept as it came. */
export interface Secret {
  readonly apiVersion: 'v1';
  readonly kind: 'Secret';
  readonly metadata: ObjectMeta;
  /** Values in base64. */
  readonly data?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly immutable?: boolean;
}

/** The fields of a Secret that tell its credentials. A V1Secret of @kubernetes/client-node has them, too. */
export interface SecretContent {
  readonly metadata?: Pick<ObjectMeta, 'namespace' | 'name'>;
  readonly data?: Readonly<Record<string, string>>;
  readonly type?: string;
}

export type PullSecretType = 'kubernetes.io/dockerconfigjson' | 'kubernetes.io/dockercfg';

/** The data key that each type must have (kubernetes api core/v1/types.go `DockerConfigJsonKey`, `DockerConfigKey`). */
export const DATA_KEY: Readonly<Record<PullSecretType, '.dockerconfigjson' | '.dockercfg'>> = {
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
  'kubernetes.io/dockercfg': '.dockercfg',
};

/** The type without its prefix, as people write it. */
export function shortType(type: string): string {
  return type.replace(/^kubernetes\.io\//, '');
}

/** The sum of decoded values that the API server accepts (core/v1/types.go `MaxSecretSize`), in bytes. */
const MAX_SECRET_SIZE = 1024 * 1024;

export function isPullSecretType(type: string | undefined): type is PullSecretType {
  return type !== undefined && Object.hasOwn(DATA_KEY, type);
}

/** `secret namespace/name`, as errors call it. */
export function describeSecret({ metadata: { namespace, name } }: Secret): string {
  return namespace === undefined ? `secret ${name}` : `secret ${namespace}/${name}`;
}

/** Throws UserError where the data is larger than the API server accepts. */
export function checkSize(ref: string, data: Readonly<Record<string, string>>): void {
  const size = Object.values(data).reduce((sum, value) => sum + decodeBase64(value).length, 0);
  if (size <= MAX_SECRET_SIZE) return;
  throw new UserError(
    `${ref} would hold ${size} bytes, and the API server accepts ${MAX_SECRET_SIZE}`,
    prose`use fewer --server, or use several Secrets`,
  );
}
