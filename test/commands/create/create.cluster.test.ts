/** `create` against the real API server. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { sameKey } from '../../../src/secret/key.ts';
import { api, clientCertificate, cluster, kubeconfigFor, kubectl, newNamespace } from '../../environment/use.ts';
import { CANARY, holdsCanary } from '../../support/canary.ts';
import { cases } from '../../support/cases.ts';
import { fc } from '../../support/fast-check.ts';
import { here, type RanHere } from '../../support/here.ts';
import { regsecret } from '../../support/program.ts';
import { userWith } from '../../support/user.ts';

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace();
});

interface StoredSecret {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
    readonly managedFields?: readonly { readonly manager: string }[];
  };
  readonly type: string;
  readonly data: Record<string, string>;
  readonly immutable?: boolean;
}

const freshName = (): string => `s-${randomBytes(5).toString('hex')}`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const unbase64 = (text: string | undefined): string => Buffer.from(text ?? '', 'base64').toString();

async function stored(name: string): Promise<StoredSecret> {
  const { status, body } = await api('GET', `/api/v1/namespaces/${namespace}/secrets/${name}`);
  expect(status, `secret ${name}`).toBe(200);
  return body as unknown as StoredSecret;
}

interface NewSecret {
  readonly name: string;
  readonly metadata?: object;
  readonly type: string;
  readonly data: object;
  readonly immutable?: boolean;
}

async function put({ name, metadata, ...body }: NewSecret): Promise<StoredSecret> {
  const whole = { apiVersion: 'v1', kind: 'Secret', ...body, metadata: { ...metadata, name } };
  const answer = await api('POST', `/api/v1/namespaces/${namespace}/secrets`, whole);
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body as unknown as StoredSecret;
}

/** `create` with a login for `server`, the password on stdin. */
function create(
  name: string,
  server: string,
  extra: readonly string[] = [],
  kubeconfig = cluster().kubeconfig,
): Promise<RanHere> {
  const args = [
    'create',
    name,
    '-n',
    namespace,
    '--server',
    server,
    '--username',
    'jane',
    '--password-stdin',
    ...extra,
  ];
  return here(args, { env: { KUBECONFIG: kubeconfig }, stdin: CANARY });
}

const login = { username: 'jane', password: CANARY, auth: base64(`jane:${CANARY}`) };

describe('a Secret that is not there', () => {
  test('is created with the given login', async () => {
    const name = freshName();
    const ran = await create(name, 'ghcr.io');
    expect(ran).toMatchObject({ code: 0, stdout: `secret/${name} created\n` });
    expect(ran.stderr).toContain('ghcr.io  jane  from stdin');
    const secret = await stored(name);
    expect(secret.type).toBe('kubernetes.io/dockerconfigjson');
    expect(JSON.parse(unbase64(secret.data['.dockerconfigjson']))).toEqual({ auths: { 'ghcr.io': login } });
    expect(secret.metadata.annotations).toBeUndefined();
    expect(secret.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['regsecret']);
  });

  test('is created with one login for every server that is named', async () => {
    const name = freshName();
    const ran = await create(name, 'ghcr.io', ['--server', 'quay.io/acme/', '--server', 'https://ghcr.io']);
    expect(ran.stderr).toContain('https://ghcr.io  jane  from stdin');
    const secret = await stored(name);
    const auths = { 'https://ghcr.io': login, 'quay.io/acme/': login };
    expect(JSON.parse(unbase64(secret.data['.dockerconfigjson']))).toEqual({ auths });
  });

  test('is created in the legacy form', async () => {
    const name = freshName();
    await create(name, 'ghcr.io', ['--type', 'dockercfg']);
    const secret = await stored(name);
    expect(secret.type).toBe('kubernetes.io/dockercfg');
    expect(JSON.parse(unbase64(secret.data['.dockercfg']))).toEqual({ 'ghcr.io': login });
  });

  test('is only checked in a server dry run', async () => {
    const name = freshName();
    expect((await create(name, 'ghcr.io', ['--dry-run=server'])).stdout).toBe(
      `secret/${name} created (server dry run)\n`,
    );
    expect((await api('GET', `/api/v1/namespaces/${namespace}/secrets/${name}`)).status).toBe(404);
  });

  test('records when the credential ends', async () => {
    const name = freshName();
    const exp = Math.floor(Date.now() / 1000) + 3600;
    const token = `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.`;
    const ran = await here(
      ['create', name, '-n', namespace, '--server', 'r.io', '--username', 'u', '--password-env', 'TOKEN'],
      {
        env: { KUBECONFIG: cluster().kubeconfig, TOKEN: token },
      },
    );
    const at = new Date(exp * 1000).toISOString().replace('.000Z', 'Z');
    expect(ran.stderr).toContain(`expires at ${at}`);
    const { annotations } = (await stored(name)).metadata;
    expect(annotations).toEqual({ 'regsecret/expires-at': `{"r.io":"${at}"}` });
  });
});

