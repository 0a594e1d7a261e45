/** The report about what a diagnosis reads from a cluster, without asking a registry. */
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { createCollector } from '../../src/gather/collector.ts';
import { observeTargets } from '../../src/gather/doctor-facts.ts';
import { observeScope } from '../../src/gather/scope.ts';
import { ghcrSecret, secretFor } from '../support/attach-request.ts';
import { shownHint } from '../support/hints.ts';
import { DETAIL_SITUATIONS } from '../support/observed-details.ts';
import {
  account,
  failing,
  made,
  NO_CONFIG_MAP,
  pull,
  type Situation,
  TARGET_SITUATIONS,
  WAITING,
  waits,
} from '../support/observed-targets.ts';
import { outlineOf } from '../support/report-outline.ts';
import { pullSecretOf } from '../support/secrets.ts';
import { reportAt } from '../support/steps.ts';
import { type Stored, type StoredOptions, stored, storedObjects } from '../support/stored-objects.ts';

async function outline({ objects, forbidden, targets, options = {} }: Situation): Promise<string> {
  const collector = createCollector(storedObjects(objects, forbidden));
  const offline = { ...options, offline: true };
  try {
    const observed =
      targets === undefined ? observeScope(offline, collector) : observeTargets(targets, offline, collector);
    const { usage, ...rest } = await observed;
    return outlineOf(reportAt({ ...rest, usage }, rest.facts));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return `${error.message} → ${shownHint(error.hint)}\n`;
  }
}

const NOTHING = [
  'pods',
  'secrets',
  'serviceaccounts',
  'deployments',
  'replicasets',
  'statefulsets',
  'daemonsets',
  'jobs',
  'cronjobs',
  'replicationcontrollers',
  'podtemplates',
].map((plural) => `list ${plural}`);
/** The kinds that pull images, and those that they use for it. */
const KINDS_IN_SCOPE = [
  ...['pods', 'secrets', 'serviceaccounts', 'deployments', 'statefulsets', 'daemonsets', 'jobs', 'cronjobs'],
  ...['replicationcontrollers', 'replicasets'],
];
const conditions = (...list: readonly object[]): object => ({ status: { phase: 'Pending', conditions: list } });
const NO_QUOTA = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' };
const selector = { selector: { matchLabels: { app: 'api' } } };
const broken = { list: ['pull'] };
const runs = (name: string, options: StoredOptions): Stored =>
  stored('Pod', name, {
    ...options,
    rest: { status: { phase: 'Running', containerStatuses: [{ name: 'app', imageID: 'x', state: { running: {} } }] } },
  });
const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();
const BARE_403 = 'unexpected status from HEAD request to https://ghcr.io/v2/acme/web/manifests/latest: 403 Forbidden';
const secretOf = (auth: string, rest: object = {}): Stored => [
  'Secret',
  {
    ...pullSecretOf('pull', JSON.stringify({ auths: { 'ghcr.io': { auth } } })),
    metadata: { namespace: 'team', name: 'pull', ...rest },
  },
];

