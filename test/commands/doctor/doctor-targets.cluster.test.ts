/** `why` for every kind of target, with the real API server and real registries, without a node. */
import { load } from 'js-yaml';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  api,
  newNamespace,
  pushTestImage,
  type RegistryInfo,
  type RegistryUser,
  sharedRegistries,
  startRegistry,
  waitFor,
} from '../../environment/use.ts';
import {
  freshName,
  type Kind,
  named,
  newAccount,
  newPullSecret,
  newSecret,
  newWorkload,
  pathOf,
  regsecretIn,
} from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import { userWith } from '../../support/user.ts';

const { basic, publicImage } = sharedRegistries();
const ada: RegistryUser = { username: 'ada', password: CANARY, repositories: ['*'] };
const wrong = { username: 'janedoe', password: 'wrong' };

let namespace = '';
let own: RegistryInfo;
/** An image in a registry whose password is the canary. */
let ownImage = '';
beforeAll(async () => {
  [namespace, own] = await Promise.all([
    newNamespace({ serviceAccount: true }),
    startRegistry({ auth: 'basic', users: [ada] }),
  ]);
  ownImage = `${own.host}/team/app:v1`;
  await Promise.all([
    pushTestImage(ownImage, ada),
    newPullSecret(namespace, 'good', own.host, ada),
    newPullSecret(namespace, 'rejected', basic.host, wrong),
    newPullSecret(namespace, 'foreign', 'r.example'),
    newAccount(namespace, { imagePullSecrets: named('good') }, 'builder'),
    newAccount(namespace, { imagePullSecrets: named('rejected', 'gone') }, 'breaker'),
  ]);
});

interface Report {
  readonly healthy: boolean | null;
  readonly asked: boolean;
  readonly pullers: readonly {
    readonly object: { readonly kind: string; readonly name: string };
    readonly count: number;
    readonly list: { readonly names: string[]; readonly from: string };
    readonly images: readonly {
      readonly image: string;
      readonly state: string;
      readonly outcome: string;
      readonly cause?: { readonly code: string; readonly fix: { readonly command: string } };
    }[];
  }[];
  readonly secrets?: readonly {
    readonly name: string;
    readonly state: string;
    readonly entries?: readonly { readonly server: string; readonly verdict?: { readonly kind: string } }[];
    readonly usedBy?: { readonly serviceAccounts: string[]; readonly workloads: string[]; readonly pods: number };
  }[];
  readonly findings: readonly {
    readonly code: string;
    readonly severity: string;
    readonly object: object;
    readonly message: string;
    readonly affects?: { readonly pods: number; readonly examples: string[] };
    readonly fix: { readonly command: string };
  }[];
  readonly unchecked: readonly string[];
  readonly unjudged: readonly string[];
}

async function why(args: readonly string[], code = 0, options: { kubeconfig?: string } = {}): Promise<Report> {
  const ran = await regsecretIn(namespace, ['why', ...args, '-o', 'json'], options);
  if (ran.stdout === '') throw new Error(ran.stderr);
  expect(ran.code, ran.stdout).toBe(code);
  return JSON.parse(ran.stdout);
}

const codes = ({ findings }: Report): string[] => findings.map(({ code, severity }) => `${severity} ${code}`);
const prospects = ({ pullers }: Report): string[] =>
  pullers.flatMap(({ object, images }) =>
    images.map(({ outcome, cause }) => `${object.kind} ${outcome}${cause === undefined ? '' : `: ${cause.code}`}`),
  );

/** Writes a pod status as the kubelet would, as administrator. */
async function says(pod: string, statuses: readonly object[], phase = 'Pending'): Promise<void> {
  const patch = { status: { phase, containerStatuses: statuses } };
  const headers = { 'content-type': 'application/merge-patch+json' };
  const { status, body } = await api('PATCH', `${pathOf('Pod', namespace, pod)}/status`, patch, headers);
  if (status !== 200) throw new Error(JSON.stringify(body));
}

