/** Which tool made a Secret, by its metadata. */
import { expect, test } from 'vitest';
import type { Secret } from '../../src/secret/secret.ts';
import { makerOf } from '../../src/secret/secret-owner.ts';
import { shownHint } from '../support/hints.ts';

const owner = (apiVersion: string, kind: string, name = 'pull') => ({
  ownerReferences: [{ apiVersion, kind, name, uid: 'u' }],
});

test.each<[situation: string, metadata: Secret['metadata'], name: string | undefined, where?: string]>([
  ['nobody', {}, undefined],
  [
    'one that kubectl applies',
    { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}' } },
    undefined,
  ],
  ['one of ours', { labels: { 'app.kubernetes.io/managed-by': 'regsecret' } }, undefined],
  ['Helm without the name of a release', { labels: { 'app.kubernetes.io/managed-by': 'Helm' } }, undefined],
  [
    'an external secret that owns it',
    owner('external-secrets.io/v1', 'ExternalSecret'),
    'externalsecret.external-secrets.io/pull',
    'kubectl get externalsecret.external-secrets.io pull -n team -o yaml',
  ],
  [
    'an external secret that merges into it',
    { labels: { 'reconcile.external-secrets.io/managed': 'true' } },
    'External Secrets',
    'kubectl get externalsecrets.external-secrets.io -n team',
  ],
  [
    'a sealed secret',
    owner('bitnami.com/v1alpha1', 'SealedSecret'),
    'sealedsecret.bitnami.com/pull',
    'kubectl get sealedsecret.bitnami.com pull -n team -o yaml',
  ],
  [
    'an object of the core group',
    owner('v1', 'ConfigMap'),
    'configmap/pull',
    'kubectl get configmap pull -n team -o yaml',
  ],
  [
    'Helm',
    {
      labels: { 'app.kubernetes.io/managed-by': 'Helm' },
      annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'apps' },
    },
    'Helm release web',
    'helm get values web -n apps',
  ],
  [
    'Argo CD by annotation',
    { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:/Secret:team/pull' } },
    'Argo CD application shop',
    'argocd app get shop',
  ],
  [
    'Argo CD by label',
    { labels: { 'argocd.argoproj.io/instance': 'shop' } },
    'Argo CD application shop',
    'argocd app get shop',
  ],
  [
    'Flux from manifests',
    { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } },
    'Flux kustomization apps',
    'kubectl get kustomization apps -n flux-system -o yaml',
  ],
  [
    'Flux from a chart, which Helm installs',
    {
      labels: {
        'helm.toolkit.fluxcd.io/name': 'web',
        'helm.toolkit.fluxcd.io/namespace': 'apps',
        'app.kubernetes.io/managed-by': 'Helm',
      },
      annotations: { 'meta.helm.sh/release-name': 'web' },
    },
    'Flux helmrelease web',
    'kubectl get helmrelease web -n apps -o yaml',
  ],
  [
    'an ApplySet',
    { labels: { 'applyset.kubernetes.io/part-of': 'applyset-x-v1' } },
    'an ApplySet of kubectl',
    'kubectl get secrets,configmaps -A -l applyset.kubernetes.io/id=applyset-x-v1',
  ],
  [
    'Reflector',
    { annotations: { 'reflector.v1.k8s.emberstack.com/reflects': 'platform/pull' } },
    'Reflector, from platform/pull',
    'kubectl get secret pull -n platform',
  ],
  [
    'Reflector with what is no name',
    { annotations: { 'reflector.v1.k8s.emberstack.com/reflects': '; touch x' } },
    'Reflector',
    'kubectl get secrets -A',
  ],
  [
    'Replicator, which pulls',
    { annotations: { 'replicator.v1.mittwald.de/replicate-from': 'platform/pull' } },
    'Replicator, from platform/pull',
    'kubectl get secret pull -n platform',
  ],
  [
    'Replicator, which pushes',
    { annotations: { 'replicator.v1.mittwald.de/replicated-from-version': '7' } },
    'Replicator',
    'kubectl get secrets -n team -o yaml',
  ],
  [
    'Kyverno',
    { labels: { 'generate.kyverno.io/policy-name': 'pull-secrets' } },
    'Kyverno policy pull-secrets',
    'kubectl get clusterpolicy pull-secrets -o yaml',
  ],
  [
    'imagepullsecret-patcher',
    { annotations: { 'app.kubernetes.io/managed-by': 'imagepullsecret-patcher' } },
    'imagepullsecret-patcher',
    'kubectl get deployments -A',
  ],
  [
    'OpenShift',
    { annotations: { 'openshift.io/internal-registry-auth-token.binding': 'bound' } },
    'OpenShift',
    'kubectl get serviceaccounts -n team',
  ],
  [
    'a name that nothing can have',
    { labels: { 'argocd.argoproj.io/instance': '$(touch x)' } },
    'Argo CD application $(touch x)',
  ],
])('%s', (_, metadata, name, where) => {
  const maker = makerOf({ metadata: { namespace: 'team', name: 'pull', ...metadata } });
  expect(maker?.name).toBe(name);
  expect(shownHint(maker?.where)).toBe(where);
});
