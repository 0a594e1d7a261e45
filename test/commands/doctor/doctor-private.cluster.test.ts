/** Images that a tenant says are in a private network. A proxy hears where a connection would go, and connects nobody. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { newNamespace } from '../../environment/use.ts';
import { created, named, newWorkload, regsecretIn } from '../../support/attach-world.ts';
import { startHttpProxy, type TestProxy } from '../../support/proxies.ts';

const REGISTRY = '10.0.0.1:5000';
const AUTH = Buffer.from('jane:x').toString('base64');

const folder = mkdtempSync(join(tmpdir(), 'regsecret-private-'));
let [namespace, web] = ['', ''];
let proxy: TestProxy;

beforeAll(async () => {
  proxy = await startHttpProxy({ refuse: 502 });
  namespace = await newNamespace({ serviceAccount: true });
  await created(`/api/v1/namespaces/${namespace}/secrets`, {
    metadata: { name: 'pull' },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': JSON.stringify({ auths: { [REGISTRY]: { auth: AUTH } } }) },
  });
  web = await newWorkload('Deployment', namespace, { image: `${REGISTRY}/app:1`, list: named('pull') });
});

afterAll(async () => {
  await proxy.close();
  rmSync(folder, { recursive: true });
});

test.each<[situation: string, args: () => string[], logins: readonly string[], asked: boolean]>([
  ['nothing known of it', () => ['why', `deploy/${web}`], [], false],
  ['of its Secret', () => ['why', 'secret/pull'], [], false],
  [
    'an image that is typed, as one on this machine',
    () => ['why', '--image', `${REGISTRY}/app:2`, '--secret', 'pull'],
    [],
    false,
  ],
  ['a login for another registry', () => ['why', `deploy/${web}`], ['10.0.0.1', 'r.corp'], false],
  ['a login for it', () => ['why', `deploy/${web}`], [REGISTRY], true],
  ['the flag', () => ['why', `deploy/${web}`, '--allow-local-registries'], [], true],
  ['a Secret that the person names', () => ['verify', 'pull'], [], true],
])('%s', async (_, args, logins, asked) => {
  writeFileSync(
    join(folder, 'config.json'),
    JSON.stringify({ auths: Object.fromEntries(logins.map((registry) => [registry, { auth: AUTH }])) }),
  );
  const address = `http://${proxy.address}`;
  const env = { HTTPS_PROXY: address, HTTP_PROXY: address, NO_PROXY: '127.0.0.1', DOCKER_CONFIG: folder };
  const before = proxy.targets.length;
  const { code, stdout, stderr } = await regsecretIn(namespace, args(), { env });
  const all = stdout + stderr;
  expect(new Set(proxy.targets.slice(before))).toEqual(new Set(asked ? [REGISTRY] : []));
  if (!asked) expect(all).toContain(`${REGISTRY}; --allow-local-registries checks it`);
  // No command leads there from here. A node that is to pull from it can be asked.
  const [verb, target] = args();
  const isPull = verb === 'why' && target !== 'secret/pull';
  expect([code, all.includes('curl'), all.includes('--on-node')]).toEqual([3, false, isPull]);
});
