/** A pod with a wrong image: the current template has it, too, or only the older one that the pod was created from. */
import { describe, expect, test } from 'vitest';
import { formatFinding } from '../../src/findings/finding.ts';
import { createCollector } from '../../src/gather/collector.ts';
import { observeTargets } from '../../src/gather/doctor-facts.ts';
import { observeScope } from '../../src/gather/scope.ts';
import { shownHint } from '../support/hints.ts';
import { account, waits } from '../support/observed-targets.ts';
import { reportAt } from '../support/steps.ts';
import { type Stored, type StoredOptions, stored, storedObjects } from '../support/stored-objects.ts';

const [OLD, NEW] = ['ghcr.io/acme/web:v9', 'ghcr.io/acme/web:v1'];
const NOT_FOUND = { reason: 'ErrImagePull', message: `${OLD}: not found` };
const rest = waits(NOT_FOUND);

const pod = (owner: string, options: StoredOptions = {}): Stored =>
  stored('Pod', 'web-1', { owner, image: OLD, rest, ...options });
const labels = (name: string, value: string): StoredOptions => ({ metadata: { labels: { [name]: value } } });
const annotations = (name: string, value: string): object => ({ annotations: { [name]: value } });
const revision = (value: string): object => annotations('deployment.kubernetes.io/revision', value);

/** A Deployment with a pod of its first template. */
const deployment = (spec: object, status: object, image = NEW): Stored[] => [
  pod('ReplicaSet/web'),
  stored('ReplicaSet', 'web', { owner: 'Deployment/web', image: OLD, metadata: revision('1') }),
  stored('Deployment', 'web', { image, metadata: revision(image === NEW ? '2' : '1'), spec, rest: { status } }),
];
const statefulSet = (image: string, updateRevision: string, options: StoredOptions = {}): Stored[] => [
  pod('StatefulSet/web', labels('controller-revision-hash', 'web-a')),
  stored('StatefulSet', 'web', { image, rest: { status: { updateRevision } }, ...options }),
];
const daemonSet = (image: string, generation: string): Stored[] => [
  pod('DaemonSet/web', labels('pod-template-generation', '1')),
  stored('DaemonSet', 'web', {
    image,
    metadata: annotations('deprecated.daemonset.template.generation', generation),
    spec: { updateStrategy: { type: 'OnDelete' } },
  }),
];
const cronJob = (image: string): Stored[] => [
  pod('Job/web-now'),
  stored('Job', 'web-now', { owner: 'CronJob/web', image: OLD }),
  stored('CronJob', 'web', { image }),
];

const NO_QUOTA = {
  type: 'ReplicaFailure',
  status: 'True',
  reason: 'FailedCreate',
  message: 'pods "web-2" is forbidden: exceeded quota: q',
};

const since = (name: string): string =>
  `pod team/web-1 was created before the image of ${name} changed, and keeps its original image ${OLD}`;
const set = (name: string): string => `kubectl set image ${name} app=ghcr.io/acme/web:TAG -n team`;
const MISSING = `image ${OLD} does not exist, or its registry shows it only after a login (kubelet)`;

type Row = readonly [situation: string, objects: readonly Stored[], sentence: string, fix: string];

