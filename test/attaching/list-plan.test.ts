/** Plans for each object a new list, a recreation of the pod, or a refusal with advice. */
import { expect, test } from 'vitest';
import { createContext } from '../../src/attaching/context.ts';
import { planItem } from '../../src/attaching/list-plan.ts';
import type { AttachRequest } from '../../src/attaching/request.ts';
import { UserError } from '../../src/errors.ts';
import { formatHint } from '../../src/line/hint.ts';
import { listedNames } from '../../src/workloads/pull-spec.ts';
import { attachRequest, ghcrSecret, listener } from '../support/attach-request.ts';
import { shownHint } from '../support/hints.ts';
import { type Stored, specOf, stored, storedObjects } from '../support/stored-objects.ts';

/** The plan, one line for each object: the action, the object, its new list and the codes of the notes. */
async function planned(target: Stored, others: readonly Stored[], change: Partial<AttachRequest>): Promise<string[]> {
  const context = createContext(storedObjects([target, ghcrSecret, ...others]), attachRequest(change), listener);
  try {
    const item = await planItem(specOf(target), context);
    const { ref } = item.pullSpec;
    const list = item.action === 'write' ? item.planner(item.pullSpec) : item.action === 'recreate' ? item.list : [];
    const changeNotes = item.action === 'write' ? item.changeNotes : [];
    return [
      [item.action, `${ref.kind}/${ref.name}`, ...(list === undefined ? ['as it is'] : listedNames(list))].join(' '),
      ...[...item.notes, ...changeNotes].map(({ code }) => code),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const details = error.details.map((line) =>
      typeof line === 'string' ? line : formatHint(line as never, { shell: 'posix', given: {} }),
    );
    return [error.message, ...details.map((line) => `${line}`), shownHint(error.hint) ?? ''];
  }
}

const account = (list: readonly string[], enforced = false): Stored =>
  stored('ServiceAccount', 'ci', {
    list,
    metadata: enforced ? { annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } } : {},
  });
const ci = { account: 'ci' };
const detach = { verb: 'detach' } as const;
const rollout = stored('ReplicaSet', 'rs', { ...ci, owner: 'Rollout/web' });

