/** The matrix of `why pod/x`: the list of pull secrets that a pod has, and the one that it should have. */
import { describe } from 'vitest';
import { newNamespace } from '../../environment/use.ts';
import { pathOf } from '../../support/attach-world.ts';
import { good } from '../../support/doctor-machine.ts';
import { giveAccount, patch, type Setup, type Situation, store } from '../../support/doctor-world.ts';
import { type Situations, testSituations } from '../../support/situations.ts';

const regcred: NonNullable<Setup['secrets']> = (host) => ({ regcred: { auths: { [host]: good } } });
const quay = { auths: { 'quay.io': good } };

const later: readonly Situation[] = [
  [
    'attached to the service account after the pod was created',
    { backOff: true, secrets: regcred, after: attachToAccount },
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
      fix: 'kubectl delete job web-now -n NS && kubectl create job --from=cronjob/web web-again -n NS',
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

const other: Situations = [
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
  (suffix) => [
    'a Secret that is missing',
    { list: [`nowhere-to-be-found-${suffix}`] },
    {
      kubelet: 'no credential',
      cause: 'missing-secret',
      fix: `regsecret create nowhere-to-be-found-${suffix} -n NS --server HOST`,
    },
  ],
  (suffix) => [
    'a Secret of the service account that is missing, for a Deployment',
    { on: 'bearer', kind: 'Deployment', account: [`not-there-either-${suffix}`] },
    {
      kubelet: 'no access',
      cause: 'missing-secret',
      fix: `regsecret create not-there-either-${suffix} -n NS --server HOST`,
    },
  ],
  [
    'a Secret that is nearly called so',
    { secrets: regcred, list: ['regcerd'] },
    {
      kubelet: 'no credential',
      cause: 'missing-secret',
      fix: 'regsecret attach regcred -n NS --pod web --recreate && regsecret detach regcerd -n NS --pod web --recreate',
    },
  ],
  [
    'a Secret that is nearly called so, for a Deployment',
    { kind: 'Deployment', secrets: regcred, list: ['regcerd'] },
    {
      kubelet: 'no credential',
      cause: 'missing-secret',
      fix: 'regsecret attach regcred -n NS --to deployment/web && regsecret detach regcerd -n NS --from deployment/web',
    },
  ],
  [
    'a Secret that is nearly called so, in the list of the service account',
    { kind: 'Deployment', secrets: regcred, account: ['regcerd'] },
    {
      kubelet: 'no credential',
      cause: 'missing-secret',
      fix: 'regsecret attach regcred -n NS --serviceaccount default && regsecret detach regcerd -n NS --serviceaccount default && kubectl delete pod POD -n NS',
    },
  ],
  [
    'a Secret that is in other namespaces, whose logins are tried nowhere',
    { list: ['only-elsewhere'], before: storeElsewhere },
    {
      kubelet: 'no credential',
      cause: 'missing-secret',
      fix: 'regsecret create only-elsewhere -n NS --server HOST',
    },
  ],
];

type Step = NonNullable<Setup['after']>;

function attachToAccount({ namespace }: Parameters<Step>[0]): ReturnType<Step> {
  return giveAccount(namespace, ['regcred']);
}

function attachToTemplate(kind: 'ReplicaSet' | 'StatefulSet'): Step {
  const spec = { template: { spec: { imagePullSecrets: [{ name: 'regcred' }] } } };
  return ({ namespace }) => patch(pathOf(kind, namespace, 'web'), { spec });
}

/** Creates two Secrets with the same name in other namespaces, one of which has the login. */
async function storeElsewhere({ host }: Parameters<Step>[0]): Promise<void> {
  await store(await newNamespace(), 'only-elsewhere', quay);
  await store(await newNamespace(), 'only-elsewhere', { auths: { [host]: good } });
}

describe.concurrent('a list that came later', () => testSituations(later));
describe.concurrent('a list that is of no use', () => testSituations(other));
