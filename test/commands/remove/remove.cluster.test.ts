/** `remove` against the real API server. */
import { describe, expect, test } from 'vitest';
import { api, newNamespace } from '../../environment/use.ts';
import { created, freshName, named, newWorkload, regsecretIn } from '../../support/attach-world.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const LOGIN = { auth: base64('jane:x') };
const freshHost = (): string => `${freshName('r')}.example.com`;

interface Put {
  readonly name?: string;
  readonly metadata?: object;
  readonly rest?: object;
}

/** Creates a Secret with `text` as its payload. */
async function put(
  namespace: string,
  text: string,
  { name = 'pull', metadata = {}, rest = {} }: Put = {},
): Promise<void> {
  await created(`/api/v1/namespaces/${namespace}/secrets`, {
    metadata: { name, ...metadata },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64(text) },
    ...rest,
  });
}

async function payload(namespace: string, name = 'pull'): Promise<string> {
  const { body } = await api('GET', `/api/v1/namespaces/${namespace}/secrets/${name}`);
  return Buffer.from(body.data['.dockerconfigjson'], 'base64').toString();
}

async function version(namespace: string): Promise<string> {
  return (await api('GET', `/api/v1/namespaces/${namespace}/secrets/pull`)).body.metadata.resourceVersion;
}

/** The last line of the output without -A. */
const looked = (namespace: string): string => `checked: secret ${namespace}/pull and its copies (-A: all namespaces)\n`;

const both = (host: string): string => JSON.stringify({ auths: { [host]: LOGIN, 'quay.io': LOGIN } });

test('an entry goes under whatever name it has, everything else stays byte for byte, and a second run writes nothing', async () => {
  const [namespace, host] = [await newNamespace(), freshHost()];
  await put(
    namespace,
    `{ "auths": {"quay.io":{"auth":"${LOGIN.auth}", "x":[1 ,2]},\n "https://${host}/v2/": {"auth":"eDp5"}},"more":{} }\n`,
  );
  const args = ['remove', 'pull', '--server', host];
  const plan = await regsecretIn(namespace, [...args, '--dry-run=server']);
  const ran = await regsecretIn(namespace, args);
  expect([ran.code, ran.stdout, ran.stderr]).toEqual([
    0,
    `secret/pull configured in ${namespace}\n`,
    `  https://${host}/v2/  removed\n${looked(namespace)}`,
  ]);
  expect(plan.stdout).toBe(`secret/pull configured in ${namespace} (server dry run)\n`);
  expect(await payload(namespace)).toBe(`{ "auths": {"quay.io":{"auth":"${LOGIN.auth}", "x":[1 ,2]}},"more":{} }\n`);
  const before = await version(namespace);
  const again = await regsecretIn(namespace, args);
  expect([again.code, again.stdout, again.stderr]).toEqual([
    0,
    '',
    `secret ${namespace}/pull has no entry ${host}; it has quay.io\n`,
  ]);
  expect(await version(namespace)).toBe(before);
});

test('what kubectl apply has left of the login in an annotation is named', async () => {
  const [namespace, host] = [await newNamespace(), freshHost()];
  const text = JSON.stringify({ auths: { [host]: { auth: base64('jane:old') }, 'quay.io': LOGIN } });
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration';
  const applied = JSON.stringify({ data: { '.dockerconfigjson': base64(text) } });
  await put(namespace, text, { metadata: { annotations: { [annotation]: applied } } });
  for (const [flags, removed, verb] of [
    [['--dry-run=client'], 'would be removed', 'would still have'],
    [[], 'removed', 'still has'],
  ] as const) {
    const { code, stderr } = await regsecretIn(namespace, ['remove', 'pull', '--server', host, ...flags]);
    expect([code, stderr]).toEqual([
      0,
      `  ${host}  ${removed}\nwarning: secret ${namespace}/pull ${verb} a login in the annotation ${annotation} that its data no longer holds\n` +
        `hint: kubectl annotate secret pull -n ${namespace} ${annotation}-\n${looked(namespace)}`,
    ]);
  }
});

