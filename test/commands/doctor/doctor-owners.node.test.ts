/** The matrix of `why pod/x`: pods without a pull secret, by what makes them. */
import { describe } from 'vitest';
import { newAccount, pathOf } from '../../support/attach-world.ts';
import { good } from '../../support/doctor-machine.ts';
import { giveAccount, patch, type Setup, type Situation } from '../../support/doctor-world.ts';
import { testSituations } from '../../support/situations.ts';

const regcred: NonNullable<Setup['secrets']> = (host) => ({ regcred: { auths: { [host]: good } } });
const bare = 'regsecret create -n NS --server HOST && regsecret attach regsecret -n NS --pod web --recreate';

const none: readonly Situation[] = [
  ['no pull secret', { backOff: true }, { kubelet: 'no credential', cause: 'no-pull-secret', fix: bare }],
  [
    'no pull secret, for a Deployment on the Bearer registry',
    { backOff: true, on: 'bearer', kind: 'Deployment' },
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
    'no pull secret, for a Job with a service account of its own',
    {
      kind: 'Job',
      spec: () => ({ serviceAccountName: 'builder' }),
      before: ({ namespace }) => newAccount(namespace, {}, 'builder'),
    },
    {
      kubelet: 'no credential',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n NS --server HOST --attach sa/builder && kubectl delete pod POD -n NS',
    },
  ],
  [
    'no pull secret, for a CronJob',
    { kind: 'CronJob' },
    {
      kubelet: 'no credential',
      cause: 'no-pull-secret',
      fix: 'regsecret create -n NS --server HOST --attach cronjob/web && kubectl delete job web-now -n NS && kubectl create job --from=cronjob/web web-again -n NS',
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

type Step = NonNullable<Setup['after']>;

function pause({ namespace }: Parameters<Step>[0]): ReturnType<Step> {
  return patch(pathOf('Deployment', namespace, 'web'), { spec: { paused: true } });
}

function enforce({ namespace }: Parameters<Step>[0]): ReturnType<Step> {
  const annotations = { 'kubernetes.io/enforce-mountable-secrets': 'true' };
  return giveAccount(namespace, [], { metadata: { annotations } });
}

describe.concurrent('no list', () => testSituations(none));