const waiting = (image: string) => ({
  name: 'app',
  image,
  imageID: '',
  ready: false,
  restartCount: 0,
  state: {
    waiting: {
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "${image}": ErrImagePull: failed to authorize: no basic auth credentials`,
    },
  },
});

const running = (image: string) => ({
  name: 'app',
  image,
  imageID: `${image}@sha256:${'0'.repeat(64)}`,
  ready: true,
  restartCount: 0,
  state: { running: { startedAt: new Date().toISOString() } },
});

async function podsOf(app: string, count: number): Promise<string[]> {
  const path = `${pathOf('Pod', namespace)}?labelSelector=app%3D${app}`;
  const found = await waitFor(
    async () => {
      const { items } = (await api('GET', path)).body;
      return items.length >= count ? items : undefined;
    },
    { what: `the pods of ${app}` },
  );
  return found.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
}

describe.concurrent('a workload', () => {
  const kinds: readonly (readonly [string, Kind])[] = [
    ['deploy', 'Deployment'],
    ['sts', 'StatefulSet'],
    ['ds', 'DaemonSet'],
    ['rs', 'ReplicaSet'],
    ['rc', 'ReplicationController'],
    ['job', 'Job'],
    ['cj', 'CronJob'],
    ['podtemplate', 'PodTemplate'],
  ];

  test.each(kinds)('%s/x whose template has no pull secret, and a private image', async (word, kind) => {
    const name = await newWorkload(kind, namespace, { image: ownImage });
    const report = await why([`${word}/${name}`], 1);
    expect(prospects(report)).toContain(`${kind} will not pull: no-pull-secret`);
    expect(report.findings.map(({ code, object }) => [code, object])).toEqual([
      ['no-pull-secret', { kind, namespace, name }],
    ]);
    const isJob = kind === 'Job';
    const [{ fix } = { fix: { command: '' } }] = report.findings;
    expect(fix.command).toContain(
      isJob ? `--serviceaccount default` : `regsecret attach good -n ${namespace} --to ${kind.toLowerCase()}/${name}`,
    );
  });

  test('that pulls with its own list', async () => {
    const name = await newWorkload('Deployment', namespace, { image: ownImage, list: named('good') });
    const report = await why([`deploy/${name}`]);
    expect(report.pullers[0]).toMatchObject({ object: { kind: 'Deployment' }, list: { names: ['good'], from: 'own' } });
    expect(prospects(report)[0]).toBe('Deployment will pull');
  });

  test('that pulls with the list of its service account', async () => {
    const name = await newWorkload('CronJob', namespace, { image: ownImage, account: 'builder' });
    expect((await why([`cj/${name}`])).pullers[0]).toMatchObject({ list: { names: ['good'], from: 'account' } });
  });

  test('of which one pod of three fails: that one first, and one finding for all', async () => {
    const name = await newWorkload('Deployment', namespace, { image: ownImage, fields: { replicas: 3 } });
    const pods = await podsOf(name, 3);
    await says(pods[1] ?? '', [waiting(ownImage)]);
    const report = await why([`deploy/${name}`], 1);
    expect(report.pullers.map(({ object: { kind, name: one } }) => [kind, one])).toEqual([
      ['Pod', pods[1]],
      ['Deployment', name],
    ]);
    expect(codes(report)).toEqual(['error no-pull-secret']);
  });

  test('whose pods run: what becomes of one of them, too', async () => {
    const name = await newWorkload('Deployment', namespace, {
      image: ownImage,
      list: named('good'),
      fields: { replicas: 2 },
    });
    const pods = await podsOf(name, 2);
    for (const pod of pods) await says(pod, [running(ownImage)], 'Running');
    const { pullers } = await why([`deploy/${name}`]);
    expect(pullers.map(({ object, count, list, images }) => [object.kind, count, list.names, images])).toMatchObject([
      ['Deployment', 1, ['good'], [{ image: ownImage, state: 'not used', outcome: 'will pull' }]],
      ['Pod', 2, ['good'], [{ image: ownImage, state: 'there', outcome: 'will pull' }]],
    ]);
  });

  test('that does not exist, nearly', async () => {
    const name = await newWorkload('Deployment', namespace, { name: freshName('nearly') });
    const { code, stderr } = await regsecretIn(namespace, ['why', `deploy/${name}s`]);
    expect([code, stderr]).toEqual([
      1,
      `error: deployment ${namespace}/${name}s does not exist; did you mean ${name}?\nhint: regsecret why deployment/${name} -n ${namespace}\n`,
    ]);
  });
});

test('asked as somebody else: a command that changes something may need another', async () => {
  const as = ['--as', 'ci', '--as-group', 'system:masters'];
  const hint = 'hint: leave --as out of a command that ci has no permission for\n';
  const ask = (...target: string[]) => regsecretIn(namespace, ['why', ...target, ...as]);
  expect((await ask('sa/breaker')).stderr).toContain(hint);
  expect((await ask('sa/builder')).stderr).not.toContain('hint: leave');
});

describe.concurrent('a service account', () => {
  test('its list, its Secrets, and what their registries say', async () => {
    const report = await why(['sa/builder']);
    expect(report.pullers).toMatchObject([{ list: { names: ['good'], from: 'account' }, images: [] }]);
    expect(report.secrets).toMatchObject([
      { name: 'good', entries: [{ server: own.host, verdict: { kind: 'accepted' } }] },
    ]);
    expect(report.findings).toEqual([]);
  });

  test('with a login that is rejected, and a Secret that is gone', async () => {
    const report = await why(['sa/breaker'], 1);
    expect(codes(report)).toEqual(['error missing-secret', 'error credential-rejected']);
  });

  test('without asking', async () => {
    const report = await why(['sa/breaker', '--offline'], 1);
    expect([report.asked, codes(report)]).toEqual([false, ['error missing-secret']]);
  });

  test('with an image', async () => {
    const good = await why(['sa/builder', '--image', ownImage]);
    expect(prospects(good)).toEqual(['ServiceAccount will pull']);
    const bad = await why(['sa/default', '--image', ownImage], 1);
    expect(prospects(bad)).toEqual(['ServiceAccount will not pull: no-pull-secret']);
    expect(bad.findings[0]?.fix.command).toBe(`regsecret attach good -n ${namespace} --serviceaccount default`);
  });

  test('with a name twice and an entry without one', async () => {
    const { metadata } = await newAccount(namespace, { imagePullSecrets: [{ name: 'good' }, {}, { name: 'good' }] });
    const report = await why([`sa/${metadata.name}`, '--offline', '--strict'], 1);
    // The API server drops duplicate names.
    expect(codes(report)).toContain('warning empty-name');
  });

  test('that does not exist', async () => {
    const { code, stderr } = await regsecretIn(namespace, ['why', 'sa/bilder']);
    expect([code, stderr]).toEqual([
      1,
      `error: serviceaccount ${namespace}/bilder does not exist; did you mean builder?\nhint: regsecret why serviceaccount/builder -n ${namespace}\n`,
    ]);
  });
});

describe.concurrent('an image that is not deployed yet', () => {
  test('which everybody may pull', async () => {
    expect(prospects(await why(['--image', publicImage]))).toEqual(['ServiceAccount will pull']);
  });

  test('which the service account opens', async () => {
    expect(prospects(await why(['--image', ownImage, '--serviceaccount', 'builder']))).toEqual([
      'ServiceAccount will pull',
    ]);
  });

  test('with a Secret that opens it, and with one that does not', async () => {
    expect(prospects(await why(['--image', ownImage, '--secret', 'good']))).toEqual(['ServiceAccount will pull']);
    expect(prospects(await why(['--image', ownImage, '--secret', 'foreign', '--secret', 'good']))).toEqual([
      'ServiceAccount will pull',
    ]);
    expect(prospects(await why(['--image', ownImage, '--secret', 'foreign'], 1))).toEqual([
      'ServiceAccount will not pull: no-entry',
    ]);
  });

  test('with a Secret that does not open it, where that of the service account does', async () => {
    const slip = await regsecretIn(namespace, ['why', ownImage, '--secret', 'goodd', '--offline']);
    expect(slip).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: secret ${namespace}/goodd does not exist; did you mean good?\nhint: regsecret why -n ${namespace} ${ownImage} --secret good --offline\n`,
    });
    const report = await why(['--image', ownImage, '--sa', 'builder', '--secret', 'foreign'], 1);
    expect(prospects(report)).toEqual(['ServiceAccount will not pull: no-entry']);
    expect(report.findings[0]).toMatchObject({
      object: { kind: 'Secret', name: 'foreign' },
      fix: { command: `regsecret create foreign -n ${namespace} --server ${own.host} --username ada --password-stdin` },
    });
  });

  test('several of them, one not there', async () => {
    const report = await why(['--image', ownImage, '--image', `${own.host}/team/none:v1`, '--sa', 'builder'], 1);
    expect(prospects(report)).toEqual(['ServiceAccount will pull', 'ServiceAccount will not pull: image-not-found']);
  });

  test('which a Deployment is to get: with its list, and not with that of most pods', async () => {
    const name = await newWorkload('Deployment', namespace, { image: publicImage, list: named('good') });
    const report = await why([`deploy/${name}`, '--image', ownImage]);
    expect(prospects(report)).toEqual(['Deployment will pull']);
    expect(report.pullers.map(({ images }) => images)).toMatchObject([[{ image: ownImage, state: 'not used' }]]);
    expect(prospects(await why([name, '--image', ownImage]))).toEqual(['Deployment will pull']);
    const { stderr } = await regsecretIn(namespace, ['why', `pod/${name}`, '--image', ownImage]);
    expect(stderr).toBe(
      `error: pod ${namespace}/${name} does not exist, but deployment/${name} does\nhint: regsecret why deployment/${name} -n ${namespace} --image ${ownImage}\n`,
    );
  });

  test.each([
    ['app:v1', 'accepts the login'],
    ['none:v1', 'has no repository team/none'],
  ])('which no list opens, but a Secret of the namespace: what comes of it with that: %s', async (path, answer) => {
    const image = `${own.host}/team/${path}`;
    const { stdout } = await regsecretIn(namespace, ['why', image]);
    expect(stdout).toContain(
      `\n  login: none\n  with secret good: ada, for ${own.host}: the registry ${answer}\n  cause: `,
    );
    const asked = await regsecretIn(namespace, ['why', '--image', image, '--secret', 'good']);
    expect(asked.stdout).toMatch(/^a new pod with secret good can/);
    expect(asked.stdout).toContain(`login: ada in secret good, for ${own.host}: the registry ${answer}`);
  });

  test('which a Deployment is to get, and which does not exist: there is nothing to change', async () => {
    const name = await newWorkload('Deployment', namespace, { image: publicImage, list: named('good') });
    const { findings } = await why([`deploy/${name}`, '--image', `${own.host}/team/none:v1`], 1);
    expect(findings.map(({ fix }) => fix.command)).toEqual([undefined]);
    const { stdout } = await regsecretIn(namespace, ['why', `deploy/${name}`, '--image', `${own.host}/team/none:v1`]);
    expect(stdout).toMatch(/ has no such repository, .* \[image-not-found\]\na node /);
  });

  test('which is no image', async () => {
    const report = await why(['--image', 'ghcr.io/UPPER', '--offline'], 1);
    expect(codes(report)).toEqual(['error invalid-image']);
  });
});

