/** `list` and `inspect` against the real API server. */
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { cluster, kubeconfigFor, kubectl, newNamespace, waitFor } from '../../environment/use.ts';
import { created, freshName, named, newAccount, newPullSecret, regsecretIn } from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { here } from '../../support/here.ts';
import { userWith } from '../../support/user.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const login = (user: string) => ({ auth: base64(`${user}:${CANARY}`) });
const config = (auths: object): string => base64(JSON.stringify({ auths }));

interface Row {
  readonly name: string;
  readonly namespace: string;
  readonly type?: string;
  readonly registries: readonly { server: string; username?: string; fingerprint?: string }[];
  readonly usedBy: { serviceAccounts: string[]; workloads: string[]; pods: number };
  readonly findings: readonly { code: string }[];
}

let namespace = '';
let other = '';

function secret(name: string, type: string, data: object, where = namespace): Promise<unknown> {
  const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type, data };
  return created(`/api/v1/namespaces/${where}/secrets`, body);
}

const JSON_TYPE = 'kubernetes.io/dockerconfigjson';
const container = { name: 'a', image: 'ghcr.io/acme/app' };
const template = (...secrets: string[]) => ({
  metadata: { labels: { app: 'x' } },
  spec: { containers: [container], imagePullSecrets: named(...secrets) },
});

function workload(kind: string, name: string, spec: object): Promise<unknown> {
  const [group, plural] = kind === 'CronJob' ? ['batch', 'cronjobs'] : ['apps', `${kind.toLowerCase()}s`];
  const body = { apiVersion: `${group}/v1`, kind, metadata: { name }, spec };
  return created(`/apis/${group}/v1/namespaces/${namespace}/${plural}`, body);
}

beforeAll(async () => {
  [namespace, other] = await Promise.all([
    newNamespace({ serviceAccount: true }),
    newNamespace({ serviceAccount: true }),
  ]);
  await Promise.all([
    secret('regcred', JSON_TYPE, {
      '.dockerconfigjson': config({ 'ghcr.io': login('jane'), 'quay.io': login('john') }),
    }),
    secret('legacy', 'kubernetes.io/dockercfg', { '.dockercfg': base64(JSON.stringify({ 'ghcr.io': login('jane') })) }),
    secret('broken', JSON_TYPE, { '.dockerconfigjson': config({ 'ghcr.io': { auth: 'notbase64!' } }) }),
    secret('opaque', 'Opaque', { '.dockerconfigjson': config({ 'ghcr.io': login('jane') }) }),
    secret('referred', 'Opaque', { password: base64(CANARY) }),
    secret('unrelated', 'Opaque', { password: base64(CANARY) }),
    secret('elsewhere', JSON_TYPE, { '.dockerconfigjson': config({ 'ghcr.io': login('jane') }) }, other),
    newAccount(namespace, { imagePullSecrets: named('regcred', 'missing') }, 'builder'),
    workload('Deployment', 'web', {
      replicas: 2,
      selector: { matchLabels: { app: 'x' } },
      template: template('regcred', 'referred'),
    }),
    workload('CronJob', 'nightly', {
      schedule: '0 0 1 1 *',
      jobTemplate: { spec: { template: { spec: { ...template('legacy').spec, restartPolicy: 'Never' } } } },
    }),
    ...['one', 'two'].map((name) =>
      created(`/api/v1/namespaces/${namespace}/pods`, {
        metadata: { name },
        spec: { containers: [container], imagePullSecrets: named('broken') },
      }),
    ),
  ]);
  const pods = ['get', 'pods', '-n', namespace, '-o', 'name'];
  await waitFor(async () => (await kubectl(pods)).stdout.split('\n').length === 5, {
    what: 'the pods of the Deployment',
  });
});

async function list(args: readonly string[] = []): Promise<Row[]> {
  const { code, stdout, stderr } = await regsecretIn(namespace, ['list', '-o', 'json', ...args]);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout).items;
}

