/** `sync`: the namespaces that get the Secret, what is written there, and what is left alone. */
import { describe, expect, test } from 'vitest';
import { api, cluster, kubeconfigFor, kubectl, newNamespace, waitFor } from '../../environment/use.ts';
import { type Account, created, freshName, regsecretIn } from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { changeSecret, newFleet, OURS, payloadOf, putSecret, secretIn } from '../../support/sync-world.ts';
import { keys, type Terminal, terminal } from '../../support/terminal.ts';
import { mayDo, type Rule } from '../../support/user.ts';

const lines = (text: string): string[] => text.trimEnd().split('\n');

describe('a Secret that is new in all namespaces', () => {
  test('is there with type and payload, byte for byte, and a second run writes nothing', async () => {
    const { home, teams, prefix } = await newFleet(3);
    const first = await regsecretIn(home, ['sync', '--to', `${prefix}-*`]);
    expect(first.code, first.stderr).toBe(0);
    expect(lines(first.stdout).slice(0, -1).sort()).toEqual(teams.map((team) => `secret/regsecret created in ${team}`));
    expect(lines(first.stdout).at(-1)).toBe('3 namespaces: 3 created');
    const source = await secretIn(home);
    for (const team of teams) {
      const copy = await secretIn(team);
      expect(copy).toMatchObject({ type: source?.type, data: source?.data });
      expect(copy?.metadata.labels).toEqual(OURS);
      expect(copy?.metadata.annotations).toEqual({ 'regsecret/source': `${home}/regsecret` });
    }
    const proxy = await startFaultProxy(cluster());
    const kubeconfig = kubeconfigFor({ server: proxy.server });
    const second = await regsecretIn(home, ['sync', '--to', `${prefix}-*`], { kubeconfig });
    await proxy.close();
    expect(second).toMatchObject({ code: 0, stdout: '3 namespaces: 3 unchanged\n', stderr: '' });
    // A list of the whole cluster may have several pages.
    const asked = new Set(proxy.requests.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`));
    expect([...asked].sort()).toEqual([
      'GET /api/v1/namespaces',
      `GET /api/v1/namespaces/${home}/secrets/regsecret`,
      'GET /api/v1/secrets',
    ]);
  });

  test('labels, annotations and owners of the source stay there', async () => {
    const { home, teams } = await newFleet(1);
    const owner = await created<Account>(`/api/v1/namespaces/${home}/configmaps`, { metadata: { name: 'owner' } });
    await changeSecret(home, {
      metadata: {
        labels: {
          'app.kubernetes.io/instance': 'platform',
          'app.kubernetes.io/managed-by': 'Helm',
          'kustomize.toolkit.fluxcd.io/name': 'platform',
          'argocd.argoproj.io/instance': 'platform',
        },
        annotations: {
          'argocd.argoproj.io/tracking-id': 'platform:/Secret:platform/regsecret',
          'kubectl.kubernetes.io/last-applied-configuration': '{}',
          'meta.helm.sh/release-name': 'platform',
          'kustomize.toolkit.fluxcd.io/checksum': '1',
          'regsecret/expires-at': '{"r.example":"2030-01-01T00:00:00Z"}',
        },
        ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid }],
      },
    });
    const ran = await regsecretIn(home, ['sync', '--to', teams.join(',')]);
    expect(ran.code, ran.stderr).toBe(0);
    const copy = await secretIn(teams[0] ?? '');
    expect(copy?.metadata.labels).toEqual(OURS);
    expect(copy?.metadata.annotations).toEqual({
      'regsecret/source': `${home}/regsecret`,
      'regsecret/expires-at': '{"r.example":"2030-01-01T00:00:00Z"}',
    });
    expect(copy?.metadata.ownerReferences).toBeUndefined();
  });
});

describe('a copy that is not as its source is', () => {
  test.each<[situation: string, change: object, lost?: string]>([
    ['another login', { data: { '.dockerconfigjson': payloadOf('old.example') } }, 'old.example'],
    ['one login more', { data: { '.dockerconfigjson': payloadOf('r.example', 'b.example') } }, 'b.example'],
    ['an end that the source has not', { metadata: { annotations: { 'regsecret/expires-at': '{}' } } }],
  ])('%s: is updated, and labels of its namespace stay', async (_, change, lost) => {
    const { home, teams } = await newFleet(2);
    const to = ['sync', '--to', teams.join(',')];
    await regsecretIn(home, to);
    const [first = ''] = teams;
    await changeSecret(first, { metadata: { labels: { team: 'a' }, annotations: { note: 'ours' } } });
    await changeSecret(first, change);
    const plan = await regsecretIn(home, [...to, '--dry-run=client']);
    const ran = await regsecretIn(home, to);
    const stderr =
      lost === undefined
        ? ''
        : `warning: sync drops ${lost} (jane) from secret regsecret in ${first}; the source does not have it\n`;
    expect([plan.code, plan.stderr]).toEqual([0, stderr]);
    expect(ran).toMatchObject({
      code: 0,
      stdout: `secret/regsecret updated in ${first}\n2 namespaces: 1 updated, 1 unchanged\n`,
      stderr,
    });
    const copy = await secretIn(first);
    expect(copy?.data).toEqual((await secretIn(home))?.data);
    expect(copy?.metadata.labels).toEqual({ ...OURS, team: 'a' });
    expect(copy?.metadata.annotations).toEqual({ 'regsecret/source': `${home}/regsecret`, note: 'ours' });
  });

  test.each<[situation: string, change: object, action: string | undefined, flags?: readonly string[]]>([
    ['of the same login', {}, undefined],
    ['of another login', { data: { '.dockerconfigjson': payloadOf('r.example/old') } }, 'updated'],
    ['that is immutable', { data: { '.dockerconfigjson': payloadOf('r.example/old') }, immutable: true }, 'replaced'],
    [
      'that sync did not make',
      { metadata: { labels: { 'app.kubernetes.io/managed-by': null } } },
      'updated',
      ['--adopt'],
    ],
  ])('data that others put into a copy %s stays', async (_, change, action, flags = []) => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1);
    const to = ['sync', '--to', team, ...flags];
    await regsecretIn(home, to);
    await changeSecret(team, { data: { 'ca.crt': 'eA==' } });
    await changeSecret(team, change);
    const ran = await regsecretIn(home, to);
    const line = action === undefined ? '' : `secret/regsecret ${action} in ${team}\n`;
    expect(ran).toMatchObject({ code: 0, stdout: `${line}1 namespace: 1 ${action ?? 'unchanged'}\n` });
    expect((await secretIn(team))?.data).toEqual({ ...(await secretIn(home))?.data, 'ca.crt': 'eA==' });
    expect((await regsecretIn(home, to)).stdout).toBe('1 namespace: 1 unchanged\n');
    const doctor = await regsecretIn(team, ['doctor', '--offline', '-o', 'json']);
    expect(doctor.stdout).not.toContain('stale-copy');
  });

  test.each([
    [
      'immutable',
      async (home: string, team: string) => {
        await changeSecret(team, { immutable: true });
        await changeSecret(home, { data: { '.dockerconfigjson': payloadOf('new.example') } });
      },
    ],
    [
      'of another type',
      async (home: string) => {
        await api('DELETE', `/api/v1/namespaces/${home}/secrets/regsecret`);
        const map = Buffer.from('{"r.example":{"auth":"eDp5"}}').toString('base64');
        await putSecret(home, { type: 'kubernetes.io/dockercfg', data: { '.dockercfg': map } });
      },
    ],
  ])('%s: is replaced', async (_, change) => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1);
    await regsecretIn(home, ['sync', '--to', team]);
    await changeSecret(team, { metadata: { labels: { team: 'a' } } });
    await change(home, team);
    const ran = await regsecretIn(home, ['sync', '--to', team]);
    expect(ran).toMatchObject({ code: 0, stdout: `secret/regsecret replaced in ${team}\n1 namespace: 1 replaced\n` });
    const [copy, source] = [await secretIn(team), await secretIn(home)];
    expect(copy).toMatchObject({ type: source?.type, data: source?.data });
    expect(copy?.metadata.labels).toEqual({ ...OURS, team: 'a' });
    expect((await regsecretIn(home, ['sync', '--to', team])).stdout).toBe('1 namespace: 1 unchanged\n');
  });
});

describe('which namespaces are meant', () => {
  test('those with a label, also beside -A, but not excluded ones, nor where an annotation says no', async () => {
    const { home, teams, prefix } = await newFleet(3);
    const [first = '', second = '', third = ''] = teams;
    const headers = { 'content-type': 'application/merge-patch+json' };
    const annotations = { 'regsecret/sync': 'false' };
    await api('PATCH', `/api/v1/namespaces/${second}`, { metadata: { annotations } }, headers);
    const ran = await regsecretIn(home, ['sync', '-A', '-l', `fleet=${prefix}`, '--exclude', third]);
    expect(ran).toEqual({
      code: 0,
      stdout: `secret/regsecret created in ${first}\n1 namespace: 1 created\n`,
      stderr: `1 namespace is left alone because of annotation regsecret/sync: ${second}\n`,
    });
    expect(await secretIn(second)).toBeUndefined();
    expect(await secretIn(third)).toBeUndefined();
    const none = await regsecretIn(home, ['sync', '-l', `fleet=${prefix}`, '--exclude', `${first},${third}`]);
    const hint = `kubectl annotate namespace ${second} regsecret/sync-`;
    expect(none.stderr).toBe(
      `1 namespace is left alone because of annotation regsecret/sync: ${second}\nhint: ${hint}\n`,
    );
    expect((await kubectl(hint.split(' ').slice(1))).code).toBe(0);
    expect((await regsecretIn(home, ['sync', '--to', second])).stdout).toContain('1 created');
  });

  test('one that is being deleted is skipped', async () => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1);
    await api('POST', `/api/v1/namespaces/${team}/configmaps`, {
      metadata: { name: 'stays', finalizers: ['test/stays'] },
    });
    await api('DELETE', `/api/v1/namespaces/${team}`);
    const ran = await regsecretIn(home, ['sync', '--to', team]);
    const headers = { 'content-type': 'application/merge-patch+json' };
    await api('PATCH', `/api/v1/namespaces/${team}/configmaps/stays`, { metadata: { finalizers: null } }, headers);
    expect(ran).toEqual({
      code: 0,
      stdout: '0 namespaces\n',
      stderr: `1 namespace is being deleted, and skipped: ${team}\n`,
    });
  });

  test('all of them are neither the own one nor those of vendors', async () => {
    const { home } = await newFleet(0);
    const ran = await regsecretIn(home, ['sync', '-A', '--dry-run=client', '-o', 'json']);
    const { namespaces } = JSON.parse(ran.stdout);
    const names = namespaces.map(({ namespace }: { namespace: string }) => namespace);
    expect(names).toContain('default');
    expect(names.filter((name: string) => name === home || /^(kube|openshift)-/.test(name))).toEqual([]);
  });

  test('one of a vendor where it is named', async () => {
    const { home } = await newFleet(0);
    const ran = await regsecretIn(home, ['sync', '--to', 'kube-public', '--dry-run=client']);
    expect(ran.stdout).toMatch(/^secret\/regsecret created in kube-public \(dry run\)$/m);
  });

  test('one that does not exist: the others are served', async () => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1);
    const ran = await regsecretIn(home, ['sync', '--to', `no-such-one,${team}`]);
    expect(ran).toEqual({
      code: 1,
      stdout: `secret/regsecret created in ${team}\n2 namespaces: 1 created, 1 failed\n`,
      stderr: 'error: namespace no-such-one does not exist\nhint: kubectl create namespace no-such-one\n',
    });
  });

  test('one that nearly exists: the same command with the right one, but none with another number', async () => {
    const { home } = await newFleet(0);
    const right = await newNamespace({ prefix: freshName('team-01') });
    const [wrong, next] = ['team-1', 'team-02'].map((start) => right.replace('team-01', start));
    const ran = await regsecretIn(home, ['sync', '--to', `${wrong},${next}`, '--yes']);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(
      `error: namespace ${wrong} does not exist; did you mean ${right}?\nhint: regsecret sync -n ${home} --to ${right},${next} --dry-run=client\n`,
    );
    expect(ran.stderr).toContain(`error: namespace ${next} does not exist\nhint: kubectl create namespace ${next}\n`);
  });
});

describe('--dry-run', () => {
  test('with --watch looks once, as without it', async () => {
    const [home, target] = [await newNamespace(), await newNamespace()];
    await putSecret(home);
    const line = ['sync', '--to', target, '--dry-run=client', '--listen', ':0', '--watch', '-o', 'json'];
    const [once, watch] = await Promise.all([
      regsecretIn(
        home,
        line.filter((word) => !['--listen', ':0', '--watch'].includes(word)),
      ),
      regsecretIn(home, line),
    ]);
    expect([watch.code, watch.stdout]).toEqual([once.code, once.stdout]);
    expect(watch.stderr).toBe(`a dry run checks once, and --watch does not continue it\n${once.stderr}`);
  });

  test.each([
    ['client', '(dry run)'],
    ['server', '(server dry run)'],
  ])('=%s prints what the run does, and changes nothing', async (where, suffix) => {
    const { home, teams } = await newFleet(3);
    const [, second = '', third = ''] = teams;
    await putSecret(second, {
      metadata: { labels: OURS, annotations: { 'regsecret/source': `${home}/regsecret` } },
      data: { '.dockerconfigjson': payloadOf('old.example') },
    });
    await putSecret(third);
    const to = ['sync', '--to', teams.join(',')];
    const before = await Promise.all(teams.map((team) => secretIn(team)));
    const plan = await regsecretIn(home, [...to, `--dry-run=${where}`]);
    expect(await Promise.all(teams.map((team) => secretIn(team)))).toEqual(before);
    const ran = await regsecretIn(home, to);
    expect([plan.code, plan.stderr.replace(` --dry-run=${where}`, '')]).toEqual([ran.code, ran.stderr]);
    expect(lines(plan.stdout).slice(0, -1)).toEqual(lines(plan.stdout).slice(0, -1).sort());
    expect(lines(plan.stdout).sort()).toEqual(
      lines(ran.stdout)
        .map((line) => `${line} ${suffix}`)
        .sort(),
    );
  });
});

describe('what is not served', () => {
  test('Secrets of that name that others made are left alone and named, once for all of them', async () => {
    const { home, teams } = await newFleet(3);
    const [first = '', second = '', third = ''] = teams;
    const own = { data: { '.dockerconfigjson': payloadOf('own.example') } };
    for (const team of [first, second]) await putSecret(team, own);
    const before = await secretIn(first);
    const ran = await regsecretIn(home, ['sync', '--to', teams.join(',')]);
    expect(ran).toMatchObject({
      code: 1,
      stdout: `secret/regsecret created in ${third}\n3 namespaces: 1 created, 2 left alone\n`,
    });
    expect(ran.stderr).toContain(`error: secret ${first}/regsecret was not created by sync, so it is left alone\n`);
    expect(ran.stderr).toContain(`the same in ${second}\n`);
    const line = `regsecret sync -n ${home} --to ${teams.join(',')} --merge`;
    expect(ran.stderr).toContain(`hint: ${line}, which adds these logins and keeps the rest; --adopt`);
    expect(await secretIn(first)).toEqual(before);
    await changeSecret(first, { immutable: true });
    const merged = await regsecretIn(home, ['sync', '--to', teams.join(','), '--merge']);
    expect([merged.code, merged.stderr]).toEqual([
      1,
      `error: secret ${first}/regsecret is immutable, so --merge cannot change it\n` +
        `hint: ${line.replace('--merge', '--adopt')}, which turns it into a copy and drops logins that the source does not have\n`,
    ]);
  });

  test('a copy of another source', async () => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1);
    await putSecret(team, { metadata: { labels: OURS, annotations: { 'regsecret/source': 'other/regsecret' } } });
    const ran = await regsecretIn(home, ['sync', '--to', team]);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(`error: secret ${team}/regsecret is a copy of other/regsecret, so it is left alone\n`);
  });

  test('namespaces with a quota: the others are', async () => {
    const { home, teams } = await newFleet(4);
    const full = teams.slice(0, 3);
    for (const team of full) await takeNoSecrets(team);
    const ran = await regsecretIn(home, ['sync', '--to', teams.join(',')]);
    expect(ran.code).toBe(1);
    expect(lines(ran.stdout).at(-1)).toBe('4 namespaces: 1 created, 3 failed');
    const errors = lines(ran.stderr).filter((line) => line.startsWith('error: '));
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^error: cannot create secret .* exceeded quota: none/);
    expect(ran.stderr).toMatch(/^ {2}the same in \S+, \S+$/m);
  });
});

describe('the source', () => {
  test('is not there', async () => {
    const { teams } = await newFleet(1);
    const ran = await regsecretIn(await newNamespace(), ['sync', '--to', teams.join(',')]);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^error: secret \S+\/regsecret does not exist/);
  });

  test('is a copy itself: where to begin is said', async () => {
    const {
      home,
      teams: [first = '', second = ''],
    } = await newFleet(2);
    await regsecretIn(home, ['sync', '--to', first]);
    const ran = await regsecretIn(first, ['sync', '--to', second]);
    expect(ran).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: secret ${first}/regsecret is itself a copy of ${home}/regsecret\nhint: regsecret sync regsecret -n ${home}\n`,
    });
  });

  test('is no pull secret', async () => {
    const { home, teams } = await newFleet(1);
    await putSecret(home, { type: 'Opaque', data: { a: 'eA==' } }, 'other');
    const ran = await regsecretIn(home, ['sync', 'other', '--to', teams.join(',')]);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain(`secret ${home}/other`);
    expect(await secretIn(teams[0] ?? '', 'other')).toBeUndefined();
  });
});