describe.concurrent('a Secret', () => {
  test('accepted, and who uses it', async () => {
    const report = await why(['secret/good']);
    expect(report.secrets).toMatchObject([
      { name: 'good', state: 'there', entries: [{ verdict: { kind: 'accepted' } }] },
    ]);
    expect(report.secrets?.[0]?.usedBy?.serviceAccounts).toContain('builder');
  });

  test('rejected', async () => {
    const report = await why(['secret/rejected'], 1);
    expect(codes(report)).toEqual(['error credential-rejected']);
    expect(report.findings[0]?.affects).toMatchObject({ pods: 0, examples: ['serviceaccount/breaker'] });
  });

  test('that is gone and still referred to', async () => {
    const report = await why(['secret/gone'], 1);
    expect(codes(report)).toEqual(['error missing-secret']);
    expect(report.findings[0]?.message).toBe(`secret ${namespace}/gone does not exist; used by serviceaccount/breaker`);
  });

  test('that nobody uses', async () => {
    const report = await why(['secret/foreign', '--offline']);
    expect(codes(report)).toEqual(['warning unused-secret']);
    await why(['secret/foreign', '--offline', '--strict'], 1);
  });

  test('of another type', async () => {
    const name = freshName();
    await newSecret(namespace, name, 'Opaque', { password: CANARY });
    expect(codes(await why([`secret/${name}`, '--offline'], 1))).toContain('error wrong-type');
  });
});