test('every pull secret with its registries, who uses it, and what is wrong', async () => {
  const rows = await list();
  const short = rows.map(({ name, type = 'none', registries, usedBy, findings }) => [
    name,
    type.replace('kubernetes.io/', ''),
    registries.map(({ server }) => server).join(),
    [...usedBy.serviceAccounts, ...usedBy.workloads, usedBy.pods].join(),
    findings.map(({ code }) => code).join(),
  ]);
  expect(short).toEqual([
    ['broken', 'dockerconfigjson', 'ghcr.io', '2', 'unreadable-entry'],
    ['legacy', 'dockercfg', 'ghcr.io', 'cronjob/nightly,0', ''],
    ['missing', 'none', '', 'builder,0', 'missing-secret'],
    ['referred', 'Opaque', '', 'deployment/web,2', 'wrong-type'],
    ['regcred', 'dockerconfigjson', 'ghcr.io,quay.io', 'builder,deployment/web,2', ''],
  ]);
});

test('who has one otherwise than in a list', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'push');
  const env = [{ name: 'A', valueFrom: { secretKeyRef: { name: 'push', key: 'a' } } }];
  const volumes = [
    { name: 'docker', secret: { secretName: 'push' } },
    { name: 'other', secret: { secretName: 'no-pull-secret' } },
  ];
  await created(`/api/v1/namespaces/${namespace}/pods`, {
    metadata: { name: 'kaniko' },
    spec: { containers: [{ ...container, env }], volumes },
  });
  const { items } = JSON.parse((await regsecretIn(namespace, ['list', '-o', 'json'])).stdout);
  expect(items).toMatchObject([{ name: 'push', usedBy: { pods: 0, volumes: ['pod/kaniko'], env: ['pod/kaniko'] } }]);
  const { stdout } = await regsecretIn(namespace, ['inspect', 'push']);
  expect(stdout).toContain('used by: mounted by pod/kaniko, in env of pod/kaniko\n');
});

test('equal logins in two Secrets have one mark', async () => {
  const rows = await list();
  const mark = (name: string) => rows.find((row) => row.name === name)?.registries[0]?.fingerprint;
  expect(mark('legacy')).toBe(mark('regcred'));
  expect(mark('legacy')).toMatch(/^[0-9a-f]{8}$/);
});

test('as a table', async () => {
  const { stdout } = await regsecretIn(namespace, ['list']);
  const [header, ...lines] = stdout.trimEnd().split('\n');
  expect(header).toMatch(/^NAME +TYPE +REGISTRIES +USED BY +PROBLEMS +AGE$/);
  expect(lines.map((line) => line.replace(/ {2,}/g, ' | ').replace(/\d+m?\d*s$/, 'AGE'))).toEqual([
    'broken | dockerconfigjson | ghcr.io | 2 pods | unreadable-entry | AGE',
    'legacy | dockercfg | ghcr.io | cronjob/nightly | - | AGE',
    'missing | - | - | serviceaccount/builder | missing-secret | -',
    'referred | Opaque | - | deployment/web, 2 pods | wrong-type | AGE',
    'regcred | dockerconfigjson | ghcr.io, quay.io | serviceaccount/builder, deployment/web, 2 pods | - | AGE',
  ]);
});

