/** `delete` against the real API server. */
import { describe, expect, test } from 'vitest';
import { api, kubectl, newNamespace } from '../../environment/use.ts';
import {
  account,
  created,
  freshName,
  listOf,
  named,
  newAccount,
  newPullSecret,
  newWorkload,
  pathOf,
  regsecretIn,
} from '../../support/attach-world.ts';

const MANAGED = { 'app.kubernetes.io/managed-by': 'regsecret' };

async function isThere(namespace: string, name: string): Promise<boolean> {
  return (await api('GET', `/api/v1/namespaces/${namespace}/secrets/${name}`)).status === 200;
}

async function put(namespace: string, name: string, metadata: object): Promise<void> {
  const auth = Buffer.from('jane:x').toString('base64');
  await created(`/api/v1/namespaces/${namespace}/secrets`, {
    metadata: { name, ...metadata },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': JSON.stringify({ auths: { 'r.example': { auth } } }) },
  });
}

const copyOf = (source: string) => ({ labels: MANAGED, annotations: { 'regsecret/source': source } });

test('a Secret goes out of every list first, and what else is in them stays', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  await newPullSecret(namespace, 'old');
  await newPullSecret(namespace, 'kept');
  const robot = (await newAccount(namespace, { imagePullSecrets: named('kept', 'old') })).metadata.name;
  const web = await newWorkload('Deployment', namespace, { list: named('old', 'kept') });
  const nightly = await newWorkload('CronJob', namespace, { list: named('old', 'kept') });
  const args = ['delete', 'old', '--yes'];
  const plan = await regsecretIn(namespace, [...args, '--dry-run=server']);
  expect([plan.code, await isThere(namespace, 'old')]).toEqual([0, true]);
  const ran = await regsecretIn(namespace, args);
  expect(ran.code, ran.stderr).toBe(0);
  const lines = [
    `serviceaccount/${robot} patched in ${namespace}`,
    `deployment.apps/${web} patched in ${namespace}`,
    `cronjob.batch/${nightly} patched in ${namespace}`,
    `secret/old deleted in ${namespace}`,
  ];
  expect(ran.stdout.split('\n').filter(Boolean).sort()).toEqual(lines.toSorted());
  expect(plan.stdout.replaceAll(' (server dry run)', '').split('\n').sort()).toEqual(ran.stdout.split('\n').sort());
  expect(ran.stdout.trim().split('\n').at(-1)).toBe(lines[3]);
  expect((await account(namespace, robot)).imagePullSecrets).toEqual(named('kept'));
  expect(await listOf('Deployment', namespace, web)).toEqual(named('kept'));
  expect(await listOf('CronJob', namespace, nightly)).toEqual(named('kept'));
  expect([await isThere(namespace, 'old'), await isThere(namespace, 'kept')]).toEqual([false, true]);
  const again = await regsecretIn(namespace, args);
  expect([again.code, again.stdout]).toEqual([0, '']);
  expect(again.stderr).toContain(`secret ${namespace}/old does not exist`);
});

test('lists that name what is gone are put right, too', async () => {
  const namespace = await newNamespace({ serviceAccount: true });
  const robot = (await newAccount(namespace, { imagePullSecrets: named('gone') })).metadata.name;
  const ran = await regsecretIn(namespace, ['delete', 'gone', '--yes']);
  expect([ran.code, ran.stdout]).toEqual([0, `serviceaccount/${robot} patched in ${namespace}\n`]);
  expect((await account(namespace, robot)).imagePullSecrets ?? []).toEqual([]);
});

