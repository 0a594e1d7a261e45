/** `rotate` replaces only passwords that are known to be the old one. */
import { describe, expect, test } from 'vitest';
import { api, janedoe, johndoe, newNamespace, sharedRegistries } from '../../environment/use.ts';
import { freshName, regsecretIn } from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import { auth, auths, copyOf, freshHost, LABELLED, NEW, OLD, put, rotate } from '../../support/rotate-world.ts';

describe('in many namespaces', () => {
  test.each([
    ['a label that the namespace of -n does not have', (team: string) => ['-l', `team=${team}`]],
    ['a name that no Secret there has', () => ['far-away', '-A']],
  ])('%s: what is there shows all the same which password is the old one', async (_, args) => {
    const [host, team] = [freshHost(), freshName('team')];
    const [home, one] = [await newNamespace(), await newNamespace({ labels: { team } })];
    await put(home, { auths: { [host]: OLD } });
    await put(one, { name: 'far-away', auths: { [host]: OLD } });
    await put(one, { name: 'far-away-2', auths: { [host]: auth('ci', 'guess') } });
    const ran = await rotate(home, host, args(team));
    expect(ran.stdout).toBe(`secret/far-away configured in ${one}\n`);
    expect(await auths(one, 'far-away')).toEqual({ [host]: NEW });
    expect([await auths(home), await auths(one, 'far-away-2')]).toEqual([
      { [host]: OLD },
      { [host]: auth('ci', 'guess') },
    ]);
  });

  test('what cannot be decoded elsewhere needs both flags, which the hint has, and nobody speaks of its password', async () => {
    const [host, team] = [freshHost(), freshName('team')];
    const [home, one] = [await newNamespace(), await newNamespace({ labels: { team } })];
    await put(one, { auths: { [host]: { auth: 'eA==' } } });
    const flags = ['-l', `team=${team}`];
    const kept = `secret/pull in ${one} keeps its entry for ${host}, which cannot be decoded`;
    const owners = ', which gives the new login to the owners of all these namespaces\n';
    const hint = `hint: add --any-user --any-password to replace it, too${owners}`;
    const plan = await rotate(home, host, [...flags, '--dry-run=client']);
    expect([plan.code, plan.stderr]).toEqual([0, `${kept}\n${hint}1 Secret: 1 left (dry run)\n${LABELLED}`]);
    const half = await rotate(home, host, [...flags, '--dry-run=client', '--any-user']);
    expect([half.code, half.stderr]).toEqual([
      1,
      `error: secret ${one}/pull keeps its entry for ${host}, which cannot be decoded, so nothing shows whose login it is\n` +
        `hint: add --any-password${owners}1 Secret: 1 left (dry run)\n${LABELLED}`,
    ]);
    for (const { stdout } of [plan, half]) expect(stdout).toContain('keeps it: cannot be decoded');
    const ran = await rotate(home, host, [...flags, '--any-user', '--any-password']);
    expect([ran.code, await auths(one)]).toEqual([0, { [host]: NEW }]);
  });

  test('a tenant who only writes down the registry and the user is not given the login', async () => {
    const [home, evil, copy] = [await newNamespace(), await newNamespace(), await newNamespace()];
    const host = freshHost();
    await put(home, { auths: { [host]: OLD } });
    await put(evil, { auths: { [host]: auth('ci', 'guess') } });
    await put(copy, { auths: { [host]: auth('ci', 'guess') }, metadata: copyOf(`${home}/pull`) });
    const ran = await rotate(home, host, ['-A']);
    expect([ran.code, ran.stdout]).toEqual([1, `secret/pull configured in ${home}\n`]);
    // The error names one of the two, and a detail line the other.
    expect(ran.stderr).toContain(
      `/pull keeps its login for ${host}, because its password was not found in namespace ${home}\n`,
    );
    for (const namespace of [evil, copy]) expect(ran.stderr).toContain(`${namespace}/pull`);
    const plan = await rotate(home, host, ['-A', '--dry-run=client']);
    expect(plan.stdout.match(/ {2}keeps it: not known to be the old password\n/g)).toHaveLength(2);
    expect(await auths(evil)).toEqual({ [host]: auth('ci', 'guess') });
    expect(await auths(copy)).toEqual({ [host]: auth('ci', 'guess') });
    const forced = await rotate(home, host, ['-A', '--any-password']);
    expect([forced.code, await auths(evil)]).toEqual([0, { [host]: NEW }]);
  });

  test('where the same password is stored for another registry is said, without a command: anyone who can write a Secret may have named it', async () => {
    const [team, host, other] = [freshName('team'), freshHost(), freshHost()];
    const [home, ...others] = [
      await newNamespace(),
      ...(await Promise.all([1, 2].map(() => newNamespace({ labels: { team } })))),
    ];
    const [one = '', two = ''] = others.toSorted();
    await put(home, { auths: { [host]: OLD, [other]: OLD } });
    await put(one, { auths: { [other]: auth('carl', `${CANARY}-old`) } });
    await put(two, { auths: { [host]: OLD, [other]: OLD, 'x.example': auth('somebody', 'else') } });
    const said = `the same password is also stored for ${other} in 2 Secrets (${one}/pull, ${two}/pull)`;
    for (const [flags, summary] of [
      [['--dry-run=client'], '1 Secret: 1 updated (dry run)\n'],
      [[], '1 Secret: 1 updated\n'],
      // After the rotation, nothing shows which password was the old one.
      [[], '1 Secret: 1 unchanged\n'],
    ] as const) {
      const { stderr } = await rotate(home, host, ['-l', `team=${team}`, ...flags]);
      expect(stderr).toBe(`${summary}${summary.includes('unchanged') ? '' : `${said}\n`}${LABELLED}`);
    }
  });

  test('two registries of one Secret with a password that the namespace of -n does not have', async () => {
    const [team, host, second] = [freshName('team'), freshHost(), freshHost()];
    const [home, one] = [await newNamespace(), await newNamespace({ labels: { team } })];
    const more = Array.from({ length: 5 }, freshHost).sort();
    const beside = Object.fromEntries(more.map((server) => [server, OLD]));
    await put(home, { auths: { [host]: OLD, [second]: OLD } });
    await put(one, { auths: { [host]: auth('ci', 'guess'), [second]: auth('ci', 'guess') } });
    await put(one, { name: 'right', auths: { [host]: OLD, ...beside } });
    const { stderr } = await rotate(home, host, ['--server', second, '-l', `team=${team}`, '--dry-run=client']);
    const why = 'rotate replaces only passwords that the namespace of -n has, or that the registry accepts';
    const flags = `--dry-run=client --server ${host} --username ci --password-stdin --no-verify`;
    const line = `regsecret rotate -n ${one} --server ${second} -l team=${team} ${flags}`;
    const same = (server: string) => `the same password is also stored for ${server} in 1 Secret (${one}/right)`;
    expect(stderr.split('\n').slice(0, -2)).toEqual([
      `error: secret ${one}/pull keeps its logins for ${host}, ${second}, because their passwords were not found in namespace ${home}`,
      '  with --no-verify, no registry is asked whether it still accepts the password',
      `hint: ${why}. If the owners of this Secret may have the new login: ${line}; --any-password gives it to the owners of all these namespaces`,
      '2 Secrets: 1 updated, 1 left (dry run)',
      ...more.slice(0, 3).map(same),
      `and for ${more.slice(3).join(', ')}`,
    ]);
  });

  test('what keeps its login: the line is that of the password which most of them have', async () => {
    const [host, home] = [freshHost(), await newNamespace()];
    const [alone = '', one = '', two = ''] = (await Promise.all([1, 2, 3].map(() => newNamespace()))).toSorted();
    await put(home, { auths: { [host]: OLD } });
    // Several Secrets of one namespace count only once.
    for (const name of ['a', 'b', 'c']) await put(alone, { name, auths: { [host]: auth('ci', 'rare') } });
    for (const namespace of [one, two]) await put(namespace, { auths: { [host]: auth('ci', 'common') } });
    const { stderr } = await rotate(home, host, ['-A', '--dry-run=client']);
    const why = 'rotate replaces only passwords that the namespace of -n has, or that the registry accepts';
    expect(stderr.split('\n').slice(0, 6)).toEqual([
      `error: secret ${one}/pull keeps its login for ${host}, because its password was not found in namespace ${home}`,
      '  with --no-verify, no registry is asked whether it still accepts the password',
      '  2 Secrets share this password',
      `  the same in ${two}/pull, ${alone}/a, ${alone}/b, ${alone}/c`,
      `hint: ${why}. If the owners of the Secrets with this password may have the new login: regsecret rotate -n ${one} -A --dry-run=client --server ${host} --username ci --password-stdin --no-verify; --any-password gives it to the owners of all these namespaces`,
      '6 Secrets: 1 updated, 5 left (dry run)',
    ]);
  });

  test('a password that is known for one of the registries is the old one for the others, too', async () => {
    const [home, one, host, second] = [await newNamespace(), await newNamespace(), freshHost(), freshHost()];
    await put(home, { auths: { [host]: OLD } });
    await put(one, { auths: { [host]: OLD, [second]: OLD } });
    const ran = await rotate(home, host, ['--server', second, '-A']);
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringMatching(/^2 Secrets: 2 updated\n/)]);
    expect(await auths(one)).toEqual({ [host]: NEW, [second]: NEW });
  });

  test('a tenant whose Secret says that it is the source of others moves nothing outside', async () => {
    const [home, evil] = [await newNamespace(), await newNamespace()];
    const host = freshHost();
    await put(home, { auths: { [host]: OLD } });
    await put(evil, { name: 'source', auths: { [host]: auth('ci', 'guess') } });
    await put(home, { name: 'victim', auths: { [host]: OLD }, metadata: copyOf(`${evil}/source`) });
    const ran = await rotate(evil, host, []);
    expect([ran.code, await auths(home, 'victim')]).toEqual([0, { [host]: OLD }]);
    expect(ran.stdout).toBe(`secret/source configured in ${evil}\n`);
  });

  test('the registry says which logins elsewhere are the old one', async () => {
    const [home, had, forged] = [await newNamespace(), await newNamespace(), await newNamespace()];
    const { host } = sharedRegistries().basic;
    await put(had, { auths: { [host]: auth(janedoe.username, janedoe.password) } });
    await put(forged, { auths: { [host]: auth(janedoe.username, 'guess') } });
    const args = ['rotate', '--server', host, '--username', johndoe.username, '--password-stdin', '--any-user'];
    const label = freshName('team');
    const headers = { 'content-type': 'application/merge-patch+json' };
    for (const namespace of [had, forged]) {
      await api('PATCH', `/api/v1/namespaces/${namespace}`, { metadata: { labels: { team: label } } }, headers);
    }
    const wrong = await regsecretIn(home, [...args, '-l', `team=${label}`], { stdin: 'wrong' });
    expect([wrong.code, wrong.stdout]).toEqual([1, '']);
    expect(wrong.stderr).toContain('nothing is written');
    const rehearsal = [...args, '-l', `team=${label}`, '--dry-run=client'];
    const early = await regsecretIn(home, rehearsal, { stdin: 'of tomorrow' });
    expect([early.code, early.stdout]).toEqual([1, expect.stringContaining(`gets the new one of ${johndoe.username}`)]);
    const refusal = `${host} rejects the credential (HTTP 401); a real run would stop here`;
    expect(early.stderr).toContain(
      '2 Secrets: 1 updated, 1 left (dry run); with this login nothing would be written\n',
    );
    const lines = early.stderr.split(LABELLED)[1]?.split('\n') ?? [];
    expect([lines[0], lines.at(-2)]).toEqual([
      `error: ${refusal}`,
      `hint: if the password is not valid yet: regsecret rotate -n ${home} ${args.slice(1).join(' ')} -l team=${label} --dry-run=client --no-verify`,
    ]);
    const { errors } = JSON.parse(
      (await regsecretIn(home, [...rehearsal, '-o', 'json'], { stdin: 'of tomorrow' })).stdout,
    );
    expect(errors).toMatchObject([{ namespace: forged, name: 'pull' }, { message: refusal }]);
    const ran = await regsecretIn(home, [...args, '-l', `team=${label}`], { stdin: johndoe.password });
    expect([ran.code, ran.stdout]).toEqual([1, `secret/pull configured in ${had}\n`]);
    expect(ran.stderr).toContain(`${host} does not accept it`);
    expect(Object.keys(await auths(forged))).toEqual([host]);
    expect((await auths(forged))[host]).toEqual(auth(janedoe.username, 'guess'));
  });
});