test('a dry run stays one in the hint', async () => {
  const [namespace, host] = [await newNamespace(), freshHost()];
  await put(namespace, both(host));
  const flags = ['--owned', '--dry-run=client'];
  const wrongEntry = await regsecretIn(namespace, ['remove', 'pull', '--server', host.replace('.', '-.'), ...flags]);
  const wrongName = await regsecretIn(namespace, ['remove', 'pulll', '--server', host, ...flags]);
  const hint = (named: string) => `hint: regsecret remove ${named} --server ${host} ${flags.join(' ')}`;
  expect([wrongEntry.code, wrongEntry.stderr.split('\n')[1]]).toEqual([1, hint(`-n ${namespace} pull`)]);
  expect([wrongName.code, wrongName.stderr.split('\n')[1]]).toEqual([1, hint(`pull -n ${namespace}`)]);
});

test.each<
  [
    what: string,
    name: string,
    server: (host: string) => string,
    code: number,
    says: (host: string, namespace: string) => string,
  ]
>([
  [
    'an entry of nearly that name',
    'pull',
    (host) => host.replace('.', '-.'),
    1,
    (host, namespace) =>
      `error: secret ${namespace}/pull has no entry ${host.replace('.', '-.')}; did you mean ${host}?\nhint: regsecret remove -n ${namespace} pull --server ${host}\n`,
  ],
  [
    'an entry with another port, which is another registry: nothing is proposed that would take out its login',
    'pull',
    (host) => `${host}:5000`,
    0,
    (host, namespace) => `secret ${namespace}/pull has no entry ${host}:5000; it has ${host}, quay.io\n`,
  ],
  [
    'two entries in one flag',
    'pull',
    (host) => `${host},quay.io`,
    2,
    (host, namespace) =>
      `error: --server takes one registry, so repeat it for each\nhint: regsecret remove -n ${namespace} pull --server ${host} --server quay.io\n`,
  ],
  [
    'a Secret of nearly that name: the hint is a whole command',
    'pulll',
    (host) => host,
    1,
    (host, namespace) =>
      `error: secret ${namespace}/pulll does not exist; did you mean pull?\nhint: regsecret remove pull -n ${namespace} --server ${host}\n`,
  ],
])('%s', async (_, name, server, code, says) => {
  const [namespace, host] = [await newNamespace(), freshHost()];
  await put(namespace, both(host));
  const ran = await regsecretIn(namespace, ['remove', name, '--server', server(host)]);
  expect([ran.code, ran.stdout, ran.stderr]).toEqual([code, '', says(host, namespace)]);
});

test('a host without its port is not the entry, which is proposed', async () => {
  const [namespace, host] = [await newNamespace(), freshHost()];
  await put(namespace, both(`${host}:5000`));
  const { code, stderr } = await regsecretIn(namespace, ['remove', 'pull', '--server', host]);
  expect([code, stderr]).toEqual([
    1,
    `error: secret ${namespace}/pull has no entry ${host}; did you mean ${host}:5000?\n` +
      `hint: regsecret remove -n ${namespace} pull --server ${host}:5000\n`,
  ]);
});