describe('it stays', () => {
  test.each<[situation: string, prepare: (namespace: string) => Promise<unknown>, says: string, anyway: string]>([
    [
      'while a workload needs it',
      (namespace) => newWorkload('Deployment', namespace, { name: 'web', list: named('pull') }),
      'deployment.apps/web has no other login for r.example/app:1',
      '--force',
    ],
    [
      'while a pod without a controller needs it',
      (namespace) => newWorkload('Pod', namespace, { name: 'tool', list: named('pull') }),
      'pod/tool has no other login for r.example/app:1',
      '--force',
    ],
    [
      'while a ReplicaSet without a Deployment needs it',
      (namespace) => newWorkload('ReplicaSet', namespace, { name: 'web', list: named('pull') }),
      'replicaset.apps/web has no other login for r.example/app:1',
      '--force',
    ],
    [
      "while a CronJob needs it that an operator's Deployment owns",
      async (namespace) => {
        const name = await newWorkload('Deployment', namespace);
        const { uid } = (await api('GET', pathOf('Deployment', namespace, name))).body.metadata;
        const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name, uid, controller: true };
        const metadata = { ownerReferences: [owner] };
        return newWorkload('CronJob', namespace, { name: 'backup', list: named('pull'), metadata });
      },
      'cronjob.batch/backup has no other login for r.example/app:1',
      '--force',
    ],
    [
      'while a pod mounts it',
      (namespace) =>
        newWorkload('Pod', namespace, {
          name: 'kaniko',
          spec: { volumes: [{ name: 'docker', secret: { secretName: 'pull' } }] },
        }),
      'pod/kaniko mounts it',
      '--force',
    ],
    [
      'while a workload needs it through its service account',
      async (namespace) => {
        await newAccount(namespace, { imagePullSecrets: named('pull') }, 'robot');
        await newWorkload('Deployment', namespace, { name: 'web', account: 'robot' });
      },
      'deployment.apps/web has no other login for r.example/app:1',
      '--force',
    ],
  ])('%s', async (_, prepare, says, anyway) => {
    const namespace = await newNamespace({ serviceAccount: true });
    await newPullSecret(namespace, 'pull');
    await prepare(namespace);
    const ran = await regsecretIn(namespace, ['delete', 'pull', '--yes']);
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toContain(`error: secret ${namespace}/pull is still needed, so it was not deleted\n  ${says}\n`);
    expect(ran.stderr).toContain(`hint: regsecret delete pull -n ${namespace} ${anyway} --yes\n`);
    // Without a terminal for the question, the error is the same without --yes.
    const asked = await regsecretIn(namespace, ['delete', 'pull']);
    expect(asked).toEqual(ran);
    expect(await isThere(namespace, 'pull')).toBe(true);
    const dry = await regsecretIn(namespace, ['delete', 'pull', '--owned', '--dry-run=client']);
    expect(dry.stderr).toContain(`hint: regsecret delete pull -n ${namespace} --owned --dry-run=client ${anyway}\n`);
    const unforced = await regsecretIn(namespace, ['delete', 'pull', anyway]);
    const end = `error: deleting needs a confirmation, and there is no terminal to ask on\nhint: regsecret delete pull -n ${namespace} ${anyway} --yes\n`;
    expect([unforced.code, unforced.stdout, unforced.stderr.endsWith(end)]).toEqual([2, '', true]);
    if (says.startsWith('pod/')) expect(unforced.stderr).toContain(`warning: ${says}\n`);
    expect(await isThere(namespace, 'pull')).toBe(true);
    const forced = await regsecretIn(namespace, ['delete', 'pull', '--yes', anyway]);
    expect(forced.code, forced.stderr).toBe(0);
    // For a workload the warning has other words: that it has no login then.
    if (says.startsWith('pod/')) expect(forced.stderr).toContain(says);
    expect(await isThere(namespace, 'pull')).toBe(false);
  });

  test('while somebody else makes it', async () => {
    const namespace = await newNamespace();
    const owner = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'pull', uid: 'a' };
    await put(namespace, 'pull', { ownerReferences: [owner] });
    const ran = await regsecretIn(namespace, ['delete', 'pull', '--yes']);
    expect([ran.code, await isThere(namespace, 'pull')]).toEqual([1, true]);
    expect(ran.stderr).toContain(
      'because externalsecret.external-secrets.io/pull creates it and would create it again',
    );
    const anyway = await regsecretIn(namespace, ['delete', 'pull', '--yes', '--owned']);
    expect([anyway.code, anyway.stdout]).toEqual([0, `secret/pull deleted in ${namespace}\n`]);
  });

  test('where nobody can be asked', async () => {
    const namespace = await newNamespace();
    await newPullSecret(namespace, 'pull');
    const ran = await regsecretIn(namespace, ['delete', 'pull']);
    expect([ran.code, ran.stderr]).toEqual([
      2,
      `error: deleting needs a confirmation, and there is no terminal to ask on\nhint: regsecret delete pull -n ${namespace} --yes\n`,
    ]);
    const dryRun = await regsecretIn(namespace, ['delete', 'pul', '-A', '--dry-run=client']);
    expect(dryRun.stderr).toContain(`\nhint: regsecret delete pull -n ${namespace} -A --dry-run=client\n`);
    // The Secret does not exist, so there is nothing to confirm.
    for (const flags of [[], ['--yes']]) {
      const near = await regsecretIn(namespace, ['delete', 'pul', ...flags]);
      expect([near.code, near.stderr]).toEqual([
        1,
        `error: secret ${namespace}/pul does not exist; did you mean pull?\nhint: regsecret delete pull -n ${namespace}\n`,
      ]);
    }
    for (const flags of [[], ['--yes']]) {
      const other = await regsecretIn(namespace, ['delete', 'other-name', ...flags]);
      expect([other.code, other.stderr]).toEqual([
        0,
        `secret ${namespace}/other-name does not exist; the pull secrets there are pull\n`,
      ]);
    }
    expect(await isThere(namespace, 'pull')).toBe(true);
  });
});

test('the source of copies is not called unused, and whoever deletes it reads that they stay', async () => {
  const [home, one] = [await newNamespace({ serviceAccount: true }), await newNamespace()];
  const name = freshName('pull');
  await newPullSecret(home, name);
  const unused = async (...args: string[]) => {
    const { stdout } = await regsecretIn(home, [...args, '--offline', '-o', 'json']);
    return stdout.includes('unused-secret');
  };
  expect([await unused('doctor'), await unused('why', `secret/${name}`)]).toEqual([true, true]);
  await put(one, name, copyOf(`${home}/${name}`));
  expect([await unused('doctor'), await unused('why', `secret/${name}`)]).toEqual([false, false]);
  const ran = await regsecretIn(home, ['delete', name, '--yes', '--dry-run=client']);
  expect([ran.code, ran.stderr]).toEqual([
    0,
    `warning: 1 copy of it would stay, in ${one}\nhint: regsecret delete ${name} -n ${home} -A --dry-run=client\n`,
  ]);
});