test('-o name: what was written, and nothing else', async () => {
  const { home, teams } = await newFleet(2);
  const ran = await regsecretIn(home, ['sync', '--to', teams.join(','), '-o', 'name']);
  expect(lines(ran.stdout).sort()).toEqual(teams.map((team) => `secret/regsecret -n ${team}`));
});

describe('a login from here', () => {
  const login = ['--server', 'r.example', '--username', 'jane', '--password-stdin'];

  test('needs no Secret as its source, and the same login again writes nothing', async () => {
    const { home, teams, prefix } = await newFleet(2);
    const args = ['sync', 'from-here', '--to', `${prefix}-*`, ...login];
    const ran = await regsecretIn(home, args, { stdin: CANARY });
    expect(ran.code, ran.stderr).toBe(0);
    expect(lines(ran.stdout).at(-1)).toBe('2 namespaces: 2 created');
    expect(await secretIn(home, 'from-here')).toBeUndefined();
    const copy = await secretIn(teams[0] ?? '', 'from-here');
    expect(copy?.metadata).toMatchObject({ labels: OURS, annotations: { 'regsecret/source': `${home}/from-here` } });
    const { auths } = JSON.parse(Buffer.from(copy?.data?.['.dockerconfigjson'] ?? '', 'base64').toString());
    expect(auths['r.example']).toMatchObject({ username: 'jane', password: CANARY });
    expect((await regsecretIn(home, args, { stdin: CANARY })).stdout).toBe('2 namespaces: 2 unchanged\n');
    expect((await regsecretIn(home, args, { stdin: 'another' })).stdout).toMatch(/^2 namespaces: 2 updated$/m);
  });

  test('that has ended is not written', async () => {
    const { home, teams } = await newFleet(1);
    const claims = Buffer.from('{"exp":1700000000}').toString('base64url');
    const token = `eyJhbGciOiJub25lIn0.${claims}.x`;
    const ran = await regsecretIn(home, ['sync', 'ended', '--to', teams.join(','), ...login], { stdin: token });
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(/^error: .*expired/);
    expect(await secretIn(teams[0] ?? '', 'ended')).toBeUndefined();
  });

  test('when it ends stands on every copy', async () => {
    const { home, teams } = await newFleet(1);
    const claims = Buffer.from('{"exp":4102444800}').toString('base64url');
    const token = `eyJhbGciOiJub25lIn0.${claims}.x`;
    const ran = await regsecretIn(home, ['sync', 'ends', '--to', teams.join(','), ...login], { stdin: token });
    expect(ran.code, ran.stderr).toBe(0);
    const { annotations } = (await secretIn(teams[0] ?? '', 'ends'))?.metadata ?? {};
    expect(annotations?.['regsecret/expires-at']).toBe('{"r.example":"2100-01-01T00:00:00Z"}');
  });

  test('a user without a password: nobody is asked for one', async () => {
    const ran = await regsecretIn('default', ['sync', '--to', 'x', '--server', 'r.example', '--username', 'jane'], {
      tty: true,
    });
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('there is a username, but no password');
  });
});