describe('Docker Hub', () => {
  const hub = 'https://index.docker.io/v1/';
  const twice = { 'docker.io': LOGIN, [hub]: LOGIN, 'quay.io': LOGIN };
  test.each<[situation: string, auths: object, typed: string, left: string[]]>([
    ['by the name that create takes', { [hub]: LOGIN, 'quay.io': LOGIN }, 'docker.io', ['quay.io']],
    ['as inspect shows it', { [hub]: LOGIN, 'quay.io': LOGIN }, 'Docker Hub', ['quay.io']],
    ['under two names at once', twice, 'docker.io', ['quay.io']],
    ["only the entry that hides Hub's own, which a second run leaves", twice, 'https://docker.io', [hub, 'quay.io']],
    ["only Hub's own", twice, hub, ['docker.io', 'quay.io']],
  ])('%s', async (_, auths, typed, left) => {
    const namespace = await newNamespace();
    await put(namespace, JSON.stringify({ auths }));
    const args = ['remove', 'pull', '--server', typed];
    expect((await regsecretIn(namespace, args)).code).toBe(0);
    expect((await regsecretIn(namespace, args)).code).toBe(0);
    expect(Object.keys(JSON.parse(await payload(namespace)).auths)).toEqual(left);
  });

  test('what is proposed takes out no more than what was typed, or was meant', async () => {
    const namespace = await newNamespace();
    await put(namespace, JSON.stringify({ auths: twice }));
    const hintFor = async (...args: string[]) =>
      (await regsecretIn(namespace, ['remove', ...args])).stderr.trimEnd().split('\n').at(-1);
    const only = `hint: regsecret remove -n ${namespace} pull --server https://docker.io`;
    expect(await hintFor('pull', '--server', 'dokcer.io')).toBe(only);
    expect(await hintFor('pulll', '--server', 'https://docker.io')).toBe(
      `hint: regsecret remove pull -n ${namespace} --server https://docker.io`,
    );
  });

  test('a name of it that no image has is not the entry, which is proposed', async () => {
    const namespace = await newNamespace();
    await put(namespace, JSON.stringify({ auths: { [hub]: LOGIN, 'quay.io': LOGIN } }));
    const { code, stderr } = await regsecretIn(namespace, ['remove', 'pull', '--server', 'registry-1.docker.io']);
    expect([code, stderr]).toEqual([
      1,
      `error: secret ${namespace}/pull has no entry registry-1.docker.io; did you mean ${hub}?\n` +
        `hint: regsecret remove -n ${namespace} pull --server index.docker.io/v1/\n`,
    ]);
  });
});

describe('an entry stays', () => {
  const external = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'pull', uid: 'a' };
  const copy = {
    labels: { 'app.kubernetes.io/managed-by': 'regsecret' },
    annotations: { 'regsecret/source': 'platform/pull' },
  };
  test.each<[situation: string, text: (host: string) => string, put: Put, says: string, flag?: string]>([
    [
      'that is the last one',
      (host) => JSON.stringify({ auths: { [host]: LOGIN } }),
      {},
      'because nothing else would be left in it\nhint: regsecret delete pull -n NAMESPACE',
    ],
    ['in an immutable Secret', both, { rest: { immutable: true } }, 'because it is immutable'],
    [
      'in what an external secret makes',
      both,
      { metadata: { ownerReferences: [external] } },
      'because externalsecret.external-secrets.io/pull creates it\n  --owned writes it anyway',
      '--owned',
    ],
    ['in a copy', both, { metadata: copy }, 'because it is a copy of platform/pull', '--owned'],
  ])('%s', async (_, text, body, says, flag) => {
    const [namespace, host] = [await newNamespace(), freshHost()];
    await put(namespace, text(host), body);
    const args = ['remove', 'pull', '--server', host];
    const ran = await regsecretIn(namespace, args);
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toContain(`error: secret ${namespace}/pull keeps ${host}, `);
    expect(ran.stderr).toContain(says.replace('NAMESPACE', namespace));
    expect(await payload(namespace)).toBe(text(host));
    const dry = await regsecretIn(namespace, [...args, '--dry-run=client']);
    expect(dry.stderr).toContain(says.replace(/-n NAMESPACE$/, `-n ${namespace} --dry-run=client`));
    if (flag === undefined) return;
    expect((await regsecretIn(namespace, [...args, flag])).code).toBe(0);
    expect(JSON.parse(await payload(namespace)).auths).toEqual({ 'quay.io': LOGIN });
  });

  test('that an image needs', async () => {
    const [namespace, host] = [await newNamespace({ serviceAccount: true }), freshHost()];
    await put(namespace, both(host));
    const image = `${host}/app:1`;
    await newWorkload('Deployment', namespace, { name: 'web', image, list: named('pull') });
    await newWorkload('StatefulSet', namespace, {
      name: 'asleep',
      image,
      list: named('pull'),
      fields: { replicas: 0 },
    });
    await newWorkload('Deployment', namespace, { name: 'other', image: 'quay.io/app:1', list: named('pull') });
    const args = ['remove', 'pull', '--server', host];
    const ran = await regsecretIn(namespace, args);
    expect([ran.code, ran.stderr]).toEqual([
      1,
      `error: secret ${namespace}/pull keeps ${host}, which is still needed\n  deployment.apps/web has no other login for ${host}/app:1\n  statefulset.apps/asleep (0 replicas) has no other login for ${host}/app:1\nhint: regsecret remove pull -n ${namespace} --server ${host} --yes\n`,
    ]);
    // Another Secret of the list has a login for it.
    await put(namespace, JSON.stringify({ auths: { [host]: LOGIN } }), { name: 'second' });
    const patch = { 'content-type': 'application/merge-patch+json' };
    const spec = { template: { spec: { imagePullSecrets: named('pull', 'second') } } };
    for (const path of ['deployments/web', 'statefulsets/asleep']) {
      await api('PATCH', `/apis/apps/v1/namespaces/${namespace}/${path}`, { spec }, patch);
    }
    expect((await regsecretIn(namespace, args)).code).toBe(0);
  });

  test('that an image needs, with --yes', async () => {
    const [namespace, host] = [await newNamespace({ serviceAccount: true }), freshHost()];
    await put(namespace, both(host));
    await newWorkload('Pod', namespace, { name: 'tool', image: `${host}/app:1`, list: named('pull') });
    const ran = await regsecretIn(namespace, ['remove', 'pull', '--server', host, '--yes']);
    expect([ran.code, JSON.parse(await payload(namespace)).auths]).toEqual([0, { 'quay.io': LOGIN }]);
    expect(ran.stderr).toBe(
      `warning: secret ${namespace}/pull loses ${host}, which is still needed\n  pod/tool has no other login for ${host}/app:1\n  ${host}  removed\n${looked(namespace)}`,
    );
  });
});

