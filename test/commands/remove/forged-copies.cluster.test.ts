/** Marks of copies that a tenant wrote, and what `delete` and `remove` make of them, on the real API server. */
import { describe, expect, test } from 'vitest';
import { kubeconfigFor, kubectl, newNamespace } from '../../environment/use.ts';
import { freshName, named, newWorkload, regsecretIn } from '../../support/attach-world.ts';
import { changeSecret, OURS, payloadOf, putSecret, secretIn } from '../../support/sync-world.ts';

const OWNER = { apiVersion: 'x.example/v1', kind: 'Maker', name: 'm', uid: 'u' };
const markOf = (source: string, more: object = {}) => ({
  labels: OURS,
  annotations: { 'regsecret/source': source, ...more },
});
const hosts = { data: { '.dockerconfigjson': payloadOf('r.example', 'quay.io') } };

const isThere = async (namespace: string, name: string): Promise<boolean> =>
  (await secretIn(namespace, name)) !== undefined;

async function serversIn(namespace: string, name: string): Promise<string[]> {
  const { data } = (await secretIn(namespace, name)) ?? {};
  return Object.keys(JSON.parse(Buffer.from(data?.['.dockerconfigjson'] ?? '', 'base64').toString()).auths);
}

async function homeAndTenant(): Promise<[home: string, tenant: string, name: string]> {
  const [home, tenant] = [await newNamespace({ serviceAccount: true }), await newNamespace({ serviceAccount: true })];
  return [home, tenant, freshName('pull')];
}

describe('a copy that cannot be deleted', () => {
  test.each<
    [situation: string, metadata: object, immutable: boolean, reason: (tenant: string, name: string) => string]
  >([
    [
      'somebody else makes it',
      { ownerReferences: [OWNER] },
      false,
      (tenant, name) => `secret ${tenant}/${name} was not deleted, because maker.x.example/m creates it`,
    ],
    [
      'somebody else makes it, and nobody may change it',
      { ownerReferences: [OWNER] },
      true,
      (tenant, name) => `secret ${tenant}/${name} was not deleted, because maker.x.example/m creates it`,
    ],
  ])('keeps its source, but not with --force: %s', async (_, metadata, immutable, reason) => {
    const [home, tenant, name] = await homeAndTenant();
    await putSecret(home, {}, name);
    await putSecret(tenant, { metadata: { ...markOf(`${home}/${name}`), ...metadata }, immutable }, name);
    const args = ['delete', name, '-A', '--yes'];
    const kept = await regsecretIn(home, args);
    expect([kept.code, kept.stdout, await isThere(home, name)]).toEqual([1, '', true]);
    expect(kept.stderr).toContain(reason(tenant, name));
    expect(kept.stderr).toContain(
      `secret ${home}/${name} was not deleted, because the copy of it in ${tenant} was not deleted\nhint: --force deletes it anyway\n`,
    );
    const plan = await regsecretIn(home, [...args, '--force', '--dry-run=server']);
    const forced = await regsecretIn(home, [...args, '--force']);
    expect([forced.code, forced.stdout]).toEqual([1, `secret/${name} deleted in ${home}\n`]);
    expect([plan.code, plan.stdout]).toEqual([1, forced.stdout.replace('\n', ' (server dry run)\n')]);
    expect(forced.stderr).toContain(reason(tenant, name));
    expect(forced.stderr).toContain('2 Secrets: 1 deleted, 1 failed');
    expect([await isThere(home, name), await isThere(tenant, name)]).toEqual([false, true]);
  });

  test('keeps its source, but not with --force: whoever deletes may not delete it', async () => {
    const [home, tenant, name] = await homeAndTenant();
    const user = freshName('jane');
    await putSecret(home, {}, name);
    await putSecret(tenant, { metadata: markOf(`${home}/${name}`) }, name);
    await kubectl(['create', 'clusterrole', user, '--verb=get,list', '--resource=*.*']);
    await kubectl(['create', 'clusterrolebinding', user, `--clusterrole=${user}`, `--user=${user}`]);
    await kubectl(['create', 'rolebinding', user, '--clusterrole=cluster-admin', `--user=${user}`, '-n', home]);
    const kubeconfig = kubeconfigFor({ user });
    const args = ['delete', name, '-A', '--yes'];
    try {
      const kept = await regsecretIn(home, args, { kubeconfig });
      expect([kept.code, await isThere(home, name)]).toEqual([1, true]);
      const forced = await regsecretIn(home, [...args, '--force'], { kubeconfig });
      expect([forced.code, await isThere(home, name), await isThere(tenant, name)]).toEqual([1, false, true]);
      expect(forced.stderr).toContain(`${tenant}/${name}`);
    } finally {
      await kubectl(['delete', 'clusterrole,clusterrolebinding', user]);
    }
  });

  test('has a finalizer that nobody removes', async () => {
    const [home, tenant, name] = await homeAndTenant();
    await putSecret(home, {}, name);
    await putSecret(tenant, { metadata: { ...markOf(`${home}/${name}`), finalizers: ['x.example/stay'] } }, name);
    const ran = await regsecretIn(home, ['delete', name, '-A', '--yes']);
    const there = [await isThere(home, name), await isThere(tenant, name)];
    await changeSecret(tenant, { metadata: { finalizers: null } }, name);
    expect([ran.code, there]).toEqual([0, [false, true]]);
  });
});

