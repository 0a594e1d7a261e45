/** For detach, remove and delete, a remaining login counts only if the registry accepts it. The registry is asked only then. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api, janedoe, johndoe, newNamespace, sharedRegistries } from '../environment/use.ts';
import { created, named, newPullSecret, newWorkload, regsecretIn } from '../support/attach-world.ts';
import { CANARY } from '../support/canary.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const WRONG = { username: 'janedoe', password: CANARY };

/** Creates a Secret with a login per server, in the order of the payload. */
async function put(
  namespace: string,
  name: string,
  logins: Record<string, { username: string; password: string }>,
): Promise<void> {
  const auths = Object.fromEntries(
    Object.entries(logins).map(([server, { username, password }]) => [
      server,
      { auth: base64(`${username}:${password}`) },
    ]),
  );
  await created(`/api/v1/namespaces/${namespace}/secrets`, {
    metadata: { name },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': JSON.stringify({ auths }) },
  });
}

/** Creates a namespace with the good login in `pull`, and `other` after it in the list. */
async function world(
  host: string,
  image: string,
  other: { username: string; password: string },
  first: { username: string; password: string } = janedoe,
): Promise<string> {
  const namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'pull', host, first);
  await newPullSecret(namespace, 'bad', host, other);
  await newWorkload('Deployment', namespace, { name: 'web', image, list: named('pull', 'bad') });
  return namespace;
}

const DETACH = ['detach', 'pull', '--from', 'deployment/web'];
const DELETE = ['delete', 'pull', '--yes'];

describe('it is no other login', () => {
  test.each(['basic', 'bearer'] as const)('where the %s registry rejects it', async (kind) => {
    const { host, privateImage: image } = sharedRegistries()[kind];
    const namespace = await world(host, image, WRONG);
    const why = `${image} that the registry accepts (it rejects the login of janedoe in secret ${namespace}/bad)`;
    const detached = await regsecretIn(namespace, DETACH);
    expect([detached.code, detached.stdout]).toEqual([1, '']);
    expect(detached.stderr).toBe(
      `warning: without pull, deployment.apps/web has no login for ${why}: it can no longer be pulled\n` +
        'error: pull is still needed by deployment.apps/web, so it was not detached from deployment.apps/web\n' +
        `hint: regsecret detach -n ${namespace} pull --from deployment/web --yes\n`,
    );
    const deleted = await regsecretIn(namespace, DELETE);
    expect([deleted.code, deleted.stdout]).toEqual([1, '']);
    expect(deleted.stderr).toContain(
      `error: secret ${namespace}/pull is still needed, so it was not deleted\n  deployment.apps/web has no other login for ${why}\n`,
    );
    const { stdout } = await regsecretIn(namespace, [...DETACH, '-o', 'json']);
    const refused = [{ secret: `${namespace}/bad`, username: 'janedoe', why: 'rejected' }];
    const ref = { kind: 'Deployment', namespace, name: 'web' };
    expect(JSON.parse(stdout).notes).toEqual([{ code: 'loses-login', ref, images: [image], refused }]);
    for (const ran of [detached, deleted]) expect(ran.stderr).not.toContain(CANARY);
    expect((await regsecretIn(namespace, [...DETACH, '--yes'])).code).toBe(0);
  });

  test('where it has no access', async () => {
    const { host, privateImage: image } = sharedRegistries().bearer;
    const namespace = await world(host, image, johndoe);
    const { code, stderr } = await regsecretIn(namespace, DETACH);
    expect(code).toBe(1);
    expect(stderr).toContain(
      `has no login for ${image} that the registry accepts (the login of johndoe in secret ${namespace}/bad has no access): it can`,
    );
  });

  test('where it is an entry of the same Secret', async () => {
    const { host, privateImage: image } = sharedRegistries().basic;
    const namespace = await newNamespace({ serviceAccount: true });
    await put(namespace, 'regsecret', { [host]: janedoe, [`${host}/janedoe`]: WRONG });
    await newWorkload('Deployment', namespace, { name: 'web', image, list: named('regsecret') });
    const args = ['remove', '--server', host];
    const { code, stdout, stderr } = await regsecretIn(namespace, args);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      `error: secret ${namespace}/regsecret keeps ${host}, which is still needed\n` +
        `  deployment.apps/web has no other login for ${image} that the registry accepts (it rejects the login of janedoe in secret ${namespace}/regsecret)\n` +
        `hint: regsecret remove regsecret -n ${namespace} --server ${host} --yes\n`,
    );
    expect((await regsecretIn(namespace, [...args, '--yes'])).code).toBe(0);
  });
});

