/** `sync --attach`: the lists of service accounts in every namespace that gets a copy, and Secrets that others created. */
import { describe, expect, test } from 'vitest';
import { api, cluster, kubeconfigFor } from '../../environment/use.ts';
import {
  account,
  cached,
  failFirstPod,
  named,
  newAccount,
  newWorkload,
  pathOf,
  regsecretIn,
} from '../../support/attach-world.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { changeSecret, newFleet, OURS, payloadOf, putSecret, secretIn } from '../../support/sync-world.ts';

const lines = (text: string): string[] => text.trimEnd().split('\n').sort();
const listOf = async (namespace: string, name = 'default') => (await account(namespace, name)).imagePullSecrets;

describe('--attach', () => {
  test('sa/default: other entries stay, and a second run reads three lists and writes nothing', async () => {
    const { home, teams, prefix } = await newFleet(2, { serviceAccount: true });
    const [first = '', second = ''] = teams;
    const headers = { 'content-type': 'application/merge-patch+json' };
    const path = `/api/v1/namespaces/${first}/serviceaccounts/default`;
    await api('PATCH', path, { imagePullSecrets: named('own') }, headers);
    const args = ['sync', '-l', `fleet=${prefix}`, '--attach', 'sa/default'];
    const ran = await regsecretIn(home, args);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(lines(ran.stdout)).toEqual(
      [
        '2 namespaces: 2 created',
        '2 service accounts: 2 patched',
        ...teams.map((team) => `secret/regsecret created in ${team}`),
        ...teams.map((team) => `serviceaccount/default patched in ${team}`),
      ].sort(),
    );
    expect(await listOf(first)).toEqual(named('own', 'regsecret'));
    expect(await listOf(second)).toEqual(named('regsecret'));
    const proxy = await startFaultProxy(cluster());
    const again = await regsecretIn(home, args, { kubeconfig: kubeconfigFor({ server: proxy.server }) });
    await proxy.close();
    expect(again).toMatchObject({ code: 0, stdout: '2 namespaces: 2 unchanged\n', stderr: '' });
    // A list of the whole cluster may have several pages.
    const asked = new Set(proxy.requests.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`));
    expect([...asked].sort()).toEqual([
      'GET /api/v1/namespaces',
      `GET /api/v1/namespaces/${home}/secrets/regsecret`,
      'GET /api/v1/secrets',
      'GET /api/v1/serviceaccounts',
    ]);
  });

  test('used: the service accounts of pods and workloads, and no other', async () => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1, { serviceAccount: true });
    for (const name of ['of-web', 'idle']) await newAccount(team, {}, name);
    await newWorkload('Deployment', team, { account: 'of-web' });
    const ran = await regsecretIn(home, ['sync', '--to', team, '--attach', 'used']);
    expect(ran.code, ran.stderr).toBe(0);
    expect(await listOf(team, 'of-web')).toEqual(named('regsecret'));
    expect(await listOf(team, 'idle')).toBeUndefined();
  });

  test('all of them', async () => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1, { serviceAccount: true });
    await newAccount(team, {}, 'robot');
    const ran = await regsecretIn(home, ['sync', '--to', team, '--attach', 'all']);
    expect(ran.stdout).toMatch(/^2 service accounts: 2 patched$/m);
    expect(await listOf(team, 'robot')).toEqual(named('regsecret'));
    expect(await listOf(home)).toBeUndefined();
  });

  test('one that only some namespaces have: the others are named', async () => {
    const { home, teams } = await newFleet(2, { serviceAccount: true });
    const [first = '', second = ''] = teams;
    await newAccount(first, {}, 'ci');
    const ran = await regsecretIn(home, ['sync', '--to', teams.join(','), '--attach', 'sa/ci']);
    expect(ran).toMatchObject({
      code: 0,
      stderr: `warning: there is no service account ci in ${second}, so nothing uses regsecret there\n`,
    });
    expect(await listOf(first, 'ci')).toEqual(named('regsecret'));
  });

  test('one with a typo: what may be meant is said', async () => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1, { serviceAccount: true });
    const ran = await regsecretIn(home, ['sync', '--to', team, '--attach', 'sa/defualt', '--dry-run=client']);
    expect(ran).toMatchObject({
      code: 0,
      stderr: `warning: there is no service account defualt in ${team}, so nothing uses regsecret there; did you mean default?\n`,
    });
  });

  test('where the Secret is not served no list names it', async () => {
    const { home, teams } = await newFleet(2, { serviceAccount: true });
    const [first = '', second = ''] = teams;
    await putSecret(first);
    const ran = await regsecretIn(home, ['sync', '--to', teams.join(','), '--attach', 'sa/default']);
    expect(ran.code).toBe(1);
    expect(await listOf(first)).toBeUndefined();
    expect(await listOf(second)).toEqual(named('regsecret'));
  });

  test.each(['client', 'server'])('--dry-run=%s prints what the run does, and changes nothing', async (where) => {
    const { home, teams } = await newFleet(2, { serviceAccount: true });
    const args = ['sync', '--to', teams.join(','), '--attach', 'sa/default'];
    const plan = await regsecretIn(home, [...args, `--dry-run=${where}`]);
    expect(await listOf(teams[0] ?? '')).toBeUndefined();
    const ran = await regsecretIn(home, args);
    expect(lines(plan.stdout.replaceAll(/ \((server )?dry run\)$/gm, ''))).toEqual(lines(ran.stdout));
    expect([plan.code, plan.stderr]).toEqual([ran.code, ran.stderr]);
  });

  test('a pod that will not recover is named with the command, and --restart restarts just its controller', async () => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1, { serviceAccount: true });
    const [fails, runs] = [await newWorkload('Deployment', team), await newWorkload('Deployment', team)];
    const pod = await failFirstPod(team, fails);
    const args = ['sync', '--to', team, '--attach', 'sa/default'];
    const ran = await regsecretIn(home, args);
    expect(ran.code, ran.stderr).toBe(0);
    expect(ran.stderr).toContain(`pod/${pod} in ${team}  ErrImagePull  deployment.apps/${fails}\n`);
    expect(ran.stderr).toContain(`hint: regsecret sync -n ${home} --to ${team} --attach sa/default --restart\n`);
    await cached(`/api/v1/namespaces/${team}/serviceaccounts`, 'default', (object) => object.imagePullSecrets);
    const again = await regsecretIn(home, [...args, '--restart']);
    expect(again.stdout).toContain(`deployment.apps/${fails} restarted in ${team}\n`);
    const restarted = async (name: string) =>
      (await api('GET', pathOf('Deployment', team, name))).body.metadata.generation;
    expect([await restarted(fails), await restarted(runs)]).toEqual([2, 1]);
  });

  test.each([
    ['beside --attach', ['--attach', 'used']],
    ['with no service account to attach to', []],
  ])(
    '--restart restarts the controllers of pods that name the Secret, and fail with what was in it: %s',
    async (_, to) => {
      const { home, teams } = await newFleet(1, { serviceAccount: true });
      const [team = ''] = teams;
      await putSecret(team, { data: { '.dockerconfigjson': payloadOf('own.example') } });
      const list = named('regsecret');
      const [fails, foreign, runs] = [
        await newWorkload('Deployment', team, { image: 'r.example/app:1', list }),
        await newWorkload('Deployment', team, { image: 'own.example/app:1', list }),
        await newWorkload('Deployment', team, { image: 'r.example/app:1', list }),
      ];
      for (const app of [fails, foreign]) await failFirstPod(team, app);
      const args = ['sync', '--to', team, '--merge', ...to, '--restart'];
      const restarted = `deployment.apps/${fails} restarted in ${team}`;
      const plan = await regsecretIn(home, [...args, '--dry-run=client']);
      expect([plan.code, lines(plan.stdout)]).toEqual([0, expect.arrayContaining([`${restarted} (dry run)`])]);
      const ran = await regsecretIn(home, args);
      expect([ran.code, lines(ran.stdout).filter((line) => line.includes('restarted'))]).toEqual([0, [restarted]]);
      const generation = async (name: string) =>
        (await api('GET', pathOf('Deployment', team, name))).body.metadata.generation;
      expect([await generation(fails), await generation(foreign), await generation(runs)]).toEqual([2, 1, 1]);
      expect((await regsecretIn(home, args)).stdout).not.toContain('restarted');
    },
  );

  test.each([
    ['deploy/web', '--attach takes service accounts: sa/NAME, used or all'],
    ['default', 'a target is KIND/NAME'],
  ])('%s is no service account', async (target, message) => {
    const ran = await regsecretIn('default', ['sync', '--to', 'x', '--attach', target]);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain(message);
  });
});

describe('a Secret of that name that others made', () => {
  const other = { data: { '.dockerconfigjson': payloadOf('other.example') }, metadata: { labels: { own: 'yes' } } };
  const serversIn = async (namespace: string): Promise<string[]> => {
    const text = Buffer.from((await secretIn(namespace))?.data?.['.dockerconfigjson'] ?? '', 'base64').toString();
    return Object.keys(JSON.parse(text).auths);
  };

  test('--merge: the logins are put into it, the rest stays, and it stays theirs', async () => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1);
    await putSecret(team, other);
    const args = ['sync', '--to', team, '--merge'];
    expect(await regsecretIn(home, args)).toMatchObject({
      code: 0,
      stdout: `secret/regsecret updated in ${team}\n1 namespace: 1 updated\n`,
    });
    expect((await serversIn(team)).sort()).toEqual(['other.example', 'r.example']);
    expect((await secretIn(team))?.metadata.labels).toEqual({ own: 'yes' });
    expect((await regsecretIn(home, args)).stdout).toBe('1 namespace: 1 unchanged\n');
  });

  test('--merge into one of another type: it is left alone', async () => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1);
    await putSecret(team, { type: 'Opaque', data: { a: 'eA==' } });
    const ran = await regsecretIn(home, ['sync', '--to', team, '--merge']);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(`secret ${team}/regsecret has the type Opaque, so it is left alone`);
  });

  test('--adopt: it becomes a copy', async () => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1);
    await putSecret(team, other);
    const line = ['sync', '--to', team, '--adopt'];
    const warning = `warning: --adopt drops other.example (jane) from secret regsecret in ${team}; --merge keeps it\n`;
    expect(await regsecretIn(home, [...line, '--dry-run=client'])).toEqual({
      code: 0,
      stdout: `secret/regsecret updated in ${team} (dry run)\n1 namespace: 1 updated (dry run)\n`,
      stderr: warning,
    });
    const dry = await regsecretIn(home, [...line, '--dry-run=server', '-o', 'json']);
    expect(JSON.parse(dry.stdout).namespaces).toEqual([
      { namespace: team, action: 'updated', lost: ['other.example'] },
    ]);
    const left = await regsecretIn(home, ['sync', '--to', team]);
    expect(left.stderr).toContain('--adopt instead turns it into a copy, which drops the rest\n');
    expect(await serversIn(team)).toEqual(['other.example']);
    const ran = await regsecretIn(home, [...line, '--yes']);
    expect([ran.code, ran.stderr]).toEqual([0, warning]);
    expect((await regsecretIn(home, line)).stderr).toBe('');
    expect(await serversIn(team)).toEqual(['r.example']);
    expect((await secretIn(team))?.metadata.labels).toEqual({ ...OURS, own: 'yes' });
    await changeSecret(home, { data: { '.dockerconfigjson': payloadOf('new.example') } });
    expect((await regsecretIn(home, ['sync', '--to', team])).code).toBe(0);
    expect(await serversIn(team)).toEqual(['new.example']);
  });
});
