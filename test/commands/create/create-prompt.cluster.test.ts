/** The questions of `create` in a real terminal, with a real registry to check the answers. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { api, cluster, janedoe, kubeconfigFor, newNamespace, sharedRegistries } from '../../environment/use.ts';
import { CANARY } from '../../support/canary.ts';
import { regsecret } from '../../support/program.ts';
import { keys, terminal } from '../../support/terminal.ts';

let namespace = '';
let kubeconfig = '';
beforeAll(async () => {
  namespace = await newNamespace();
  // In another namespace than that of the context, a login of this machine needs a yes.
  kubeconfig = kubeconfigFor({ certificate: cluster().admin, namespace });
});

function environment(dockerConfig?: object): Record<string, string> {
  const home = mkdtempSync(join(tmpdir(), 'regsecret-prompt-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  if (dockerConfig !== undefined) {
    mkdirSync(join(home, '.docker'));
    writeFileSync(join(home, '.docker/config.json'), JSON.stringify(dockerConfig));
  }
  return { HOME: home, KUBECONFIG: kubeconfig };
}

async function authsOf(name: string): Promise<Record<string, { username: string; password: string }> | undefined> {
  const { status, body } = await api('GET', `/api/v1/namespaces/${namespace}/secrets/${name}`);
  if (status === 404) return undefined;
  const { data } = body as unknown as { data: Record<string, string> };
  return JSON.parse(Buffer.from(data['.dockerconfigjson'] ?? '', 'base64').toString()).auths;
}

describe.each(['basic', 'bearer'] as const)('with a registry that wants %s auth', (auth) => {
  test('server, user name and a masked password are asked for, checked, and written', async () => {
    const { host } = sharedRegistries()[auth];
    const name = `typed-${auth}`;
    const tty = terminal(['create', name, '-n', namespace], environment());
    await tty.see('Registry');
    tty.type(`${host}${keys.enter}`);
    await tty.see('Username');
    tty.type(`${janedoe.username}${keys.enter}`);
    await tty.see('Password or token');
    tty.type(janedoe.password);
    await tty.see('*'.repeat(janedoe.password.length));
    tty.type(keys.enter);
    await tty.see(`secret/${name} created`);
    expect(await tty.ended).toBe(0);
    expect(tty.screen()).not.toContain(janedoe.password);
    expect(await authsOf(name)).toMatchObject({ [host]: { username: 'janedoe', password: janedoe.password } });
  });

  test('a wrong password may be typed again', async () => {
    const { host } = sharedRegistries()[auth];
    const name = `retyped-${auth}`;
    const tty = terminal(['create', name, '-n', namespace, '--server', host, '--username', 'janedoe'], environment());
    await tty.see('Password or token');
    tty.type(`${CANARY}${keys.enter}`);
    await tty.see(`warning: ${host} rejects the login (HTTP 401); type the password again`);
    await tty.see('Password or token');
    tty.type(`${janedoe.password}${keys.enter}`);
    await tty.see(`secret/${name} created`);
    expect(await tty.ended).toBe(0);
    expect(await authsOf(name)).toMatchObject({ [host]: { username: 'janedoe', password: janedoe.password } });
  });

  test('a password that the registry rejects three times is not written', async () => {
    const { host } = sharedRegistries()[auth];
    const name = `rejected-${auth}`;
    const tty = terminal(['create', name, '-n', namespace, '--server', host, '--username', 'janedoe'], environment());
    for (const again of [true, true, false]) {
      await tty.see('Password or token');
      tty.type(`${CANARY}${keys.enter}`);
      if (again) await tty.see('type the password again');
    }
    await tty.see(`error: ${host} rejects the login (HTTP 401); nothing was written`);
    await tty.see('it is the login of janedoe from the prompt');
    await tty.see('hint: ');
    expect(await tty.ended).toBe(1);
    expect(tty.screen()).not.toContain(CANARY);
    expect(await authsOf(name)).toBeUndefined();
  });
});

test('a login for two registries is asked for once, and once more when they reject it', async () => {
  const { basic, bearer } = sharedRegistries();
  const servers = ['--server', basic.host, '--server', bearer.host];
  const tty = terminal(['create', 'typed-once', '-n', namespace, ...servers, '--prompt'], environment());
  await tty.see('Username');
  tty.type(`${janedoe.username}${keys.enter}`);
  await tty.see('Password or token');
  tty.type(`${CANARY}${keys.enter}`);
  await tty.see(`warning: ${basic.host} rejects the login (HTTP 401); type the password again`);
  await tty.see('Password or token');
  tty.type(`${janedoe.password}${keys.enter}`);
  await tty.see('secret/typed-once created');
  expect(await tty.ended).toBe(0);
  const login = { username: 'janedoe', password: janedoe.password };
  expect(await authsOf('typed-once')).toMatchObject({ [basic.host]: login, [bearer.host]: login });
});

describe('a typed password for a registry that cannot be checked', () => {
  const typed = async (name: string, flags: readonly string[] = []) => {
    const login = ['--server', '127.0.0.1:1', '--username', 'u'];
    const tty = terminal(['create', name, '-n', namespace, ...login, ...flags], environment());
    await tty.see('Password or token');
    tty.type(`p${keys.enter}`);
    return tty;
  };
  const question = '127.0.0.1:1 cannot be checked: connection refused. Write the login unchecked?';

  test('is written when the person says yes', async () => {
    const tty = await typed('unchecked');
    await tty.see(question);
    tty.type(`y${keys.enter}`);
    await tty.see('secret/unchecked created');
    expect(await tty.ended).toBe(0);
  });

  test('is not written otherwise', async () => {
    const tty = await typed('unasked');
    await tty.see(question);
    tty.type(keys.enter);
    await tty.see('cannot be checked: connection refused; nothing was written');
    await tty.see('hint: add --no-verify to write the login unchecked');
    expect(await tty.ended).toBe(1);
    expect(await authsOf('unasked')).toBeUndefined();
  });

  test('is written with --no-verify, and the registry is not asked', async () => {
    const tty = await typed('not-verified', ['--no-verify']);
    await tty.see('secret/not-verified created');
    expect(await tty.ended).toBe(0);
    expect(tty.screen()).not.toContain('cannot be checked');
  });
});

test.each([
  ['Username', ['--prompt']],
  ['Password or token', ['--username', 'u']],
])('Ctrl-C at the question %s exits 130 and leaves nothing behind', async (question, flags) => {
  const args = ['create', 'interrupted', '-n', namespace, '--server', 'ghcr.io', ...flags];
  const tty = terminal(args, environment());
  await tty.see(question);
  tty.type(keys.ctrlC);
  expect(await tty.ended).toBe(130);
  expect(tty.screen()).not.toContain('error');
  expect(await authsOf('interrupted')).toBeUndefined();
});

test('where a typed login will go is said before the first question, with the namespace', async () => {
  const tty = terminal(['create', 'asked', '-n', namespace], environment());
  await tty.see(`no login on this machine; the login you type will go into secret/asked in namespace ${namespace}`);
  await tty.see('Registry');
  tty.type(keys.ctrlC);
  expect(await tty.ended).toBe(130);
});

test('several logins: those that are picked are written, and no others', async () => {
  const login = (user: string) => ({ auth: Buffer.from(`${user}:${CANARY}`).toString('base64') });
  const config = {
    auths: { 'a.example.com': login('ada'), 'b.example.com': login('grace'), 'c.example.com': login('rex') },
  };
  const tty = terminal(['create', 'picked', '-n', namespace], environment(config));
  await tty.see('Which logins?');
  tty.type(keys.down);
  tty.type(`${keys.space}${keys.down}${keys.space}${keys.enter}`);
  await tty.see(
    `everyone who can read Secrets in ${namespace} will have your logins for b.example.com, c.example.com; a robot account would be safer`,
  );
  await tty.see('secret/picked created');
  await tty.see('b.example.com  grace  from ~/.docker/config.json');
  expect(await tty.ended).toBe(0);
  expect(Object.keys((await authsOf('picked')) ?? {})).toEqual(['b.example.com', 'c.example.com']);
  expect(tty.screen()).not.toContain(CANARY);
});

test('a login of this machine: who will have it is said on a terminal, once, and nowhere else', async () => {
  const config = { auths: { 'a.example.com': { auth: Buffer.from('ada:pa55').toString('base64') } } };
  const args = ['create', 'shared', '-n', namespace];
  const said = `everyone who can read Secrets in ${namespace} will have your login for a.example.com; a robot account would be safer`;
  const tty = terminal(args, environment(config));
  await tty.see('secret/shared created');
  expect(await tty.ended).toBe(0);
  expect(tty.screen().replace(/\s+/g, ' ').split(said)).toHaveLength(2);
  const plain = await regsecret([...args, '-o', 'json'], { env: environment(config) });
  expect(plain).toMatchObject({ code: 0 });
  expect(plain.stdout + plain.stderr).not.toContain('everybody');
});

test('without a terminal nothing is asked', async () => {
  const ran = await regsecret(['create', 'silent', '-n', namespace], { env: environment() });
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain('error: docker and podman have no login on this machine');
});
