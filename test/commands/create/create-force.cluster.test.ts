/** `create --force`: a Secret is deleted and created again. A copy exists beside it until that is done. */
import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { api, cluster, kubeconfigFor, newNamespace, waitFor } from '../../environment/use.ts';
import { CANARY } from '../../support/canary.ts';
import { type Fault, type SeenRequest, startFaultProxy } from '../../support/fault-proxy.ts';
import { here, type RanHere } from '../../support/here.ts';

let namespace = '';
beforeAll(async () => {
  namespace = await newNamespace();
});

const secrets = (): string => `/api/v1/namespaces/${namespace}/secrets`;
const copyOf = (name: string): string => `${name}-regsecret-copy`;
const read = async (name: string) => (await api('GET', `${secrets()}/${name}`)).body;
const exists = async (name: string): Promise<boolean> => (await api('GET', `${secrets()}/${name}`)).status === 200;

type Choose = (request: SeenRequest, methods: string) => Promise<Fault | undefined> | Fault | undefined;

/** Creates an Opaque Secret that a run will replace by a pull secret. */
async function precious(metadata: object = {}, name = `s-${randomBytes(5).toString('hex')}`): Promise<string> {
  const labels = { team: 'a' };
  const body = { metadata: { name, labels, ...metadata }, immutable: true, data: { precious: 'eA==' } };
  expect((await api('POST', secrets(), body)).status).toBe(201);
  return name;
}

async function force(name: string, choose?: Choose, flags: string[] = []): Promise<RanHere & { methods: string }> {
  const seen: string[] = [];
  const proxy = await startFaultProxy(cluster(), (request) => {
    seen.push(request.method);
    return choose?.(request, seen.join(' '));
  });
  onTestFinished(() => proxy.close());
  const login = ['--server', 'ghcr.io', '--username', 'jane', '--password-stdin'];
  const env = { KUBECONFIG: kubeconfigFor({ server: proxy.server }) };
  const ran = await here(['create', name, '-n', namespace, '--force', ...login, ...flags], { env, stdin: CANARY });
  return { ...ran, methods: seen.join(' ') };
}

async function expectReplaced(name: string): Promise<void> {
  const { metadata, data, immutable, type } = await read(name);
  expect(metadata.labels).toEqual({ team: 'a' });
  expect(metadata.annotations).toBeUndefined();
  expect(Object.keys(data).toSorted()).toEqual(['.dockerconfigjson', 'precious']);
  expect({ immutable, type }).toEqual({ immutable: true, type: 'kubernetes.io/dockerconfigjson' });
  expect(await exists(copyOf(name))).toBe(false);
}

const REFUSED: Fault = {
  status: 403,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ kind: 'Status', reason: 'Forbidden', message: 'no more today', code: 403 }),
};
/** The methods of a replacement's requests, up to a certain step. */
const REHEARSAL = 'GET POST GET POST';
const COPY = `${REHEARSAL} POST`;
const DELETION = `${COPY} DELETE`;
const CREATION = `${DELETION} POST`;
const END = `${CREATION} DELETE`;
const at =
  (step: string, fault: Fault): Choose =>
  (_, methods) =>
    methods === step ? fault : undefined;

test('a copy stands beside it from before the deletion until the new one is there', async () => {
  const name = await precious();
  let copy: Awaited<ReturnType<typeof read>> | undefined;
  const ran = await force(name, async (_, methods) => {
    if (methods === CREATION) copy = await read(copyOf(name));
    return undefined;
  });
  expect(ran).toMatchObject({ code: 0, stdout: `secret/${name} replaced\n`, methods: END });
  expect(ran.stderr).toContain(
    `until the new secret/${name} is there, secret/${copyOf(name)} is a copy of the old one\n`,
  );
  expect(copy?.metadata.labels).toEqual({ 'app.kubernetes.io/managed-by': 'regsecret' });
  expect(copy).toMatchObject({ type: 'Opaque', data: { precious: 'eA==' } });
  expect(copy?.immutable).toBeUndefined();
  await expectReplaced(name);
});

test('a dry run makes no copy', async () => {
  const name = await precious();
  expect(await force(name, undefined, ['--dry-run=server'])).toMatchObject({ code: 0, methods: REHEARSAL });
  expect(await exists(copyOf(name))).toBe(false);
});