describe('on a terminal', () => {
  const type = (home: string, args: string[]): Terminal =>
    terminal([...args, '-n', home], { HOME: cluster().home, KUBECONFIG: cluster().kubeconfig });

  test('more than one change is asked about, with counts: a no writes nothing, a yes does', async () => {
    const { home, teams } = await newFleet(2);
    const args = ['sync', '--to', teams.join(',')];
    const first = type(home, args);
    await first.see('Update 2 namespaces (2 new)?');
    first.type(`n${keys.enter}`);
    expect(await first.ended).toBe(1);
    expect(await secretIn(teams[0] ?? '')).toBeUndefined();
    const second = type(home, args);
    await second.see('(2 new)?');
    second.type(`y${keys.enter}`);
    await second.see('2 namespaces: 2 created');
    expect(await second.ended).toBe(0);
  });

  test('a login that goes is named and asked about in any case', async () => {
    const {
      home,
      teams: [team = ''],
    } = await newFleet(1);
    await putSecret(team, { data: { '.dockerconfigjson': payloadOf('r.example', 'other.example') } });
    const before = await secretIn(team);
    const tty = type(home, ['sync', '--to', team, '--adopt']);
    await tty.see('drops other.example (jane)');
    await tty.see('; 1 login dropped)?');
    tty.type(`n${keys.enter}`);
    expect(await tty.ended).toBe(1);
    expect(await secretIn(team)).toEqual(before);
  });

  test('a deletion is asked about in any case', async () => {
    const { home, teams } = await newFleet(2);
    const [first = '', second = ''] = teams;
    await regsecretIn(home, ['sync', '--to', teams.join(',')]);
    const tty = type(home, ['sync', '--to', first, '--prune']);
    await tty.see('elete regsecret in');
    tty.type(`y${keys.enter}`);
    await tty.see('1 deleted');
    expect(await tty.ended).toBe(0);
    expect(await secretIn(second)).toBeUndefined();
  });

  test.each([
    ['one change', 1, []],
    ['--yes', 2, ['--yes']],
    ['--dry-run', 2, ['--dry-run=client']],
  ])('%s is not asked about', async (_, count, flags) => {
    const { home, teams } = await newFleet(count);
    const ran = await regsecretIn(home, ['sync', '--to', teams.join(','), ...flags], { tty: true });
    expect(ran.code, ran.stderr).toBe(0);
  });
});

