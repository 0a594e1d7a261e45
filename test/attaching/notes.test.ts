/** The text of each note. */
import { describe, expect, test } from 'vitest';
import { formatNote, type Note, noteKey } from '../../src/attaching/notes.ts';
import { finding } from '../../src/findings/finding.ts';
import type { PullKindName } from '../../src/workloads/kind.ts';
import type { ObjectRef } from '../../src/workloads/object-ref.ts';
import { shownHint } from '../support/hints.ts';

type Shown = Exclude<Note, { code: 'failing' }>;

const of = (kind: PullKindName, name = 'web'): ObjectRef => ({ kind, namespace: 'team', name });
const ref = of('Deployment');
const account = 'ci';

const NOTES: readonly (readonly [note: Shown, severity: 'note' | 'warning', text: string])[] = [
  [
    { code: 'unchecked', rights: ['list pods', 'get secrets'] },
    'note',
    'not checked, no permission to list pods, get secrets',
  ],
  [
    { code: 'secret-elsewhere', namespaces: ['a', 'b'] },
    'warning',
    'secret regcred does not exist in a, b, so nothing was attached there',
  ],
  [{ code: 'picks-none', kind: 'Pod' }, 'warning', 'there is no pod'],
  [
    { code: 'picks-none', kind: 'Deployment', labels: 'app=web', namespace: 'team' },
    'warning',
    'there is no deployment with the labels app=web in namespace team',
  ],
  [
    { code: 'picks-none', kind: 'ReplicaSet' },
    'warning',
    'there is no replicaset, apart from those of other workloads',
  ],
  [
    { code: 'picks-none', kind: 'Job', namespace: 'team' },
    'warning',
    'there is no job in namespace team, apart from those of other workloads',
  ],
  [
    { code: 'opens-none', ref, images: ['r.io/a', 'r.io/b'] },
    'warning',
    'secret regcred has no login for r.io/a, r.io/b of deployment.apps/web',
  ],
  [
    { code: 'shadowed', ref, account, list: ['a', 'b'] },
    'warning',
    'deployment.apps/web has its own imagePullSecrets (a, b), so its pods do not use those of serviceaccount/ci',
  ],
  [
    { code: 'enforced', ref: of('ServiceAccount', 'ci') },
    'note',
    'serviceaccount/ci enforces its imagePullSecrets (enforce-mountable-secrets): its pods can use no others',
  ],
  [{ code: 'not-named', ref: of('ServiceAccount', 'ci') }, 'note', 'serviceaccount/ci does not use regcred'],
  [{ code: 'not-named', ref, near: 'regcreds' }, 'note', 'deployment.apps/web does not use regcred; it uses regcreds'],
  [
    { code: 'names-it', ref, account },
    'warning',
    'deployment.apps/web has regcred in its own imagePullSecrets, so its pods still use it',
  ],
  [
    { code: 'left-in-list', ref },
    'warning',
    'deployment.apps/web still has regcred, which is deleted, in its own imagePullSecrets',
  ],
  [
    { code: 'others-unread', ref, images: ['r.io/a'], others: ['a', 'b'] },
    'warning',
    'not known whether a or b has a login for r.io/a of deployment.apps/web: only regcred was read',
  ],
  [
    { code: 'now-refused', ref, account },
    'warning',
    'deployment.apps/web uses regcred, which serviceaccount/ci no longer allows: its new pods will be rejected',
  ],
  [
    { code: 'owned', ref, owner: 'rollout/web' },
    'warning',
    'rollout/web created deployment.apps/web and may undo this',
  ],
  [
    { code: 'kept', ref, account, names: ['a'] },
    'note',
    'deployment.apps/web now has its own imagePullSecrets; kept a from serviceaccount/ci',
  ],
  [
    { code: 'kept', ref, account, names: ['a', 'b'] },
    'note',
    'deployment.apps/web now has its own imagePullSecrets; kept a, b from serviceaccount/ci',
  ],
  [
    { code: 'account-list', ref, account, names: ['a', 'b'] },
    'note',
    'deployment.apps/web no longer has its own imagePullSecrets; its pods get a, b from serviceaccount/ci',
  ],
  [
    { code: 'still-added', policy: 'regsecret.platform.regcred', namespace: 'team' },
    'note',
    'mutatingadmissionpolicy regsecret.platform.regcred adds regcred to each new pod in namespace team anyway',
  ],
  [
    { code: 'account-has-it', ref, account },
    'warning',
    'the pods of deployment.apps/web get regcred from serviceaccount/ci',
  ],
  [
    { code: 'belongs', ref: of('Pod'), owner: ref },
    'note',
    'pod/web cannot be changed; change the template of deployment.apps/web instead',
  ],
  [{ code: 'rolls-out', ref }, 'note', 'the pods of deployment.apps/web are being replaced'],
  [{ code: 'no-replicas', ref }, 'note', 'deployment.apps/web has 0 replicas: its next pods have it'],
  [{ code: 'paused', ref }, 'warning', 'deployment.apps/web is paused: its pods are not replaced until it is resumed'],
  [
    { code: 'on-delete', ref: of('DaemonSet') },
    'warning',
    'daemonset.apps/web replaces a pod only after it was deleted (OnDelete)',
  ],
  [
    { code: 'partition', ref: of('StatefulSet'), partition: 2 },
    'warning',
    'statefulset.apps/web replaces only the pods numbered 2 and above (partition)',
  ],
  [
    { code: 'stuck', ref, pod: 'web-1', reason: 'ErrImagePull' },
    'warning',
    'deployment.apps/web waits for pod/web-1, which cannot pull (ErrImagePull) and has the old imagePullSecrets: the rollout continues once that pod is deleted',
  ],
  [
    { code: 'differs', ref: of('Pod'), fields: ['a', 'b'] },
    'warning',
    'the new pod/web also differs from the old one in a, b',
  ],
  [
    { code: 'saved', ref: of('Pod'), file: 'web.yaml' },
    'note',
    'pod/web is backed up in web.yaml until the new one is there',
  ],
  [{ code: 'runs', ref: of('Pod') }, 'note', 'pod/web runs'],
  [{ code: 'runs', ref }, 'note', 'the pods of deployment.apps/web run'],
];