const SITUATIONS: readonly [string, Stored, readonly Stored[], Partial<AttachRequest>][] = [
  ['a workload without a list', stored('Deployment', 'web', ci), [account([])], {}],
  [
    'a workload whose pods have others from their service account',
    stored('Deployment', 'web', ci),
    [account(['a'])],
    {},
  ],
  ['a workload whose pods have it from there, too', stored('Deployment', 'web', ci), [account(['a', 'pull'])], {}],
  ['a workload with a list of its own', stored('Deployment', 'web', { ...ci, list: ['b'] }), [account(['a'])], {}],
  ['a workload that has it', stored('Deployment', 'web', { list: ['pull'] }), [], {}],
  ['a workload with other images', stored('Deployment', 'web', { image: 'quay.io/a' }), [], {}],
  [
    'a workload with other images, unchecked',
    stored('Deployment', 'web', { image: 'quay.io/a' }),
    [],
    { checks: false },
  ],
  ['a workload of something unknown', stored('StatefulSet', 'web', { owner: 'Rollout/web' }), [], {}],
  ['a ReplicaSet of a Deployment', stored('ReplicaSet', 'rs', { owner: 'Deployment/web' }), [], {}],
  [
    'a ReplicaSet of a Deployment that has it',
    stored('ReplicaSet', 'rs', { owner: 'Deployment/web', list: ['pull'] }),
    [],
    {},
  ],
  ['an enforced service account without it', stored('Deployment', 'web', ci), [account(['a'], true)], {}],
  ['an enforced service account with it', stored('Deployment', 'web', ci), [account(['pull'], true)], {}],
  [
    'an enforced service account that gets it, too',
    stored('Deployment', 'web', ci),
    [account(['a'], true)],
    { targets: [{ kind: 'ServiceAccount', name: 'ci' }] },
  ],
  [
    'an enforced service account, while another gets it',
    stored('Deployment', 'web', ci),
    [account(['a'], true)],
    { targets: [{ kind: 'ServiceAccount', name: 'other' }] },
  ],
  ['a Job without a list', stored('Job', 'job', ci), [], {}],
  ['a Job with a list', stored('Job', 'job', { list: ['a'] }), [], {}],
  ['detached from a Job', stored('Job', 'job', { list: ['pull'] }), [], detach],
  ['detached from a Job without it', stored('Job', 'job', { list: ['a'] }), [], detach],
  ['detached from a workload', stored('Deployment', 'web', { list: ['a', 'pull'] }), [], detach],
  [
    'detached from a workload, whose account has it',
    stored('Deployment', 'web', { ...ci, list: ['pull'] }),
    [account(['pull'])],
    detach,
  ],
  ...(['a', 'a pull', 'pull a'] as const).map((list): (typeof SITUATIONS)[number] => [
    `detached from a workload, whose account has ${list}`,
    stored('Deployment', 'web', { ...ci, list: ['pull'] }),
    [account(list.split(' '))],
    detach,
  ]),
  [
    'detached from a workload and its account, which has others',
    stored('Deployment', 'web', { ...ci, list: ['pull'] }),
    [account(['a', 'pull'])],
    { ...detach, targets: [{ kind: 'ServiceAccount', name: 'ci' }] },
  ],
  [
    'detached from a workload with more, whose account has others',
    stored('Deployment', 'web', { ...ci, list: ['pull', 'b'] }),
    [account(['a'])],
    detach,
  ],
  [
    'detached from a workload with more, whose account has it',
    stored('Deployment', 'web', { ...ci, list: ['pull', 'a'] }),
    [account(['pull'])],
    detach,
  ],
  ['detached from a workload without it', stored('Deployment', 'web', { list: ['a'] }), [], detach],
  [
    'detached from a ReplicaSet of a Deployment',
    stored('ReplicaSet', 'rs', { owner: 'Deployment/web', list: ['pull'] }),
    [],
    detach,
  ],
  ['a service account', account(['a']), [], {}],
  ['a service account that has it', account(['pull']), [], {}],
  ['a service account that enforces its imagePullSecrets', account(['a'], true), [], {}],
  ['detached from a service account that enforces its imagePullSecrets', account(['pull'], true), [], detach],
  [
    'a service account that kubectl applies',
    stored('ServiceAccount', 'ci', {
      metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"imagePullSecrets":[]}' } },
    }),
    [],
    {},
  ],
  ['a pod that has it', stored('Pod', 'web', { list: ['pull'] }), [], {}],
  [
    'a pod of a Deployment',
    stored('Pod', 'web', { owner: 'ReplicaSet/rs' }),
    [stored('ReplicaSet', 'rs', { owner: 'Deployment/web' }), stored('Deployment', 'web')],
    {},
  ],
  [
    'a pod of a CronJob',
    stored('Pod', 'web', { owner: 'Job/job' }),
    [stored('Job', 'job', { owner: 'CronJob/cron' }), stored('CronJob', 'cron')],
    {},
  ],
  ['a pod of a Job', stored('Pod', 'web', { owner: 'Job/job' }), [stored('Job', 'job')], {}],
  ['a pod of something unknown', stored('Pod', 'web', { ...ci, owner: 'Rollout/web' }), [], {}],
  ['a pod of a ReplicaSet of something unknown', stored('Pod', 'web', { owner: 'ReplicaSet/rs' }), [rollout], {}],
  ['a pod with a list of something unknown', stored('Pod', 'web', { list: ['a'], owner: 'Rollout/web' }), [], {}],
  [
    'detached from a pod of something unknown',
    stored('Pod', 'web', { list: ['pull'], owner: 'Rollout/web' }),
    [],
    detach,
  ],
  [
    'detached from a pod that has it from its account',
    stored('Pod', 'web', { ...ci, list: ['pull'], owner: 'StatefulSet/db' }),
    [stored('StatefulSet', 'db')],
    detach,
  ],
  [
    'detached from a pod that has it from its template',
    stored('Pod', 'web', { list: ['pull'], owner: 'StatefulSet/db' }),
    [stored('StatefulSet', 'db', { list: ['pull'] })],
    detach,
  ],
  [
    'a static pod',
    stored('Pod', 'web', {
      owner: 'Node/n1',
      metadata: { annotations: { 'kubernetes.io/config.mirror': 'x' } },
      spec: { nodeName: 'n1' },
    }),
    [],
    {},
  ],
  ['a pod of its own, and nobody to ask', stored('Pod', 'web'), [], {}],
  ['a pod of its own', stored('Pod', 'web', { list: ['a'] }), [], { recreate: true }],
  ['a pod of its own, and somebody to ask', stored('Pod', 'web'), [], { agree: () => Promise.resolve() }],
  ['a pod of its own with other images', stored('Pod', 'web', { image: 'quay.io/a' }), [], { recreate: true }],
  [
    'a pod that is being deleted',
    stored('Pod', 'web', { metadata: { deletionTimestamp: '2026-11-25T12:00:00Z' } }),
    [],
    { recreate: true },
  ],
  [
    'detached from a pod of its own',
    stored('Pod', 'web', { ...ci, list: ['pull'] }),
    [account(['a'])],
    { ...detach, recreate: true },
  ],
  [
    'detached from a pod that would have it again',
    stored('Pod', 'web', { ...ci, list: ['pull'] }),
    [account(['pull'])],
    { ...detach, recreate: true },
  ],
  [
    'detached from a pod with more than that',
    stored('Pod', 'web', { ...ci, list: ['pull', 'a'] }),
    [account(['pull'])],
    { ...detach, recreate: true },
  ],
  [
    'detached from a pod and from its service account',
    stored('Pod', 'web', { ...ci, list: ['pull'] }),
    [account(['pull'])],
    { ...detach, recreate: true, targets: [{ kind: 'ServiceAccount', name: 'ci' }] },
  ],
];

test('what is planned', async () => {
  const outlines: string[] = [];
  for (const [title, target, others, change] of SITUATIONS) {
    const lines = await planned(target, others, change);
    outlines.push(`# ${title}\n${lines.map((line) => `${line}\n`).join('')}`);
  }
  await expect(outlines.join('\n')).toMatchFileSnapshot('reports/plan.txt');
});