describe('a tenant', () => {
  test('who makes their Secret as they like keeps nobody else from being served', async () => {
    const { home, teams } = await newFleet(4);
    const [first = '', second = '', third = '', fourth = ''] = teams;
    await putSecret(first, {
      metadata: {
        labels: OURS,
        annotations: { 'regsecret/source': `${home}/regsecret`, 'regsecret/expires-at': '\u001b[2J{' },
      },
    });
    await putSecret(second, { metadata: { labels: OURS, annotations: { 'regsecret/source': '\u001b[31m/../x' } } });
    await putSecret(third, { type: 'Opaque', data: { x: Buffer.alloc(900_000).toString('base64') } });
    const ran = await regsecretIn(home, ['sync', '--to', teams.join(',')]);
    expect(ran.code).toBe(1);
    expect(lines(ran.stdout).at(-1)).toBe('4 namespaces: 1 created, 1 updated, 2 left alone');
    expect(ran.stdout + ran.stderr).not.toContain('\u001b');
    for (const team of [first, fourth]) expect((await secretIn(team))?.data).toEqual((await secretIn(home))?.data);
  });

  test('whose namespace refuses by a policy: the others are served, and the reason is told', async () => {
    const { home, teams } = await newFleet(2);
    const [first = ''] = teams;
    await takeNoSecrets(first);
    const ran = await regsecretIn(home, ['sync', '--to', teams.join(','), '-o', 'json']);
    expect(ran.code).toBe(1);
    const { namespaces, summary } = JSON.parse(ran.stdout);
    expect(summary).toMatchObject({ created: 1, failed: 1 });
    const [failed] = namespaces.filter(({ action }: { action: string }) => action === 'failed');
    expect(failed).toMatchObject({ namespace: first, error: { message: expect.stringContaining('exceeded quota') } });
  });
});

