/** What is wrong with an image or how it is pulled: the sentence and the command of each finding. */
import { finding } from '../../../src/domain/findings/catalog.ts';
import type { Remedy } from '../../../src/domain/workloads/remedy.ts';
import {
  ACCOUNT,
  at,
  DEPLOYMENT,
  FILE,
  type FindingRow,
  image,
  namespace,
  OWNER,
  POD,
  RECREATE,
  testFindings,
  WORKLOAD,
} from '../../support/finding-table.ts';

const REGISTRY = { by: 'registry', at } as const;
const KUBELET = { by: 'kubelet' } as const;
const gone = { image, container: 'app', said: KUBELET } as const;
const STATEFUL: Remedy = {
  how: 'template',
  target: { kind: 'StatefulSet', namespace, name: 'db' },
  next: { step: 'delete pods', pods: ['db-0'] },
};

testFindings([
  [
    finding('invalid-image', POD, { image: '', error: 'it is empty', container: 'app', remedy: RECREATE }),
    'error: an empty string in pod team-a/web-1 is not a valid image name (it is empty)',
    'advice',
    'kubectl set image pod/web-1 app=REGISTRY/NAME:TAG -n team-a',
  ],
  [
    finding('invalid-image', WORKLOAD, {
      image: 'A:b',
      error: 'a repository has no capitals',
      container: 'app',
      remedy: DEPLOYMENT,
    }),
    'error: A:b in deployment team-a/web is not a valid image name (a repository has no capitals)',
    'advice',
    'kubectl set image deployment/web app=REGISTRY/NAME:TAG -n team-a',
  ],
  [
    finding('invalid-image', WORKLOAD, {
      image: 'A:b',
      error: 'a repository has no capitals',
      container: 'app',
      remedy: FILE,
    }),
    'error: A:b in deployment team-a/web is not a valid image name (a repository has no capitals)',
    'advice',
    'kubectl set image -f web.yaml app=REGISTRY/NAME:TAG --local -o yaml',
  ],
  [
    finding(
      'invalid-image',
      { kind: 'ServiceAccount', namespace, name: 'default' },
      { image: 'A:b', error: 'a repository has no capitals', container: '', remedy: ACCOUNT },
    ),
    'error: A:b in serviceaccount team-a/default is not a valid image name (a repository has no capitals)',
    'advice',
    '',
  ],
  [
    finding('image-not-found', POD, {
      image: 'ghcr.io:5000/org/app:v1',
      container: 'app',
      said: REGISTRY,
      missing: 'tag',
      remedy: DEPLOYMENT,
    }),
    'error: image ghcr.io:5000/org/app:v1 does not exist: its registry has the repository, but not this tag or digest (asked from here at 2026-01-01T00:00:00Z)',
    'advice',
    'kubectl set image deployment/web app=ghcr.io:5000/org/app:TAG -n team-a',
  ],
  [
    finding('image-not-found', POD, {
      image: 'ghcr.io:5000/org/app:v1',
      container: 'app',
      said: REGISTRY,
      missing: 'tag',
      tags: { names: ['v2', 'v1.1'], more: 41 },
      remedy: DEPLOYMENT,
    }),
    'error: image ghcr.io:5000/org/app:v1 does not exist: its registry has the repository, but not this tag or digest (asked from here at 2026-01-01T00:00:00Z); existing tags: v2, v1.1 (41 more)',
    'advice',
    'kubectl set image deployment/web app=ghcr.io:5000/org/app:TAG -n team-a',
  ],
  [
    finding('image-not-found', POD, {
      image: 'ghcr.io:5000/org/app:v1.2.0',
      container: 'app',
      said: REGISTRY,
      missing: 'tag',
      tags: { names: ['1.2.0', 'v30', 'main'], more: 41 },
      remedy: DEPLOYMENT,
    }),
    'error: image ghcr.io:5000/org/app:v1.2.0 does not exist: its registry has the repository, but not this tag or digest (asked from here at 2026-01-01T00:00:00Z); existing tags: 1.2.0, v30, main (41 more)',
    'advice',
    'kubectl set image deployment/web app=ghcr.io:5000/org/app:1.2.0 -n team-a',
  ],
  [
    finding('image-not-found', POD, {
      image: 'ghcr.io:5000/org/app:v1.2.0',
      container: 'app',
      said: REGISTRY,
      missing: 'tag',
      tags: { names: ['v1.2.1', 'v1.1.0'], more: 0 },
      remedy: DEPLOYMENT,
    }),
    'error: image ghcr.io:5000/org/app:v1.2.0 does not exist: its registry has the repository, but not this tag or digest (asked from here at 2026-01-01T00:00:00Z); existing tags: v1.2.1, v1.1.0',
    'advice',
    'kubectl set image deployment/web app=ghcr.io:5000/org/app:TAG -n team-a',
  ],
  [
    finding('image-not-found', POD, {
      image: 'ghcr.io:5000/org/app',
      container: 'app',
      said: REGISTRY,
      missing: 'tag',
      tags: { names: ['v1'], more: 0 },
      remedy: DEPLOYMENT,
    }),
    'error: image ghcr.io:5000/org/app does not exist: its registry has the repository, but not this tag or digest (asked from here at 2026-01-01T00:00:00Z); existing tags: v1',
    'advice',
    'kubectl set image deployment/web app=ghcr.io:5000/org/app:v1 -n team-a',
  ],
  [
    finding('image-not-found', POD, {
      image: 'ghcr.io:5000/orgg/app:v1',
      container: 'app',
      said: REGISTRY,
      missing: 'repository',
      remedy: DEPLOYMENT,
    }),
    'error: image ghcr.io:5000/orgg/app:v1 does not exist: its registry has no such repository, or does not show it to this login (asked from here at 2026-01-01T00:00:00Z)',
    'advice',
    'kubectl edit deployment web -n team-a',
  ],
  [
    finding('image-not-found', WORKLOAD, {
      image: 'ghcr.io/org/other:v1',
      container: '',
      said: REGISTRY,
      missing: 'repository',
      remedy: DEPLOYMENT,
    }),
    'error: image ghcr.io/org/other:v1 does not exist: its registry has no such repository, or does not show it to this login (asked from here at 2026-01-01T00:00:00Z)',
    'advice',
    '',
  ],
  [
    finding('image-not-found', POD, {
      image: 'nginxx',
      container: 'app',
      said: REGISTRY,
      missing: 'repository',
      remedy: DEPLOYMENT,
    }),
    'error: image nginxx does not exist: its registry has no such repository, or does not show it to this login (asked from here at 2026-01-01T00:00:00Z)',
    'advice',
    'kubectl edit deployment web -n team-a',
  ],
  [
    finding('image-not-found', POD, {
      image: 'ghcr.io:5000/org/app',
      container: 'app',
      said: KUBELET,
      anonymous: true,
      remedy: RECREATE,
    }),
    'error: image ghcr.io:5000/org/app does not exist, or its registry shows it only after a login (says the kubelet)',
    'advice',
    'kubectl set image pod/web-1 app=ghcr.io:5000/org/app:TAG -n team-a',
  ],
  [
    finding('image-not-found', POD, {
      image: `ghcr.io/org/app:v1@sha256:${'0'.repeat(64)}`,
      container: 'app',
      said: KUBELET,
      missing: 'repository',
      anonymous: true,
      remedy: RECREATE,
    }),
    `error: image ghcr.io/org/app:v1@sha256:${'0'.repeat(64)} does not exist: its registry has no such repository, or its registry shows it only after a login (says the kubelet)`,
    'advice',
    'kubectl edit pod web-1 -n team-a',
  ],
  ...([undefined, 'repository'] as const).map(
    (missing): FindingRow => [
      finding('image-not-found', { ...WORKLOAD, kind: 'Job' }, { ...gone, missing, remedy: ACCOUNT }),
      `error: image ghcr.io/org/app:v1 does not exist${missing ? ': its registry has no such repository, or does not show it to this login' : ''} (says the kubelet)`,
      'advice',
      'kubectl replace --force -n team-a -f FILE',
    ],
  ),
  [
    finding('image-not-found', POD, { ...gone, missing: 'repository', remedy: STATEFUL }),
    'error: image ghcr.io/org/app:v1 does not exist: its registry has no such repository, or does not show it to this login (says the kubelet)',
    'advice',
    'kubectl edit statefulset db -n team-a && kubectl delete pod db-0 -n team-a',
  ],
  [
    finding('image-not-found', POD, { ...gone, remedy: STATEFUL }),
    'error: image ghcr.io/org/app:v1 does not exist (says the kubelet)',
    'advice',
    'kubectl set image statefulset/db app=ghcr.io/org/app:TAG -n team-a && kubectl delete pod db-0 -n team-a',
  ],
  [
    finding('never-pulled', POD, { image, remedy: DEPLOYMENT }),
    'error: pod team-a/web-1 may not pull ghcr.io/org/app:v1 (imagePullPolicy Never), and its node does not have it, or has it for other credentials only',
    'advice',
    'kubectl edit deployment web -n team-a',
  ],
  [
    finding('never-pulled', POD, { image, remedy: RECREATE }),
    'error: pod team-a/web-1 may not pull ghcr.io/org/app:v1 (imagePullPolicy Never), and its node does not have it, or has it for other credentials only',
    'advice',
    "kubectl get pod web-1 -n team-a -o yaml | sed 's/imagePullPolicy: Never/imagePullPolicy: IfNotPresent/' | kubectl replace --force -n team-a -f -",
  ],
  [
    finding('never-pulled', POD, { image, remedy: OWNER }),
    'error: pod team-a/web-1 may not pull ghcr.io/org/app:v1 (imagePullPolicy Never), and its node does not have it, or has it for other credentials only',
    'advice',
    'kubectl edit rollout.argoproj.io/web -n team-a',
  ],
  [
    finding('never-pulled', POD, { image, remedy: ACCOUNT }),
    'error: pod team-a/web-1 may not pull ghcr.io/org/app:v1 (imagePullPolicy Never), and its node does not have it, or has it for other credentials only',
    'advice',
    'kubectl replace --force -n team-a -f FILE',
  ],
  [
    finding('unverified-image', POD, {
      image,
      node: 'node-1',
      version: 'v1.35.0',
      policy: 'Never',
      remedy: DEPLOYMENT,
    }),
    'error: ghcr.io/org/app:v1 is already on node node-1, but its kubelet (v1.35.0) requires a login for it all the same (KubeletEnsureSecretPulledImages), and pod team-a/web-1 has none and may not pull it (imagePullPolicy Never)',
    'advice',
    'regsecret create -n team-a --server ghcr.io --attach deployment/web',
  ],
  [
    finding('unverified-image', POD, {
      image,
      node: 'node-1',
      version: 'v1.35.0',
      policy: 'Never',
      usable: 'regcred',
      remedy: DEPLOYMENT,
    }),
    'error: ghcr.io/org/app:v1 is already on node node-1, but its kubelet (v1.35.0) requires a login for it all the same (KubeletEnsureSecretPulledImages), and pod team-a/web-1 has none and may not pull it (imagePullPolicy Never)',
    'fix',
    'regsecret attach regcred -n team-a --to deployment/web',
  ],
  [
    finding('unverified-image', POD, {
      image,
      node: 'node-1',
      version: 'v1.35.0',
      policy: 'IfNotPresent',
      remedy: DEPLOYMENT,
    }),
    'error: ghcr.io/org/app:v1 is already on node node-1, but its kubelet (v1.35.0) requires a login for it all the same (KubeletEnsureSecretPulledImages), and pod team-a/web-1 has none',
    'fix',
    'regsecret create -n team-a --server ghcr.io --attach deployment/web',
  ],
  [
    finding('rate-limited', POD, { image: 'nginx', anonymous: true, said: KUBELET, remedy: DEPLOYMENT }),
    'error: the registry of nginx limits the rate of pulls without a login (says the kubelet)',
    'advice',
    'regsecret create -n team-a --server docker.io --attach deployment/web',
  ],
  [
    finding('rate-limited', POD, { image: 'nginx', anonymous: false, said: REGISTRY, remedy: DEPLOYMENT }),
    'error: the registry of nginx limits the rate of pulls (asked from here at 2026-01-01T00:00:00Z)',
    'advice',
    'kubectl get pod web-1 -n team-a --watch',
  ],
  [
    finding('rate-limited', WORKLOAD, { image: 'nginx', anonymous: false, said: REGISTRY, remedy: DEPLOYMENT }),
    'error: the registry of nginx limits the rate of pulls (asked from here at 2026-01-01T00:00:00Z)',
    'advice',
    'kubectl get pods -n team-a --watch',
  ],
]);