describe('a mark that names a Secret of another name', () => {
  test('is no copy for delete', async () => {
    const [home, tenant, name] = await homeAndTenant();
    await putSecret(home, {}, name);
    await putSecret(tenant, { metadata: markOf(`${home}/${name}`) }, 'own');
    await newWorkload('Deployment', tenant, { list: named('own') });
    const alone = await regsecretIn(home, ['delete', name, '--yes', '--dry-run=client']);
    expect([alone.code, alone.stderr]).toEqual([0, '']);
    const ran = await regsecretIn(home, ['delete', name, '-A', '--yes']);
    expect([ran.code, ran.stdout]).toEqual([0, `secret/${name} deleted in ${home}\n`]);
    expect([await isThere(home, name), await isThere(tenant, 'own')]).toEqual([false, true]);
    const own = await regsecretIn(tenant, ['delete', 'own', '--yes', '--force']);
    expect([own.code, own.stderr.includes('is a copy')]).toEqual([0, false]);
  });

  test('is no copy for remove', async () => {
    const [home, tenant, name] = await homeAndTenant();
    await putSecret(home, hosts, name);
    await putSecret(tenant, { ...hosts, metadata: markOf(`${home}/${name}`) }, 'own');
    const ran = await regsecretIn(tenant, ['remove', 'own', '--server', 'r.example']);
    expect([ran.code, await serversIn(tenant, 'own')]).toEqual([0, ['quay.io']]);
    const source = await regsecretIn(home, ['remove', name, '--server', 'r.example']);
    expect([source.code, source.stderr.includes('copy of it')]).toEqual([0, false]);
  });
});

test('remove in what says it is a copy proposes to look at the source, and changes nothing there', async () => {
  const [home, tenant, name] = await homeAndTenant();
  await putSecret(home, hosts, name);
  await putSecret(tenant, { ...hosts, metadata: markOf(`${home}/${name}`) }, name);
  const ran = await regsecretIn(tenant, ['remove', name, '--server', 'r.example']);
  expect([ran.code, ran.stderr.split('\n').slice(0, 4)]).toEqual([
    1,
    [
      `error: secret ${tenant}/${name} keeps r.example, because it is a copy of ${home}/${name}`,
      '  after you remove it from the source, the next sync removes it from the copy',
      '  --owned writes it anyway',
      `hint: regsecret inspect ${name} -n ${home}`,
    ],
  ]);
});

test('remove in a copy of a login proposes nothing about a source that is not there', async () => {
  const [home, tenant, name] = await homeAndTenant();
  const metadata = markOf(`${home}/${name}`, { 'regsecret/made-from': 'login' });
  await putSecret(tenant, { ...hosts, metadata }, name);
  for (const more of [['-n', tenant], ['-A']]) {
    const args = ['remove', name, '--server', 'r.example', '--dry-run=client', ...more];
    const { code, stderr } = await regsecretIn(tenant, args);
    expect([code, stderr]).toEqual([
      1,
      `error: secret ${tenant}/${name} keeps r.example, because sync created it from a login\n  --owned writes it anyway\nhint: run that sync again without r.example\n`,
    ]);
  }
  expect((await regsecretIn(tenant, ['remove', name, '--server', 'r.example', '--owned'])).code).toBe(0);
  expect(await serversIn(tenant, name)).toEqual(['quay.io']);
});

describe('remove -l', () => {
  test('says which copies outside of the label keep the entry', async () => {
    const team = freshName('team');
    const [home, inside, outside] = [
      await newNamespace({ labels: { team } }),
      await newNamespace({ labels: { team } }),
      await newNamespace(),
    ];
    const [one, two] = [freshName('one'), freshName('two')];
    for (const name of [one, two]) await putSecret(home, hosts, name);
    await putSecret(outside, { ...hosts, metadata: markOf(`${home}/${one}`) }, one);
    await putSecret(inside, { ...hosts, metadata: markOf(`${home}/${two}`) }, two);
    const ran = await regsecretIn(home, ['remove', '--server', 'r.example', '-l', `team=${team}`]);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(`secret ${inside}/${two} keeps r.example, because it is a copy of ${home}/${two}`);
    expect(ran.stderr).toContain(
      `warning: 1 copy of secret ${home}/${one} keeps r.example until the next sync, in ${outside}\nhint: regsecret sync ${one} -n ${home} --to ${outside} --dry-run=client\n`,
    );
    expect(ran.stderr).not.toContain(`copy of secret ${home}/${two}`);
    expect(await serversIn(home, one)).toEqual(['quay.io']);
  });
});