describe('nothing is lost', () => {
  test.each<[situation: string, host: () => string, image: () => string, others: () => object[]]>([
    [
      'where it is accepted',
      () => sharedRegistries().basic.host,
      () => sharedRegistries().basic.privateImage,
      () => [janedoe],
    ],
    [
      'where both are rejected',
      () => sharedRegistries().basic.host,
      () => sharedRegistries().basic.privateImage,
      () => [WRONG, WRONG],
    ],
    ['where nobody answers', () => '127.0.0.1:1', () => '127.0.0.1:1/a/b:v1', () => [WRONG]],
  ])('%s', async (_, host, image, others) => {
    const [other = WRONG, first] = others() as (typeof WRONG)[];
    const namespace = await world(host(), image(), other, first);
    expect(await regsecretIn(namespace, [...DETACH, '--dry-run=client'])).toMatchObject({ code: 0 });
    expect(await regsecretIn(namespace, DELETE)).toMatchObject({ code: 0 });
    expect((await api('GET', `/api/v1/namespaces/${namespace}/secrets/pull`)).status).toBe(404);
  });
});

describe('requests', () => {
  const asked: string[] = [];
  const registry = createServer((request, response) => {
    asked.push(`${request.headers.authorization}`);
    response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
  });
  let host = '';
  beforeAll(async () => {
    await new Promise<void>((done) => registry.listen(0, '127.0.0.1', done));
    host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
  });
  afterAll(() => registry.close());

  test('none where no other login is left, or with --yes', async () => {
    const namespace = await newNamespace({ serviceAccount: true });
    await newPullSecret(namespace, 'pull', host, janedoe);
    await newPullSecret(namespace, 'elsewhere', 'r.example', janedoe);
    await newPullSecret(namespace, 'bad', host, WRONG);
    await newWorkload('Deployment', namespace, { name: 'web', image: `${host}/a`, list: named('pull', 'elsewhere') });
    for (const args of [DETACH, DELETE]) expect((await regsecretIn(namespace, args)).code).toBe(1);
    await newWorkload('Deployment', namespace, { name: 'both', image: `${host}/a`, list: named('pull', 'bad') });
    const sure = await regsecretIn(namespace, ['detach', 'pull', '--from', 'deployment/both', '--yes']);
    expect([sure.code, asked]).toEqual([0, []]);
  });

  test('a rejected login is sent no more often for three images than for one', async () => {
    const sent = async (images: readonly string[]): Promise<number> => {
      const namespace = await newNamespace({ serviceAccount: true });
      await newPullSecret(namespace, 'pull', host, janedoe);
      await newPullSecret(namespace, 'bad', host, WRONG);
      for (const name of images)
        await newWorkload('Deployment', namespace, { name, image: `${host}/${name}`, list: named('pull', 'bad') });
      asked.length = 0;
      await regsecretIn(namespace, [...DELETE, '--dry-run=client']);
      return asked.filter((authorization) => authorization === `Basic ${base64(`janedoe:${CANARY}`)}`).length;
    };
    const once = await sent(['a']);
    expect(once).toBeGreaterThan(0);
    expect(await sent(['a', 'b', 'c'])).toBe(once);
  });
});
