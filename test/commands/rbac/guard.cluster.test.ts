/**
 * The policy that `rbac --guard` prints, on the API server: whoever has the controller's token can do with it what the
 * controller does, and nothing else. Each attack is also tried as an account with the same role and no policy.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { createApiClient } from '../../environment/api-client.ts';
import { api, cluster, newNamespace, waitFor } from '../../environment/use.ts';
import {
  account,
  created,
  failFirstPod,
  named,
  newAccount,
  newWorkload,
  pathOf,
  regsecretIn,
} from '../../support/attach-world.ts';
import { type Account, accountFor, isPolicy, type Probe } from '../../support/guarded-account.ts';
import { newFleet, OURS, payloadOf, putSecret, secretIn, secretsOf } from '../../support/sync-world.ts';
import { startWatch } from '../../support/watch-world.ts';

const PULL = 'kubernetes.io/dockerconfigjson';
const TOKEN = 'kubernetes.io/service-account-token';
const MERGE = 'application/merge-patch+json';
const TOKEN_OF = 'kubernetes.io/service-account.name';
/** The controller manager of OpenShift writes a token of this account into the Secret. */
const OPENSHIFT_TOKEN_OF = 'openshift.io/internal-registry-auth-token.service-account';

interface World {
  /** The namespace of the source. */
  readonly home: string;
  /** A namespace that is selected, with a copy, workloads and accounts. */
  readonly team: string;
  /** A selected namespace without a copy. */
  readonly bare: string;
  /** A selected namespace with a Secret that is marked for an account. */
  readonly marked: string;
  /** A namespace that is not selected. */
  readonly other: string;
  /** One with the labels and `regsecret/sync: "false"`. */
  readonly silent: string;
  readonly line: readonly string[];
  readonly open: Account;
  readonly guarded: Account;
}

let world: World;

beforeAll(async () => {
  const { home, teams, prefix } = await newFleet(3, { serviceAccount: true });
  const [team = '', bare = '', marked = ''] = teams;
  const other = await newNamespace({ serviceAccount: true });
  const labels = { fleet: prefix };
  const silent = await newNamespace({ serviceAccount: true, labels, annotations: { 'regsecret/sync': 'false' } });
  await putSecret(team);
  await putSecret(other);
  await putSecret(marked, { metadata: { annotations: { [TOKEN_OF]: 'default' } } });
  await putSecret(team, {}, 'theirs');
  await newAccount(team, { imagePullSecrets: named('theirs') }, 'robot');
  for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet'] as const)
    await newWorkload(kind, team, { name: kind.toLowerCase() });
  const line = ['sync', '-l', `fleet=${prefix}`, '--attach', 'used', '--restart', '--prune', '--yes', '--watch'];
  const [open, guarded] = await Promise.all([accountFor(home, line), accountFor(home, line, '--guard')]);
  world = { home, team, bare, marked, other, silent, line, open, guarded };
}, 120_000);