test('of a copy, whoever deletes it reads that sync makes it again, and what keeps it from that', async () => {
  const [home, team] = [await newNamespace(), await newNamespace({ serviceAccount: true })];
  await newPullSecret(home, 'pull');
  const sync = () => regsecretIn(home, ['sync', 'pull', '--to', team]);
  const warned = (ran: { readonly stderr: string }): string | undefined =>
    /warning: secret (.*)\nhint: (.*)\n/.exec(ran.stderr)?.slice(1).join(' → ');
  await sync();
  const hint = `kubectl annotate namespace ${team} regsecret/sync=false`;
  const warning = `${team}/pull is a copy of ${home}/pull: a sync to this namespace creates it again → ${hint}`;
  expect(warned(await regsecretIn(team, ['delete', 'pull', '--dry-run=client']))).toBe(warning);
  const ran = await regsecretIn(team, ['delete', 'pull', '--yes']);
  expect([ran.code, ran.stdout, warned(ran)]).toEqual([0, `secret/pull deleted in ${team}\n`, warning]);
  expect([(await sync()).code, await isThere(team, 'pull')]).toEqual([0, true]);
  expect((await kubectl(hint.split(' ').slice(1))).code).toBe(0);
  expect(warned(await regsecretIn(team, ['delete', 'pull', '--yes']))).toBeUndefined();
  expect([(await sync()).code, await isThere(team, 'pull')]).toEqual([0, false]);
  await put(team, 'pull', copyOf(`${home}/pull`));
  expect(warned(await regsecretIn(home, ['delete', 'pull', '-A', '--yes']))).toBeUndefined();
});

test('-A deletes many copies at a time, and tells of them in their order', async () => {
  const home = await newNamespace();
  const teams = (await Promise.all(Array.from({ length: 12 }, () => newNamespace()))).sort();
  await newPullSecret(home, 'many');
  for (const team of teams) await put(team, 'many', copyOf(`${home}/many`));
  // The first namespaces take longest.
  for (const team of teams.slice(0, 2)) await newAccount(team, { imagePullSecrets: named('many') }, 'robot');
  const [, , third = ''] = teams;
  await newWorkload('Pod', third, { name: 'tool', list: named('many'), spec: { automountServiceAccountToken: false } });
  const { stdout, stderr } = await regsecretIn(home, ['delete', 'many', '-A', '--yes']);
  const lines = teams.map((team, index) => {
    const deleted = `secret/many deleted in ${team}\n`;
    return index < 2 ? `serviceaccount/robot patched in ${team}\n${deleted}` : index === 2 ? '' : deleted;
  });
  expect(stdout).toBe(lines.join(''));
  expect(stderr).toContain(`secret ${third}/many is still needed`);
  expect(stderr).toContain('13 Secrets: 11 deleted, 2 failed');
});

test('-A takes all copies of it along, and no Secret that is none', async () => {
  const [home, one, two, other] = [
    await newNamespace({ serviceAccount: true }),
    await newNamespace({ serviceAccount: true }),
    await newNamespace({ serviceAccount: true }),
    await newNamespace(),
  ];
  const name = freshName('pull');
  await newPullSecret(home, name);
  for (const namespace of [one, two]) await put(namespace, name, copyOf(`${home}/${name}`));
  await put(other, name, copyOf(`${one}/${name}`));
  await put(other, 'mine', { annotations: { 'regsecret/source': `${home}/${name}` } });
  const robot = (await newAccount(one, { imagePullSecrets: named(name) })).metadata.name;
  await newWorkload('Deployment', two, { name: 'web', list: named(name) });
  const plan = await regsecretIn(home, ['delete', name, '-A', '--yes', '--dry-run=server']);
  const ran = await regsecretIn(home, ['delete', name, '-A', '--yes']);
  expect(ran.code).toBe(1);
  expect(ran.stdout).toBe(`serviceaccount/${robot} patched in ${one}\nsecret/${name} deleted in ${one}\n`);
  expect(plan.stdout.replaceAll(' (server dry run)', '')).toBe(ran.stdout);
  expect(ran.stderr).toContain(`secret ${two}/${name} is still needed`);
  // Without the source its copy could not be updated.
  expect(ran.stderr).toContain(
    `secret ${home}/${name} was not deleted, because the copy of it in ${two} was not deleted\n`,
  );
  expect(ran.stderr).toContain('3 Secrets: 1 deleted, 2 failed');
  const forced = await regsecretIn(home, ['delete', name, '-A', '--yes', '--force']);
  expect(forced.code, forced.stderr).toBe(0);
  expect([await isThere(two, name), await isThere(other, name), await isThere(other, 'mine')]).toEqual([
    false,
    true,
    true,
  ]);
});
