/** Each remedy as a command to paste. */
import { describe, expect, test } from 'vitest';
import type { Command } from '../../src/line/command.ts';
import { formatCommand } from '../../src/line/format-command.ts';
import type { PullKindName } from '../../src/workloads/kind.ts';
import type { ObjectRef } from '../../src/workloads/object-ref.ts';
import {
  againCommand,
  changeCommand,
  createCommand,
  deleteCommand,
  type Remedy,
  renewCommand,
  resumeCommand,
} from '../../src/workloads/remedy.ts';

const ref = (kind: PullKindName, name = 'web'): ObjectRef => ({ kind, namespace: 'team', name });
const shown = (command: Command): string | undefined => formatCommand(command, { shell: 'posix', given: {} });

const pod = { namespace: 'team', name: 'web-1' };
const allow = ref('ServiceAccount', 'ci');

interface Commands {
  readonly attach: string;
  readonly detach: string;
  readonly create: string;
  readonly renew: string;
}

const REMEDIES: readonly (readonly [situation: string, remedy: Remedy, commands: Commands])[] = [
  [
    'its controller replaces the pods',
    { how: 'template', target: ref('Deployment') },
    {
      attach: 'regsecret attach regcred -n team --to deployment/web',
      detach: 'regsecret detach regcred -n team --from deployment/web',
      create: 'regsecret create -n team --server ghcr.io --attach deployment/web',
      renew: 'kubectl rollout restart deployment/web -n team',
    },
  ],
  [
    'the service account has to allow the Secret',
    { how: 'template', target: ref('Deployment'), allow },
    {
      attach: 'regsecret attach regcred -n team --serviceaccount ci --to deployment/web',
      detach: 'regsecret detach regcred -n team --from deployment/web',
      create: 'regsecret create -n team --server ghcr.io --attach sa/ci --attach deployment/web',
      renew: 'kubectl rollout restart deployment/web -n team',
    },
  ],
  [
    'its controller waits until the pods are deleted',
    { how: 'template', target: ref('StatefulSet', 'db'), next: { step: 'delete pods', pods: ['db-0', 'db-1'] } },
    {
      attach: 'regsecret attach regcred -n team --to statefulset/db && kubectl delete pod db-0 db-1 -n team',
      detach: 'regsecret detach regcred -n team --from statefulset/db && kubectl delete pod db-0 db-1 -n team',
      create:
        'regsecret create -n team --server ghcr.io --attach statefulset/db && kubectl delete pod db-0 db-1 -n team',
      renew: 'kubectl delete pod db-0 db-1 -n team',
    },
  ],
  [
    'a Deployment is paused',
    { how: 'template', target: ref('Deployment'), next: { step: 'resume', pods: ['web-1'] } },
    {
      attach: 'regsecret attach regcred -n team --to deployment/web && kubectl rollout resume deployment/web -n team',
      detach: 'regsecret detach regcred -n team --from deployment/web && kubectl rollout resume deployment/web -n team',
      create:
        'regsecret create -n team --server ghcr.io --attach deployment/web && kubectl rollout resume deployment/web -n team',
      renew: 'kubectl delete pod web-1 -n team',
    },
  ],
  [
    'a CronJob makes its next job some time',
    { how: 'template', target: ref('CronJob', 'nightly'), next: { step: 'run again' } },
    {
      attach:
        'regsecret attach regcred -n team --to cronjob/nightly && kubectl create job --from=cronjob/nightly nightly-again -n team',
      detach:
        'regsecret detach regcred -n team --from cronjob/nightly && kubectl create job --from=cronjob/nightly nightly-again -n team',
      create:
        'regsecret create -n team --server ghcr.io --attach cronjob/nightly && kubectl create job --from=cronjob/nightly nightly-again -n team',
      renew: 'kubectl create job --from=cronjob/nightly nightly-again -n team',
    },
  ],
  [
    'a job of a CronJob is at hand',
    { how: 'template', target: ref('CronJob', 'nightly'), next: { step: 'run again', job: 'nightly-1' } },
    {
      attach:
        'regsecret attach regcred -n team --to cronjob/nightly && kubectl delete job nightly-1 -n team && kubectl create job --from=cronjob/nightly nightly-again -n team',
      detach:
        'regsecret detach regcred -n team --from cronjob/nightly && kubectl delete job nightly-1 -n team && kubectl create job --from=cronjob/nightly nightly-again -n team',
      create:
        'regsecret create -n team --server ghcr.io --attach cronjob/nightly && kubectl delete job nightly-1 -n team && kubectl create job --from=cronjob/nightly nightly-again -n team',
      renew: 'kubectl delete job nightly-1 -n team && kubectl create job --from=cronjob/nightly nightly-again -n team',
    },
  ],
  [
    'nothing makes the pod again',
    { how: 'recreate', target: ref('Pod') },
    {
      attach: 'regsecret attach regcred -n team --pod web --recreate',
      detach: 'regsecret detach regcred -n team --pod web --recreate',
      create: 'regsecret create -n team --server ghcr.io && regsecret attach regsecret -n team --pod web --recreate',
      renew: 'regsecret attach regcred -n team --pod web --recreate',
    },
  ],
  [
    'nothing makes the pod again, and the service account has to allow the Secret first',
    { how: 'recreate', target: ref('Pod'), allow },
    {
      attach:
        'regsecret attach regcred -n team --serviceaccount ci && regsecret attach regcred -n team --pod web --recreate',
      detach: 'regsecret detach regcred -n team --pod web --recreate',
      create:
        'regsecret create -n team --server ghcr.io && regsecret attach regsecret -n team --serviceaccount ci && regsecret attach regsecret -n team --pod web --recreate',
      renew:
        'regsecret attach regcred -n team --serviceaccount ci && regsecret attach regcred -n team --pod web --recreate',
    },
  ],
  [
    'the service account has the list, and pods are at hand',
    { how: 'account', target: ref('ServiceAccount', 'ci'), pods: ['web-1', 'web-2'] },
    {
      attach: 'regsecret attach regcred -n team --serviceaccount ci && kubectl delete pod web-1 web-2 -n team',
      detach: 'regsecret detach regcred -n team --serviceaccount ci && kubectl delete pod web-1 web-2 -n team',
      create: 'regsecret create -n team --server ghcr.io --attach sa/ci && kubectl delete pod web-1 web-2 -n team',
      renew: 'kubectl delete pod web-1 web-2 -n team',
    },
  ],
  [
    'the service account has the list, and no pod is known',
    { how: 'account', target: ref('ServiceAccount', 'ci'), pods: [] },
    {
      attach: 'regsecret attach regcred -n team --serviceaccount ci',
      detach: 'regsecret detach regcred -n team --serviceaccount ci',
      create: 'regsecret create -n team --server ghcr.io --attach sa/ci',
      renew: 'kubectl delete pod NAME -n team',
    },
  ],
  [
    'the list is in a manifest',
    { how: 'file', file: 'a, b.yaml' },
    {
      attach: `regsecret attach regcred -f 'a, b.yaml' --write`,
      detach: `regsecret detach regcred -f 'a, b.yaml' --write`,
      create: `regsecret create --server ghcr.io && regsecret attach regsecret -f 'a, b.yaml' --write`,
      renew: `kubectl apply -f '"a, b.yaml"'`,
    },
  ],
  [
    'the list is in what came from stdin',
    { how: 'file', file: '-' },
    {
      attach: 'regsecret attach regcred -f FILE --write',
      detach: 'regsecret detach regcred -f FILE --write',
      create: 'regsecret create --server ghcr.io && regsecret attach regsecret -f FILE --write',
      renew: 'kubectl apply -f FILE',
    },
  ],
  [
    'a controller of a kind that we do not know makes the template',
    { how: 'owner', owner: 'rollout.argoproj.io/web', namespace: 'team' },
    {
      attach: 'kubectl edit rollout.argoproj.io/web -n team',
      detach: 'kubectl edit rollout.argoproj.io/web -n team',
      create: 'regsecret create -n team --server ghcr.io && kubectl edit rollout.argoproj.io/web -n team',
      renew: 'kubectl delete pod web-1 -n team',
    },
  ],
  [
    'only its manifest can be changed',
    { how: 'manifest' },
    {
      attach: 'regsecret attach regcred -f FILE --write',
      detach: 'regsecret detach regcred -f FILE --write',
      create: 'regsecret create --server ghcr.io',
      renew: 'kubectl delete pod web-1 -n team',
    },
  ],
  [
    'a static pod',
    { how: 'node', node: 'node-7' },
    {
      attach: 'kubectl describe node node-7',
      detach: 'kubectl describe node node-7',
      create: 'kubectl describe node node-7',
      renew: 'kubectl describe node node-7',
    },
  ],
];

