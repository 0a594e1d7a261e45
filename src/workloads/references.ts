/** Who refers to a Secret by name: service accounts, workloads and pods, in a list of pull secrets or otherwise. */

import { isObjectName } from '../line/object-name.ts';
import type { Secret } from '../secret/secret.ts';
import { many, plural } from '../text/enumerate.ts';
import { fieldOf, itemsOf } from './api-object.ts';
import { containersIn } from './container-images.ts';
import { type PullKindName, pullKind } from './kind.ts';
import { type ManifestRef, targetName } from './object-ref.ts';
import { hasKnownOwner, listedNames, type PullSpec } from './pull-spec.ts';

export interface Usage {
  /** Names, in order. */
  readonly serviceAccounts: readonly string[];
  /** Such as `deployment/web`. What a workload created is left out. */
  readonly workloads: readonly string[];
  readonly pods: number;
  /** Objects with the Secret as a volume, or in the environment, such as `pod/kaniko`. Left out for none, or if nobody looked. */
  readonly volumes?: readonly string[];
  readonly env?: readonly string[];
}

interface UsageCount {
  readonly serviceAccounts: string[];
  readonly workloads: string[];
  pods: number;
}

/** By namespace and name of the Secret, whether it exists or not. Pods are only counted, because there may be many. */
export type UsageIndex = Map<string, UsageCount>;

export const UNUSED: Usage = { serviceAccounts: [], workloads: [], pods: 0 };

export interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

/** By namespace, then by name. */
export function compareNames(one: SecretName, other: SecretName): number {
  if (one.namespace !== other.namespace) return one.namespace < other.namespace ? -1 : 1;
  return one.name === other.name ? 0 : one.name < other.name ? -1 : 1;
}

/** The key of a Secret in maps: `namespace/name`. */
export function secretKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** The namespace and name of `secret`. */
export function secretNameOf({ metadata: { namespace = '', name = '' } }: Pick<Secret, 'metadata'>): SecretName {
  return { namespace, name };
}

/** The Secret with this key: neither part has a slash. */
export function secretName(key: string): SecretName {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** Adds the Secrets in the list of `pullSpec`, which is a workload only if no other one stands for it. */
export function addUsage(
  index: UsageIndex,
  { ref, imagePullSecrets: list }: Pick<PullSpec<ManifestRef>, 'ref' | 'imagePullSecrets'>,
): void {
  for (const name of new Set(listedNames(list))) {
    const key = secretKey(ref.namespace, name);
    const counted = index.get(key) ?? { serviceAccounts: [], workloads: [], pods: 0 };
    index.set(key, counted);
    if (ref.kind === 'Pod') counted.pods += 1;
    else if (ref.kind === 'ServiceAccount') counted.serviceAccounts.push(ref.name);
    else counted.workloads.push(targetName(ref));
  }
}

/** By namespace and name of the Secret. It is no reason to read a Secret: most of these are no pull secrets. */
export type MountIndex = Map<string, { volumes?: string[]; env?: string[] }>;

/** The ways in which a pod can have a Secret. */
const WAYS = ['volumes', 'env'] as const;

/** Adds the Secrets that `pullSpec` mounts. A pod that a known workload created is skipped: the workload stands for it. */
export function addMounts(index: MountIndex, pullSpec: Pick<PullSpec, 'ref' | 'object' | 'controller'>): void {
  const { ref, object } = pullSpec;
  if (ref.kind === 'Pod' && hasKnownOwner(pullSpec)) return;
  const mounted = mountedNames(ref.kind, object);
  for (const way of WAYS) {
    for (const name of mounted[way]) {
      const key = secretKey(ref.namespace, name);
      const mounts = index.get(key);
      const names = mounts?.[way] ?? [];
      names.push(targetName(ref));
      index.set(key, { ...mounts, [way]: names });
    }
  }
}

/** The Secrets that a pod or template has as volumes, and those in the environment of its containers. */
export function mountedNames(kind: PullKindName, object: unknown): Record<(typeof WAYS)[number], ReadonlySet<string>> {
  const spec = fieldOf(object, ...pullKind(kind).specPath);
  const volumes = itemsOf(fieldOf(spec, 'volumes')).flatMap((volume) => [
    fieldOf(volume, 'secret', 'secretName'),
    ...itemsOf(fieldOf(volume, 'projected', 'sources')).map((source) => fieldOf(source, 'secret', 'name')),
  ]);
  const env = containersIn(spec).flatMap((container) => [
    ...itemsOf(fieldOf(container, 'env')).map((variable) => fieldOf(variable, 'valueFrom', 'secretKeyRef', 'name')),
    ...itemsOf(fieldOf(container, 'envFrom')).map((source) => fieldOf(source, 'secretRef', 'name')),
  ]);
  return { volumes: namesOf(volumes), env: namesOf(env) };
}

function namesOf(values: readonly unknown[]): ReadonlySet<string> {
  return new Set(values.filter((value) => typeof value === 'string' && isObjectName(value)) as string[]);
}

/** `usage` for people, the most numerous last. Empty when nobody refers to the Secret. */
export function formatUsage({ serviceAccounts, workloads, pods, volumes = [], env = [] }: Usage): string[] {
  return [
    ...serviceAccounts.map((name) => `serviceaccount/${name}`),
    ...workloads,
    ...(pods === 0 ? [] : [plural(pods, 'pod')]),
    ...(volumes.length === 0 ? [] : [`mounted by ${many(volumes)}`]),
    ...(env.length === 0 ? [] : [`in env of ${many(env)}`]),
  ];
}