const rows: readonly Row[] = [
  [
    'a Deployment whose new pods are not all there',
    deployment({ replicas: 2 }, { replicas: 2, updatedReplicas: 1 }),
    `${since('deployment/web')}; a rollout is replacing it (1 of 2 pods are new)`,
    'kubectl rollout status deployment/web -n team',
  ],
  [
    'a Deployment whose new pod is not ready',
    deployment({}, { replicas: 2, updatedReplicas: 1, unavailableReplicas: 1 }),
    `${since('deployment/web')}; a rollout is replacing it (1 pod is not ready, so 1 old pod has not been replaced)`,
    'kubectl rollout status deployment/web -n team',
  ],
  [
    'a Deployment whose quota is used up',
    deployment({}, { replicas: 1, conditions: [NO_QUOTA] }),
    `${since('deployment/web')}; a rollout cannot replace it, because its controller cannot create pods (FailedCreate: pods "web-2" is forbidden: exceeded quota: q)`,
    'kubectl describe quota -n team',
  ],
  [
    'a Deployment whose pods a policy refuses',
    deployment({}, { replicas: 1, conditions: [{ ...NO_QUOTA, message: 'violates PodSecurity' }] }),
    `${since('deployment/web')}; a rollout cannot replace it, because its controller cannot create pods (FailedCreate: violates PodSecurity)`,
    'kubectl describe deployment/web -n team',
  ],
  [
    'a paused Deployment',
    deployment({ paused: true }, { replicas: 1 }),
    since('deployment/web'),
    'kubectl rollout resume deployment/web -n team',
  ],
  ['a Deployment with the same image', deployment({}, { replicas: 1 }, OLD), MISSING, set('deployment/web')],
  [
    'a Deployment with the same image, for which admission takes another',
    [
      pod('ReplicaSet/web', { image: 'mirror.io/acme/web:v9' }),
      ...deployment({}, { replicas: 1 }, OLD).filter(([kind]) => kind !== 'Pod'),
    ],
    MISSING.replace(OLD, 'mirror.io/acme/web:v9'),
    set('deployment/web').replace('ghcr.io', 'mirror.io'),
  ],
  [
    'a paused Deployment with the same image',
    deployment({ paused: true }, { replicas: 1 }, OLD),
    MISSING,
    `${set('deployment/web')} && kubectl rollout resume deployment/web -n team`,
  ],
  ['a StatefulSet', statefulSet(NEW, 'web-b'), since('statefulset/web'), 'kubectl delete pod web-1 -n team'],
  [
    'a StatefulSet with the same image, which waits for the pod',
    statefulSet(OLD, 'web-a'),
    MISSING,
    `${set('statefulset/web')} && kubectl delete pod web-1 -n team`,
  ],
  [
    'a StatefulSet with another image than admission takes',
    statefulSet(NEW, 'web-a', { spec: { podManagementPolicy: 'Parallel' } }),
    MISSING,
    set('statefulset/web'),
  ],
  ['a DaemonSet OnDelete', daemonSet(NEW, '2'), since('daemonset/web'), 'kubectl delete pod web-1 -n team'],
  [
    'a DaemonSet OnDelete with the same image',
    daemonSet(OLD, '1'),
    MISSING,
    `${set('daemonset/web')} && kubectl delete pod web-1 -n team`,
  ],
  [
    'a bare ReplicaSet',
    [pod('ReplicaSet/web'), stored('ReplicaSet', 'web', { image: NEW })],
    since('replicaset/web'),
    'kubectl delete pod web-1 -n team',
  ],
  [
    'the running Job of a CronJob',
    cronJob(NEW),
    since('cronjob/web'),
    'kubectl delete job web-now -n team && kubectl create job --from=cronjob/web web-again -n team',
  ],
  [
    'the running Job of a CronJob with the same image',
    cronJob(OLD),
    MISSING,
    `${set('cronjob/web')} && kubectl delete job web-now -n team && kubectl create job --from=cronjob/web web-again -n team`,
  ],
  [
    'a Job, whose template nobody can change',
    [pod('Job/web'), stored('Job', 'web', { image: OLD })],
    MISSING,
    set('pod/web-1'),
  ],
  [
    'a Job of which the pod has another image by now, which is wrong, too',
    [pod('Job/web'), stored('Job', 'web', { image: NEW })],
    MISSING,
    set('pod/web-1'),
  ],
  [
    'a ReplicaSet of something unknown, where admission takes another image',
    [pod('ReplicaSet/web'), stored('ReplicaSet', 'web', { image: NEW, owner: 'Rollout/web' })],
    MISSING,
    set('pod/web-1'),
  ],
];

describe.each(rows)('of %s', (_, objects, sentence, fix) => {
  const all = [...objects, account()];

  test('why', async () => {
    const collector = createCollector(storedObjects(all));
    const observed = await observeTargets([{ kind: 'Pod', name: 'web-1' }], { offline: true }, collector);
    const { pullers = [] } = reportAt(observed, observed.facts);
    const cause = pullers[0]?.images[0]?.cause;
    expect([cause && formatFinding(cause), shownHint(cause?.fix.command), cause?.fix.sufficient]).toEqual([
      sentence,
      fix,
      false,
    ]);
    expect(pullers[0]?.images[0]?.kubelet?.agrees).toBe(true);
  });

  test('doctor', async () => {
    const observed = await observeScope({ offline: true }, createCollector(storedObjects(all)));
    const { findings } = reportAt(observed, observed.facts);
    const found = findings.filter(({ severity }) => severity === 'error');
    expect(found.map((one) => [formatFinding(one), shownHint(one.fix.command)])).toEqual([[sentence, fix]]);
  });
});