describe.each(REMEDIES)('%s', (_, remedy, commands) => {
  test.each<[keyof Commands, () => Command]>([
    ['attach', () => changeCommand('attach', remedy, 'regcred')],
    ['detach', () => changeCommand('detach', remedy, 'regcred')],
    ['create', () => createCommand(remedy, 'ghcr.io')],
    ['renew', () => renewCommand(remedy, 'regcred', pod)],
  ])('%s', (name, made) => {
    expect(shown(made())).toBe(commands[name]);
  });
});

test.each<[situation: string, command: Command, text: string | undefined]>([
  ['resume', resumeCommand(ref('Deployment')), 'kubectl rollout resume deployment/web -n team'],
  [
    'run a CronJob again',
    againCommand(ref('CronJob', 'nightly')),
    'kubectl create job --from=cronjob/nightly nightly-again -n team',
  ],
  ['delete pods', deleteCommand(['a', 'b'], 'team'), 'kubectl delete pod a b -n team'],
  ['delete pods that nobody names', deleteCommand([], 'team'), 'kubectl delete pod NAME -n team'],
  ['delete a pod of a namespace that is not known', deleteCommand(['a'], undefined), 'kubectl delete pod a'],
  ['delete what no pod is called', deleteCommand(['a', '$(id)'], 'team'), undefined],
  [
    'attach a Secret that has no name yet',
    changeCommand('attach', { how: 'template', target: ref('Job') }, undefined),
    'regsecret attach SECRET -n team --to job/web',
  ],
  [
    'attach what no Secret is called',
    changeCommand('attach', { how: 'template', target: ref('Job') }, '$(id)'),
    undefined,
  ],
  ...['rollout.argoproj.io/$(id)', '$(id)/web', 'a/b/c', '/web'].map((owner): [string, Command, undefined] => [
    `attach to ${owner}, which no object is called`,
    changeCommand('attach', { how: 'owner', owner, namespace: 'team' }, 'regcred'),
    undefined,
  ]),
  [
    'attach to a static pod on a node that is not known',
    changeCommand('attach', { how: 'node', node: '' }, 'regcred'),
    'kubectl describe node NODE',
  ],
  [
    'create an entry of Docker Hub',
    createCommand({ how: 'manifest' }, 'https://index.docker.io/v1/'),
    'regsecret create --server docker.io',
  ],
])('%s', (_, command, text) => {
  expect(shown(command)).toBe(text);
});