test('several at a time, one misspelt: programs see that it was not looked at, and the hint is the whole line', async () => {
  const name = await newWorkload('Deployment', namespace, { name: freshName('slip'), image: publicImage });
  const ask = (format: string) =>
    regsecretIn(namespace, ['doctor', 'secret/good', `deploy/${name}s`, '--offline', '-o', format]);
  const { code, stdout, stderr } = await ask('json');
  const message = `deployment ${namespace}/${name}s does not exist; did you mean ${name}?`;
  const hint = `regsecret doctor secret/good deployment/${name} -n ${namespace} --offline -o json`;
  expect(code).toBe(1);
  expect(stderr).toContain(`error: ${message}\nhint: ${hint}\n`);
  expect(JSON.parse(stdout)).toMatchObject({ healthy: null, findings: [], errors: [{ message, hint }] });
  expect((await ask('github')).stdout).toBe(`::error::${message}\n`);
  expect(JSON.parse((await ask('sarif')).stdout).runs[0].invocations).toEqual([
    {
      executionSuccessful: false,
      toolExecutionNotifications: [{ level: 'error', message: { text: message } }],
    },
  ]);
  const alone = await regsecretIn(namespace, ['why', `deploy/${name}s`, '--offline', '-o', 'json']);
  expect(alone).toEqual({
    code: 1,
    stdout: '',
    stderr: `error: ${message}\nhint: regsecret why deployment/${name} -n ${namespace} --offline -o json\n`,
  });
});

