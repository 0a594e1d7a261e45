/** The matrix of `why pod/x`: which list of pull secrets a pod has, and which it should have. */
import { describe } from 'vitest';
import { newNamespace } from '../cluster/use.ts';
import { pathOf } from '../support/attach-world.ts';
import {
  giveAccount,
  good,
  patch,
  type Setup,
  type Situation,
  store,
  testSituations,
} from '../support/doctor-world.ts';

const regcred: NonNullable<Setup['secrets']> = (host) => ({ regcred: { auths: { [host]: good } } });
const quay = { auths: { 'quay.io': good } };
const bare = 'regsecret create -n NS --server HOST && regsecret attach regsecret -n NS --pod web --recreate';

const none: readonly Situation[] = [
  ['no pull secret', {}, { kubelet: 'no credential', cause: 'no-pull-secret', fix: bare }],
  [
    'no pull secret, for a Deployment on the Bearer registry',
    { on: 'bearer', kind: 'Deployment' },
    {
      kubelet: 'no access',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n NS --server HOST --attach deployment/web',
    },
  ],
  [
    'no pull secret, for a StatefulSet, whose roll-out waits for the pod',
    { kind: 'StatefulSet' },
    {
      kubelet: 'no credential',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n NS --server HOST --attach statefulset/web && kubectl delete pod POD -n NS',
    },
  ],
  [
    'no pull secret, for a DaemonSet',
    { kind: 'DaemonSet' },
    {
      kubelet: 'no credential',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n NS --server HOST --attach daemonset/web',
    },
  ],
  [
    'no pull secret, for a ReplicaSet that nobody owns',
    { kind: 'ReplicaSet' },
    {
      kubelet: 'no credential',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n NS --server HOST --attach replicaset/web && kubectl delete pod POD -n NS',
    },
  ],
  [
    'no pull secret, for a Job, which cannot be changed',
    { kind: 'Job' },
    {
      kubelet: 'no credential',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n NS --server HOST --attach sa/default && kubectl delete pod POD -n NS',
    },
  ],
  [
    'no pull secret, for a CronJob',
    { kind: 'CronJob' },
    {
      kubelet: 'no credential',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n NS --server HOST --attach cronjob/web && kubectl create job --from=cronjob/web web-again -n NS',
    },
  ],
  [
    'no pull secret, for a Deployment that is paused',
    { kind: 'Deployment', fields: { paused: false }, after: pause },
    {
      kubelet: 'no credential',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n NS --server HOST --attach deployment/web && kubectl rollout resume deployment/web -n NS',
    },
  ],
  [
    'no pull secret, and one in the namespace that opens the image',
    { secrets: regcred },
    {
      kubelet: 'no credential',
      cause: 'no-pull-secret',
      fix: 'regsecret attach regcred -n NS --pod web --recreate',
    },
  ],
  [
    'no pull secret, and a service account whose pods may use only what is in its list',
    { kind: 'Deployment', secrets: regcred, after: enforce },
    {
      kubelet: 'no credential',
      cause: 'no-pull-secret',
      fix: 'regsecret attach regcred -n NS --serviceaccount default --to deployment/web',
    },
  ],
  [
    'no pull secret anywhere, and a service account whose pods may use only what is in its list',
    { kind: 'Deployment', after: enforce },
    {
      kubelet: 'no credential',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n NS --server HOST --attach sa/default --attach deployment/web',
    },
  ],
  [
    'no pull secret, for a pod of a service account whose pods may use only what is in its list',
    { after: enforce },
    {
      kubelet: 'no credential',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n NS --server HOST && regsecret attach regsecret -n NS --serviceaccount default && regsecret attach regsecret -n NS --pod web --recreate',
    },
  ],
];

const later: readonly Situation[] = [
  [
    'attached to the service account after the pod was created',
    { secrets: regcred, after: attachToAccount },
    {
      kubelet: 'no credential',
      cause: 'attached-later',
      fix: 'regsecret attach regcred -n NS --pod web --recreate',
    },
  ],
  [
    'attached to the service account after the pod of a Deployment was created',
    { kind: 'Deployment', on: 'bearer', secrets: regcred, after: attachToAccount },
    {
      kubelet: 'no access',
      cause: 'attached-later',
      fix: 'kubectl rollout restart deployment/web -n NS',
    },
  ],
  [
    'attached to the service account after the pod of a Job was created',
    { kind: 'Job', secrets: regcred, after: attachToAccount },
    { kubelet: 'no credential', cause: 'attached-later', fix: 'kubectl delete pod POD -n NS' },
  ],
  [
    'attached to the service account after the pod of a CronJob was created',
    { kind: 'CronJob', secrets: regcred, after: attachToAccount },
    {
      kubelet: 'no credential',
      cause: 'attached-later',
      fix: 'kubectl create job --from=cronjob/web web-again -n NS',
    },
  ],
  [
    'attached to the template of a ReplicaSet after its pod was created',
    { kind: 'ReplicaSet', secrets: regcred, after: attachToTemplate('ReplicaSet') },
    { kubelet: 'no credential', cause: 'outdated-pod', fix: 'kubectl delete pod POD -n NS' },
  ],
  [
    'attached to the template of a StatefulSet whose roll-out waits for the pod',
    { kind: 'StatefulSet', secrets: regcred, after: attachToTemplate('StatefulSet') },
    { kubelet: 'no credential', cause: 'outdated-pod', fix: 'kubectl delete pod POD -n NS' },
  ],
];