test('a source: its copies keep the entry until sync writes them, and are refused', async () => {
  const [home, shop, done, host] = [await newNamespace(), await newNamespace(), await newNamespace(), freshHost()];
  await put(home, both(host));
  expect((await regsecretIn(home, ['sync', 'pull', '--to', `${shop},${done}`])).code).toBe(0);
  expect((await regsecretIn(done, ['remove', 'pull', '--server', host, '--owned'])).code).toBe(0);
  const sync = `regsecret sync pull -n ${home} --to ${shop} --dry-run=client`;
  const args = ['remove', 'pull', '--server', host];
  expect((await regsecretIn(shop, args)).stderr).toContain(`hint: regsecret inspect pull -n ${home}\n`);
  const ran = await regsecretIn(home, args);
  expect([ran.code, ran.stderr]).toEqual([
    0,
    `  ${host}  removed\nwarning: 1 copy of it keeps ${host} until the next sync, in ${shop}\nhint: ${sync}\n${looked(home)}`,
  ]);
  const all = await regsecretIn(home, ['remove', '--server', host, '-A', '--dry-run=client']);
  expect(all.stderr).toContain(
    `${host}, because it is a copy of ${home}/pull\n  --owned writes it anyway\nhint: ${sync}\n`,
  );
});

test('-A takes it out of every Secret, -l out of those of some namespaces, also beside -A', async () => {
  const [team, host] = [freshName('team'), freshHost()];
  const [one, two] = [await newNamespace({ labels: { team } }), await newNamespace()];
  for (const namespace of [one, two]) await put(namespace, both(host));
  await put(two, JSON.stringify({ auths: { [host]: LOGIN } }), { name: 'only' });
  const some = await regsecretIn(one, ['remove', '--server', host, '-A', '-l', `team=${team}`, '-o', 'name']);
  expect([some.code, some.stdout]).toEqual([0, `secret/pull -n ${one}\n`]);
  const none = await regsecretIn(one, ['remove', '--server', host, '-l', `team=${team}x`]);
  expect([none.code, none.stderr]).toEqual([
    1,
    `error: no namespace has the labels team=${team}x, so nothing was checked\nhint: -l chooses namespaces by their labels: kubectl get namespaces --show-labels\n`,
  ]);
  const all = await regsecretIn(one, ['remove', '--server', host, '-A', '-o', 'json']);
  expect(all.code).toBe(1);
  expect(JSON.parse(all.stdout)).toMatchObject({
    results: [{ namespace: two, name: 'pull', removed: [host] }],
    errors: [{ namespace: two, name: 'only' }],
  });
  expect(all.stderr).toContain('2 Secrets: 1 updated, 1 failed\n');
});