test('several at a time, for people', async () => {
  const { code, stdout, stderr } = await regsecretIn(namespace, ['why', 'sa/builder', 'secret/rejected']);
  const steps = `regsecret why -n ${namespace} sa/builder secret/rejected -v`;
  expect([code, stderr]).toEqual([1, `hint: ${steps}\n`]);
  expect(stdout.replace(/ at \S+Z/g, '').replace(/(good \(dockerconfigjson\)), used by .*/, '$1')).toBe(
    [
      'a new pod with serviceaccount/builder pulls with good',
      'secret/good (dockerconfigjson)',
      `  ${own.host} (ada): its registry accepts the login`,
      'secret/rejected (dockerconfigjson), used by serviceaccount/breaker',
      `  ${basic.host} (janedoe): its registry rejects the login (HTTP 401)`,
      `error: ${basic.host} rejects the login of janedoe in secret ${namespace}/rejected (HTTP 401, checked from here) [credential-rejected]`,
      '  used by serviceaccount/breaker',
      `hint: regsecret create rejected -n ${namespace} --server ${basic.host} --username janedoe --password-stdin`,
      '',
    ].join('\n'),
  );
});

describe.concurrent('least rights', () => {
  const get = (...resources: string[]) => [{ apiGroups: ['', 'apps'], resources, verbs: ['get'] }];

  test('a Deployment, and nothing else', async () => {
    const name = await newWorkload('Deployment', namespace, { image: ownImage, list: named('good') });
    const kubeconfig = await userWith(namespace, get('deployments'));
    const report = await why([`deploy/${name}`], 3, { kubeconfig });
    expect(prospects(report)).toEqual(['Deployment cannot know']);
    expect(report.unchecked).toEqual(['get secrets', 'get serviceaccounts', 'list replicasets', 'list secrets']);
  });

  test('a service account whose Secrets may not be read', async () => {
    const kubeconfig = await userWith(namespace, get('serviceaccounts'));
    const report = await why(['sa/builder'], 3, { kubeconfig });
    expect(report.secrets).toEqual([{ namespace, name: 'good', state: 'not readable' }]);
    expect([report.healthy, report.unjudged]).toEqual([null, [`secret ${namespace}/good`]]);
    expect(report.unchecked).toEqual(['get secrets', 'list secrets']);
  });

  test('nothing at all', async () => {
    const kubeconfig = await userWith(namespace, []);
    const { code, stderr } = await regsecretIn(namespace, ['why', 'deploy/web'], { kubeconfig });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: no permission to get deployment \S+\/web\nhint: an administrator can run: regsecret rbac --for /,
    );
  });
});

test('--cluster chooses in the kubeconfig, and registries of this machine are asked as without it', async () => {
  const { code, stdout, stderr } = await regsecretIn(namespace, ['why', 'secret/rejected', '--cluster', 'test']);
  expect([code, stdout + stderr]).toEqual([1, expect.stringContaining(`${basic.host} rejects the login of janedoe`)]);
});