describe('the same command again finishes what was not', () => {
  test('the new one is refused: it is deleted, and its copy is named', async () => {
    const name = await precious();
    const ran = await force(name, at(CREATION, REFUSED));
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(
      `error: secret ${namespace}/${name} was deleted and not created again: no more today\n  secret/${copyOf(name)} is a copy of the old one\nhint: run the same command again\n`,
    );
    expect(await exists(name)).toBe(false);
    const again = await force(name);
    expect(again).toMatchObject({ code: 0, stdout: `secret/${name} replaced\n`, methods: 'GET GET POST DELETE' });
    expect(again.stderr).toContain(
      `secret/${name} is missing: its contents come from its copy, secret/${copyOf(name)}\n`,
    );
    await expectReplaced(name);
  });

  test('its copy cannot be removed: that is said, and the work is done', async () => {
    const name = await precious();
    const ran = await force(name, at(END, REFUSED));
    expect(ran).toMatchObject({ code: 0, stdout: `secret/${name} replaced\n` });
    expect(ran.stderr).toContain(
      `warning: secret/${copyOf(name)}, a copy of the old Secret, is no longer needed, and may still exist\nhint: kubectl delete secret ${copyOf(name)} -n ${namespace}\n`,
    );
    expect(await force(name)).toMatchObject({ code: 0, stdout: `secret/${name} unchanged\n` });
    await expectReplaced(name);
  });

  test('a name without room for that of the copy', async () => {
    const name = await precious({}, `${'long.'.repeat(50)}${randomBytes(1).toString('hex')}x`);
    const ran = await force(name, at(CREATION, REFUSED));
    const [, copy = ''] = / {2}secret\/(\S+) is a copy/.exec(ran.stderr) ?? [];
    expect(copy).toHaveLength(253);
    expect(await force(name)).toMatchObject({ code: 0 });
    await expectReplaced(name);
    expect(await exists(copy)).toBe(false);
  });
});

test('a Secret with a finalizer: the new one is created when the old one has gone', async () => {
  const name = await precious({ finalizers: ['example.com/slow'] });
  const waiting = force(name);
  const patch = { metadata: { finalizers: null } };
  const free = async (): Promise<boolean> => {
    if ((await read(name)).metadata.deletionTimestamp === undefined) return false;
    const headers = { 'content-type': 'application/merge-patch+json' };
    return (await api('PATCH', `${secrets()}/${name}`, patch, headers)).status === 200;
  };
  await waitFor(free, { what: 'the deletion' });
  expect(await waiting).toMatchObject({ code: 0, stdout: `secret/${name} replaced\n` });
});

test('the old one is in the way when the new one is created, and has gone when it is looked for', async () => {
  const name = await precious();
  const message = `object is being deleted: secrets "${name}" already exists`;
  const body = JSON.stringify({ kind: 'Status', reason: 'AlreadyExists', message, code: 409 });
  const ran = await force(name, at(CREATION, { ...REFUSED, status: 409, body }));
  expect(ran).toMatchObject({ code: 0, stdout: `secret/${name} replaced\n`, methods: `${CREATION} GET POST DELETE` });
  await expectReplaced(name);
});

describe('nothing is deleted when', () => {
  test('the copy is refused', async () => {
    const name = await precious();
    const { metadata } = await read(name);
    const ran = await force(name, at(COPY, REFUSED));
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(
      'error: nothing was deleted, because no copy could be created: no permission to create secret',
    );
    expect((await read(name)).metadata).toEqual(metadata);
  });

  test('another Secret has the name of the copy', async () => {
    const name = await precious();
    await precious({}, copyOf(name));
    const ran = await force(name);
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(
      `error: nothing was deleted, because the copy would be called ${namespace}/${copyOf(name)}, and the Secret of that name was not created by regsecret\n`,
    );
    expect(await exists(name)).toBe(true);
  });
});

test('somebody has created it while there was only its copy: what that has more is named, and stays', async () => {
  const name = await precious();
  await force(name, at(CREATION, REFUSED));
  await api('POST', secrets(), { metadata: { name }, data: { other: 'eQ==' } });
  const again = await force(name);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('still holds precious from an earlier run');
  expect(await exists(copyOf(name))).toBe(true);
  expect((await read(name)).data).toEqual({ other: 'eQ==' });
});
