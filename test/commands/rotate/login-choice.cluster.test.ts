/** `rotate` without a registry, or without a user. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { newNamespace } from '../../environment/use.ts';
import { freshName, regsecretIn } from '../../support/attach-world.ts';
import { CANARY } from '../../support/canary.ts';
import { auth, freshHost, put } from '../../support/rotate-world.ts';

describe('a line that names no registry, or no user: the Secrets say which there are', () => {
  const [host, second, third] = [freshHost(), freshHost(), freshHost()];
  const [user, other] = [freshName('user'), freshName('user')];
  const login = (name: string) => auth(name, `${CANARY}-old`);
  const piped = ['--password-stdin', '--dry-run=client'];
  const says = async (namespace: string, args: readonly string[], env: Record<string, string> = {}) => {
    const ran = await regsecretIn(namespace, ['rotate', ...args], { stdin: CANARY, env });
    expect([ran.code, ran.stdout]).toEqual([2, '']);
    return ran.stderr.split('\n').slice(0, -1);
  };
  const dockerLogins = (...hosts: string[]) => {
    const folder = mkdtempSync(join(tmpdir(), 'regsecret-docker-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const auths = Object.fromEntries(hosts.map((one) => [one, auth(user, CANARY)]));
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths }));
    return { DOCKER_CONFIG: folder };
  };
  const line = (namespace: string, ...rest: string[]) => ['regsecret rotate', '-n', namespace, ...rest].join(' ');

  test('one registry, in one Secret and in all', async () => {
    const namespace = await newNamespace();
    await put(namespace, { auths: { [host]: login(user), [second]: login(other), '*.example.com': login(user) } });
    const servers = [host, second].sort();
    for (const names of [['pull'], []]) {
      const args = ['rotate', ...names, '--username', user, ...piped, '--no-verify'];
      const ran = await regsecretIn(namespace, args, { stdin: CANARY });
      expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(`${host}   ${user}`) });
      expect(ran.stdout).not.toContain(second);
      expect(ran.stderr).toContain(`no registry is given, so it is ${host}, as in the existing Secrets\n`);
    }
    const both = `error: no registry is given; there are logins for ${servers.join(', ')}`;
    const add = 'add --server with one of them';
    expect(await says(namespace, [])).toEqual([
      both,
      `hint: this machine has no login for them: ${add}, and --username USER --password-stdin`,
    ]);
    const lines = (some: readonly string[]) => some.map((server) => line(namespace, '--server', server)).join(', or ');
    expect(await says(namespace, [], dockerLogins(second))).toEqual([both, `hint: ${lines([second])}`]);
    expect(await says(namespace, [], dockerLogins(host, second))).toEqual([both, `hint: ${lines(servers)}`]);
  });

  test('one password for two registries is replaced for both; of two passwords, nobody knows which', async () => {
    const [one, two] = [await newNamespace(), await newNamespace()];
    for (const namespace of [one, two]) await put(namespace, { auths: { [host]: login(user) } });
    await put(one, { name: 'other', auths: { [second]: login(user) } });
    await put(two, { name: 'other', auths: { [second]: auth(user, `${CANARY}-other`) } });
    const args = ['--username', user, ...piped];
    const servers = [host, second].sort();
    const error = `error: no registry is given; ${user} has logins for ${servers.join(', ')}`;
    const flags = servers.map((server) => `--server ${server}`);
    expect(await says(one, args)).toEqual([error, `hint: ${line(one, ...args, ...flags)}`]);
    expect(await says(two, args)).toEqual([
      error,
      `hint: ${flags.map((flag) => line(two, ...args, flag)).join(', or ')}`,
    ]);
  });

  test('the user name with the flag of the kubeconfig', async () => {
    const namespace = await newNamespace();
    await put(namespace, { auths: { [host]: login(user) } });
    const text = 'error: --user is for a user of the kubeconfig; use --username for a registry';
    const args = ['--server', host, ...piped];
    expect(await says(namespace, ['--user', user, ...args])).toEqual([
      text,
      `hint: ${line(namespace, ...args, '--username', user)}`,
    ]);
    expect(await says(namespace, ['--user', user, ...piped])).toEqual([
      `${text}; no registry is given; ${user} has a login for ${host}`,
      `hint: ${line(namespace, ...piped, '--username', user, '--server', host)}`,
    ]);
  });

  test('registries that only other namespaces have are named, and not taken: the new password would be sent there', async () => {
    const team = freshName('team');
    const [home, one] = [await newNamespace({ labels: { team } }), await newNamespace({ labels: { team } })];
    await put(home, { auths: { [host]: login(user) } });
    await put(one, { auths: { [host]: login(user), [third]: login(user) } });
    const [stdin = '', dry = ''] = piped;
    const args = ['--username', user, stdin, '-l', `team=${team}`, dry];
    const ran = await regsecretIn(home, ['rotate', ...args, '--no-verify'], { stdin: CANARY });
    expect(ran).toMatchObject({ code: 0, stdout: expect.not.stringContaining(third) });
    expect(ran.stderr).toContain(
      `no registry is given, so it is ${host}, as in the existing Secrets; other namespaces also have ${third}\n`,
    );
    expect(await says('default', args)).toEqual([
      `error: no registry is given; ${user} has logins for ${host}, ${third}`,
      'hint: add --server with one of them',
    ]);
  });

  test.each(['--to', '-l'])('the home namespace tells it, also where %s selects others', async (flag) => {
    const team = freshName('team');
    const [home, one] = [await newNamespace(), await newNamespace({ labels: { team } })];
    await put(home, { auths: { [host]: login(user) } });
    await put(one, { auths: { [host]: login(user), [third]: login(user) } });
    const args = ['--username', user, ...piped, '--no-verify', flag, flag === '-l' ? `team=${team}` : one];
    const ran = await regsecretIn(home, ['rotate', ...args], { stdin: CANARY });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(one) });
    expect(ran.stderr).toContain(`no registry is given, so it is ${host}, as in the existing Secrets; other`);
  });

  test('what the Secrets told stays in a proposed line: in another namespace, its owner would tell something else', async () => {
    const team = freshName('team');
    const [home, one] = [await newNamespace({ labels: { team } }), await newNamespace({ labels: { team } })];
    await put(home, { auths: { [host]: login(user) } });
    await put(home, { name: 'fixed', auths: { [host]: login(user) }, rest: { immutable: true } });
    await put(one, { auths: { [host]: auth(user, `${CANARY}-other`) } });
    const hintsOf = async (...args: string[]) => {
      const typed = ['rotate', ...args, '-l', `team=${team}`, '--password-stdin', '--dry-run=client', '--no-verify'];
      return (await regsecretIn(home, typed, { stdin: CANARY })).stderr;
    };
    const named = await hintsOf('--username', user);
    expect(named).toContain(`no registry is given, so it is ${host}`);
    expect(named).toMatch(new RegExp(`hint: regsecret create fixed -n ${home} --server ${host} `));
    const served = await hintsOf('--server', host);
    expect(served).toContain(`no username is given, so it is ${user}`);
    expect(served).toMatch(new RegExp(`hint: regsecret create fixed -n ${home} .*--username ${user} --force`));
  });

  test('a password without a user name', async () => {
    const namespace = await newNamespace();
    await put(namespace, { auths: { [host]: login(user), [second]: login(other) } });
    await put(namespace, { name: 'other', auths: { [`https://${second}/v2/`]: login(user) } });
    const text = 'error: there is a password, but no username';
    const ran = await regsecretIn(namespace, ['rotate', '--server', host, ...piped, '--no-verify'], { stdin: CANARY });
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(user) });
    expect(ran.stderr).toContain(`no username is given, so it is ${user}, as in the existing Secrets\n`);
    const both = await says(namespace, ['--server', second, '--password-stdin']);
    expect(both[0]).toBe(`${text}; the logins for ${second} have the usernames ${[other, user].sort().join(', ')}`);
    expect(both[1]?.split(', or ')).toHaveLength(2);
    expect(await says(namespace, ['--server', third, '--password-stdin'])).toEqual([text, 'hint: add --username USER']);
  });
});