test('a workload without pods whose registry is not asked: nobody knows, as of its namespace', async () => {
  const empty = await newNamespace({ serviceAccount: true });
  const name = await newWorkload('Deployment', empty, { image: publicImage, fields: { replicas: 0 } });
  for (const target of [[`deploy/${name}`], []]) {
    const { code, stderr } = await regsecretIn(empty, ['doctor', ...target, '--offline']);
    expect([code, stderr]).toEqual([3, expect.stringContaining('1 workload whose images no pod has pulled yet')]);
  }
});

test('what makes no sense together', async () => {
  const wrongs: readonly (readonly [string[], string])[] = [
    [['--serviceaccount', 'ci'], '--serviceaccount and --secret need --image'],
    [['--secret', 'good'], '--serviceaccount and --secret need --image'],
  ];
  for (const [args, message] of wrongs) {
    const { code, stderr } = await regsecretIn(namespace, ['why', ...args]);
    expect([code, stderr.split('\n')[0]]).toEqual([2, `error: ${message}`]);
  }
});

describe.concurrent('for programs', () => {
  test('members that stay', async () => {
    const report = await why(['secret/rejected', 'sa/builder'], 1);
    expect(Object.keys(report)).toEqual([
      ...['healthy', 'asked', 'pullers', 'secrets', 'findings', 'unchecked', 'unjudged', 'unseen'],
    ]);
    expect(Object.keys(report.pullers[0] ?? {})).toEqual([
      'object',
      'count',
      'serviceAccount',
      'list',
      'secrets',
      'images',
      'events',
    ]);
    expect(report.findings[0]).toEqual({
      code: 'credential-rejected',
      severity: 'error',
      object: { kind: 'Secret', namespace, name: 'rejected' },
      arguments: {
        server: basic.host,
        username: 'janedoe',
        status: 401,
        said: { by: 'registry', at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) },
      },
      message: expect.stringContaining(`${basic.host} rejects the login of janedoe`),
      fix: {
        command: `regsecret create rejected -n ${namespace} --server ${basic.host} --username janedoe --password-stdin`,
        argv: [
          [
            'regsecret',
            'create',
            'rejected',
            '-n',
            namespace,
            '--server',
            basic.host,
            '--username',
            'janedoe',
            '--password-stdin',
          ],
        ],
        sufficient: true,
      },
      affects: { pods: 0, examples: ['serviceaccount/breaker'], others: 0 },
    });
  });

  test('YAML holds the same', async () => {
    const args = ['why', 'sa/builder', '--offline', '-o'];
    const [json, yaml] = await Promise.all(['json', 'yaml'].map((format) => regsecretIn(namespace, [...args, format])));
    expect(load(yaml?.stdout ?? '')).toEqual(JSON.parse(json?.stdout ?? ''));
  });
});

test('one of several that does not exist is said, and the others are answered', async () => {
  const { code, stdout, stderr } = await regsecretIn(namespace, ['why', 'sa/builder', 'pod/not-there', '--offline']);
  expect([code, stderr.split('\n')[0]]).toEqual([1, `error: pod ${namespace}/not-there does not exist`]);
  expect(stdout).toContain('serviceaccount/builder');
  const none = await regsecretIn(namespace, ['why', 'not-there', 'nor-this', '--offline']);
  expect(none).toMatchObject({ code: 1, stdout: '' });
  expect(none.stderr.match(/^error: pod \S+ does not exist$/gm)).toHaveLength(2);
});

test('a Secret that is missing, and that others have: why and doctor say where, and do not propose their login', async () => {
  const others = (await Promise.all([newNamespace(), newNamespace()])).toSorted();
  const [own, name] = [await newNamespace({ serviceAccount: true }), freshName('shared')];
  await Promise.all(others.map((other) => newPullSecret(other, name)));
  const pod = await newWorkload('Pod', own, { image: ownImage, list: named(name) });
  for (const args of [['why', `pod/${pod}`], ['doctor']]) {
    const { stdout } = await regsecretIn(own, args);
    expect(stdout, args.join(' ')).toContain(`it exists in namespaces ${others.join(', ')}, but a pod`);
    expect(stdout).not.toContain(`-n ${others[0]} `);
    expect(stdout).toContain(`regsecret create ${name} -n ${own} --server `);
  }
});
