/** Connects to the API server through proxies, with a plugin that asks in a terminal, and from a pod. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { spawn } from '@lydell/node-pty';
import { describe, expect, test } from 'vitest';
import { connect } from '../../src/cluster/transport.ts';
import { createAuthority } from '../environment/certificate.ts';
import { run } from '../environment/child.ts';
import { cluster } from '../environment/use.ts';
import { fakeIo } from '../support/io.ts';
import {
  bunWho,
  kubectlWho,
  newFolder,
  ourWho,
  trusted,
  writeConfig,
  writeFile,
  writeScript,
} from '../support/kube-world.ts';
import { startHttpProxy, startSocksProxy } from '../support/proxies.ts';
import { runtimes } from '../support/runtime.ts';

const admin = () => ({ token: cluster().tokenUsers['token-admin'].token });
const port = () => new URL(cluster().server).port;
const nodeModules = fileURLToPath(new URL('../../node_modules', import.meta.url));
const script = fileURLToPath(new URL('../support/whoami-script.ts', import.meta.url));

describe('through a proxy we are who kubectl is with', () => {
  /** A cluster with a host name that only the proxy can resolve. */
  const hidden = () => ({ ...trusted(), server: `https://api.example:${port()}`, 'tls-server-name': 'localhost' });

  test.each([
    [
      'proxy-url http',
      () => startHttpProxy(),
      (address: string) => ({ 'proxy-url': `http://me:p%40ss@${address}` }),
      {},
    ],
    ['proxy-url socks5', startSocksProxy, (address: string) => ({ 'proxy-url': `socks5://me:p%40ss@${address}` }), {}],
    [
      'proxy-url, whatever the environment says',
      () => startHttpProxy(),
      (address: string) => ({ 'proxy-url': `http://me:p%40ss@${address}` }),
      { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' },
    ],
    ['HTTPS_PROXY', () => startHttpProxy(), () => ({}), { HTTPS_PROXY: 'http://me:p%40ss@PROXY' }],
    ['https_proxy without a scheme', () => startHttpProxy(), () => ({}), { https_proxy: 'me:p%40ss@PROXY' }],
    ['HTTPS_PROXY socks5', startSocksProxy, () => ({}), { HTTPS_PROXY: 'socks5://me:p%40ss@PROXY' }],
  ] as const)('%s', async (_title, start, more, variables) => {
    const proxy = await start();
    const env = Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, value.replace('PROXY', proxy.address)]),
    );
    const KUBECONFIG = writeConfig(admin(), { cluster: { ...hidden(), ...more(proxy.address) } });
    const given = { KUBECONFIG, ...env };
    const [theirs, ours, underBun] = [await kubectlWho({}, given), await ourWho({}, given), await bunWho({}, given)];
    await proxy.close();
    expect(theirs.user, theirs.error).toMatchObject({ username: 'token-admin' });
    expect([ours.user, underBun.user], `${ours.error} ${underBun.error}`).toEqual([theirs.user, theirs.user]);
    expect(proxy.targets).toEqual(Array(3).fill(`api.example:${port()}`));
    expect(proxy.logins).toEqual(Array(3).fill('me:p@ss'));
  });

  test('a server on this machine has no proxy of the environment', async () => {
    const env = { KUBECONFIG: writeConfig(admin()), HTTPS_PROXY: 'http://127.0.0.1:1' };
    const [theirs, ours] = [await kubectlWho({}, env), await ourWho({}, env)];
    expect([theirs.error, ours.error]).toEqual([undefined, undefined]);
  });

  test('a proxy that refuses is named', async () => {
    const proxy = await startHttpProxy({ refuse: 403 });
    const KUBECONFIG = writeConfig(admin(), {
      cluster: { ...hidden(), 'proxy-url': `http://me:hidden@${proxy.address}` },
    });
    const { error } = await ourWho({}, { KUBECONFIG });
    await proxy.close();
    expect(error).toMatch(`the proxy ${proxy.address} refused the connection (HTTP_403)`);
    expect(error).not.toContain('hidden');
  });
});

describe.each(runtimes)('a plugin on a terminal, under %s', (runtime) => {
  test.each(['Always', 'IfAvailable'])('reads what is typed (%s)', async (interactiveMode) => {
    const folder = newFolder();
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin', interactiveMode };
    const config = writeConfig({ exec }, { folder });
    writeScript(
      config,
      'plugin',
      `stty -echo; printf 'token? ' >&2; read -r token; stty echo
echo "{\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"$token\\"}}"`,
    );
    const env = { PATH: process.env.PATH ?? '', HOME: cluster().home, KUBECONFIG: config };
    const terminal = spawn(join(nodeModules, '.bin', runtime), [script, '{}'], { env, cols: 400 });
    const shown = await new Promise<string>((resolve) => {
      let text = '';
      let asked = false;
      terminal.onData((data) => {
        text += data;
        if (asked || !text.includes('token? ')) return;
        asked = true;
        terminal.write(`${admin().token}\r`);
      });
      terminal.onExit(() => resolve(text));
    });
    expect(shown).toContain('"username":"token-admin"');
    expect(shown).not.toContain(admin().token);
  });
});