test('on a terminal no line is longer than it is wide, and -o wide cuts nothing', async () => {
  const narrow = await regsecretIn(namespace, ['list'], { tty: true });
  expect(narrow.stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  expect(narrow.stdout).toContain('…');
  expect(narrow.stderr).toContain(` regsecret list -n ${namespace} -o wide\n`);
  const problems = await regsecretIn(namespace, ['list', '--problems', '--sort-by', 'age'], { tty: true });
  expect(problems.stderr).toContain(` regsecret list -n ${namespace} --problems --sort-by age -o wide\n`);
  const everywhere = await here(['list', '-A'], { env: { KUBECONFIG: cluster().kubeconfig }, tty: true });
  expect(everywhere.stderr.match(/regsecret list -A .*-o wide/g)).toHaveLength(1);
  const short = await regsecretIn(namespace, ['list', 'unrelated'], { tty: true });
  expect([short.stdout.includes('…'), short.stderr]).toEqual([false, '']);
  const wide = await regsecretIn(namespace, ['list', '-o', 'wide'], { tty: true });
  expect(wide.stdout).toContain('serviceaccount/builder, deployment/web, 2 pods');
  expect(wide.stderr).toBe('');
  expect(wide.stdout).toMatch(/jane, john +[0-9a-f]{8}, [0-9a-f]{8}/);
});

test('names, for other programs: of what exists', async () => {
  const { stdout } = await regsecretIn(namespace, ['list', '-o', 'name']);
  expect(stdout.split('\n')).toEqual(
    ['broken', 'legacy', 'referred', 'regcred'].map((name) => `secret/${name}`).concat(''),
  );
});

describe('some of them', () => {
  const names = async (...args: string[]) => {
    const { code, stdout, stderr } = await regsecretIn(namespace, ['list', '-o', 'name', ...args]);
    return { code, names: stdout.split('\n').filter(Boolean), errors: stderr.split('\n').filter(Boolean).length / 2 };
  };

  test.each([
    ['one by its name', ['regcred'], ['regcred']],
    ['two', ['legacy', 'broken'], ['broken', 'legacy']],
    ['one of another type, which nobody uses', ['unrelated'], ['unrelated']],
    ['with a problem', ['--problems'], ['broken', 'referred']],
    ['with labels that none has', ['-l', 'no=such'], []],
    ['by type', ['--sort-by', 'type', 'regcred', 'legacy'], ['legacy', 'regcred']],
    ['by problems', ['--sort-by', 'problems', 'legacy', 'referred'], ['referred', 'legacy']],
  ])('%s', async (_, args, expected) => {
    expect(await names(...args)).toEqual({ code: 0, names: expected.map((name) => `secret/${name}`), errors: 0 });
  });

  test('one that does not exist is said, and the others are listed', async () => {
    for (const name of ['regcrd', 'missing'])
      expect(await names(name, 'legacy')).toEqual({ code: 1, names: ['secret/legacy'], errors: 1 });
    // A table lists a missing Secret, because objects refer to it.
    expect((await list(['missing'])).map(({ name }) => name)).toEqual(['missing']);
  });

  test('of all namespaces a name has its namespace, as a command takes it', async () => {
    const env = { KUBECONFIG: cluster().kubeconfig };
    const { stdout } = await here(['list', 'elsewhere', '-A', '-o', 'name'], { env });
    expect(stdout.split('\n')).toContain(`secret/elsewhere -n ${other}`);
    const { code, stderr } = await here(['list', 'no-such-secret-anywhere', '-A'], { env });
    expect([code, stderr.split('\n')[0]]).toEqual([
      1,
      'error: secret no-such-secret-anywhere does not exist in any namespace',
    ]);
  });

  test('without titles', async () => {
    const { stdout } = await regsecretIn(namespace, ['list', 'legacy', '--no-headers']);
    expect(stdout).toMatch(/^legacy +dockercfg +ghcr\.io +cronjob\/nightly +- +\S+\n$/);
  });

  test('by label', async () => {
    await kubectl(['label', 'secret', 'legacy', '-n', namespace, 'team=a']);
    expect(await names('-l', 'team=a')).toEqual({ code: 0, names: ['secret/legacy'], errors: 0 });
  });
});

/** Printed for a search for a login. */
const checkedIn = (where: string) => `checked: pull secrets in ${where} (-A: all namespaces)\n`;

describe('only those with a login', () => {
  const names = async (...args: string[]) => {
    const { code, stdout, stderr } = await regsecretIn(namespace, ['list', '-o', 'name', ...args]);
    return [code, stdout.match(/(?<=secret\/)\S+/g) ?? [], stderr];
  };

  test.each([
    ['--username jane', ['legacy', 'regcred']],
    ['--username Jane', []],
    ['--server ghcr.io', ['broken', 'legacy', 'regcred']],
    ['--server https://ghcr.io/v1/', ['broken', 'legacy', 'regcred']],
    ['--server ghcr.io/acme', []],
    ['--server quay.io --username john', ['regcred']],
    ['--server quay.io --server ghcr.io --problems', ['broken']],
    ['--server a.io --server quay.io', ['regcred']],
    ['--server quay.io --username jane', []],
    ['regcred broken --username jane', ['regcred']],
    ['opaque --server ghcr.io', ['opaque']],
    ['--server ghcr.io --problems', ['broken']],
    ['--server ghcr.io -l no=such', []],
  ])('%s', async (args, expected) => {
    const checked = args.startsWith('-')
      ? checkedIn(`${namespace}${args.includes('-l ') ? ' with these labels' : ''}`)
      : '';
    expect(await names(...args.split(' '))).toEqual([0, expected, checked]);
  });

  test('a path of it, another name of it, and an entry that the row only counts', async () => {
    const own = await newNamespace();
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`r${index}.example.com`, login('ci')]));
    await Promise.all([
      newPullSecret(own, 'other'),
      secret('path', JSON_TYPE, { '.dockerconfigjson': config({ 'quay.io/acme/': login('jane') }) }, own),
      secret('hub', JSON_TYPE, { '.dockerconfigjson': config({ 'https://index.docker.io/v1/': login('jane') }) }, own),
      secret('many', JSON_TYPE, { '.dockerconfigjson': config({ ...many, 'last.example.com': login('jo') }) }, own),
    ]);
    const found = async (...args: string[]) =>
      (await regsecretIn(own, ['list', '-o', 'name', ...args])).stdout.match(/(?<=secret\/)\S+/g);
    expect(await found('--server', 'quay.io')).toEqual(['path']);
    for (const hub of ['docker.io', 'index.docker.io', 'registry-1.docker.io'])
      expect(await found('--server', hub)).toEqual(['hub']);
    expect(await found('--username', 'jo')).toEqual(['many']);
    expect(await found('--server', 'last.example.com', '--username', 'jo')).toEqual(['many']);
    expect(await found('--server', 'last.example.com', '--username', 'ci')).toBe(null);
  });

  test('a Secret that is referred to is asked for once', async () => {
    const proxy = await startFaultProxy(cluster());
    onTestFinished(() => proxy.close());
    const { token } = cluster().tokenUsers['token-admin'];
    const env = { KUBECONFIG: kubeconfigFor({ server: proxy.server, token }) };
    await here(['list', '-n', namespace, '--username', 'nobody'], { env });
    const single = proxy.requests.flatMap(({ path }) => /\/secrets\/([^?]*)/.exec(path)?.[1] ?? []);
    expect(single.sort()).toEqual(['missing', 'referred']);
  });

  test.each([
    ['--username nobody', 'no pull secrets with a login of nobody in namespace NS', 'regsecret list -n NS -o wide'],
    [
      '--username nobody --server ghcr.io --problems',
      'no pull secrets with a login of nobody for ghcr.io and a problem in namespace NS',
      'list checks no registry; regsecret doctor -n NS does',
    ],
    [
      'regcred --server gchr.io',
      'no pull secrets called regcred with a login for gchr.io in namespace NS',
      'regsecret list -n NS -o wide',
    ],
    [
      '--username jan --sort-by age',
      'no pull secrets with a login of jan in namespace NS; did you mean jane?',
      'regsecret list -n NS --username jane --sort-by age',
    ],
    [
      '--username jane:x',
      'no pull secrets with a login of that user in namespace NS; did you mean jane?',
      'regsecret list -n NS --username jane',
    ],
  ])('%s: nothing has it', async (args, sentence, hint) => {
    const { code, stdout, stderr } = await regsecretIn(namespace, ['list', ...args.split(' ')]);
    const checked = args.startsWith('-') ? checkedIn('NS') : '';
    expect([code, stdout, stderr.replaceAll(namespace, 'NS')]).toEqual([
      0,
      '',
      `${sentence}\nhint: ${hint}\n${checked}`,
    ]);
  });

  test.each([
    ['quay.io/acme/app:v1', 1, 'no image can match', '--server quay.io/acme/app'],
    ['quay.io/acme/app:v1,b.io', 1, 'no image can match', '--server'],
    ['a.io,b.io', 2, '--server takes one registry, so repeat it for each', '--server a.io --server b.io'],
  ])('%s is no registry that an entry can be for', async (server, code, error, hint) => {
    const ran = await regsecretIn(namespace, ['list', '-o', 'json', '--server', server]);
    const [first, second] = ran.stderr.split('\n');
    expect([ran.code, ran.stdout, first, second]).toEqual([
      code,
      '',
      expect.stringContaining(error),
      expect.stringContaining(hint),
    ]);
  });

  test('one that does not exist is an error all the same', async () => {
    const [code, found, errors] = await names('regcrd', 'legacy', '--username', 'john');
    expect([code, found, errors]).toEqual([1, [], expect.stringMatching(/^error: secret \S+ does not exist; did you/)]);
  });

  test('the line with all of each cell has them, too', async () => {
    const env = { KUBECONFIG: cluster().kubeconfig };
    const { stderr } = await here(['list', '-A', '--server', 'quay.io', '--username', 'john'], { env });
    expect(stderr).toContain(': regsecret list -A --server quay.io --username john -o wide\n');
    expect(stderr).not.toContain('checked: ');
  });

  test('a user that the kubeconfig does not have is one of a registry', async () => {
    const { code, stderr } = await regsecretIn(namespace, ['list', '--user', 'john']);
    expect([code, stderr]).toEqual([
      2,
      `error: --user is for a user of the kubeconfig; use --username for a registry\nhint: regsecret list -n ${namespace} --username john\n`,
    ]);
  });
});

