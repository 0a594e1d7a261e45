/** `rotate` in many namespaces. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { api, cluster, kubeconfigFor, newNamespace } from '../../environment/use.ts';
import { freshName, regsecretIn } from '../../support/attach-world.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import {
  auth,
  auths,
  copyOf,
  freshHost,
  labelledAnd,
  NEW,
  OLD,
  othersIn,
  put,
  rotate,
} from '../../support/rotate-world.ts';

describe('in many namespaces', () => {
  test('all of them, those with labels also beside -A, and what is printed before is what is done', async () => {
    const team = freshName('team');
    const [home, one, two] = [await newNamespace(), await newNamespace({ labels: { team } }), await newNamespace()];
    // Other tests use the login `other` too, for other registries.
    const [host, old, other] = [freshHost(), auth('ci', freshName('old')), auth('ci', 'other')];
    for (const namespace of [home, one, two]) await put(namespace, { auths: { [host]: old, 'quay.io': other } });
    const labelled = await rotate(home, host, ['-A', '-l', `team=${team}`, '--dry-run=client', '-o', 'name']);
    const named = [home, one].map((namespace) => `secret/pull -n ${namespace}`).sort();
    expect([labelled.stdout.trimEnd().split('\n').sort(), labelled.stderr]).toEqual([
      named,
      `2 Secrets: 2 updated (dry run)\n${labelledAnd(home)}`,
    ]);
    const plan = await rotate(home, host, ['-A', '--dry-run=server']);
    const rows = plan.stdout
      .split('\n')
      .slice(1, -1)
      .map((row) => row.split(/ {2,}/));
    expect(rows.map(([namespace]) => namespace)).toEqual([home, one, two].sort());
    expect(new Set(rows.map(([, ...cells]) => cells.join()))).toEqual(
      new Set([`pull,${host},ci,${rows[0]?.[4]},gets the new login of ci`]),
    );
    const ran = await rotate(home, host, ['-A']);
    expect([ran.code, ran.stderr]).toEqual([0, `3 Secrets: 3 updated\n`]);
    const lines = ran.stdout.split('\n').filter(Boolean);
    expect(lines.sort()).toEqual([home, one, two].map((namespace) => `secret/pull configured in ${namespace}`).sort());
    for (const namespace of [home, one, two]) {
      expect(await auths(namespace)).toEqual({ [host]: NEW, 'quay.io': other });
    }
    const after = await rotate(home, host, ['-A', '--dry-run=client']);
    expect(after.stdout.match(/has the new login/g)).toHaveLength(3);
    expect((await rotate(home, host, ['-A', '-q'])).stderr).toBe('');
  });

  test('another run of the same command that ends while the Secrets are being read', async () => {
    const [host, label] = [freshHost(), freshName('team')];
    const [home, team] = [
      await newNamespace({ labels: { team: label } }),
      await newNamespace({ labels: { team: label } }),
    ];
    for (const namespace of [home, team]) await put(namespace, { auths: { [host]: OLD } });
    const args = ['-l', `team=${label}`];
    let other: Promise<unknown> | undefined;
    const proxy = await startFaultProxy(cluster(), async ({ path }) => {
      if (!path.includes(`/namespaces/${home}/secrets`)) return undefined;
      other ??= rotate(home, host, args);
      await other;
      return undefined;
    });
    const ran = await rotate(home, host, args, { kubeconfig: kubeconfigFor({ server: proxy.server }) });
    await proxy.close();
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('2 Secrets: 2 unchanged')]);
    expect(await auths(team)).toEqual({ [host]: NEW });
  });

  test.each<[title: string, marked: boolean, said: string]>([
    [
      'a Secret that others change before it is written is not said to be written',
      false,
      '2 Secrets: 1 updated, 1 unchanged\n',
    ],
    ['a copy that others take: what sync would do', true, '--dry-run=client\n2 Secrets: 1 updated, 1 failed\n'],
  ])('%s', async (_, marked, said) => {
    const [home, one, host] = [await newNamespace(), await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    await put(one, { auths: { [host]: OLD }, ...(marked && { metadata: copyOf(`${home}/pull`) }) });
    const path = `/api/v1/namespaces/${one}/secrets/pull`;
    const proxy = await startFaultProxy(cluster(), async (request) => {
      if (request.method !== 'PATCH' || !request.path.startsWith(`${path}?`)) return undefined;
      await api('DELETE', path);
      await put(one, { auths: { [host]: auth('ci', 'theirs') } }).catch(() => undefined);
      return undefined;
    });
    const ran = await rotate(home, host, ['--to', one], { kubeconfig: kubeconfigFor({ server: proxy.server }) });
    await proxy.close();
    expect([ran.stdout, await auths(one)]).toEqual([
      `secret/pull configured in ${home}\n`,
      { [host]: auth('ci', 'theirs') },
    ]);
    expect(ran.stderr).toContain(said);
    expect(ran.stderr).not.toMatch(/--(merge|adopt)/);
  });

  test('a login of this machine: which file it is from', async () => {
    const [home, host] = [await newNamespace(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    const DOCKER_CONFIG = mkdtempSync(join(tmpdir(), 'regsecret-docker-'));
    writeFileSync(join(DOCKER_CONFIG, 'config.json'), JSON.stringify({ auths: { [host]: { auth: NEW.auth } } }));
    // The folder for temporary files may be in one's own HOME, and paths there begin with ~.
    const env = { DOCKER_CONFIG, HOME: join(DOCKER_CONFIG, 'home') };
    const ran = await regsecretIn(home, ['rotate', '--server', host, '--no-verify'], { env });
    rmSync(DOCKER_CONFIG, { recursive: true });
    expect([ran.code, ran.stderr]).toEqual([
      0,
      `source: the login for ${host} from ${join(DOCKER_CONFIG, 'config.json')}\n1 Secret: 1 updated\n${othersIn(home)}`,
    ]);
  });

  test('one that may not be written keeps no other from it', async () => {
    const [home, one] = [await newNamespace(), await newNamespace()];
    const host = freshHost();
    for (const namespace of [home, one]) await put(namespace, { auths: { [host]: OLD } });
    await put(one, { name: 'fixed', auths: { [host]: OLD }, rest: { immutable: true } });
    const ran = await rotate(home, host, ['-A', '-o', 'json']);
    expect(ran.code).toBe(1);
    const { results, errors } = JSON.parse(ran.stdout);
    const action = (result: { namespace: string; name: string; action: string }) =>
      `${result.namespace}/${result.name} ${result.action}`;
    expect(results.map(action).sort()).toEqual(
      [`${home}/pull updated`, `${one}/pull updated`, `${one}/fixed held back`].sort(),
    );
    expect(errors).toMatchObject([{ namespace: one, name: 'fixed' }]);
    expect(ran.stderr).toContain('3 Secrets: 2 updated, 1 left\n');
  });
});
