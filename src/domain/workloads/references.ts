/** Who refers to a Secret by name: service accounts, workloads and pods. */
import { plural } from '../text/enumerate.ts';
import { type ManifestRef, targetName } from './object-ref.ts';
import { hasKnownOwner, listedNames, type PullSpec } from './pull-spec.ts';

export interface Usage {
  /** Names, in order. */
  readonly serviceAccounts: readonly string[];
  /** As `deployment/web`; what such a workload has made itself is left out. */
  readonly workloads: readonly string[];
  readonly pods: number;
}

interface Counted {
  readonly serviceAccounts: string[];
  readonly workloads: string[];
  pods: number;
}

/** By namespace and name of the Secret, whether it exists or not. Pods are only counted, for there may be many. */
export type UsageIndex = Map<string, Counted>;

export const UNUSED: Usage = { serviceAccounts: [], workloads: [], pods: 0 };

/** Which Secret. */
export interface SecretName {
  readonly namespace: string;
  readonly name: string;
}

/** By namespace, then by name. */
export function compareNames(one: SecretName, other: SecretName): number {
  if (one.namespace !== other.namespace) return one.namespace < other.namespace ? -1 : 1;
  return one.name === other.name ? 0 : one.name < other.name ? -1 : 1;
}

/** One text for each Secret. */
export function secretKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

/** The Secret with this key: neither part has a slash. */
export function secretName(key: string): SecretName {
  const slash = key.indexOf('/');
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** Adds what `pullSpec` refers to. */
export function addUsage(
  index: UsageIndex,
  pullSpec: Pick<PullSpec<ManifestRef>, 'ref' | 'imagePullSecrets' | 'controller'>,
): void {
  const { ref, imagePullSecrets: list } = pullSpec;
  if (ref.kind !== 'Pod' && hasKnownOwner(pullSpec)) return;
  for (const name of new Set(listedNames(list))) {
    const key = secretKey(ref.namespace, name);
    const counted = index.get(key) ?? { serviceAccounts: [], workloads: [], pods: 0 };
    index.set(key, counted);
    if (ref.kind === 'Pod') counted.pods += 1;
    else if (ref.kind === 'ServiceAccount') counted.serviceAccounts.push(ref.name);
    else counted.workloads.push(targetName(ref));
  }
}

/** `usage` for people, what there is most of last; empty when nobody refers to it. */
export function formatUsage({ serviceAccounts, workloads, pods }: Usage): string[] {
  return [
    ...serviceAccounts.map((name) => `serviceaccount/${name}`),
    ...workloads,
    ...(pods === 0 ? [] : [plural(pods, 'pod')]),
  ];
}