const other: readonly Situation[] = [
  [
    'a list of its own, so that of the service account does not count',
    {
      kind: 'Deployment',
      secrets: (host) => ({ ...regcred(host), mine: quay }),
      list: ['mine'],
      account: ['regcred'],
    },
    {
      kubelet: 'no credential',
      cause: 'own-list',
      fix: 'regsecret attach regcred -n NS --to deployment/web',
    },
  ],
  [
    'an entry without a name, so the list of the service account does not count',
    { kind: 'Deployment', secrets: regcred, list: [{}], account: ['regcred'] },
    {
      kubelet: 'no credential',
      cause: 'empty-name',
      fix: 'regsecret attach regcred -n NS --to deployment/web',
    },
  ],
  [
    'a list with an entry for another registry only',
    { secrets: () => ({ regcred: quay }), list: ['regcred'] },
    { kubelet: 'no credential', cause: 'no-entry', fix: 'regsecret create regcred -n NS --server HOST' },
  ],
  [
    'a list with an entry for another registry only, and a Secret in the namespace that opens the image',
    { kind: 'StatefulSet', secrets: (host) => ({ ...regcred(host), mine: quay }), list: ['mine'] },
    {
      kubelet: 'no credential',
      cause: 'no-entry',
      fix: 'regsecret attach regcred -n NS --to statefulset/web && kubectl delete pod POD -n NS',
    },
  ],
  [
    'a Secret that is missing',
    { list: ['nowhere-to-be-found'] },
    {
      kubelet: 'no credential',
      cause: 'missing-secret',
      fix: 'regsecret create nowhere-to-be-found -n NS --server HOST',
    },
  ],
  [
    'a Secret of the service account that is missing, for a Deployment',
    { on: 'bearer', kind: 'Deployment', account: ['nowhere-to-be-found'] },
    {
      kubelet: 'no access',
      cause: 'missing-secret',
      fix: 'regsecret create nowhere-to-be-found -n NS --server HOST',
    },
  ],
  [
    'a Secret that is nearly called so',
    { secrets: regcred, list: ['regcerd'] },
    {
      kubelet: 'no credential',
      cause: 'missing-secret',
      fix: 'regsecret attach regcred -n NS --pod web --recreate',
    },
  ],
  [
    'a Secret that is in another namespace',
    { list: ['only-elsewhere'], before: storeElsewhere },
    {
      kubelet: 'no credential',
      cause: 'missing-secret',
      fix: `kubectl get secret only-elsewhere -n ELSEWHERE -o go-template='{{index .data ".dockerconfigjson" | base64decode}}' | regsecret create only-elsewhere -n NS --from-file -`,
    },
  ],
];

type Step = NonNullable<Setup['after']>;

function pause({ namespace }: Parameters<Step>[0]): ReturnType<Step> {
  return patch(pathOf('Deployment', namespace, 'web'), { spec: { paused: true } });
}

function attachToAccount({ namespace }: Parameters<Step>[0]): ReturnType<Step> {
  return giveAccount(namespace, ['regcred']);
}

function enforce({ namespace }: Parameters<Step>[0]): ReturnType<Step> {
  const annotations = { 'kubernetes.io/enforce-mountable-secrets': 'true' };
  return giveAccount(namespace, [], { metadata: { annotations } });
}

function attachToTemplate(kind: 'ReplicaSet' | 'StatefulSet'): Step {
  const spec = { template: { spec: { imagePullSecrets: [{ name: 'regcred' }] } } };
  return ({ namespace }) => patch(pathOf(kind, namespace, 'web'), { spec });
}

async function storeElsewhere({ host }: Parameters<Step>[0]): Promise<void> {
  await store(await newNamespace(), 'only-elsewhere', { auths: { [host]: good } });
}

describe.concurrent('no list', () => testSituations(none));
describe.concurrent('a list that came later', () => testSituations(later));
describe.concurrent('a list that is of no use', () => testSituations(other));
