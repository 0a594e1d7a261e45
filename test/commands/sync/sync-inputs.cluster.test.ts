/** `sync` with invalid sources, namespaces, flags and clusters: the messages, and that nothing is half done. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { api, newNamespace, waitFor } from '../../environment/use.ts';
import { startPolicy, startWebhook, type Verdict } from '../../support/admission.ts';
import { account, freshName, named, regsecretIn } from '../../support/attach-world.ts';
import {
  changeSecret,
  meddled,
  newFleet,
  OURS,
  payloadOf,
  putSecret,
  secretIn,
  secretsOf,
} from '../../support/sync-world.ts';

const lines = (text: string): string[] => text.trimEnd().split('\n');
const encoded = (text: string): string => Buffer.from(text).toString('base64');
const CONFIG = '.dockerconfigjson';

describe('a source', () => {
  test.each<[situation: string, fields: object, says: string]>([
    ['without a login', { data: { [CONFIG]: encoded('{"auths":{}}') } }, 'holds no login'],
    ['that is an empty object', { data: { [CONFIG]: encoded('{}') } }, 'holds no login'],
    ['with an entry that has no password', { data: { [CONFIG]: encoded('{"auths":{"r.example":{}}}') } }, 'r.example'],
    [
      'of type Opaque',
      { type: 'Opaque', data: { [CONFIG]: payloadOf('r.example') } },
      'has the type Opaque, which the kubelet ignores',
    ],
    [
      'of basic-auth',
      { type: 'kubernetes.io/basic-auth', data: { username: 'eA==', password: 'eQ==' } },
      'has the type kubernetes.io/basic-auth',
    ],
  ])('%s: nothing is written anywhere', async (_, fields, says) => {
    const [home, { teams }] = await Promise.all([newNamespace(), newFleet(2)]);
    await putSecret(home, fields);
    const ran = await regsecretIn(home, ['sync', '--to', teams.join(','), '--adopt']);
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toMatch(new RegExp(`^error: .*${home}/regsecret.*`));
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).toMatch(/^hint: /m);
    for (const team of teams) expect(await secretIn(team)).toBeUndefined();
  });

  test('that is immutable: its copies are none, and follow when it is made again', async () => {
    const { home, teams } = await newFleet(2);
    await changeSecret(home, { immutable: true });
    const args = ['sync', '--to', teams.join(',')];
    expect(lines((await regsecretIn(home, args)).stdout).at(-1)).toBe('2 namespaces: 2 created');
    expect((await secretIn(teams[0] ?? ''))?.immutable).toBeUndefined();
    await api('DELETE', `/api/v1/namespaces/${home}/secrets/regsecret`);
    await putSecret(home, { immutable: true, data: { [CONFIG]: payloadOf('new.example') } });
    expect(lines((await regsecretIn(home, args)).stdout).at(-1)).toBe('2 namespaces: 2 updated');
    for (const team of teams) expect((await secretIn(team))?.data).toEqual({ [CONFIG]: payloadOf('new.example') });
  });

  test('that is missing: the next command is said', async () => {
    const home = await newNamespace();
    const ran = await regsecretIn(home, ['sync', 'pull', '--to', 'x']);
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toMatch(/^error: secret \S+\/pull does not exist/);
    expect(ran.stderr).toMatch(/^hint: regsecret (create|sync) pull -n /m);
  });

  test('of which only copies are left: none of them is proposed as a source', async () => {
    const [home, team, other, name] = [
      await newNamespace(),
      await newNamespace(),
      await newNamespace(),
      freshName('nl'),
    ];
    await putSecret(home, {}, name);
    await putSecret(home, {}, `${name}-old`);
    expect((await regsecretIn(home, ['sync', name, '--to', team])).code).toBe(0);
    const sync = (namespace: string) => regsecretIn(namespace, ['sync', name, '--to', team]);
    const missing = `error: secret ${other}/${name} does not exist; it exists in namespaces ${home}, ${team}\n`;
    expect((await sync(other)).stderr).toBe(
      `${missing}hint: regsecret sync ${name} -n ${home} --to ${team} --dry-run=client\n`,
    );
    expect((await api('DELETE', `/api/v1/namespaces/${home}/secrets/${name}`)).status).toBe(200);
    for (const namespace of [home, other]) {
      const only = `error: secret ${namespace}/${name} does not exist; there are only copies of that name, in namespace ${team}\n`;
      expect(await sync(namespace)).toEqual({
        code: 1,
        stdout: '',
        stderr: `${only}hint: regsecret create ${name} -n ${namespace}\n`,
      });
      const inspected = await regsecretIn(namespace, ['inspect', name]);
      expect(inspected.stderr).toBe(`${only}hint: regsecret inspect ${name} -n ${team}\n`);
    }
  });

  test('with a slip in its name: the hint keeps all that was typed', async () => {
    const { home } = await newFleet(1);
    const flags = ['--to', 'x', '--exclude', 'y', '--attach', 'used', '--restart'];
    const ran = await regsecretIn(home, ['sync', 'regsecert', ...flags]);
    expect(ran.code).toBe(1);
    expect(ran.stderr).toContain('; did you mean regsecret?\n');
    expect(ran.stderr).toContain(`hint: regsecret sync regsecret -n ${home} ${flags.join(' ')}\n`);
  });
});

test('a source in a namespace of nearly that name', async () => {
  const ran = await regsecretIn('defualt', ['sync', '--to', 'x', '--dry-run=client']);
  expect(ran).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'error: namespace defualt does not exist; did you mean default?\nhint: regsecret sync -n default --to x --dry-run=client\n',
  });
});

describe('flags', () => {
  test.each<[situation: string, args: readonly string[], error: string, hint: string]>([
    ['no target', [], 'no target namespace is given', "regsecret sync -n default --to 'team-*' --dry-run=client"],
    [
      'no target to watch: the dry run that is proposed has no flag of --watch',
      ['--server', 'ghcr.io', '--watch', '--listen', ':8080', '--refresh', '1h'],
      'no target namespace is given',
      "regsecret sync -n default --server ghcr.io --to 'team-*' --dry-run=client",
    ],
    [
      'no target, and --all, which means logins',
      ['--all'],
      'no target namespace is given, and --all means every login of docker and podman',
      'regsecret sync -n default -A --dry-run=client',
    ],
    [
      'two ways to choose',
      ['--to', 'a', '-A'],
      '--to and -A cannot be used together',
      'regsecret sync -n default --to a',
    ],
    [
      'names and labels',
      ['--to', 'a', '-l', 'b=c'],
      '--to and -l cannot be used together',
      'regsecret sync -n default --to a, or regsecret sync -n default -l b=c',
    ],
    [
      'a pattern without its end',
      ['--to', 'team-[ab'],
      'the pattern team-[ab of --to has a [ without its ]',
      "--to 'team-[a-c]'",
    ],
    [
      'such a pattern to leave out',
      ['-A', '--exclude', '[a'],
      'the pattern [a of --exclude has a [ without its ]',
      "--exclude 'team-[a-c]'",
    ],
    [
      'a name in capitals',
      ['--to', 'Team'],
      'the name of a namespace has only a-z, 0-9 and -, with a letter or digit at both ends',
      '--to NAMESPACE',
    ],
    [
      'a path',
      ['--to', '../x'],
      'the name of a namespace has only a-z, 0-9 and -, with a letter or digit at both ends',
      '--to NAMESPACE',
    ],
    [
      'a selector of blanks',
      ['-l', ' '],
      'the selector of -l is empty, which would select every namespace',
      'give the labels, as in -l team=a',
    ],
    [
      'both ways with a foreign Secret',
      ['-A', '--merge', '--adopt'],
      '--merge and --adopt cannot be used together',
      'regsecret sync -n default -A --merge',
    ],
  ])('%s', async (_, args, error, hint) => {
    const ran = await regsecretIn('default', ['sync', ...args]);
    expect(ran).toEqual({ code: 2, stdout: '', stderr: `error: ${error}\nhint: ${hint}\n` });
  });

  test('a selector that is none: in the words of the API server', async () => {
    const { home } = await newFleet(0);
    const ran = await regsecretIn(home, ['sync', '-l', 'a b==']);
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr).toMatch(/^error: the API server cannot read the selector of -l: unable to parse requirement/);
  });

  test.each<[situation: string, args: readonly string[], warning: string]>([
    ['a pattern', ['--to', 'nobody-has-this-*'], 'no namespace matches nobody-has-this-*'],
    ['labels', ['-l', 'nobody=has-this'], 'no namespace matches -l nobody=has-this'],
    [
      'a pattern of namespaces that have to be named',
      ['--to', 'kube-p*'],
      'kube-p* matches only kube-public: such namespaces get nothing unless --to has their full names',
    ],
    [
      'labels of namespaces that have to be named',
      ['-l', 'kubernetes.io/metadata.name=kube-public'],
      '-l kubernetes.io/metadata.name=kube-public matches only kube-public: such namespaces get nothing unless --to has their full names',
    ],
  ])('%s that chooses nothing is said, and is a failure', async (_, args, warning) => {
    const { home } = await newFleet(0);
    const ran = await regsecretIn(home, ['sync', ...args]);
    const hint = warning.startsWith('no ') ? 'hint: kubectl get namespaces --show-labels\n' : '';
    const stderr = `warning: ${warning}\n${hint}error: nothing is selected, so nothing was written\n`;
    expect(ran).toEqual({ code: 1, stdout: '', stderr });
  });

  test('a pattern with a typo that chooses nothing: what is proposed has the right one, and writes nothing', async () => {
    const { home, prefix, teams } = await newFleet(2);
    const [typo, near] = [`${prefix.replace('fleet', 'felet')}-*`, `${prefix}-*`];
    const ran = await regsecretIn(home, ['sync', '--to', `no-*,${typo}`]);
    const line = (to: string) => ['sync', '-n', home, '--to', to, '--dry-run=client'];
    expect([ran.code, ran.stderr.split('\n').slice(2, -1)]).toEqual([
      1,
      [
        `warning: no namespace matches ${typo}; did you mean '${near}'?`,
        `hint: regsecret ${line(`'no-*,${near}'`).join(' ')}`,
        'error: nothing is selected, so nothing was written',
      ],
    ]);
    const again = await regsecretIn(home, line(near).slice(0, -1));
    for (const team of teams) expect(again.stdout).toContain(` created in ${team}\n`);
  });

  test('one pattern of two that chooses nothing is said, and the other is served', async () => {
    const { home, prefix } = await newFleet(1);
    const ran = await regsecretIn(home, ['sync', '--to', `${prefix}-*,nobody-has-this-*`]);
    expect([ran.code, ran.stderr]).toEqual([
      0,
      'warning: no namespace matches nobody-has-this-*\nhint: kubectl get namespaces --show-labels\n',
    ]);
    expect(lines(ran.stdout).at(-1)).toBe('1 namespace: 1 created');
  });

  type Place = Awaited<ReturnType<typeof newFleet>>;

  test.each<[situation: string, flags: (place: Place) => string, code: number]>([
    ['a name that is excluded', ({ teams: [team] }) => `--to ${team} --exclude ${team}`, 1],
    ['a pattern whose namespaces are all excluded', ({ prefix }) => `--to ${prefix}-* --exclude ${prefix}*`, 1],
    ['labels whose namespaces are all excluded', ({ prefix }) => `-l fleet=${prefix} --exclude ${prefix}-*`, 1],
    ['no pattern but one that is excluded', ({ prefix }) => `--to ${prefix}-*,no-* --exclude ${prefix}*`, 1],
    ['the namespace of the source', ({ home }) => `--to ${home}`, 1],
    ['labels that no namespace has', () => '-l nobody=has-this', 1],
    ['a name that does not exist', () => '--to nobody-has-this', 1],
    ['every namespace, and all of them excluded', () => '-A --exclude *', 0],
  ])('%s: a run that selects nothing ends in the same way each time, also with --prune', async (_, flags, code) => {
    const place = await newFleet(2);
    const { home, teams } = place;
    await regsecretIn(home, ['sync', '--to', teams.join(',')]);
    const line = ['sync', ...flags(place).split(' ')];
    const copies = async () => (await Promise.all(teams.map((team) => secretIn(team)))).filter(Boolean).length;
    for (const more of [[], ['--prune', '--yes'], ['--prune', '--yes']]) {
      const ran = await regsecretIn(home, [...line, ...more]);
      expect([more, ran.code], ran.stderr).toEqual([more, code]);
      expect(await copies()).toBe(code === 0 && more.length > 0 ? 0 : 2);
    }
  });

  test.each<[situation: string, flags: (place: Place) => string, why: (place: Place) => string]>([
    [
      'what is selected is excluded',
      ({ teams: [team] }) => `--to ${team} --exclude ${team}`,
      ({ teams: [team] }) => `--exclude drops every namespace that matches ${team}`,
    ],
    [
      'only the namespace of the source is selected',
      ({ home }) => `--to ${home}`,
      ({ home }) => `only the namespace of the source matches ${home}`,
    ],
  ])('%s: the error says so', async (_, flags, why) => {
    const place = await newFleet(1);
    const ran = await regsecretIn(place.home, ['sync', ...flags(place).split(' ')]);
    expect(ran.stderr).toContain(`error: nothing is selected: ${why(place)}, so nothing was written\n`);
  });

  test.each([
    ['a pattern', ['--to', 'nobody-has-this-*']],
    ['a name', ['--to', 'nobody-has-this']],
    ['labels', ['-l', 'nobody=has-this']],
  ])('--prune with %s that chooses nothing deletes nothing', async (_, where) => {
    const { home, teams } = await newFleet(2);
    await regsecretIn(home, ['sync', '--to', teams.join(',')]);
    const ran = await regsecretIn(home, ['sync', ...where, '--prune', '--yes']);
    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toContain('so --prune would delete every copy: nothing was done\n');
    expect(ran.stderr).toContain(
      `hint: regsecret sync regsecret -n ${home} -A --exclude '*' --prune --dry-run=client\n`,
    );
    for (const team of teams) expect(await secretIn(team)).toBeDefined();
    const all = await regsecretIn(home, ['sync', '-A', '--exclude', '*', '--prune', '--yes']);
    expect(lines(all.stdout).at(-1)).toBe('2 namespaces: 2 deleted');
  });
});

describe('a namespace between the look and the write', () => {
  test('begins to end: it is skipped, and the others are served', async () => {
    const { home, teams, prefix } = await newFleet(2, { serviceAccount: true });
    const [first = '', second = ''] = teams;
    const stays = `/api/v1/namespaces/${first}/configmaps`;
    await api('POST', stays, { metadata: { name: 'stays', finalizers: ['test/stays'] } });
    const args = ['sync', '--to', `${prefix}-*`, '--attach', 'sa/default'];
    const ran = await meddled(
      home,
      args,
      'POST',
      async () => void (await api('DELETE', `/api/v1/namespaces/${first}`)),
    );
    const headers = { 'content-type': 'application/merge-patch+json' };
    await api('PATCH', `${stays}/stays`, { metadata: { finalizers: null } }, headers);
    expect([ran.code, ran.stderr]).toEqual([0, `1 namespace is being deleted, and skipped: ${first}\n`]);
    expect(lines(ran.stdout)).toContain('1 namespace: 1 created');
    expect((await account(second, 'default')).imagePullSecrets).toEqual(named('regsecret'));
  });

  test.concurrent.each([
    [
      'chosen by a pattern, is gone: it is skipped',
      (prefix: string) => `${prefix}-*`,
      0,
      'is being deleted, and skipped',
    ],
    ['that is named, is gone: it has failed', (_: string, teams: string) => teams, 1, 'does not exist'],
  ])('%s', { timeout: 150_000 }, async (_, where, code, says) => {
    const { home, teams, prefix } = await newFleet(2);
    const [first = ''] = teams;
    const path = `/api/v1/namespaces/${first}`;
    const ran = await meddled(home, ['sync', '--to', where(prefix, teams.join(','))], 'POST', async () => {
      await api('DELETE', path);
      const isGone = async (): Promise<boolean> => (await api('GET', path)).status === 404;
      await waitFor(isGone, { what: `${first} to be gone`, deadlineMs: 120_000 });
    });
    expect(ran.code, ran.stderr).toBe(code);
    expect(ran.stderr).toContain(says);
    expect(ran.stderr).toContain(first);
    expect(await secretIn(teams[1] ?? '')).toBeDefined();
  });
});

describe('admission', () => {
  /** Runs `sync` with a webhook in the first team only. */
  async function judged(kind: 'Validating' | 'Mutating', verdict: Verdict, args: readonly string[] = []) {
    const { home, teams, prefix } = await newFleet(3, { serviceAccount: true });
    const [first = ''] = teams;
    const webhook = await startWebhook(kind, first, verdict);
    onTestFinished(() => webhook.close());
    const line = ['sync', '-l', `fleet=${prefix}`, '--attach', 'sa/default', ...args];
    return { home, teams, first, line, ran: await regsecretIn(home, line) };
  }
  const listOf = async (namespace: string) => (await account(namespace, 'default')).imagePullSecrets;

  test.each([403, 400, 409, 422])(
    'a webhook that refuses with %i: whose it is is said, and the others are served',
    async (code) => {
      const status = { code, message: 'not on Fridays' };
      const { teams, first, ran } = await judged('Validating', { allowed: false, status });
      expect(ran.code).toBe(1);
      expect(lines(ran.stdout)).toContain('3 namespaces: 2 created, 1 failed');
      expect(ran.stderr).toMatch(
        /^error: cannot create secret \S+\/regsecret: admission webhook "\S+" denied the request: not on Fridays\nhint: a webhook, policy or quota in the cluster refuses this: ask its owner\n$/,
      );
      expect(await secretIn(first)).toBeUndefined();
      expect(await Promise.all(teams.map(listOf))).toEqual([undefined, named('regsecret'), named('regsecret')]);
    },
  );

  test('a webhook that does not answer: that is said, and the next run finishes the rest', async () => {
    const { home, teams, first, line, ran } = await judged('Validating', 'never');
    expect(ran.code).toBe(1);
    expect(lines(ran.stdout)).toContain('3 namespaces: 2 created, 1 failed');
    expect(ran.stderr).toMatch(/^error: cannot create secret \S+\/regsecret: .*failed calling webhook "/);
    expect(ran.stderr).toContain('hint: kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations\n');
    expect([await secretIn(first), await listOf(first)]).toEqual([undefined, undefined]);
    expect(await secretIn(teams[1] ?? '')).toBeDefined();
    expect((await regsecretIn(home, [...line, '--exclude', first])).code).toBe(0);
  });

  test('a webhook that is slow and then agrees: the others get theirs meanwhile, and all are served in the end', async () => {
    const { teams, prefix, home } = await newFleet(3, { serviceAccount: true });
    const [slow = '', ...others] = teams;
    const isServed = async (): Promise<boolean> =>
      (await Promise.all(others.map((team) => secretIn(team)))).every((secret) => secret !== undefined);
    const after = (): Promise<true> => waitFor(isServed, { what: 'the others to be served' });
    const webhook = await startWebhook('Validating', slow, { allowed: true, after });
    onTestFinished(() => webhook.close());
    const ran = await regsecretIn(home, ['sync', '-l', `fleet=${prefix}`, '--attach', 'sa/default']);
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect(lines(ran.stdout).slice(-2)).toEqual(['3 namespaces: 3 created', '3 service accounts: 3 patched']);
    expect(await Promise.all(teams.map(listOf))).toEqual(teams.map(() => named('regsecret')));
  });

  test('a webhook that puts a label and an annotation on it: it is served, and a second run writes nothing', async () => {
    const patch = [
      { op: 'add', path: '/metadata/labels/cost-centre', value: '42' },
      { op: 'add', path: '/metadata/annotations/seen', value: 'yes' },
    ];
    const { home, first, line, ran } = await judged('Mutating', { allowed: true, patch });
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    expect((await secretIn(first))?.metadata.labels).toEqual({ ...OURS, 'cost-centre': '42' });
    expect((await regsecretIn(home, line)).stdout).toBe('3 namespaces: 3 unchanged\n');
  });

  test.each<[situation: string, patch: object]>([
    ['its login', { op: 'replace', path: `/data/${CONFIG}`, value: payloadOf('mirror.example') }],
    ['its mark', { op: 'remove', path: '/metadata/annotations/regsecret~1source' }],
  ])('a webhook that changes %s: that is said, and it is not taken for served', async (_, patch) => {
    const { teams, first, ran } = await judged('Mutating', { allowed: true, patch: [patch] });
    expect(ran.code).toBe(1);
    expect(lines(ran.stdout)).toContain('3 namespaces: 2 created, 1 failed');
    expect(ran.stderr).toBe(
      `error: secret ${first}/regsecret was written, but something in the cluster, such as a webhook, changed it on the way\nhint: kubectl get mutatingwebhookconfigurations\n`,
    );
    expect(await Promise.all(teams.map(listOf))).toEqual([undefined, named('regsecret'), named('regsecret')]);
  });

  test('a policy that refuses them all: one error, and nothing is written', async () => {
    const { home, teams, prefix } = await newFleet(4);
    const policy = await startPolicy(prefix, teams[0] ?? '', 'regsecret');
    onTestFinished(() => policy.close());
    const ran = await regsecretIn(home, ['sync', '--to', teams.join(',')]);
    expect([ran.code, ran.stdout]).toEqual([1, '4 namespaces: 4 failed\n']);
    const [error, same, hint, ...more] = lines(ran.stderr);
    expect(error).toMatch(
      /^error: cannot create secret .*ValidatingAdmissionPolicy .* denied request: no such Secrets here$/,
    );
    expect(same).toMatch(/^ {2}the same in \S+, \S+, \S+$/);
    expect(hint).toBe('hint: a webhook, policy or quota in the cluster refuses this: ask its owner');
    expect(more).toEqual([]);
  });
});

