/** What a node and its kubelet say of a pull: the sentence and the command of each finding. */
import { finding } from '../../../src/domain/findings/catalog.ts';
import { at, DEPLOYMENT, image, POD, testFindings, WORKLOAD } from '../../support/finding-table.ts';

testFindings([
  [
    finding('registry-unreachable', POD, { registry: 'ghcr.io', reason: 'it does not answer', at }),
    'warning: ghcr.io cannot be asked from here: it does not answer (at 2026-01-01T00:00:00Z); the node may see another network',
    'advice',
    'curl -sv https://ghcr.io/v2/',
  ],
  [
    finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'name', node: 'node-1' }),
    'error: the node cannot pull from ghcr.io: its name cannot be resolved there (says the kubelet), which is not about credentials',
    'advice',
    'kubectl debug node/node-1 -it --image=curlimages/curl -- curl -sv https://ghcr.io/v2/',
  ],
  [
    finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'connection', node: '' }),
    'error: the node cannot pull from ghcr.io: it does not answer there (says the kubelet), which is not about credentials',
    'advice',
    'kubectl debug node/NODE -it --image=curlimages/curl -- curl -sv https://ghcr.io/v2/',
  ],
  [
    finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'timeout', node: 'node-1' }),
    'error: the node cannot pull from ghcr.io: it does not answer in time there (says the kubelet), which is not about credentials',
    'advice',
    'kubectl debug node/node-1 -it --image=curlimages/curl -- curl -sv https://ghcr.io/v2/',
  ],
  [
    finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'tls', node: 'node-1' }),
    'error: the node cannot pull from ghcr.io: TLS fails there (says the kubelet), which is not about credentials',
    'advice',
    'kubectl debug node/node-1 -it --image=curlimages/curl -- curl -sv https://ghcr.io/v2/',
  ],
  [
    finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'out of order', node: 'node-1' }),
    'error: the node cannot pull from ghcr.io: it answers with an error of its own (says the kubelet), which is not about credentials',
    'advice',
    'kubectl debug node/node-1 -it --image=curlimages/curl -- curl -sv https://ghcr.io/v2/',
  ],
  [
    finding('node-cannot-reach', POD, { registry: 'ghcr.io', trouble: 'layers', node: 'node-1' }),
    'error: the node cannot pull from ghcr.io: it has the image, but its layers do not arrive there (says the kubelet), which is not about credentials',
    'advice',
    'kubectl debug node/node-1 -it --image=curlimages/curl -- curl -sv https://ghcr.io/v2/',
  ],
  [
    finding('wrong-platform', POD, { image, node: 'node-1' }),
    'error: there is no ghcr.io/org/app:v1 for the platform of the node (says the kubelet), which is not about credentials',
    'advice',
    'kubectl get node node-1 --show-labels',
  ],
  [
    finding('disk-full', POD, { node: 'node-1' }),
    'error: node node-1 has no room left for the image (says the kubelet), which is not about credentials',
    'advice',
    'kubectl describe node node-1',
  ],
  [
    finding('disk-full', POD, { node: '' }),
    'error: the node of the pod has no room left for the image (says the kubelet), which is not about credentials',
    'advice',
    'kubectl describe node NODE',
  ],
  [
    finding('pull-postponed', WORKLOAD, { image }),
    'warning: the kubelet puts off the pull of ghcr.io/org/app:v1, for it pulls too many at once (pull QPS exceeded); it tries again by itself',
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
    'error: no credential was sent for ghcr.io/org/app:v1 (says the kubelet), and the pull secrets of pod team-a/web-1 may not be read from here: regcred',
    'advice',
    'kubectl auth can-i get secrets -n team-a',
  ],
  [
    finding('unread-secrets', POD, { image, secrets: ['regcred'], sent: 'a login' }),
    'error: a login was sent and refused for ghcr.io/org/app:v1 (says the kubelet), and the pull secrets of pod team-a/web-1 may not be read from here: regcred',
    'advice',
    'kubectl auth can-i get secrets -n team-a',
  ],
  [
    finding('unread-secrets', POD, { image, secrets: ['regcred'], sent: 'unknown' }),
    'error: the registry refused the pull for ghcr.io/org/app:v1 (says the kubelet), and the pull secrets of pod team-a/web-1 may not be read from here: regcred',
    'advice',
    'kubectl auth can-i get secrets -n team-a',
  ],
  [
    finding('retry-pending', POD, { image }),
    'warning: ghcr.io/org/app:v1 can be pulled now; the kubelet tries again within 5 minutes, in vain only where its node asks a mirror without it',
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
    'error: pod team-a/web-1 does not get ghcr.io/org/app:v1, and nothing is wrong that can be seen from here, where its registry accepts the credential; the kubelet says: denied',
    'advice',
    'kubectl describe pod web-1 -n team-a',
  ],
  [
    finding('unexplained', WORKLOAD, { image, message: 'denied', accepted: false }),
    'error: deployment team-a/web does not get ghcr.io/org/app:v1, and nothing is wrong that can be seen from here; the kubelet says: denied',
    'advice',
    'kubectl describe deployment web -n team-a',
  ],
  [
    finding('unseen-credential', WORKLOAD, { image, remedy: DEPLOYMENT }),
    'warning: deployment team-a/web runs, but nothing that can be seen from here opens ghcr.io/org/app:v1: its node has a credential of its own, or has kept the image',
    'advice',
    'regsecret create -n team-a --server ghcr.io --attach deployment/web',
  ],
]);
