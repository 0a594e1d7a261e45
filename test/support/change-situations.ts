/** Clusters in which a pull secret is attached or detached. */

import type { AttachRequest } from '../../src/attaching/request.ts';
import type { PullKindName } from '../../src/workloads/kind.ts';
import type { secretFor } from './attach-request.ts';
import { type Stored, type StoredOptions, stored } from './stored-objects.ts';

export interface ChangeSituation {
  readonly objects: readonly Stored[];
  readonly forbidden?: readonly string[];
  readonly change: Partial<AttachRequest>;
  /** Left out: the one Secret with a login for the images. */
  readonly secrets?: readonly Stored[];
}

const ci = { account: 'ci' };
const account = (name = 'ci', list: readonly string[] = [], metadata = {}): Stored =>
  stored('ServiceAccount', name, { list, metadata });
const WAITING = { reason: 'ErrImagePull', message: 'no basic auth credentials' };
const FAILS = { status: { containerStatuses: [{ name: 'app', state: { waiting: WAITING } }] } };
const failing = (name: string, options: StoredOptions = {}): Stored => stored('Pod', name, { ...options, rest: FAILS });
const enforced = { annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } };
const labels = { app: 'db' };
const selector = { selector: { matchLabels: labels } };
const toAccount = { targets: [{ kind: 'ServiceAccount', name: 'ci' }] } as const;
type Named = 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'CronJob' | 'Pod';
const to = (kind: Named, name: string) => ({ targets: [{ kind, name }] });
const all = (kind: PullKindName) => ({ selections: [{ by: 'kind', kind }] }) satisfies Partial<AttachRequest>;
const alone = (kind: Named, name: string, options?: StoredOptions): ChangeSituation => ({
  objects: [stored(kind, name, options)],
  change: to(kind, name),
});
const used: Partial<AttachRequest> = { selections: [{ by: 'use' }] };
const everywhere = { allNamespaces: true, ...all('ServiceAccount') };
const detach = { verb: 'detach' } as const;
const own = { owner: 'StatefulSet/db', metadata: { labels } };
const other = { metadata: { namespace: 'other' } };