test.each(NOTES)('%j', (note, severity, text) => {
  expect(formatNote(note, { verb: 'attach', secret: 'regcred' })).toMatchObject({ severity, text });
});

const refused = [
  { secret: 'team/b', username: 'ci', why: 'rejected' },
  { secret: 'team/c', username: 'robot', why: 'no access' },
] as const;

describe('in a dry run nothing is said to be done', () => {
  test.each<[Shown, text: string]>([
    [{ code: 'rolls-out', ref }, 'the pods of deployment.apps/web would be replaced'],
    [{ code: 'no-replicas', ref }, 'deployment.apps/web has 0 replicas: its next pods would have it'],
    [
      { code: 'new-pods-only', ref },
      'what deployment.apps/web creates afterwards would have it; existing objects do not change',
    ],
    [
      { code: 'job-stays', ref: of('Job'), owner: of('CronJob', 'nightly') },
      'the template of job.batch/web cannot be changed: the next job would have it',
    ],
    [
      { code: 'kept', ref, account, names: ['a'] },
      'deployment.apps/web would have its own imagePullSecrets; would keep a from serviceaccount/ci',
    ],
    [
      { code: 'now-refused', ref, account },
      'deployment.apps/web uses regcred, which serviceaccount/ci would no longer allow: its new pods would be rejected',
    ],
    [
      { code: 'left-in-list', ref },
      'deployment.apps/web would still have regcred, which would be deleted, in its own imagePullSecrets',
    ],
    [
      { code: 'loses-login', ref, images: ['a'] },
      'without regcred, deployment.apps/web has no login for a: private images could no longer be pulled',
    ],
    [
      { code: 'loses-login', ref, images: ['a'], refused },
      'without regcred, deployment.apps/web has no login for a that the registry accepts (it rejects the login of ci in secret team/b, the login of robot in secret team/c has no access): it could no longer be pulled',
    ],
  ])('%j', (note, text) => {
    for (const dryRun of ['client', 'server'] as const) {
      expect(formatNote(note, { verb: 'attach', secret: 'regcred', dryRun }).text).toBe(text);
    }
  });

  test.each<Parameters<typeof formatNote>[0]>([
    { code: 'loses-login', ref, images: ['a'] },
    { code: 'names-it', ref, account },
  ])('of several namespaces it is named where no hint has it: %j', (note) => {
    const { text } = formatNote(note, { verb: 'detach', secret: 'regcred', namespaces: true });
    expect(text).toContain(`deployment.apps/web in ${ref.namespace} `);
  });

  test('nobody is told to watch a roll-out that does not begin', () => {
    expect(
      formatNote({ code: 'rolls-out', ref }, { verb: 'attach', secret: 'regcred', dryRun: 'client' }).hints,
    ).toEqual([]);
  });
});