test('what is in a Secret that no pod pulls with is not asked for', async () => {
  const proxy = await startFaultProxy(cluster());
  onTestFinished(() => proxy.close());
  const { token } = cluster().tokenUsers['token-admin'];
  const env = { KUBECONFIG: kubeconfigFor({ server: proxy.server, token }) };
  expect((await here(['list', '-n', namespace], { env })).code).toBe(0);
  const asked = proxy.requests.map(({ path }) => new URL(path, 'http://server'));
  const lists = asked.filter(({ pathname }) => pathname.endsWith('/secrets'));
  expect(lists.map(({ searchParams }) => searchParams.get('fieldSelector')).sort()).toEqual([
    'type=kubernetes.io/dockercfg',
    'type=kubernetes.io/dockerconfigjson',
  ]);
  const single = asked.flatMap(({ pathname }) => /\/secrets\/(.*)$/.exec(pathname)?.[1] ?? []);
  expect(single.sort()).toEqual(['missing', 'referred']);
});

test('of all namespaces: both types, and whatever else is referred to', async () => {
  const { stdout, stderr } = await here(['list', '-A', '-o', 'json'], { env: { KUBECONFIG: cluster().kubeconfig } });
  expect(stdout, stderr).not.toBe('');
  const ours = (JSON.parse(stdout).items as Row[]).filter((row) => [namespace, other].includes(row.namespace));
  expect(ours.filter((row) => row.namespace === other).map(({ name }) => name)).toEqual(['elsewhere']);
  const names = ours.filter((row) => row.namespace === namespace).map(({ name }) => name);
  expect(names).toEqual(['broken', 'legacy', 'missing', 'referred', 'regcred']);
});

