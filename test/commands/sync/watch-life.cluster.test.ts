/**
 * Events in the life of a `sync --watch` that runs for months: another replica, new credentials, and rights that are revoked and
 * granted.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { api, kubeconfigFor, newNamespace, waitFor } from '../../environment/use.ts';
import { changeSecret, newFleet, payloadOf, putSecret, secretIn } from '../../support/sync-world.ts';
import { watchRights } from '../../support/watch-rights.ts';
import { askWatch, freePort, startWatch, startWatchProxy } from '../../support/watch-world.ts';

const DEADLINE_MS = 60_000;

const served = (namespace: string, payload = payloadOf('r.example')) =>
  waitFor(async () => (await secretIn(namespace))?.data?.['.dockerconfigjson'] === payload, {
    what: `the copy in ${namespace}`,
    deadlineMs: DEADLINE_MS,
  });

type Credentials = (file: string) => object;

const tokenFile: Credentials = (file) => ({ tokenFile: file });
const plugin: Credentials = (file) => {
  const version = 'client.authentication.k8s.io/v1';
  const answer = `{"apiVersion":"${version}","kind":"ExecCredential","status":{"token":"%s"}}`;
  const args = ['-c', `printf '${answer}' "$(cat '${file}')"`];
  return { exec: { apiVersion: version, interactiveMode: 'Never', command: 'sh', args } };
};

describe.concurrent('sync --watch', { timeout: 180_000 }, () => {
  test('two replicas: each change is made, neither undoes the other, and one is enough', async () => {
    const { home, teams, prefix } = await newFleet(2);
    const args = ['-l', `fleet=${prefix}`];
    const [one, other] = await Promise.all([startWatch(home, args), startWatch(home, args)]);
    const born = await Promise.all(Array.from({ length: 5 }, () => newNamespace({ labels: { fleet: prefix } })));
    const all = [...teams, ...born];
    for (const namespace of all) await served(namespace);
    await changeSecret(home, { data: { '.dockerconfigjson': payloadOf('new.example') } });
    for (const namespace of all) await served(namespace, payloadOf('new.example'));
    const versions = async () =>
      Promise.all(all.map(async (namespace) => (await secretIn(namespace))?.metadata.resourceVersion));
    const before = await versions();
    // Events arrive in order: the replica that serves this namespace has seen everything that both wrote before.
    await served(await newNamespace({ labels: { fleet: prefix } }), payloadOf('new.example'));
    expect(await versions()).toEqual(before);
    expect(await one.end('SIGKILL')).toBe(null);
    await served(await newNamespace({ labels: { fleet: prefix } }), payloadOf('new.example'));
    expect(await other.end()).toBe(0);
    expect(one.stderr + other.stderr).not.toContain('keeps undoing');
  });

  test.each<[kind: string, credentials: Credentials]>([
    ['a token file', tokenFile],
    ['a credential plugin', plugin],
  ])('the token of %s ends, and there is a new one: watches and looks go on with it', async (_, credentials) => {
    const folder = mkdtempSync(join(tmpdir(), 'regsecret-token-'));
    const proxy = await startWatchProxy();
    try {
      const file = join(folder, 'token');
      writeFileSync(file, 'first');
      proxy.knows = (authorization) => authorization === 'Bearer first';
      const kubeconfig = kubeconfigFor({ server: proxy.server });
      const config = JSON.parse(readFileSync(kubeconfig, 'utf8'));
      config.users[0].user = credentials(file);
      writeFileSync(kubeconfig, JSON.stringify(config));
      const { home, prefix } = await newFleet(1);
      const watch = await startWatch(home, ['-l', `fleet=${prefix}`], { kubeconfig });
      writeFileSync(file, 'second');
      proxy.knows = (authorization) => authorization === 'Bearer second';
      // A watch that was opened with the old token continues; only the next one is refused.
      proxy.cut();
      await served(await newNamespace({ labels: { fleet: prefix } }));
      expect(await watch.end()).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await proxy.close();
    }
  });

  test('its rights are taken away and given back: meanwhile /healthz says that it is not well', async () => {
    const { home, prefix } = await newFleet(1);
    const args = ['-l', `fleet=${prefix}`];
    const rights = await watchRights(home, args);
    const port = await freePort();
    const { kubeconfig } = rights;
    const watch = await startWatch(home, [...args, '--listen', `127.0.0.1:${port}`], { kubeconfig });
    const answers = (status: number) =>
      waitFor(async () => (await askWatch(port, '/healthz')).status === status, {
        what: `${status} of /healthz`,
        deadlineMs: DEADLINE_MS + 30_000,
      });
    await answers(200);
    await rights.withdraw();
    const born = await newNamespace({ labels: { fleet: prefix } });
    await answers(503);
    expect(await secretIn(born)).toBe(undefined);
    await rights.grant();
    await served(born);
    await answers(200);
    expect(await watch.end()).toBe(0);
  });

  test('its source is deleted and made again: what was made meanwhile is served, and what comes later', async () => {
    const { home, teams, prefix } = await newFleet(1);
    const [team = ''] = teams;
    const watch = await startWatch(home, ['-l', `fleet=${prefix}`]);
    await api('DELETE', `/api/v1/namespaces/${home}/secrets/regsecret`);
    await watch.says(`error: secret ${home}/regsecret does not exist`);
    const meanwhile = await newNamespace({ labels: { fleet: prefix } });
    // The copies stay unchanged.
    expect((await secretIn(team))?.data?.['.dockerconfigjson']).toBe(payloadOf('r.example'));
    await putSecret(home, { data: { '.dockerconfigjson': payloadOf('new.example') } });
    for (const namespace of [team, meanwhile]) await served(namespace, payloadOf('new.example'));
    await served(await newNamespace({ labels: { fleet: prefix } }), payloadOf('new.example'));
    expect(await watch.end()).toBe(0);
  });
});