test('quotas that are used differently are one reason', async () => {
  const { home, teams } = await newFleet(3);
  for (const [index, team] of teams.entries()) {
    const quotas = `/api/v1/namespaces/${team}/resourcequotas`;
    const allow = (count: number) => ({ spec: { hard: { 'count/secrets': `${count}` } } });
    const put = async (name: string) => (await api('POST', secretsOf(team), { metadata: { name } })).status;
    await api('POST', quotas, { metadata: { name: 'few' }, ...allow(0) });
    // Admission counts no Secret that is created before it knows the quota.
    const isRefused = async (): Promise<boolean> => {
      const status = await put('probe');
      if (status === 201) await api('DELETE', `${secretsOf(team)}/probe`);
      return status === 403;
    };
    await waitFor(isRefused, { what: `the quota of ${team}`, deadlineMs: 50_000 });
    await api('PATCH', `${quotas}/few`, allow(index), { 'content-type': 'application/merge-patch+json' });
    for (let count = 0; count < index; count++) {
      const isThere = async () => (await put(`other-${count}`)) === 201;
      await waitFor(isThere, { what: `Secret ${count} of ${team}`, deadlineMs: 50_000 });
    }
  }
  const ran = await regsecretIn(home, ['sync', '--to', teams.join(',')]);
  expect([ran.code, ran.stdout]).toEqual([1, '3 namespaces: 3 failed\n']);
  expect(lines(ran.stderr).filter((line) => line.startsWith('error: '))).toHaveLength(1);
  expect(ran.stderr).toMatch(/^ {2}the same in \S+, \S+$/m);
});