describe('what attach and detach say in other words', () => {
  test.each<[Shown, attach: string, detach: string]>([
    [
      { code: 'managed', ref, manager: 'argocd' },
      'argocd applies the imagePullSecrets of deployment.apps/web and may undo this: change that manifest as well',
      'argocd applies the imagePullSecrets of deployment.apps/web and may undo this: change that manifest as well',
    ],
    [
      { code: 'new-pods-only', ref },
      'what deployment.apps/web creates from now on has it; existing objects do not change',
      'what deployment.apps/web creates from now on is without it; existing objects do not change',
    ],
    [
      { code: 'job-stays', ref: of('Job'), owner: of('CronJob', 'nightly') },
      'the template of job.batch/web cannot be changed: the next job will have it',
      'the template of job.batch/web cannot be changed: the next job will be without it',
    ],
  ])('%j', (note, attach, detach) => {
    expect(formatNote(note, { verb: 'attach', secret: 'regcred' }).text).toBe(attach);
    expect(formatNote(note, { verb: 'detach', secret: 'regcred' }).text).toBe(detach);
  });
});

test.each<[note: Shown, command: string]>([
  [{ code: 'shadowed', ref: of('Job'), account, list: ['a'] }, 'regsecret attach regcred -f FILE --write'],
  ...(['shadowed', 'now-refused'] as const).map((code): [Shown, string] => [
    { code, ref: of('Job'), owner: of('CronJob'), account, list: ['a'] },
    'kubectl delete job web -n team && kubectl create job --from=cronjob/web web-again -n team',
  ]),
  [{ code: 'now-refused', ref: of('Job'), account }, 'regsecret detach regcred -f FILE --write'],
  [{ code: 'opens-none', ref, images: ['UPPER'] }, 'regsecret create regcred -n team --server UPPER'],
  [{ code: 'opens-none', ref, images: ['web'] }, 'regsecret create regcred -n team --server docker.io'],
  [{ code: 'picks-none', kind: 'Job', namespace: 'team' }, 'kubectl get jobs -n team'],
  [finding('unused-secret', { kind: 'Secret', namespace: 'team', name: 'old' }, {}), 'regsecret inspect old -n team'],
])('%j proposes %s', (note, command) => {
  const { hints } = formatNote(note, { verb: 'attach', secret: 'regcred' });
  expect(hints.map(shownHint)).toEqual([command]);
});

test.each<[same: boolean, one: Note, other: Note]>([
  [true, { code: 'paused', ref }, { code: 'paused', ref: of('Deployment') }],
  [true, { code: 'stuck', ref, pod: 'a', reason: 'x' }, { code: 'stuck', ref, pod: 'b', reason: 'y' }],
  [false, { code: 'paused', ref }, { code: 'rolls-out', ref }],
  [false, { code: 'paused', ref }, { code: 'paused', ref: of('Deployment', 'other') }],
  [false, { code: 'picks-none', kind: 'Pod' }, { code: 'picks-none', kind: 'Job' }],
])('say the same: %s, %j and %j', (same, one, other) => {
  expect(noteKey(one) === noteKey(other)).toBe(same);
});

test('who waits for the pods is not told how to', () => {
  const context = { verb: 'attach', secret: 'regcred' } as const;
  const note = { code: 'rolls-out', ref: { kind: 'Deployment', namespace: 'team', name: 'web' } } as const;
  const text = 'the pods of deployment.apps/web are being replaced';
  expect(formatNote(note, { ...context, wait: true })).toEqual({ severity: 'note', text, hints: [] });
  expect(formatNote(note, context).hints).toHaveLength(1);
});
