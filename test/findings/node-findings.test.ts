/** Findings from a node and its kubelet: sentence and command of each. */
import { finding } from '../../src/findings/finding.ts';
import { withBefore } from '../../src/workloads/remedy.ts';
import { at, DEPLOYMENT, image, POD, RECREATE, SECRET, testFindings, WORKLOAD } from '../support/finding-table.ts';

testFindings([
  [
    finding('registry-unreachable', POD, { registry: 'ghcr.io', reason: 'it refuses this machine', at }, 'error'),
    'error: ghcr.io cannot be checked from here: it refuses this machine; it also refuses the node (kubelet)',
    'advice',
    'curl -sv https://ghcr.io/v2/',
  ],
  [
    finding('registry-unreachable', POD, { registry: 'ghcr.io', reason: 'it does not answer', at }),
    'warning: ghcr.io cannot be checked from here: it does not answer; the node may be on another network',
    'advice',
    'curl -sv https://ghcr.io/v2/',
  ],
  [
    finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'name', node: 'node-1' }),
    'error: the node cannot pull from ghcr.io: its name cannot be resolved there (kubelet); the login is not the problem',
    'advice',
    'kubectl describe node node-1',
  ],
  [
    finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'connection', node: '' }),
    'error: the node cannot pull from ghcr.io: it does not answer there (kubelet); the login is not the problem',
    'advice',
    'kubectl describe node NODE',
  ],
  [
    finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'timeout', node: 'node-1' }),
    'error: the node cannot pull from ghcr.io: it does not answer in time there (kubelet); the login is not the problem',
    'advice',
    'kubectl describe node node-1',
  ],
  [
    finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'tls', node: 'node-1' }),
    'error: the node cannot pull from ghcr.io: TLS fails there (kubelet); the login is not the problem',
    'advice',
    'kubectl describe node node-1',
  ],
  [
    finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'authority', node: 'node-1' }),
    'error: the node cannot pull from ghcr.io: its certificate is from an authority that the node does not trust (kubelet); the login is not the problem',
    'advice',
    'kubectl describe node node-1',
  ],
  [
    finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'dates', node: 'node-1' }),
    'error: the node cannot pull from ghcr.io: its certificate has expired or is not valid yet (kubelet); the login is not the problem',
    'advice',
    'kubectl describe node node-1',
  ],
  [
    finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'clock', node: 'node-1' }),
    'error: the node cannot pull from ghcr.io: the clock on the node is wrong, so the certificate looks expired or not yet valid there (kubelet); the login is not the problem',
    'advice',
    'kubectl describe node node-1',
  ],
  [
    finding('node-cannot-reach', POD, {
      registry: 'ghcr.io',
      trouble: 'connection',
      node: 'node-1',
      mirror: 'mirror.example',
    }),
    'error: the node cannot pull from mirror.example, which it uses instead of ghcr.io: it does not answer there (kubelet); the login is not the problem',
    'advice',
    'kubectl describe node node-1',
  ],
  [
    finding('node-cannot-reach', POD, {
      registry: 'ghcr.io',
      trouble: 'mirror',
      node: 'node-1',
      mirror: 'mirror.example',
    }),
    'error: the node pulls from the mirror mirror.example, which refuses, and not from ghcr.io, which would allow it (kubelet)',
    'advice',
    'kubectl describe node node-1',
  ],
  [
    finding('stale-secret', SECRET, { image, node: 'node-1', tried: true, remedy: DEPLOYMENT }),
    'error: secret team-a/regcred matches ghcr.io/org/app:v1, but node node-1 still uses the deleted Secret of that name: a kubelet does not read an immutable Secret again while a pod on its node uses it',
    'fix',
    `kubectl get secret regcred -n team-a -o go-template='{{index .data ".dockerconfigjson" | base64decode}}' | regsecret create regcred-2 -n team-a --from-file - && regsecret attach regcred-2 -n team-a --to deployment/web && regsecret detach regcred -n team-a --from deployment/web`,
  ],
  [
    finding('stale-secret', SECRET, { image, node: 'node-1', tried: false, dataKey: '.dockercfg', remedy: RECREATE }),
    'error: secret team-a/regcred matches ghcr.io/org/app:v1, but if it was also immutable before, node node-1 still uses the deleted Secret of that name: a kubelet does not read an immutable Secret again while a pod on its node uses it',
    'fix',
    `kubectl get secret regcred -n team-a -o go-template='{{index .data ".dockercfg" | base64decode}}' | regsecret create regcred-2 -n team-a --from-file - && regsecret attach regcred-2 -n team-a --pod web-1 --recreate && regsecret detach regcred -n team-a --pod web-1 --recreate`,
  ],
  [
    finding('node-login-refused', POD, { image, node: 'node-1', remedy: DEPLOYMENT }),
    'error: pod team-a/web-1 has no login for ghcr.io/org/app:v1, so node node-1 sent its own (of a credential provider or a docker config), which was refused; a login in a pull secret is tried first',
    'fix',
    'regsecret create -n team-a --server ghcr.io --attach deployment/web',
  ],
  [
    finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'out of order', node: 'node-1' }),
    'error: the node cannot pull from ghcr.io: it answers with a server error (kubelet); the login is not the problem',
    'advice',
    'kubectl describe node node-1',
  ],
  [
    finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'layers', node: 'node-1' }),
    'error: the node cannot pull from ghcr.io: it has the image, but the layers cannot be downloaded there (kubelet); the login is not the problem',
    'advice',
    'kubectl describe node node-1',
  ],
  [
    finding('wrong-platform', POD, { image, node: 'node-1', remedy: DEPLOYMENT }),
    'error: ghcr.io/org/app:v1 is not available for the platform of the node (kubelet); the login is not the problem',
    'advice',
    'kubectl get node node-1 --show-labels',
  ],
  [
    finding('wrong-platform', POD, {
      image,
      node: 'node-1',
      remedy: withBefore(DEPLOYMENT, ['ghcr.io/org/app:v0']),
    }),
    'error: ghcr.io/org/app:v1 is not available for the platform of the node (kubelet); the login is not the problem',
    'advice',
    'kubectl rollout undo deployment/web -n team-a',
  ],
  [
    finding('disk-full', POD, { node: 'node-1' }),
    'error: node node-1 has no room left for the image (kubelet); the login is not the problem',
    'advice',
    'kubectl describe node node-1',
  ],
  [
    finding('disk-full', POD, { node: '' }),
    'error: the node of the pod has no room left for the image (kubelet); the login is not the problem',
    'advice',
    'kubectl describe node NODE',
  ],
  [
    finding('pull-postponed', WORKLOAD, { image }),
    'warning: the kubelet delays the pull of ghcr.io/org/app:v1, because it pulls too many images at once (pull QPS exceeded); it retries automatically',
    'advice',
    'kubectl get pods -n team-a --watch',
  ],
  [
    finding('undecodable-list', POD, { secrets: ['regcred', 'other'], error: 'unexpected end of JSON input' }),
    'error: one of the pull secrets of pod team-a/web-1 (regcred, other) cannot be decoded (unexpected end of JSON input), so the kubelet uses none of them',
    'advice',
    'regsecret inspect regcred -n team-a',
  ],
  [
    finding('unread-secrets', POD, { image, secrets: ['regcred'], sent: 'nothing' }),
    'error: no login was sent for ghcr.io/org/app:v1 (kubelet), and you have no permission to read pull secrets of pod team-a/web-1: regcred',
    'advice',
    'regsecret inspect regcred -n team-a',
  ],
  [
    finding('unread-secrets', POD, { image, secrets: ['regcred'], sent: 'a login' }),
    'error: a login was sent and refused for ghcr.io/org/app:v1 (kubelet), and you have no permission to read pull secrets of pod team-a/web-1: regcred',
    'advice',
    'regsecret inspect regcred -n team-a',
  ],
  [
    finding('unread-secrets', POD, { image, secrets: ['regcred'], sent: 'unknown' }),
    'error: the registry refused the pull for ghcr.io/org/app:v1 (kubelet), and you have no permission to read pull secrets of pod team-a/web-1: regcred',
    'advice',
    'regsecret inspect regcred -n team-a',
  ],
  [
    finding('retry-pending', POD, { image }),
    'warning: ghcr.io/org/app:v1 can be pulled now; the kubelet tries again within 5 minutes; this fails only if its node uses a mirror that does not have it',
    'advice',
    'kubectl get pod web-1 -n team-a --watch',
  ],
  [
    finding('retry-pending', POD, { image, secret: 'regcred' }),
    'warning: secret regcred was changed after the last attempt to pull ghcr.io/org/app:v1; the kubelet tries again within 5 minutes',
    'advice',
    'kubectl get pod web-1 -n team-a --watch',
  ],
  [
    finding('unexplained', POD, { image, message: 'denied', accepted: true }),
    'error: pod team-a/web-1 cannot pull ghcr.io/org/app:v1; no cause found; its registry accepts the login; the kubelet reports: denied',
    'advice',
    'kubectl describe pod web-1 -n team-a',
  ],
  [
    finding('unexplained', WORKLOAD, { image, message: 'denied', accepted: false }),
    'error: deployment team-a/web cannot pull ghcr.io/org/app:v1; no cause found; the kubelet reports: denied',
    'advice',
    'kubectl describe deployment web -n team-a',
  ],
  [
    finding('unseen-credential', WORKLOAD, { image, remedy: DEPLOYMENT }),
    'warning: deployment team-a/web runs, but no login found from here matches ghcr.io/org/app:v1: its node has its own login, or still has the image',
    'advice',
    'regsecret create -n team-a --server ghcr.io --attach deployment/web',
  ],
  [
    finding('borrowed-image', WORKLOAD, {
      image,
      pod: 'pod team-b/api-1',
      node: 'n',
      version: 'v1.34.4',
      usable: 'regcred',
      remedy: DEPLOYMENT,
    }),
    'warning: deployment team-a/web has no login for ghcr.io/org/app:v1, and runs because pod team-b/api-1 pulled it on node n (kubelet v1.34.4), or because the node has its own login; from Kubernetes 1.35 on, the image of pod team-b/api-1 is not enough',
    'fix',
    'regsecret attach regcred -n team-a --to deployment/web',
  ],
]);