test('who has which login is in -o wide, which the table of all namespaces says at its end', async () => {
  const env = { KUBECONFIG: cluster().kubeconfig };
  const hint = 'hint: for usernames and equal passwords: ';
  for (const args of [['-A'], ['unrelated', '-A', '--problems', '--sort-by', 'age']]) {
    const ran = await here(['list', ...args], { env });
    const says = ran.stdout === '' ? '' : expect.stringMatching(`(^|\n)${hint}regsecret list .*-o wide\n$`);
    expect([args, ran.stderr]).toEqual([args, says]);
  }
  expect((await here(['list', '-A', '-o', 'wide'], { env })).stderr).not.toContain(hint);
  expect((await regsecretIn(namespace, ['list'])).stderr).toBe('');
});

test('-A with a namespace is a mistake', async () => {
  const { code, stderr } = await regsecretIn(namespace, ['list', '-A']);
  expect([code, stderr]).toEqual([
    2,
    'error: --all-namespaces and --namespace cannot be used together\nhint: regsecret list -A\n',
  ]);
});

test('a namespace without any', async () => {
  const empty = await newNamespace();
  const { code, stdout, stderr } = await regsecretIn(empty, ['list']);
  expect([code, stdout, stderr]).toEqual([
    0,
    '',
    `no pull secrets in namespace ${empty}\nhint: regsecret create -n ${empty}\n`,
  ]);
  expect((await regsecretIn(empty, ['list', '-l', 'no=such'])).stderr).toBe(
    `no pull secrets with these labels in namespace ${empty} (-l selects labels of Secrets here)\n`,
  );
  expect((await regsecretIn(empty, ['list', '--problems'])).stderr).toBe(
    `no pull secrets with a problem in namespace ${empty}\nhint: list checks no registry; regsecret doctor -n ${empty} does\n`,
  );
  const team = freshName('team');
  await newNamespace({ labels: { team } });
  expect((await regsecretIn('default', ['list', '-l', `team=${team}`])).stderr).toBe(
    `no pull secrets with these labels in namespace default (-l selects labels of Secrets here)\nhint: for the namespace with these labels: regsecret doctor -l team=${team}\n`,
  );
  expect((await regsecretIn(empty, ['list', '-l', 'no=such', '--problems'])).stderr).toBe(
    `no pull secrets with these labels and a problem in namespace ${empty} (-l selects labels of Secrets here)\n`,
  );
});