export function changeSituations(secret: typeof secretFor): [string, ChangeSituation][] {
  const users = [
    stored('Deployment', 'own-list', { ...ci, list: ['a'] }),
    stored('Deployment', 'has-it', { ...ci, list: ['pull'] }),
    stored('Deployment', 'of-other', { account: 'other', list: ['a'] }),
    stored('DaemonSet', 'd', ci),
    failing('d-1', { ...ci, owner: 'DaemonSet/d' }),
    failing('bare', ci),
    failing('heals', { ...ci, list: ['pull'] }),
    failing('of-other', { account: 'other' }),
  ];
  const named = [account(), ...users];
  return [
    ['a service account whose pods fail', { objects: named, change: toAccount }],
    ['and what helps is restarted', { objects: named, change: { ...toAccount, restart: true } }],
    ['and nothing is checked', { objects: named, change: { ...toAccount, checks: false } }],
    ['and pods may not be listed', { objects: named, change: toAccount, forbidden: ['list pods'] }],
    [
      'and a workload is named, too',
      {
        objects: named,
        change: {
          targets: [...toAccount.targets, ...to('DaemonSet', 'd').targets, ...to('Deployment', 'own-list').targets],
        },
      },
    ],
    [
      'detached from a service account',
      { objects: [account('ci', ['pull']), ...users], change: { ...toAccount, ...detach } },
    ],
    [
      'detached from one that enforces its imagePullSecrets',
      { objects: [account('ci', ['pull'], enforced), ...users], change: { ...toAccount, ...detach } },
    ],
    ...[toAccount, { ...toAccount, ...detach }].map((change): [string, ChangeSituation] => [
      `a service account of a held Job with an older list than its CronJob, ${'verb' in change ? 'detached' : 'attached'}`,
      {
        objects: [
          account('ci', ['pull'], enforced),
          stored('CronJob', 'nightly', ci),
          ...['a', 'pull'].map((name) => stored('Job', name, { ...ci, list: [name], owner: 'CronJob/nightly' })),
        ],
        change,
      },
    ]),
    ['a service account that is not there', { objects: [account('cii')], change: toAccount }],
    [
      'the default service account does not come',
      { objects: [account()], change: { targets: [{ kind: 'ServiceAccount', name: 'default' }], timeoutMs: 0 } },
    ],
    ['no such namespace', { objects: [], secrets: [], change: toAccount }],
    ['a Secret that is not there', { objects: [account()], secrets: [secret('other', 'ghcr.io')], change: toAccount }],
    ['a Secret of nearly that name', { objects: [account()], secrets: [secret('pul', 'ghcr.io')], change: toAccount }],
    [
      'a Secret of another namespace',
      { objects: [account()], secrets: [secret('pull', 'ghcr.io', 'prod')], change: toAccount },
    ],
    [
      'a Secret that may be missing',
      { objects: [account()], secrets: [], change: { ...toAccount, allowMissing: true } },
    ],
    ['a Secret that may not be read', { objects: [account()], change: toAccount, forbidden: ['get secrets'] }],
    [
      'a Secret that opens nothing',
      { objects: [account()], secrets: [secret('pull', 'ghcr.io/a:v1')], change: toAccount },
    ],
    [
      'a Secret with a warning',
      { objects: [account()], secrets: [secret('pull', 'http://ada:s3cret@ghcr.io')], change: toAccount },
    ],
    ['a workload that is not there', { objects: [stored('Deployment', 'wep')], change: to('Deployment', 'web') }],
    ['a Deployment', alone('Deployment', 'web')],
    ['a Deployment that has it', alone('Deployment', 'web', { list: ['pull'] })],
    ['a Deployment that is paused', alone('Deployment', 'web', { spec: { paused: true } })],
    [
      'a StatefulSet whose pods fail',
      {
        objects: [stored('StatefulSet', 'db', { list: ['pull'], spec: selector }), failing('db-0', own)],
        change: { ...to('StatefulSet', 'db'), dryRun: 'none', wait: false },
      },
    ],
    [
      'a StatefulSet with a partition',
      {
        objects: [
          stored('StatefulSet', 'db', { spec: { ...selector, updateStrategy: { rollingUpdate: { partition: 2 } } } }),
        ],
        change: to('StatefulSet', 'db'),
      },
    ],
    [
      'a DaemonSet that waits for deletions',
      alone('DaemonSet', 'd', { spec: { updateStrategy: { type: 'OnDelete' } } }),
    ],
    ['a CronJob', alone('CronJob', 'c')],
    [
      'two pods of one workload',
      {
        objects: [stored('StatefulSet', 'db'), failing('db-0', own), failing('db-1', own)],
        change: { targets: [...to('Pod', 'db-0').targets, ...to('Pod', 'db-1').targets] },
      },
    ],
    ['a pod of its own', { objects: [stored('Pod', 'web')], change: { ...to('Pod', 'web'), recreate: true } }],
    [
      'a pod that nobody agrees to delete',
      {
        objects: [stored('Pod', 'web')],
        change: { ...to('Pod', 'web'), agree: (_, refusal) => Promise.reject(refusal) },
      },
    ],
    [
      'one of two has a problem, so nothing is done',
      {
        objects: [account(), stored('Pod', 'web')],
        change: { targets: [...toAccount.targets, ...to('Pod', 'web').targets] },
      },
    ],
    [
      'all service accounts',
      {
        objects: [account('a'), account('b', ['pull']), ...users],
        change: { ...all('ServiceAccount') },
      },
    ],
    [
      'those that are used',
      {
        objects: [account('ci'), account('unused'), stored('Pod', 'web', ci)],
        change: used,
      },
    ],
    ['none is used', { objects: [account('unused')], change: used }],
    [
      'all of a kind, some of which belong to others',
      {
        objects: [stored('ReplicaSet', 'rs', { owner: 'Deployment/web' }), stored('ReplicaSet', 'mine')],
        change: { ...all('ReplicaSet') },
      },
    ],
    [
      'those with labels, and service accounts first',
      {
        objects: [
          stored('StatefulSet', 'db', { metadata: { labels } }),
          stored('StatefulSet', 'other'),
          account('ci', [], { labels }),
        ],
        change: {
          selections: [
            { by: 'kind', kind: 'StatefulSet', labelSelector: 'app=db' },
            { by: 'kind', kind: 'ServiceAccount', labelSelector: 'app=db' },
          ],
        },
      },
    ],
    [
      'none has the labels',
      {
        objects: [stored('StatefulSet', 'other')],
        change: { selections: [{ by: 'kind', kind: 'StatefulSet', labelSelector: 'app=db' }] },
      },
    ],
    ['all of a kind that may not be listed', { objects: [], change: { ...all('Job') }, forbidden: ['list jobs'] }],
    [
      'one of a kind cannot be done, the others can',
      {
        objects: [stored('Job', 'a'), stored('Job', 'b', { list: ['pull'] })],
        change: { ...all('Job') },
      },
    ],
    [
      'pods of which one is agreed to',
      {
        objects: [stored('Pod', 'a'), stored('Pod', 'b')],
        change: {
          ...all('Pod'),
          agree: (question, refusal) => (question.includes('/b ') ? Promise.resolve() : Promise.reject(refusal)),
        },
      },
    ],
    [
      'all namespaces, of which one has no Secret',
      {
        objects: [account('a'), stored('ServiceAccount', 'b', other)],
        change: { ...everywhere },
      },
    ],
    [
      'and which may miss it',
      {
        objects: [account('a'), stored('ServiceAccount', 'b', other)],
        change: { ...everywhere, allowMissing: true },
      },
    ],
    [
      'all namespaces, in one of which the Secret is of no use',
      {
        objects: [account('a'), stored('ServiceAccount', 'b', other)],
        secrets: [secret('pull', 'ghcr.io'), secret('pull', 'ghcr.io/a:v1', 'other')],
        change: { ...everywhere },
      },
    ],
    [
      'all namespaces, unchecked',
      {
        objects: [account('a'), stored('ServiceAccount', 'b', other)],
        secrets: [secret('pull', 'ghcr.io/a:v1')],
        change: { ...everywhere, checks: false },
      },
    ],
    [
      'all namespaces, and Secrets may not be listed',
      {
        objects: [account('a')],
        forbidden: ['list secrets'],
        change: { ...everywhere },
      },
    ],
    [
      'detached in all namespaces',
      {
        objects: [account('a', ['pull']), stored('ServiceAccount', 'b', { ...other, list: ['pull', 'x'] })],
        secrets: [],
        change: { ...detach, ...everywhere },
      },
    ],
  ];
}
