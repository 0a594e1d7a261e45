/** A Secret with a wrong entry, and the right one beside it as `doctor` proposes: what is left of the wrong one is proposed as well. */
import { expect, onTestFinished, test } from 'vitest';
import { newNamespace } from '../../environment/use.ts';
import { created, named, newAccount, newWorkload, regsecretIn } from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import { startFront } from '../../support/registry-front.ts';

const auth = Buffer.from(`jane:${CANARY}`).toString('base64');

async function registry(): Promise<string> {
  const front = await startFront({
    choose: ({ authorization }) =>
      authorization === `Basic ${auth}`
        ? { status: 200, headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }, body: '{}' }
        : { status: 401, headers: { 'www-authenticate': 'Basic realm="team"' } },
  });
  onTestFinished(() => front.close());
  return front.host;
}

async function newSecret(namespace: string, servers: readonly string[], fields: object = {}): Promise<void> {
  const auths = Object.fromEntries(servers.map((server) => [server, { auth }]));
  await created(`/api/v1/namespaces/${namespace}/secrets`, {
    metadata: { name: 'pull' },
    ...fields,
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': JSON.stringify({ auths }) },
  });
}

/** Nothing listens there. */
const WRONG = '127.0.0.1:1';
const web = (namespace: string, image: string) =>
  newWorkload('Deployment', namespace, { image, list: named('pull'), name: 'web', fields: { replicas: 0 } });

test('every proposal is followed, and doctor ends with 0', { timeout: 60_000 }, async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  const host = await registry();
  await newSecret(namespace, [WRONG]);
  await web(namespace, `${host}/app:1`);
  expect((await regsecretIn(namespace, ['doctor'])).stdout).toContain(
    `regsecret create pull -n ${namespace} --server ${host}`,
  );
  const login = ['--server', host, '--username', 'jane', '--password-stdin'];
  expect((await regsecretIn(namespace, ['create', 'pull', ...login], { stdin: CANARY })).code).toBe(0);
  const left = await regsecretIn(namespace, ['doctor']);
  expect([left.code, left.stdout]).toEqual([
    3,
    expect.stringContaining(`next: regsecret remove pull -n ${namespace} --server ${WRONG}\n`),
  ]);
  expect((await regsecretIn(namespace, ['remove', 'pull', '--server', WRONG, '--yes'])).code).toBe(0);
  const last = await regsecretIn(namespace, ['doctor']);
  expect([last.code, last.stderr]).toEqual([0, expect.anything()]);
});

test.each<[situation: string, image: string, fields: object]>([
  ['an image of this registry needs it', `${WRONG}/tools:1`, {}],
  ['the Secret cannot be changed', 'r.example/app:1', { immutable: true }],
])('not proposed: %s', async (_, image, fields) => {
  const namespace = await newNamespace({ serviceAccount: true });
  await newSecret(namespace, [await registry(), WRONG], fields);
  await web(namespace, image);
  const { stdout } = await regsecretIn(namespace, ['doctor']);
  expect(stdout).toContain(WRONG);
  expect(stdout).not.toContain('regsecret remove');
});

test('not proposed: what the pods of a service account pull is not known', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  await newSecret(namespace, [await registry(), WRONG]);
  await newAccount(namespace, { imagePullSecrets: named('pull') }, 'builder');
  const { stdout } = await regsecretIn(namespace, ['doctor']);
  expect(stdout).toContain(WRONG);
  expect(stdout).not.toContain('regsecret remove');
});