const secret = (fields: object = {}, name = 'regsecret') => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  type: PULL,
  data: { '.dockerconfigjson': payloadOf('evil.example') },
  ...fields,
});
const config = { '.dockerconfigjson': payloadOf('evil.example') };
const restart = { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' } } };
const inTemplate = (template: object) => ({ spec: { template } });
const inPod = (spec: object) => inTemplate({ spec });
const pod = { containers: [{ name: 'app', image: 'r.example/evil:1' }] };

type Attack = (world: World) => readonly [method: string, path: string, body?: object, contentType?: string];
/** Whether the role allows it, or `refused` where it does not. */
type Without = 'possible' | 'refused';

const accountOf = (team: string, name = 'default') => `/api/v1/namespaces/${team}/serviceaccounts/${name}`;
const deployment = ({ team }: World) => pathOf('Deployment', team, 'deployment');
/** Attacks by what they need: a verb and a resource of the role. */
const ATTACKS: readonly [verb: string, title: string, without: Without, attack: Attack][] = [
  ...[
    [
      'a token of the admin account, under its own name',
      { type: TOKEN, metadata: { name: 'regsecret', annotations: { [TOKEN_OF]: 'robot' } }, data: {} },
    ],
    [
      'a token, in a dry run too',
      { type: TOKEN, metadata: { name: 'regsecret-x', annotations: { [TOKEN_OF]: 'robot' } }, data: {} },
    ],
    ['a bootstrap token', { type: 'bootstrap.kubernetes.io/token', data: {} }],
    ['an Opaque one, which others may mount', { type: 'Opaque' }],
    [
      'a pull secret that is marked for an account',
      { metadata: { name: 'regsecret', annotations: { [TOKEN_OF]: 'robot' } } },
    ],
    [
      'one that OpenShift writes a token into',
      {
        type: 'kubernetes.io/dockercfg',
        metadata: { name: 'regsecret', annotations: { [OPENSHIFT_TOKEN_OF]: 'robot' } },
        data: { '.dockercfg': 'e30=' },
      },
    ],
    ['another name', { metadata: { name: 'other' } }],
    ['a name of a rehearsal, for real', { metadata: { name: 'regsecret-x' } }],
    ['a name that is generated', { metadata: { generateName: 'regsecret-' } }],
    ['the name of a kept copy, which sync does not need', { metadata: { name: 'regsecret-regsecret-copy' } }],
  ].map(([title, fields]): (typeof ATTACKS)[number] => [
    'create secrets',
    `${title}`,
    'possible',
    ({ bare }) => ['POST', secretsOf(bare), secret(fields as object)],
  ]),
  ['create secrets', 'another namespace', 'possible', ({ silent }) => ['POST', secretsOf(silent), secret()]],
  ['create secrets', 'kube-system', 'possible', () => ['POST', secretsOf('kube-system'), secret()]],
  [
    'patch secrets',
    'another name',
    'refused',
    ({ team }) => ['PATCH', `${secretsOf(team)}/theirs`, { data: config }, MERGE],
  ],
  [
    'patch secrets',
    'another type',
    'refused',
    ({ team }) => ['PATCH', `${secretsOf(team)}/regsecret`, { type: TOKEN }, MERGE],
  ],
  [
    'patch secrets',
    'the mark of an account',
    'possible',
    ({ team }) => [
      'PATCH',
      `${secretsOf(team)}/regsecret`,
      { metadata: { annotations: { [TOKEN_OF]: 'robot' } } },
      MERGE,
    ],
  ],
  [
    'patch secrets',
    'another account in the mark of an account',
    'possible',
    ({ marked }) => [
      'PATCH',
      `${secretsOf(marked)}/regsecret`,
      { metadata: { annotations: { [TOKEN_OF]: 'robot' } } },
      MERGE,
    ],
  ],
  [
    'patch secrets',
    'the source',
    'possible',
    ({ home }) => ['PATCH', `${secretsOf(home)}/regsecret`, { data: config }, MERGE],
  ],
  [
    'patch secrets',
    'another namespace',
    'possible',
    ({ other }) => ['PATCH', `${secretsOf(other)}/regsecret`, { data: config }, MERGE],
  ],
  ['delete secrets', 'another name', 'refused', ({ team }) => ['DELETE', `${secretsOf(team)}/theirs`]],
  ['delete secrets', 'all of them', 'refused', ({ team }) => ['DELETE', secretsOf(team)]],
  ['delete secrets', 'the source', 'possible', ({ home }) => ['DELETE', `${secretsOf(home)}/regsecret`]],
  [
    'delete secrets',
    'what is no copy, where nothing is selected',
    'possible',
    ({ other }) => ['DELETE', `${secretsOf(other)}/regsecret`],
  ],
  ...[
    ['secrets', { secrets: named('theirs') }],
    ['automountServiceAccountToken', { automountServiceAccountToken: true }],
    ['a label', { metadata: { labels: { a: 'b' } } }],
    ['an annotation', { metadata: { annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/admin' } } }],
    ['a finalizer', { metadata: { finalizers: ['a.example/b'] } }],
    ['an owner', { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: 'x' }] } }],
    ['the list, with another name', { imagePullSecrets: named('theirs', 'theirs-too') }],
    ['the list, without what others put there', { imagePullSecrets: [] }],
  ].map(([title, fields]): (typeof ATTACKS)[number] => [
    'patch serviceaccounts',
    `${title}`,
    'possible',
    ({ team }) => ['PATCH', accountOf(team, 'robot'), fields as object, MERGE],
  ]),
  [
    'patch serviceaccounts',
    'the list, in another namespace',
    'possible',
    ({ other }) => ['PATCH', accountOf(other), { imagePullSecrets: named('regsecret') }, MERGE],
  ],
  [
    'patch serviceaccounts',
    'the list, in a namespace that opts out',
    'possible',
    ({ silent }) => ['PATCH', accountOf(silent), { imagePullSecrets: named('regsecret') }, MERGE],
  ],
  ...(['deployments', 'statefulsets', 'daemonsets'] as const).flatMap((plural) =>
    [
      ['the account', inPod({ serviceAccountName: 'robot' })],
      ['a container', inPod({ containers: [{ name: 'evil', image: 'r.example/evil:1' }] })],
      ['the image', inPod(pod)],
      ['a volume', inPod({ volumes: [{ name: 'theirs', secret: { secretName: 'theirs' } }] })],
      ['hostPID', inPod({ hostPID: true })],
      ['an init container', inPod({ initContainers: [{ name: 'first', image: 'r.example/evil:1' }] })],
      ['the list', inPod({ imagePullSecrets: named('regsecret') })],
      ['the node', inPod({ nodeName: 'node' })],
      ['an annotation of the pods', inTemplate({ metadata: { annotations: { a: 'b' } } })],
      ['a label of the pods', inTemplate({ metadata: { labels: { a: 'b' } } })],
      ['an annotation', { metadata: { annotations: { a: 'b' } } }],
      ['a label', { metadata: { labels: { a: 'b' } } }],
      ['revisions', { spec: { revisionHistoryLimit: 1 } }],
      ['a restart and the account', { spec: { template: { ...restart, spec: { serviceAccountName: 'robot' } } } }],
    ].map(([title, fields]): (typeof ATTACKS)[number] => [
      `patch ${plural}`,
      `${title}`,
      'possible',
      ({ team }) => [
        'PATCH',
        `/apis/apps/v1/namespaces/${team}/${plural}/${plural.slice(0, -1)}`,
        fields as object,
        MERGE,
      ],
    ]),
  ),
];

/** What the role does not include, with or without a policy. */
const BEYOND: readonly [title: string, attack: Attack][] = [
  ['a token of an account', ({ team }) => ['POST', `${accountOf(team, 'robot')}/token`, { spec: {} }]],
  ['a program in a pod', ({ team }) => ['POST', `${pathOf('Pod', team, 'x')}/exec?command=id`]],
  ['an ephemeral container', ({ team }) => ['PATCH', `${pathOf('Pod', team, 'x')}/ephemeralcontainers`, {}, MERGE]],
  ['the scale', (world) => ['PATCH', `${deployment(world)}/scale`, { spec: { replicas: 0 } }, MERGE]],
  ['the status', (world) => ['PATCH', `${deployment(world)}/status`, { status: {} }, MERGE]],
  ['a pod', ({ team }) => ['POST', pathOf('Pod', team), { metadata: { name: 'x' }, spec: pod }]],
  ['an account', ({ team }) => ['POST', accountOf(team, ''), { metadata: { name: 'x' } }]],
  ['all accounts', ({ team }) => ['DELETE', accountOf(team, '')]],
  ['a workload', ({ team }) => ['POST', pathOf('Deployment', team), {}]],
  ['the deletion of a workload', (world) => ['DELETE', deployment(world)]],
  [
    'the labels of a namespace',
    ({ other }) => ['PATCH', `/api/v1/namespaces/${other}`, { metadata: { labels: { a: 'b' } } }, MERGE],
  ],
  ['another Secret', ({ team }) => ['GET', `${secretsOf(team)}/theirs`]],
  ['all Secrets', ({ team }) => ['GET', secretsOf(team)]],
  [
    'its own role',
    ({ guarded }) => ['PATCH', `/apis/rbac.authorization.k8s.io/v1/clusterroles/${guarded.name}`, { rules: [] }, MERGE],
  ],
  [
    'its own policy',
    ({ guarded }) => [
      'DELETE',
      `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/${guarded.name}`,
    ],
  ],
];

const rehearsed = (path: string): string => `${path}?dryRun=All`;

describe('an attack', () => {
  test.each(ATTACKS)('%s: %s', async (_, _title, without, attack) => {
    const [method, path, body, type] = attack(world);
    const [withPolicy, withoutPolicy] = [
      await world.guarded.ask(method, path, body, type),
      await world.open.ask(method, rehearsed(path), body, type),
    ];
    if (without === 'possible') {
      expect(withoutPolicy.status, JSON.stringify(withoutPolicy.body)).toBeLessThan(300);
      expect(isPolicy(withPolicy), JSON.stringify(withPolicy.body)).toBe(true);
    } else {
      expect(withoutPolicy.status).toBeGreaterThanOrEqual(400);
      expect(withPolicy.status).toBeGreaterThanOrEqual(400);
    }
  });

  test.each(BEYOND)('no right: %s', async (_, attack) => {
    const [method, path, body, type] = attack(world);
    for (const account of [world.open, world.guarded])
      expect((await account.ask(method, path, body, type)).status).toBe(403);
  });

  test('every write of the role is attacked', () => {
    const writes = world.guarded.rules.flatMap(({ verbs, resources }) =>
      verbs
        .filter((verb) => !['get', 'list', 'watch'].includes(verb))
        .flatMap((verb) => resources.map((resource) => `${verb} ${resource}`)),
    );
    expect([...new Set(writes)].sort()).toEqual([...new Set(ATTACKS.map(([verb]) => verb))].sort());
  });
});

test('the token of an account of the administrator: made without the policy, and refused with it', async () => {
  const { bare, open, guarded } = world;
  const binding = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: bare } };
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
  await newAccount(bare, {}, 'operator');
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
  await created(path, {
    ...binding,
    roleRef,
    subjects: [{ kind: 'ServiceAccount', name: 'operator', namespace: bare }],
  });
  const token = secret({
    type: TOKEN,
    metadata: { name: 'regsecret', annotations: { [TOKEN_OF]: 'operator' } },
    data: {},
  });
  try {
    expect(isPolicy(await guarded.ask('POST', secretsOf(bare), token))).toBe(true);
    expect((await open.ask('POST', secretsOf(bare), token)).status).toBe(201);
    const made = await waitFor(async () => (await open.ask('GET', `${secretsOf(bare)}/regsecret`)).body.data?.token, {
      what: 'the token',
    });
    const { server, caFile } = cluster();
    const client = createApiClient({ server, caFile, token: Buffer.from(made, 'base64').toString() });
    const review = { spec: { resourceAttributes: { verb: '*', group: '*', resource: '*' } } };
    const answer = await client.request('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review);
    client.close();
    expect(answer.body.status.allowed).toBe(true);
  } finally {
    await api('DELETE', `${path}/${bare}`);
    await api('DELETE', `${secretsOf(bare)}/regsecret`);
  }
});