describe('a Secret that is there', () => {
  const endedAt = '2026-01-02T00:00:00Z';
  async function ended(name: string): Promise<void> {
    await create(name, 'ghcr.io');
    const metadata = { annotations: { 'regsecret/expires-at': `{"ghcr.io":"${endedAt}"}` } };
    const headers = { 'content-type': 'application/merge-patch+json' };
    await api('PATCH', `/api/v1/namespaces/${namespace}/secrets/${name}`, { metadata }, headers);
  }

  test('with the same login, which has expired as its annotation says: exit 1, and nothing is written', async () => {
    const name = freshName();
    await ended(name);
    const before = await stored(name);
    const ran = await create(name, 'ghcr.io');
    expect(ran).toMatchObject({ code: 1, stdout: `secret/${name} unchanged\n` });
    expect(ran.stderr).toContain(
      `error: the login for ghcr.io from stdin expired at ${endedAt} (annotation regsecret/expires-at)\n`,
    );
    expect(ran.stderr).toContain('hint: run it again with a new password\n');
    expect((await stored(name)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    expect((await create(name, 'ghcr.io', ['--no-verify'])).code).toBe(0);
  });

  test('keeps its other registries, and a second run changes nothing', async () => {
    const name = freshName();
    await create(name, 'ghcr.io');
    expect((await create(name, 'quay.io')).stdout).toBe(`secret/${name} configured\n`);
    const before = await stored(name);
    expect(Object.keys(JSON.parse(unbase64(before.data['.dockerconfigjson'])).auths)).toEqual(['ghcr.io', 'quay.io']);
    const again = await create(name, 'quay.io');
    expect(again).toMatchObject({ code: 0, stdout: `secret/${name} unchanged\n` });
    expect((await stored(name)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });

  test('with the login of this machine, which is the one it has: how that is renewed', async () => {
    const name = freshName();
    const folder = mkdtempSync(join(tmpdir(), 'docker-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(
      join(folder, 'config.json'),
      JSON.stringify({ auths: { 'r.io': { auth: base64(`jane:${CANARY}`) } } }),
    );
    const env = { KUBECONFIG: cluster().kubeconfig, DOCKER_CONFIG: folder };
    const again = () => here(['create', name, '-n', namespace, '--server', 'r.io'], { env });
    const hint = 'hint: if r.io rejects this login, renew it: docker login r.io\n';
    expect((await again()).stderr).not.toContain(hint);
    expect((await again()).stderr).toContain(hint);
  });

  test('says whose login another one takes the place of, and that one without a server is for Docker Hub', async () => {
    const name = freshName();
    await create(name, 'ghcr.io');
    const other = ['create', name, '-n', namespace, '--username', 'ci', '--password-stdin'];
    const env = { KUBECONFIG: cluster().kubeconfig };
    const replaced = await here([...other, '--server', 'ghcr.io'], { env, stdin: CANARY });
    expect(replaced.stderr).toContain('  ghcr.io  ci  from stdin  updated (was jane)\n');
    const hub = await here(other, { env, stdin: CANARY });
    expect(hub.stderr).toContain('warning: no --server is given, so the login is for Docker Hub\n');
  });

  test('loses the others with --replace, which names them', async () => {
    const name = freshName();
    await create(name, 'ghcr.io');
    const ran = await create(name, 'quay.io', ['--replace']);
    expect(ran.stdout).toBe(`secret/${name} configured\n`);
    expect(ran.stderr).toContain('  ghcr.io  jane  removed\n');
    expect(Object.keys(JSON.parse(unbase64((await stored(name)).data['.dockerconfigjson'])).auths)).toEqual([
      'quay.io',
    ]);
  });

  test('is not changed by a server dry run that says it would be', async () => {
    const name = freshName();
    await create(name, 'ghcr.io');
    const before = await stored(name);
    expect((await create(name, 'quay.io', ['--dry-run=server'])).stdout).toBe(
      `secret/${name} configured (server dry run)\n`,
    );
    expect(await stored(name)).toEqual(before);
  });

  test('of the legacy type is merged in its own form', async () => {
    const name = freshName();
    await put({ name, type: 'kubernetes.io/dockercfg', data: { '.dockercfg': base64('{"r.io": {"auth":"eDp5"}}') } });
    await create(name, 'ghcr.io');
    const text = unbase64((await stored(name)).data['.dockercfg']);
    expect(text.startsWith('{"r.io": {"auth":"eDp5"},"ghcr.io":')).toBe(true);
  });

  test('with an entry that breaks every pull: it is named', async () => {
    const name = freshName();
    const payload = '{"auths":{"bad.io":{"auth":"notbase64!"}}}';
    await put({ name, type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': base64(payload) } });
    const ran = await create(name, 'ghcr.io');
    expect(ran.stderr).toContain(
      `warning: the entry bad.io of secret ${namespace}/${name} cannot be decoded (illegal base64 data at input byte 9), and a pod that uses it can use none of its pull secrets\nhint: regsecret create ${name} -n ${namespace} --server bad.io\n`,
    );
    expect(ran.code).toBe(0);
  });
});

describe('a Secret that cannot be updated', () => {
  const opaque = {
    type: 'Opaque',
    data: { token: base64('x'), '.dockerconfigjson': base64('{"auths":{"r.io":{"auth":"eDp5"}}}') },
  };
  const immutable = { ...opaque, type: 'kubernetes.io/dockerconfigjson', immutable: true };

  test.each([
    ['of another type', opaque, 'has the type Opaque, which cannot become kubernetes.io/dockerconfigjson'],
    ['that is immutable', immutable, 'is immutable'],
  ])('%s is refused and stays', async (_, secret, reason) => {
    const name = freshName();
    const before = await put({ name, ...secret });
    const ran = await create(name, 'ghcr.io');
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(`secret ${namespace}/${name} ${reason}`);
    expect(ran.stderr).toContain('--force');
    expect(await stored(name)).toEqual(before);
  });

  test.each([
    ['of another type', opaque],
    ['that is immutable', immutable],
  ])('%s is replaced with --force, with everything that was in it', async (_, secret) => {
    const name = freshName();
    const metadata = { labels: { team: 'a' }, annotations: { note: 'x' } };
    const before = await put({ name, ...secret, metadata });
    const rehearsed = await create(name, 'ghcr.io', ['--force', '--dry-run=server']);
    expect(rehearsed).toMatchObject({ code: 0, stdout: `secret/${name} replaced (server dry run)\n` });
    expect(await stored(name)).toEqual(before);
    const ran = await create(name, 'ghcr.io', ['--force']);
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `secret/${name} replaced\n` });
    const after = await stored(name);
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
    expect(after.metadata).toMatchObject(metadata);
    expect(after.data.token).toBe(base64('x'));
    expect(JSON.parse(unbase64(after.data['.dockerconfigjson']))).toEqual({
      auths: { 'r.io': { auth: 'eDp5' }, 'ghcr.io': login },
    });
    expect(after.immutable).toBe(before.immutable);
  });

  test('an immutable one that holds the login already is unchanged', async () => {
    const name = freshName();
    const payload = base64(JSON.stringify({ auths: { 'ghcr.io': { auth: login.auth } } }));
    await put({
      name,
      type: 'kubernetes.io/dockerconfigjson',
      immutable: true,
      data: { '.dockerconfigjson': payload },
    });
    expect(await create(name, 'ghcr.io')).toMatchObject({ code: 0, stdout: `secret/${name} unchanged\n` });
  });

  test('one whose payload is not a docker config is refused, and written with --replace', async () => {
    const name = freshName();
    await put({
      name,
      type: 'kubernetes.io/dockerconfigjson',
      data: { '.dockerconfigjson': base64('{"auths":[]}'), x: 'eA==' },
    });
    const ran = await create(name, 'ghcr.io');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('auths is a JSON array, not an object');
    expect((await create(name, 'ghcr.io', ['--replace'])).code).toBe(0);
    expect((await stored(name)).data.x).toBe('eA==');
  });
});

test('everything that is not named stays, byte for byte', { timeout: 300_000 }, async () => {
  const server = fc.oneof(
    fc.domain(),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('1', '__proto__', 'https://ghcr.io/v1/', 'ghcr.io:443', 'ghcr.io/a'),
  );
  const field = fc.oneof(fc.string(), fc.base64String());
  const value = fc.oneof(
    fc.record({ username: field, password: field, auth: field, email: field, x: fc.jsonValue() }, { requiredKeys: [] }),
    fc.record({ auth: fc.tuple(field, field).map((pair) => base64(pair.join(':'))) }),
    fc.record({ username: field, password: field }),
    fc.constant({}),
  );
  const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);
  const existing = fc.record({
    legacy: fc.boolean(),
    members: fc.array(fc.tuple(server, value), { maxLength: 5 }),
    top: fc.array(fc.tuple(fc.string({ maxLength: 8 }), fc.jsonValue()), { maxLength: 2 }),
    indent: fc.nat(2),
    labels: fc.dictionary(label, label, { maxKeys: 3, noNullPrototype: true }),
    annotations: fc.dictionary(label, fc.string({ unit: 'grapheme', maxLength: 40 }), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
    extra: fc.dictionary(label, fc.string().map(base64), { maxKeys: 3, noNullPrototype: true }),
  });
  await fc.assert(
    fc.asyncProperty(existing, async ({ legacy, members, top, indent, labels, annotations, extra }) => {
      const name = freshName();
      const key = legacy ? '.dockercfg' : '.dockerconfigjson';
      const entries = members.map(
        ([host, entry]) => `${JSON.stringify(host)}: ${JSON.stringify(entry, undefined, indent)}`,
      );
      const map = `{${entries.join(' ,')}}`;
      const others = top
        .filter(([field]) => field.toLowerCase() !== 'auths')
        .map(([field, json]) => `${JSON.stringify(field)}:${JSON.stringify(json)},`);
      const text = legacy ? map : `{${others.join('')}"auths":${map}}`;
      const type = legacy ? 'kubernetes.io/dockercfg' : 'kubernetes.io/dockerconfigjson';
      await put({ name, type, metadata: { labels, annotations }, data: { [key]: base64(text), ...extra } });
      const ran = await create(name, 'ghcr.io');
      expect(ran.code, ran.stderr).toBe(0);
      const after = await stored(name);
      expect(after.metadata.labels ?? {}).toEqual(labels);
      expect(after.metadata.annotations ?? {}).toEqual(annotations);
      expect(after.type).toBe(type);
      const { [key]: payload, ...rest } = after.data;
      expect(rest).toEqual(extra);
      // Without an old entry for ghcr.io, the payload only gains one member. Otherwise the other entries stay as they were.
      const newText = unbase64(payload);
      if (!members.some(([host]) => sameKey(host, 'ghcr.io'))) {
        const member = `"ghcr.io":${JSON.stringify(login)}`;
        expect(newText.replace(members.length === 0 ? member : `,${member}`, '')).toBe(text);
      }
      const lastOf = (host: string) => members.findLastIndex(([other]) => other === host);
      for (const [index, [host]] of members.entries()) {
        if (!sameKey(host, 'ghcr.io') || index !== lastOf(host)) expect(newText).toContain(entries[index]);
      }
    }),
    { numRuns: cases(10, 60) },
  );
});

test('fifty writers at once, each with a registry of its own: all fifty are there', { timeout: 120_000 }, async () => {
  const name = freshName();
  const servers = Array.from({ length: 50 }, (_, index) => `registry-${index}.example.com`);
  const args = (server: string) => [
    'create',
    name,
    '-n',
    namespace,
    '--server',
    server,
    '--username',
    'jane',
    '--password-stdin',
  ];
  const env = { KUBECONFIG: cluster().kubeconfig };
  const runs = await Promise.all(servers.map((server) => regsecret(args(server), { env, stdin: CANARY })));
  expect(runs.filter(({ code }) => code !== 0)).toEqual([]);
  const { auths } = JSON.parse(unbase64((await stored(name)).data['.dockerconfigjson']));
  expect(Object.keys(auths).sort()).toEqual([...servers].sort());
});

describe('least rights', () => {
  const rule = (verbs: string[], names?: string[]) => ({
    apiGroups: [''],
    resources: ['secrets'],
    verbs,
    ...(names ? { resourceNames: names } : {}),
  });

  test('a role that may only create creates', async () => {
    const name = freshName();
    expect(await create(name, 'ghcr.io', [], await userWith(namespace, [rule(['create'])]))).toMatchObject({ code: 0 });
  });

  test('a role that may only get and patch this one updates it', async () => {
    const name = freshName();
    await create(name, 'ghcr.io');
    const ran = await create(name, 'quay.io', [], await userWith(namespace, [rule(['get', 'patch'], [name])]));
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: `secret/${name} configured\n` });
  });

  test.each([
    ['nothing, and no Secret', [], false, 'create'],
    ['nothing, and a Secret', [], true, 'create'],
    ['only create, and a Secret', ['create'], true, 'get'],
    ['create and get, and a Secret', ['create', 'get'], true, 'patch'],
  ])('a role that may do %s: the missing verb, resource and namespace are named', async (_, verbs, exists, missing) => {
    const name = freshName();
    if (exists) await create(name, 'ghcr.io');
    const ran = await create(
      name,
      'quay.io',
      [],
      await userWith(namespace, [rule(verbs.length === 0 ? ['watch'] : verbs)]),
    );
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(
      `error: no permission to ${missing} secret ${namespace}/${name}\nhint: an administrator`,
    );
  });
});

describe('an API server that cannot be used', () => {
  test.each([
    [
      'that is down',
      { user: 'jane', server: 'https://127.0.0.1:1' },
      'the connection to the server https://127.0.0.1:1 was refused',
    ],
    ['with a certificate of somebody else', { user: 'jane', stranger: true }, 'signed by an unknown authority'],
    ['that does not know us', { token: 'nobody' }, 'does not accept the login of this kubeconfig'],
  ])(
    '%s',
    async (_, {
      stranger,
      ...options
    }: { user?: string; server?: string; token?: string; stranger?: boolean }, says) => {
      const caFile = stranger ? { caFile: clientCertificate('somebody').certFile } : {};
      const ran = await create(freshName(), 'ghcr.io', [], kubeconfigFor({ ...options, ...caFile }));
      expect(ran).toMatchObject({ code: 1, stdout: '' });
      expect(ran.stderr).toContain(says);
      expect(ran.stderr).toMatch(/^hint: \S/m);
    },
  );

  test('a namespace that does not exist is named, and how to make it', async () => {
    const args = ['create', 'x', '-n', 'nope', '--server', 'ghcr.io', '--username', 'jane', '--password-stdin'];
    const ran = await here(args, { env: { KUBECONFIG: cluster().kubeconfig }, stdin: CANARY });
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain('error: namespace nope does not exist\nhint: kubectl create namespace nope\n');
  });

  test.each(['defualt', 'defaul'])('namespace %s does not exist: the one that was meant is named', async (wrong) => {
    const args = ['create', 'x', '-n', wrong, '--server', 'ghcr.io', '--username', 'jane', '--password-stdin'];
    const ran = await here(args, { env: { KUBECONFIG: cluster().kubeconfig }, stdin: CANARY });
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    const error = `namespace ${wrong} does not exist; did you mean default?`;
    // Nobody has typed that namespace, and the line carries a login.
    const line = 'regsecret create x -n default --server ghcr.io --username jane --password-stdin --dry-run=server';
    expect(ran.stderr).toContain(`error: ${error}\nhint: ${line}\n`);
  });

  test('a namespace with another number is not proposed: it is that of another tenant', async () => {
    const [tenant, login] = [freshName(), ['--server', 'ghcr.io', '--username', 'jane', '--password-stdin']];
    await api('POST', '/api/v1/namespaces', { metadata: { name: `${tenant}-13` } });
    const args = ['create', 'x', '-n', `${tenant}-12`, ...login];
    const ran = await here(args, { env: { KUBECONFIG: cluster().kubeconfig }, stdin: CANARY });
    const error = `error: namespace ${tenant}-12 does not exist\nhint: kubectl create namespace ${tenant}-12\n`;
    expect([ran.code, ran.stderr]).toEqual([1, expect.stringContaining(error)]);
  });

  test('a context that does not exist is named', async () => {
    const ran = await create(freshName(), 'ghcr.io', ['--context', 'nope']);
    expect(ran.stderr).toContain('error: context "nope" does not exist\nhint: kubectl config get-contexts\n');
  });
});

test('a password is in no argument of any process while a helper runs, and only in the data of the Secret', async () => {
  const secret = `own-${CANARY}`;
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-leak-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const seen = join(folder, 'seen');
  const answer = JSON.stringify({ ServerURL: 'r.io', Username: 'jane', Secret: secret });
  const script = `#!/bin/sh\ncat >/dev/null\nfor p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline; echo; done >${seen} 2>/dev/null\necho '${answer}'\n`;
  writeFileSync(join(folder, 'docker-credential-spy'), script, { mode: 0o755 });
  mkdirSync(join(folder, '.docker'));
  writeFileSync(join(folder, '.docker/config.json'), '{"credHelpers":{"r.io":"spy"}}');
  const name = freshName();
  const env = { HOME: folder, PATH: `${folder}:${process.env.PATH}`, KUBECONFIG: cluster().kubeconfig };
  const ran = await regsecret(['create', name, '-n', namespace, '--server', 'r.io'], { env });
  expect(ran.code, ran.stderr).toBe(0);
  expect(readFileSync(seen, 'utf8')).toContain('docker-credential-spy get');
  expect(readFileSync(seen, 'utf8')).not.toContain(secret);
  const { data, ...rest } = await stored(name);
  expect(unbase64(data['.dockerconfigjson'])).toContain(secret);
  expect(holdsCanary(JSON.stringify(rest))).toBe(false);
});

test('what is written can be read by kubectl', async () => {
  const name = freshName();
  await create(name, 'ghcr.io');
  const { stdout } = await kubectl([
    'get',
    'secret',
    name,
    '-n',
    namespace,
    '-o',
    'jsonpath={.data.\\.dockerconfigjson}',
  ]);
  expect(JSON.parse(unbase64(stdout))).toEqual({ auths: { 'ghcr.io': login } });
});

test('a copy that gets a login of its own is said to lose it again', async () => {
  const name = freshName();
  await create(name, 'ghcr.io');
  const mark = {
    labels: { 'app.kubernetes.io/managed-by': 'regsecret' },
    annotations: { 'regsecret/source': `hub/${name}` },
  };
  const path = `/api/v1/namespaces/${namespace}/secrets/${name}`;
  await api('PATCH', path, { metadata: mark }, { 'content-type': 'application/merge-patch+json' });
  const warning = `warning: secret/${name} is a copy of hub/${name}: the next sync overwrites it, so change the source instead\n`;
  expect((await create(name, 'quay.io')).stderr).toContain(warning);
  expect((await create(name, 'quay.io')).stderr).not.toContain('warning:');
});