describe('with few rights', () => {
  const secrets = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }];

  test('to Secrets alone: it says whom it could not ask', async () => {
    const kubeconfig = await userWith(namespace, secrets);
    const { code, stdout, stderr } = await regsecretIn(namespace, ['list'], { kubeconfig });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^regcred +dockerconfigjson +ghcr\.io, quay\.io +- +- /m);
    expect(stderr).toBe(
      'warning: no permission to list cronjobs, daemonsets, deployments, jobs, pods, replicasets, replicationcontrollers, serviceaccounts, statefulsets, so uses of a secret there are unknown\n',
    );
  });

  test('to one Secret alone, inspect shows it', async () => {
    const kubeconfig = await userWith(namespace, secrets);
    const { code, stdout, stderr } = await regsecretIn(namespace, ['inspect', 'regcred'], { kubeconfig });
    expect(code).toBe(0);
    expect(stdout).toContain('every image of ghcr.io');
    expect(stderr).toContain('warning: no permission to list cronjobs,');
  });

  test('to nothing', async () => {
    const kubeconfig = await userWith(namespace, []);
    const { code, stderr } = await regsecretIn(namespace, ['list'], { kubeconfig });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(
        `^error: no permission to list secrets in namespace ${namespace}\nhint: an administrator can run: regsecret rbac --for user/user-.* list -n ${namespace} `,
      ),
    );
  });
});

