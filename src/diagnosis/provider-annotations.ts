/**
 * Annotations of service accounts that a credential provider on the nodes seems to require. Where one lacks, the kubelet only logs
 * it, and pulls without a login (kubernetes pkg/credentialprovider/plugin/plugin.go `provideWithCoordinates`).
 */
import type { LackedAnnotations } from '../findings/finding-record.ts';
import { registryHost } from '../secret/server.ts';
import { type PodGroup, trouble } from '../workloads/pod-group.ts';
import { listedNames } from '../workloads/pull-spec.ts';
import { secretKey } from '../workloads/references.ts';
import type { ProviderAnnotations, PullFacts } from './facts.ts';
import type { ImagePull } from './image-pull.ts';

/** Finds them in the pods of a scope. */
export function providerAnnotations(groups: readonly PodGroup[], accounts: PullFacts['accounts']): ProviderAnnotations {
  const found = new Map<string, readonly string[]>();
  for (const group of groups) {
    const { ref, imagePullSecrets, serviceAccountName } = group.pod;
    if (trouble(group) !== 0 || listedNames(imagePullSecrets).length > 0) continue;
    const account = accounts.get(secretKey(ref.namespace, serviceAccountName));
    const own = account?.status === 'there' ? (account.annotations ?? []) : [];
    for (const { image } of group.images) {
      const key = `${ref.namespace}/${registryHost(image)}`;
      found.set(key, found.get(key)?.filter((one) => own.includes(one)) ?? own);
    }
  }
  return found;
}

/** Undefined where the service account of the puller lacks none, or nobody looked. */
export function lackedAnnotations({ puller, use, facts }: ImagePull): LackedAnnotations | undefined {
  const { namespace } = puller.ref;
  const account = facts.accounts.get(secretKey(namespace, puller.account));
  if (account?.status !== 'there') return undefined;
  const wanted = facts.providerAnnotations?.get(`${namespace}/${registryHost(use.image)}`) ?? [];
  const annotations = wanted.filter((one) => account.annotations?.includes(one) !== true);
  return annotations.length === 0 ? undefined : { account: puller.account, annotations };
}