/** Whether a test on this machine can mount its own /run. */
const ownRun = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/run']).status === 0;

describe.skipIf(!ownRun)('in a pod', () => {
  /** Runs a program with a pod's service account mounted below /run. */
  function inPod(command: readonly string[], env: Record<string, string> = {}, authority?: string) {
    const folder = newFolder();
    writeFile(join(folder, 'ca.crt'), authority ?? readFileSync(cluster().caFile, 'utf8'));
    writeFile(join(folder, 'token'), admin().token);
    writeFile(join(folder, 'namespace'), 'of-the-pod');
    const account = '/run/secrets/kubernetes.io/serviceaccount';
    const mount = `mount -t tmpfs none /run && mkdir -p ${account} && cp ${folder}/* ${account} && exec "$@"`;
    const pod = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: port(), HOME: folder };
    return run('unshare', ['--mount', 'sh', '-c', mount, 'sh', ...command], {
      env: { PATH: process.env.PATH, ...pod, ...env },
    });
  }
  const ours = async (runtime: string, flags: object, env = {}, authority?: string) => {
    const command = [join(nodeModules, '.bin', runtime), script, JSON.stringify(flags)];
    return JSON.parse((await inPod(command, env, authority)).stdout);
  };

  test('we are who kubectl is', async () => {
    const theirs = await inPod([cluster().bin.kubectl, 'auth', 'whoami', '-o', 'json']);
    const user = JSON.parse(theirs.stdout).status.userInfo;
    expect(user.username).toBe('token-admin');
    for (const runtime of runtimes)
      expect(await ours(runtime, {})).toEqual({ user, namespace: 'of-the-pod', stderr: '' });
  });

  test.each([
    ['its own', {}, {}, 'of-the-pod'],
    ['POD_NAMESPACE', {}, { POD_NAMESPACE: 'said' }, 'said'],
    ['-n', { namespace: 'flag' }, { POD_NAMESPACE: 'said' }, 'flag'],
  ])('the namespace is %s', async (_title, flags, env, expected) => {
    expect(await ours('node', flags, env)).toMatchObject({ namespace: expected, user: { username: 'token-admin' } });
  });

  test('a kubeconfig goes before, with the namespace of the pod where it says none', async () => {
    const KUBECONFIG = writeConfig({ ...admin(), as: 'johndoe' });
    const named = writeConfig(admin(), { context: { namespace: 'named' } });
    expect(await ours('node', {}, { KUBECONFIG })).toMatchObject({
      user: { username: 'johndoe' },
      namespace: 'of-the-pod',
    });
    expect(await ours('node', {}, { KUBECONFIG: named })).toMatchObject({ namespace: 'named' });
  });

  test('the account of the pod may act as somebody else', async () => {
    expect(await ours('node', { as: 'johndoe' })).toMatchObject({ user: { username: 'johndoe' } });
  });

  test('with --request-timeout it is still the account of the pod', async () => {
    const answer = await ours('node', { requestTimeout: '50s' });
    expect(answer).toMatchObject({ user: { username: 'token-admin' }, namespace: 'of-the-pod' });
  });

  test('--tls-server-name is what the certificate has to be for', async () => {
    expect(await ours('node', { tlsServerName: 'other' })).toEqual({
      error: expect.stringMatching(/certificate.*other/),
      stderr: '',
    });
    expect(await ours('node', { tlsServerName: 'localhost' })).toMatchObject({ user: { username: 'token-admin' } });
  });

  test('--insecure-skip-tls-verify leaves out a check that fails', async () => {
    const { certificate } = createAuthority('of another cluster');
    expect((await ours('node', {}, {}, certificate)).error).toMatch(/certificate/);
    const answer = await ours('node', { insecureSkipTlsVerify: true }, {}, certificate);
    expect(answer).toMatchObject({ user: { username: 'token-admin' } });
  });

  test('--api-server names another server, which does not get the account of the pod', async () => {
    const answer = await ours('node', { apiServer: cluster().server, certificateAuthority: cluster().caFile });
    expect(answer.error).toContain('system:anonymous');
  });
});

test.each([
  ['the one of the context', {}, { namespace: 'here' }, 'here'],
  ['the one of the flag', { namespace: 'there' }, { namespace: 'here' }, 'there'],
  ['default', {}, {}, 'default'],
  ['default for an empty one', { namespace: '' }, { namespace: '' }, 'default'],
])('the namespace is %s', async (_title, flags, context, expected) => {
  const transport = await connect(flags, fakeIo({ env: { KUBECONFIG: writeConfig(admin(), { context }) } }));
  expect(transport.namespace).toBe(expected);
});

test('a namespace that cannot be one is refused before it becomes part of an URL', async () => {
  const io = fakeIo({ env: { KUBECONFIG: writeConfig(admin()) } });
  await expect(connect({ namespace: '../kube-system' }, io)).rejects.toThrow('the name of a namespace has only a-z');
});