describe('inspect', () => {
  test('a Secret with who uses it', async () => {
    const { code, stdout, stderr } = await regsecretIn(namespace, ['inspect', 'regcred']);
    expect([code, stderr]).toEqual([0, '']);
    expect(
      stdout
        .replaceAll(namespace, 'NS')
        .replace(/[0-9a-f]{8}/g, 'deadbeef')
        .replace(/\d+m?\d*s old/, 'AGE old'),
    ).toBe(
      [
        'secret NS/regcred, kubernetes.io/dockerconfigjson, AGE old',
        'SERVER    USER   PASSWORD        USED FOR',
        'ghcr.io   jane   •••• deadbeef   every image of ghcr.io',
        'quay.io   john   •••• deadbeef   every image of quay.io',
        'used by: serviceaccount/builder, deployment/web, 2 pods',
        '',
      ].join('\n'),
    );
  });

  test('one that nobody here uses', async () => {
    const own = await newNamespace();
    await newPullSecret(own, 'spare');
    const { stdout } = await regsecretIn(own, ['inspect', 'spare']);
    expect(stdout).toContain(`used by: no pod, workload or service account in namespace ${own}\n`);
  });

  test('one of the legacy type', async () => {
    const { stdout } = await regsecretIn(namespace, ['inspect', 'legacy']);
    expect(stdout).toContain('kubernetes.io/dockercfg');
    expect(stdout).toContain('used by: cronjob/nightly');
  });

  test.each([
    [
      'regcrd',
      /^error: secret \S+\/regcrd does not exist; did you mean regcred\?\nhint: regsecret inspect regcred -n \S+\n$/,
    ],
    [
      'elsewhere',
      /^error: secret \S+\/elsewhere does not exist; it exists in namespace test-\w+\nhint: regsecret inspect elsewhere -n test-\w+\n$/,
    ],
    [
      'zzzzzzzzz',
      /^error: secret \S+\/zzzzzzzzz does not exist; the pull secrets there are broken, regcred, legacy\nhint: regsecret list -n \S+\n$/,
    ],
  ])('%s, which is not there', async (name, message) => {
    const { code, stderr } = await regsecretIn(namespace, ['inspect', name]);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  test.each(['inspect', 'verify'])('%s without a name: what is here, and not what others have', async (verb) => {
    const [own, other] = [await newNamespace(), await newNamespace()];
    await newPullSecret(other, 'regsecret');
    await newPullSecret(own, 'team');
    expect((await regsecretIn(own, [verb])).stderr).toBe(
      `error: secret ${own}/regsecret does not exist; the pull secrets there are team\nhint: regsecret ${verb} team -n ${own}\n`,
    );
  });

  test('two of which one is not there', async () => {
    const { code, stdout, stderr } = await regsecretIn(namespace, ['inspect', 'legacy', 'nothing-like-it', 'regcred']);
    expect([code, stderr.split('\n')[0]]).toEqual([
      1,
      `error: secret ${namespace}/nothing-like-it does not exist; the pull secrets there are broken, regcred, legacy`,
    ]);
    expect(stdout.match(/^secret \S+/gm)).toEqual([`secret ${namespace}/legacy,`, `secret ${namespace}/regcred,`]);
  });

  test.each([
    [['list', '-n', 'defualt'], 'regsecret list -n default'],
    [['inspect', '-n', 'defualt', 'pull', '-o', 'json'], 'regsecret inspect pull -n default -o json'],
    [['doctor', '-n', 'defualt', '--offline'], 'regsecret doctor -n default --offline'],
  ])('%j: a namespace of nearly that name is in the whole command', async ([command = '', ...args], hint) => {
    const ran = await regsecretIn('defualt', [command, ...args]);
    const error = 'error: namespace defualt does not exist; did you mean default?';
    expect([ran.code, ran.stderr]).toEqual([1, `${error}\nhint: ${hint}\n`]);
  });

  test('in a namespace that is not there', async () => {
    for (const command of ['inspect', 'list']) {
      const { code, stderr } = await regsecretIn('no-such-namespace', [command]);
      expect([code, stderr]).toEqual([
        1,
        'error: namespace no-such-namespace does not exist\nhint: kubectl get namespaces\n',
      ]);
    }
  });
});