describe('what the commands do passes', () => {
  const MARKS = (home: string) => ({ labels: OURS, annotations: { 'regsecret/source': `${home}/regsecret` } });

  test('sync: new, changed, immutable and of another type, lists, a restart, a pruned copy', async () => {
    const { home, teams, prefix } = await newFleet(4, { serviceAccount: true });
    const [fresh = '', changed = '', immutable = '', other = ''] = teams;
    const past = await newNamespace({ serviceAccount: true });
    const metadata = MARKS(home);
    const data = { '.dockerconfigjson': payloadOf('old.example') };
    await putSecret(changed, { metadata, data });
    await putSecret(immutable, { metadata, data, immutable: true });
    await putSecret(other, {
      metadata,
      type: 'kubernetes.io/dockercfg',
      data: { '.dockercfg': Buffer.from('{}').toString('base64') },
    });
    await putSecret(past, { metadata });
    await api('PATCH', accountOf(past), { imagePullSecrets: named('regsecret', 'theirs') }, { 'content-type': MERGE });
    for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet'] as const)
      await newWorkload(kind, fresh, { name: kind.toLowerCase() });
    await failFirstPod(fresh, 'deployment');
    const line = ['sync', '-l', `fleet=${prefix}`, '--attach', 'sa/default', '--restart', '--prune', '--yes'];
    const { kubeconfig } = await accountFor(home, line, '--guard');
    const dry = await regsecretIn(home, [...line, '--dry-run=server'], { kubeconfig });
    expect(dry.code, dry.stderr).toBe(0);
    const ran = await regsecretIn(home, line, { kubeconfig });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toContain('5 namespaces: 1 created, 1 updated, 2 replaced, 1 deleted');
    expect(ran.stdout).toContain(`deployment.apps/deployment restarted in ${fresh}`);
    for (const team of teams) expect((await account(team, 'default')).imagePullSecrets).toEqual(named('regsecret'));
    expect((await account(past, 'default')).imagePullSecrets).toEqual(named('theirs'));
    expect(await secretIn(past)).toBeUndefined();
  });

  test('sync --watch serves a new namespace, and one that gets its label later', async () => {
    const { home, prefix } = await newFleet(1, { serviceAccount: true });
    const line = ['-l', `fleet=${prefix}`, '--attach', 'sa/default'];
    const { kubeconfig } = await accountFor(home, ['sync', ...line, '--watch'], '--guard');
    const watch = await startWatch(home, line, { kubeconfig });
    const born = await newNamespace({ labels: { fleet: prefix }, serviceAccount: true });
    const late = await newNamespace({ serviceAccount: true });
    await api(
      'PATCH',
      `/api/v1/namespaces/${late}`,
      { metadata: { labels: { fleet: prefix } } },
      { 'content-type': MERGE },
    );
    for (const namespace of [born, late]) {
      const isNamed = async () =>
        JSON.stringify((await account(namespace, 'default')).imagePullSecrets) === JSON.stringify(named('regsecret'));
      await waitFor(isNamed, { what: `the list of ${namespace}` });
    }
    expect(await watch.end('SIGTERM'), watch.stderr).toBe(0);
    expect(watch.stderr).not.toContain('denied');
  });

  const login = ['--server', 'r.example', '--username', 'jane', '--password-env', 'PASSWORD', '--no-verify'];
  const marked = (namespace: string): Probe => [
    'PATCH',
    `${secretsOf(namespace)}/regsecret`,
    { metadata: { annotations: { [TOKEN_OF]: 'robot' } } },
    MERGE,
  ];
  const labelled =
    (name = 'default') =>
    (namespace: string): Probe => ['PATCH', accountOf(namespace, name), { metadata: { labels: { a: 'b' } } }, MERGE];
  const inWorkload =
    (kind: 'Deployment' | 'CronJob') =>
    (namespace: string): Probe => [
      'PATCH',
      pathOf(kind, namespace, kind.toLowerCase()),
      { metadata: { labels: { a: 'b' } } },
      MERGE,
    ];

  test.each<[line: string, probe: ((namespace: string) => Probe) | undefined]>([
    ['create new LOGIN', undefined],
    ['create regsecret LOGIN --attach sa/default', undefined],
    ['create opaque --force LOGIN', undefined],
    ['rotate LOGIN', marked],
    ['rotate -l here=NS LOGIN', marked],
    ['rotate --to NS LOGIN', marked],
    ['attach --serviceaccount default', labelled()],
    ['attach --serviceaccount applied', labelled('applied')],
    ['attach --all-serviceaccounts', labelled()],
    ['attach --to deploy/deployment --to ds/daemonset --to sts/statefulset', inWorkload('Deployment')],
    ['attach --to cj/cronjob', inWorkload('CronJob')],
    ['detach theirs --to deploy/deployment --yes', inWorkload('Deployment')],
    ['detach theirs --serviceaccount robot --yes', labelled('robot')],
    ['delete theirs --force --yes', labelled()],
  ])('%s', { timeout: 60_000 }, async (line, probe) => {
    const namespace = await newNamespace({ serviceAccount: true });
    await api(
      'PATCH',
      `/api/v1/namespaces/${namespace}`,
      { metadata: { labels: { here: namespace } } },
      { 'content-type': MERGE },
    );
    await putSecret(namespace);
    await putSecret(namespace, {}, 'theirs');
    await putSecret(namespace, { type: 'Opaque', data: { a: 'YQ==' } }, 'opaque');
    await newAccount(namespace, { imagePullSecrets: named('theirs') }, 'robot');
    // The owner of its list gets it back, which is a write of `managedFields`.
    const applied = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'applied' },
      imagePullSecrets: named('theirs'),
    };
    await api('PATCH', `${accountOf(namespace, 'applied')}?fieldManager=argocd`, applied, {
      'content-type': 'application/apply-patch+yaml',
    });
    for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet', 'CronJob'] as const) {
      await newWorkload(kind, namespace, { name: kind.toLowerCase(), list: named('theirs') });
    }
    const words = line.split(' ').flatMap((word) => (word === 'LOGIN' ? login : word.replace('NS', namespace)));
    const { kubeconfig } = await accountFor(namespace, words, '--guard', probe?.(namespace));
    const ran = await regsecretIn(namespace, words, { kubeconfig, env: { PASSWORD: 'new' } });
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/created|patched|configured|replaced|deleted/);
    expect(ran.stderr).not.toContain('denied');
    if (!line.includes('applied')) return;
    const managers = (await account(namespace, 'applied')).metadata.managedFields ?? [];
    expect(managers.find(({ manager }) => manager === 'argocd')?.fieldsV1).toHaveProperty(['f:imagePullSecrets']);
  });
});
