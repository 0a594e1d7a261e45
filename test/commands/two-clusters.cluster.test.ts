/** `--to-context` with two real API servers, each with its own namespaces that the other does not know. */
import { expect, test } from 'vitest';
import { type ApiClient, createApiClient } from '../environment/api-client.ts';
import { startSupervisor } from '../environment/supervisor.ts';
import { api, newNamespace } from '../environment/use.ts';
import { freshName, regsecretIn } from '../support/attach-world.ts';
import { contextsFile } from '../support/context-world.ts';
import { here } from '../support/here.ts';
import { changeSecret, payloadOf, putSecret, secretIn } from '../support/sync-world.ts';

test('a Secret is brought, changed, rotated and taken away in both', { timeout: 180_000 }, async () => {
  const supervisor = await startSupervisor();
  try {
    const other = await supervisor.cluster();
    const there = createApiClient({ ...other, certificate: other.admin });
    await follow(there, contextsFile({ hub: {}, east: { ...other, certificate: other.admin } }));
    there.close();
  } finally {
    await supervisor.close();
  }
});

async function follow(there: ApiClient, kubeconfig: string): Promise<void> {
  const home = await newNamespace();
  const team = freshName('team');
  await putSecret(home);
  const create = (name: string) => ({ metadata: { name, labels: { team } } });
  // In the other cluster, the namespace of the source is like any other.
  for (const name of [home, team]) await there.request('POST', '/api/v1/namespaces', create(name));
  await api('POST', '/api/v1/namespaces', create(team));
  const secretThere = async (namespace: string) => {
    const { status, body } = await there.request('GET', `/api/v1/namespaces/${namespace}/secrets/regsecret`);
    return status === 200 ? body : undefined;
  };
  const sync = (...args: string[]) => {
    const contexts = ['--to-context', 'hub', '--to-context', 'east'];
    return regsecretIn(home, ['sync', '-l', `team=${team}`, ...contexts, ...args], { kubeconfig });
  };

  const first = await sync();
  expect(first.code, first.stderr).toBe(0);
  expect(first.stdout.split('\n')[0]).toBe(`hub: secret/regsecret created in ${team}`);
  expect(first.stdout).toContain('hub: 1 namespace: 1 created\n');
  expect(first.stdout).toContain('east: 2 namespaces: 2 created\n');
  expect(first.stderr).toBe('2 contexts: 2 done; 3 namespaces: 3 created\n');
  expect((await secretIn(team))?.metadata.annotations).toEqual({ 'regsecret/source': `${home}/regsecret` });
  for (const namespace of [home, team]) {
    const { data, metadata } = await secretThere(namespace);
    expect(data).toEqual((await secretIn(home))?.data);
    expect(metadata.annotations).toEqual({
      'regsecret/source': `${home}/regsecret`,
      'regsecret/made-from': 'another-cluster',
    });
  }

  await changeSecret(home, { data: { '.dockerconfigjson': payloadOf('new.example', 'r.example') } });
  expect((await sync()).stdout).toContain('east: 2 namespaces: 2 updated\n');
  expect((await sync()).stderr).toBe('2 contexts: 2 done; 3 namespaces: 3 unchanged\n');

  const login = ['--server', 'r.example', '--username', 'jane', '--password-stdin', '--no-verify'];
  const rotate = ['rotate', 'regsecret', ...login, '-l', `team=${team}`, '--to-context', 'hub', '--to-context', 'east'];
  const rotated = await regsecretIn(home, rotate, { kubeconfig, stdin: 'fresh' });
  expect(rotated.code, rotated.stderr).toBe(0);
  expect(rotated.stderr).toContain('2 contexts: 2 done; 4 Secrets: 4 updated\n');
  // A copy is changed exactly like its source, byte for byte.
  expect((await sync()).stderr).toBe('2 contexts: 2 done; 3 namespaces: 3 unchanged\n');

  const doctor = await here(['doctor', '-A', '--offline', '--context', 'east'], { env: { KUBECONFIG: kubeconfig } });
  expect(doctor.stdout + doctor.stderr).not.toMatch(/orphaned-copy|stale-copy/);
  const list = await here(['list', '-A', '-o', 'wide', '--context', 'east'], { env: { KUBECONFIG: kubeconfig } });
  expect(list.stdout).toContain(`${home}/regsecret (in another cluster)`);
  const again = await regsecretIn(home, ['sync', '-A', '--context', 'east'], { kubeconfig });
  expect(again).toMatchObject({ code: 1, stdout: '' });
  expect(again.stderr).toBe(
    `error: secret ${home}/regsecret is itself a copy of ${home}/regsecret in another cluster\n` +
      'hint: sync it from that cluster with --to-context\n',
  );

  const remove = ['delete', '-A', '--yes', '--to-context', 'hub', '--to-context', 'east'];
  const deleted = await regsecretIn(home, remove, { kubeconfig });
  expect(deleted.code, deleted.stderr).toBe(0);
  expect(deleted.stderr).toContain('2 contexts: 2 done; 4 Secrets: 4 deleted\n');
  for (const namespace of [home, team]) expect(await secretThere(namespace)).toBeUndefined();
  expect(await secretIn(home)).toBeUndefined();
  await api('DELETE', `/api/v1/namespaces/${team}`);
}