const SCOPE_SITUATIONS: readonly [string, Situation][] = [
  [
    'a namespace',
    {
      objects: [
        ...made,
        failing('bare'),
        stored('StatefulSet', 'db', { ...pull, rest: { status: { readyReplicas: 2 } } }),
        account(['gone']),
        ghcrSecret,
        secretFor('other', 'quay.io'),
      ],
    },
  ],
  [
    'a namespace with a pod that is about to go, and names a Secret that is missing',
    {
      objects: [account(), failing('web', { list: ['pull'], metadata: { deletionTimestamp: '2026-11-25T12:00:00Z' } })],
    },
  ],
  [
    'a namespace with three pods of one image that no controller made, and that name no Secret',
    { objects: [account(), ghcrSecret, failing('a'), failing('b'), failing('c')] },
  ],
  [
    'a namespace with a ReplicaSet without a Deployment, and a held Job with an older list than its CronJob',
    {
      objects: [
        account(),
        ghcrSecret,
        secretFor('other', 'quay.io'),
        stored('ReplicaSet', 'api', { list: ['gone'] }),
        failing('api-a', { list: ['gone'], owner: 'ReplicaSet/api' }),
        stored('CronJob', 'nightly', pull),
        stored('Job', 'nightly-1', { list: ['other'], owner: 'CronJob/nightly', spec: { suspend: true } }),
        stored('Job', 'nightly-2', { list: ['old'], owner: 'CronJob/nightly' }),
        failing('nightly-2-a', { list: ['old'], owner: 'Job/nightly-2' }),
      ],
    },
  ],
  [
    'a namespace in which nothing is wrong',
    {
      objects: [
        account(['pull']),
        ghcrSecret,
        stored('Pod', 'web', {
          ...pull,
          rest: {
            status: { phase: 'Running', containerStatuses: [{ name: 'app', imageID: 'x', state: { running: {} } }] },
          },
        }),
      ],
    },
  ],
  [
    'a namespace with a pod whose ConfigMap is missing',
    { objects: [account(['pull']), ghcrSecret, stored('Pod', 'web', { ...pull, rest: waits(NO_CONFIG_MAP) })] },
  ],
  [
    'a namespace with a pod that no node takes, and a Deployment whose quota is used up',
    {
      objects: [
        account(),
        stored('Pod', 'web', {
          rest: conditions({ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes' }),
        }),
        stored('Deployment', 'api', { rest: conditions(NO_QUOTA) }),
      ],
    },
  ],
  [
    'such a Deployment',
    {
      objects: [account(), stored('Deployment', 'api', { spec: selector, rest: conditions(NO_QUOTA) })],
      targets: [{ kind: 'Deployment', name: 'api' }],
    },
  ],
  [
    'a pod whose Secret was changed after the last attempt of the kubelet, which only its events tell',
    {
      objects: [
        account(),
        failing('web', { ...pull, rest: waits({ ...WAITING, message: BARE_403 }) }),
        secretOf('YWRhOnA=', { managedFields: [{ time: ago(0) }] }),
        [
          'Event',
          {
            metadata: { namespace: 'team', name: 'web' },
            involvedObject: { kind: 'Pod', name: 'web', uid: 'web' },
            reason: 'Failed',
            message: `Failed to pull image "ghcr.io/acme/web": ${BARE_403}`,
            lastTimestamp: ago(60),
          },
        ],
      ],
    },
  ],
  [
    'a pod without a list, and of two Secrets that fit, the second in the list of another object: the first by name',
    {
      objects: [
        account(),
        failing('web'),
        secretFor('brk', 'ghcr.io'),
        ghcrSecret,
        stored('Deployment', 'web', { ...pull, rest: { status: { readyReplicas: 1 } } }),
      ],
    },
  ],
  ['a namespace of which pods may not be listed', { objects: [...made, account()], forbidden: ['list pods'] }],
  [
    'a namespace of which Secrets may not be listed',
    { objects: [...made, account(['pull']), ghcrSecret], forbidden: ['list secrets'] },
  ],
  ['a namespace that is empty', { objects: [stored('ServiceAccount', 'default')] }],
  ['a namespace that is not there', { objects: [] }],
  [
    'all namespaces',
    {
      objects: [...made, stored('Pod', 'x', { rest: waits(WAITING), metadata: { namespace: 'other' } }), ghcrSecret],
      options: { allNamespaces: true },
    },
  ],
  [
    'all namespaces, and the Secret is in another',
    {
      objects: [failing('web', pull), account(), secretFor('pull', 'ghcr.io', 'prod')],
      options: { allNamespaces: true },
    },
  ],
  [
    'pods that a Deployment has made, by their hash alone',
    {
      objects: [
        stored('Deployment', 'web'),
        stored('Pod', 'web-2-a', {
          owner: 'ReplicaSet/web-2',
          metadata: { labels: { 'pod-template-hash': '2' } },
          rest: { status: { phase: 'Pending' } },
        }),
        stored('Pod', 'api-2-a', { owner: 'ReplicaSet/api-2', metadata: { labels: { 'pod-template-hash': '2' } } }),
        account(),
      ],
    },
  ],
  ['a namespace of which nothing may be listed', { objects: made, forbidden: NOTHING }],
  [
    'all namespaces, of which nothing may be listed',
    { objects: made, forbidden: NOTHING, options: { allNamespaces: true } },
  ],
  [
    'service accounts that may be listed, and not be read one by one',
    { objects: [...made, account(['pull']), ghcrSecret], forbidden: ['get serviceaccounts', 'get secrets'] },
  ],
  [
    'service accounts that may not be read at all',
    { objects: [...made, account()], forbidden: ['get serviceaccounts', 'list serviceaccounts'] },
  ],
  [
    'a CronJob with its Job, a Job of its own',
    { objects: [stored('CronJob', 'c'), stored('Job', 'c-1', { owner: 'CronJob/c' }), stored('Job', 'j'), account()] },
  ],
  [
    'pods that run and would not come back',
    {
      objects: [
        runs('bare', broken),
        runs('web-1-a', { ...broken, owner: 'ReplicaSet/web-1', metadata: { labels: { 'pod-template-hash': '1' } } }),
        stored('Deployment', 'web', { ...broken, rest: { status: { readyReplicas: 4 } } }),
        stored('DaemonSet', 'd', { ...broken, rest: { status: { numberReady: 3 } } }),
        stored('Job', 'j', { ...broken, rest: { status: { ready: 2 } } }),
        account(),
        secretOf('***'),
      ],
    },
  ],
  [
    'workloads whose pods run and would not come back',
    {
      objects: [
        stored('Deployment', 'web', { ...broken, rest: { status: { readyReplicas: 4 } } }),
        stored('DaemonSet', 'd', { ...broken, rest: { status: { numberReady: 3 } } }),
        stored('Job', 'j', { ...broken, rest: { status: { ready: 2 } } }),
        account(),
        secretOf('***'),
      ],
    },
  ],
];

test.each(KINDS_IN_SCOPE)(
  'of a namespace %s may not be listed: it is not called healthy, and they are named',
  async (plural) => {
    const objects = [account(['pull']), ghcrSecret, runs('web', broken), stored('Deployment', 'web', broken)];
    const said = await outline({ objects, forbidden: [`list ${plural}`, `get ${plural}`] });
    const [head = ''] = said.split('\n');
    expect(head).toMatch(/^not known, /);
    expect(head).toContain(`${plural} in namespace team`);
  },
);

test('of a namespace without anything that may not be listed: it is healthy', async () => {
  const web = stored('Deployment', 'web', { ...broken, rest: { status: { updatedReplicas: 1 } } });
  const objects = [account(['pull']), ghcrSecret, runs('web', broken), web];
  expect(await outline({ objects })).toMatch(/^healthy, /);
});

test.each([
  ['no pods', [], undefined],
  ['a pod that runs without a list', [{}], true],
  ['a pod that ended without a list', [{ phase: 'Succeeded' }], true],
  ['a pod that waits', [{ phase: 'Pending' }], false],
  ['a pod with a list, which its service account had', [{ list: ['pull'] }], false],
  ['one of both', [{}, { list: ['pull'] }], false],
])('a template without a list that has %s', async (_, pods, proven = false) => {
  const ofWeb = (options: { phase?: string; list?: string[] }, index: number): Stored => {
    const { phase = 'Running', list } = options;
    const state = phase === 'Running' ? { running: {} } : { terminated: {} };
    const there = phase === 'Pending' ? [] : [{ name: 'app', imageID: 'x', state }];
    const rest = { status: { phase, containerStatuses: there } };
    const metadata = { labels: { 'pod-template-hash': '1' } };
    return stored('Pod', `web-1-${index}`, { owner: 'ReplicaSet/web-1', metadata, rest, ...(list && { list }) });
  };
  const objects = [account(), ghcrSecret, stored('Deployment', 'web'), ...pods.map(ofWeb)];
  const { pullers } = await observeScope({ offline: true }, createCollector(storedObjects(objects)));
  expect(pullers.find(({ ref }) => ref.kind === 'Deployment')?.runsWithoutList).toBe(proven);
});

test.each([
  ['no pods', [], undefined],
  ['a pod that waits for its image', [{ image: 'v2', phase: 'Pending' }], true],
  ['a pod that ended, with its image', [{ image: 'v2', phase: 'Succeeded' }], true],
  ['a pod that ended, with another image', [{ image: 'v1', phase: 'Succeeded' }], undefined],
  ['a pod that waits for another image', [{ image: 'v1', phase: 'Pending' }], undefined],
])('a template that has %s is one of many that say nothing of themselves: %s', async (_, pods, shownByPods) => {
  const image = (tag: string) => `ghcr.io/acme/web:${tag}`;
  const made = pods.map(({ image: tag, phase }, index) => {
    const there = phase === 'Pending' ? [] : [{ name: 'app', imageID: 'x', state: { terminated: {} } }];
    const rest = { status: { phase, containerStatuses: there } };
    return stored('Pod', `j-${index}`, { ...pull, owner: 'Job/j', image: image(tag), rest });
  });
  const objects = [account(['pull']), ghcrSecret, stored('Job', 'j', { image: image('v2') }), ...made];
  const { pullers } = await observeScope({ offline: true }, createCollector(storedObjects(objects)));
  expect(pullers.find(({ ref }) => ref.kind === 'Job')?.shownByPods).toBe(shownByPods);
});

describe('a template whose pods run', () => {
  interface Lists {
    readonly own?: string[];
    readonly ofAccount?: string[];
    readonly ofPods: readonly (readonly string[])[];
    /** The pods have ended. */
    readonly ended?: true;
    readonly status?: object;
    readonly forbidden?: string[];
  }
  const finished = { conditions: [{ type: 'Complete', status: 'True' }] };

  async function isProven(
    kind: 'DaemonSet' | 'Deployment' | 'Job' | 'CronJob',
    { own, ofAccount = [], ofPods, ended, status = {}, forbidden }: Lists,
  ): Promise<boolean> {
    const state = ended ? { terminated: {} } : { running: {} };
    const phase = ended ? 'Succeeded' : 'Running';
    const rest = { status: { phase, containerStatuses: [{ name: 'app', imageID: 'x', state }] } };
    const labels = { 'pod-template-hash': '1' };
    const owner = { DaemonSet: 'DaemonSet/web', Deployment: 'ReplicaSet/web-1', Job: 'Job/web', CronJob: 'Job/web-1' };
    const pods = ofPods.map((list, index) =>
      stored('Pod', `web-1-${index}`, { owner: owner[kind], metadata: { labels }, rest, list }),
    );
    const count = { updatedReplicas: 1, updatedNumberScheduled: 1, ...status };
    const web = stored(kind, 'web', { list: own, rest: { status: count } });
    const job = kind === 'CronJob' ? [stored('Job', 'web-1', { owner: 'CronJob/web' })] : [];
    const secrets = [ghcrSecret, secretFor('john', 'ghcr.io'), secretFor('quay', 'quay.io')];
    const objects = [account(ofAccount), ...secrets, web, ...job, ...pods];
    const { pullers } = await observeScope({ offline: true }, createCollector(storedObjects(objects, forbidden)));
    return pullers.find(({ ref }) => ref.kind === kind)?.shownByPods === true;
  }

  test.each<[string, Parameters<typeof isProven>]>([
    ['with the list of the service account', ['Deployment', { ofAccount: ['pull'], ofPods: [['pull']] }]],
    ['with its own list', ['Deployment', { own: ['pull'], ofAccount: ['john'], ofPods: [['pull']] }]],
    ['without any list', ['Deployment', { ofPods: [[]] }]],
    ['and one of them has the list that is new', ['DaemonSet', { ofAccount: ['john'], ofPods: [['pull'], ['john']] }]],
    ['and the new list adds a login for another registry', ['Deployment', { ofAccount: ['quay'], ofPods: [[]] }]],
    ['of which none is seen', ['Deployment', { ofAccount: ['john'], ofPods: [] }]],
    [
      'and the list of the next one may not be read',
      ['Deployment', { ofPods: [['pull']], forbidden: ['list serviceaccounts', 'get serviceaccounts'] }],
    ],
    [
      'and a Secret of its list may not be read',
      ['Deployment', { own: ['pull', 'gone'], ofPods: [['pull', 'gone']], forbidden: ['get secrets'] }],
    ],
    ['and have ended, with the same list', ['CronJob', { ofAccount: ['pull'], ofPods: [['pull']], ended: true }]],
    [
      'and have ended, and no more will be made',
      ['Job', { ofAccount: ['john'], ofPods: [['pull']], ended: true, status: finished }],
    ],
  ])('%s: they show what becomes of the next one', async (_, situation) => {
    expect(await isProven(...situation)).toBe(true);
  });

  test.each<[string, Parameters<typeof isProven>]>([
    ['the service account had another list', ['Deployment', { ofAccount: ['john'], ofPods: [['pull']] }]],
    ['the service account had no list', ['DaemonSet', { ofAccount: ['john'], ofPods: [[]] }]],
    ['the service account had a list', ['Deployment', { ofPods: [['pull']] }]],
    ['the list had another order', ['DaemonSet', { own: ['john', 'pull'], ofPods: [['pull', 'john']] }]],
    ['a Secret of the list was there', ['Deployment', { own: ['john', 'gone'], ofPods: [['john', 'gone']] }]],
    [
      'the service account had another list, and they ended',
      ['CronJob', { ofAccount: ['john'], ofPods: [['pull']], ended: true }],
    ],
    [
      'the service account had another list, and the Job goes on',
      ['Job', { ofAccount: ['john'], ofPods: [['pull']], status: { active: 1 } }],
    ],
  ])('from the time when %s: they show nothing of the next one', async (_, situation) => {
    expect(await isProven(...situation)).toBe(false);
  });
});

test('of two pods of a Deployment that both fail the newer one is shown, which has its list', async () => {
  const labels = { app: 'api' };
  const madeAt = (name: string, set: string, creationTimestamp: string): Stored =>
    failing(name, { owner: `ReplicaSet/${set}`, metadata: { labels, creationTimestamp } });
  const objects = [
    account(),
    stored('Deployment', 'api', { spec: selector }),
    ...['old', 'new'].map((name) => stored('ReplicaSet', name, { owner: 'Deployment/api', metadata: { labels } })),
    madeAt('api-old', 'old', '2026-11-25T11:00:00Z'),
    madeAt('api-new', 'new', '2026-11-25T12:00:00Z'),
  ];
  const targets = [{ kind: 'Deployment', name: 'api' }] as const;
  const { pullers } = await observeTargets(targets, { offline: true }, createCollector(storedObjects(objects)));
  expect(pullers[0]?.ref.name).toBe('api-new');
});

test('what is reported', async () => {
  const outlines: string[] = [];
  for (const [title, situation] of [...TARGET_SITUATIONS, ...SCOPE_SITUATIONS, ...DETAIL_SITUATIONS])
    outlines.push(`# ${title}\n${await outline(situation)}`);
  await expect(outlines.join('\n')).toMatchFileSnapshot('reports/observed.txt');
});