/** Gives the namespace a quota of zero Secrets, and waits until the API server enforces it. */
async function takeNoSecrets(namespace: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}`;
  const spec = { hard: { 'count/secrets': '0' } };
  await created(`${path}/resourcequotas`, { metadata: { name: 'none' }, spec });
  const secret = { metadata: { name: 'one-more' } };
  const isRefused = async () => (await api('POST', `${path}/secrets?dryRun=All`, secret)).status === 403;
  await waitFor(isRefused, { what: `the quota of ${namespace}` });
}

/** A kubeconfig of a user who has these rights in these namespaces, and may list nothing. */
async function userIn(namespaces: readonly string[], more: readonly Rule[] = []): Promise<string> {
  const user = freshName('user');
  for (const namespace of namespaces) {
    const path = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
    const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'create', 'patch'] }, ...more];
    await created(`${path}/roles`, { metadata: { name: 'sync' }, rules });
    const subjects = [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }];
    const roleRef = { kind: 'Role', name: 'sync', apiGroup: 'rbac.authorization.k8s.io' };
    await created(`${path}/rolebindings`, { metadata: { name: 'sync' }, subjects, roleRef });
    for (const rule of rules)
      await waitFor(() => mayDo(user, namespace, rule), { what: `the rights of ${user}`, everyMs: 5 });
  }
  return kubeconfigFor({ user });
}

test('who may not list namespaces, but read them: what says no, and what is not there, is seen', async () => {
  const { home, teams } = await newFleet(2);
  const [first = '', second = ''] = teams;
  const headers = { 'content-type': 'application/merge-patch+json' };
  const annotations = { 'regsecret/sync': 'false' };
  await api('PATCH', `/api/v1/namespaces/${first}`, { metadata: { annotations } }, headers);
  const kubeconfig = await userIn([home, ...teams], [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get'] }]);
  const ran = await regsecretIn(home, ['sync', '--to', teams.join(',')], { kubeconfig });
  expect(ran).toEqual({
    code: 0,
    stdout: `secret/regsecret created in ${second}\n1 namespace: 1 created\n`,
    stderr: `1 namespace is left alone because of annotation regsecret/sync: ${first}\nhint: kubectl annotate namespace ${first} regsecret/sync-\n`,
  });
  expect(await secretIn(first)).toBeUndefined();
});

test('who may do it in some namespaces only: those that are named are served without a list', async () => {
  const { home, teams } = await newFleet(2);
  const kubeconfig = await userIn([home, ...teams]);
  const args = ['sync', '--to', teams.join(',')];
  const first = await regsecretIn(home, args, { kubeconfig });
  expect([first.code, lines(first.stdout).at(-1), first.stderr]).toEqual([0, '2 namespaces: 2 created', '']);
  expect((await regsecretIn(home, args, { kubeconfig })).stdout).toBe('2 namespaces: 2 unchanged\n');
  const all = await regsecretIn(home, ['sync', '-A'], { kubeconfig });
  expect(all.code).toBe(1);
  expect(all.stderr).toContain('no permission to list namespaces in all namespaces');
});
