/** Credentials that change while the program runs: token files and exec plugins, on the real API server. */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { connect } from '../../src/cluster/transport.ts';
import { clientCertificate, cluster, kubectl, waitFor } from '../environment/use.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
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
import { SELF_SUBJECT_REVIEW } from '../support/whoami-script.ts';

const admin = () => cluster().tokenUsers['token-admin'].token;
const nobody = () => cluster().tokenUsers['token-nobody'].token;
const V1 = 'client.authentication.k8s.io/v1';

interface Setup {
  readonly config: string;
  readonly folder: string;
  /** Returns how often the plugin has run. */
  runs(): number;
  /** Sets what the plugin prints from now on. */
  print(status: object): void;
}

const printing = (status: object) =>
  `cat <<'END'\n${JSON.stringify({ apiVersion: V1, kind: 'ExecCredential', status })}\nEND`;

/**
 * Writes a kubeconfig whose user has a plugin. The plugin counts its runs and then runs the shell script `body`, which by default
 * prints the file `answer`.
 */
function plugin(options: { body?: string; exec?: object; cluster?: object } = {}): Setup {
  const folder = newFolder();
  const { body = 'cat answer', exec = {}, cluster = trusted() } = options;
  const config = writeConfig(
    { exec: { apiVersion: V1, command: './plugin', interactiveMode: 'Never', ...exec } },
    { folder, cluster },
  );
  writeScript(config, 'plugin', `cd '${folder}'; echo run >> runs\n${body}`);
  return {
    config,
    folder,
    runs: () => readFileSync(join(folder, 'runs'), 'utf8').split('\n').length - 1,
    print: (status) => {
      writeFile(join(folder, 'answer'), JSON.stringify({ apiVersion: V1, kind: 'ExecCredential', status }));
    },
  };
}

async function transportFor(config: string, flags = {}, io = fakeIo({ env: env(config) })) {
  const transport = await connect(flags, io);
  const who = async () => {
    const review = await transport.request<{ status: { userInfo: { username: string } } }>(SELF_SUBJECT_REVIEW);
    return review.status.userInfo.username;
  };
  return { ...transport, who, io };
}

function env(config: string) {
  return { KUBECONFIG: config, PATH: process.env.PATH, HOME: cluster().home };
}

describe('a token file', () => {
  test('is read again when the server does not know its token any more', async () => {
    const folder = newFolder();
    const file = writeFile(join(folder, 'token'), admin());
    const transport = await transportFor(writeConfig({ tokenFile: 'token' }, { folder }));
    expect(await transport.who()).toBe('token-admin');
    writeFile(file, 'expired');
    // The file is read again only after a minute.
    expect(await transport.who()).toBe('token-admin');
    transport.close();
  });

  test('that was rotated before the first request was rejected is used in time', async () => {
    const folder = newFolder();
    const file = writeFile(join(folder, 'token'), 'expired');
    const proxy = await startFaultProxy(cluster(), (_request, number) => {
      if (number === 1) writeFile(file, nobody());
      return undefined;
    });
    const at = { server: proxy.server, 'certificate-authority': cluster().caFile };
    const transport = await transportFor(writeConfig({ tokenFile: 'token' }, { folder, cluster: at }));
    expect(await transport.who()).toBe('token-nobody');
    expect(proxy.requests).toHaveLength(2);
    transport.close();
    await proxy.close();
  });

  test('that stays wrong is asked with once', async () => {
    const folder = newFolder();
    writeFile(join(folder, 'token'), 'expired');
    const proxy = await startFaultProxy(cluster());
    const at = { server: proxy.server, 'certificate-authority': cluster().caFile };
    const transport = await transportFor(writeConfig({ tokenFile: 'token' }, { folder, cluster: at }));
    await expect(transport.who()).rejects.toMatchObject({ status: 401, reason: 'Unauthorized' });
    expect(proxy.requests).toHaveLength(1);
    transport.close();
    await proxy.close();
  });
});

describe('a plugin', () => {
  test('runs once for requests in a row and at once', async () => {
    const { config, runs, print } = plugin();
    print({ token: admin() });
    const transport = await transportFor(config);
    await Promise.all([transport.who(), transport.who(), transport.who()]);
    expect(await transport.who()).toBe('token-admin');
    expect(runs()).toBe(1);
    transport.close();
  });

  test('does not run before there is something to ask', async () => {
    const { config, runs } = plugin({ body: 'exit 1' });
    (await transportFor(config)).close();
    expect(runs).toThrow('ENOENT');
  });

  test.each([
    ['that has expired runs again, once for all requests', -1000, 2],
    ['that has not expired does not run again', 3_600_000, 1],
  ])('%s', async (_title, expiresIn, expected) => {
    const { config, runs, print } = plugin();
    print({ token: admin(), expirationTimestamp: new Date(Date.now() + expiresIn).toISOString() });
    const transport = await transportFor(config);
    await transport.who();
    print({ token: nobody() });
    const names = await Promise.all([transport.who(), transport.who()]);
    expect(names).toEqual(Array(2).fill(expected === 2 ? 'token-nobody' : 'token-admin'));
    expect(runs()).toBe(expected);
    transport.close();
  });

  test('runs once more when the server rejects its token', async () => {
    const { config, runs, print } = plugin();
    print({ token: 'revoked' });
    const transport = await transportFor(config);
    await expect(transport.who()).rejects.toMatchObject({ status: 401 });
    expect(runs()).toBe(2);
    print({ token: admin() });
    expect(await transport.who()).toBe('token-admin');
    expect(runs()).toBe(3);
    transport.close();
  });

  test('may change the client certificate, which needs a new connection', async () => {
    const { config, print } = plugin();
    const pair = (user: string) => {
      const { certFile, keyFile } = clientCertificate(user);
      return { clientCertificateData: readFileSync(certFile, 'utf8'), clientKeyData: readFileSync(keyFile, 'utf8') };
    };
    const expired = { expirationTimestamp: new Date(0).toISOString() };
    print({ ...pair('jane'), ...expired });
    const transport = await transportFor(config);
    expect(await transport.who()).toBe('jane');
    print(pair('peter'));
    expect(await transport.who()).toBe('peter');
    transport.close();
  });

  test.each([
    ['nothing of the cluster', {}, {}],
    ['the cluster, when it wants to know', { provideClusterInfo: true }, {}],
    [
      'every field of the cluster, as v1beta1',
      { provideClusterInfo: true, apiVersion: 'client.authentication.k8s.io/v1beta1' },
      {
        'tls-server-name': 'kubernetes.default.svc',
        'disable-compression': true,
        extensions: [
          { name: 'other', extension: {} },
          {
            name: 'client.authentication.k8s.io/exec',
            extension: { list: [1, { z: null, x: 'é\u2028' }], audience: 'a<b>&' },
          },
        ],
      },
    ],
    [
      'a cluster that is not verified',
      { provideClusterInfo: true },
      { 'certificate-authority': undefined, 'insecure-skip-tls-verify': true },
    ],
  ])('is told %s, byte for byte as by kubectl', async (_title, exec, more) => {
    const { config, folder } = plugin({
      body: `printf %s "$KUBERNETES_EXEC_INFO" > "info-$WHO"; sed "s,${V1}\\",$API\\"," answer`,
      exec: { env: [{ name: 'API', value: (exec as { apiVersion?: string }).apiVersion ?? V1 }], ...exec },
      cluster: { ...trusted(), ...more },
    });
    const credential = { apiVersion: V1, kind: 'ExecCredential', status: { token: admin() } };
    writeFile(join(folder, 'answer'), JSON.stringify(credential));
    const theirs = await kubectl(['auth', 'whoami'], { kubeconfig: config, env: { WHO: 'kubectl' } });
    expect(theirs).toMatchObject({ code: 0 });
    const transport = await transportFor(config, {}, fakeIo({ env: { ...env(config), WHO: 'us' } }));
    await transport.who();
    transport.close();
    const [kubectls, ours] = ['kubectl', 'us'].map((who) => readFileSync(join(folder, `info-${who}`), 'utf8'));
    expect(ours).toBe(kubectls);
  });

  test('that is never interactive reads an empty stdin, and its stderr is shown', async () => {
    const { config, print } = plugin({ body: 'echo "open https://login" >&2; [ -z "$(cat)" ] && cat answer' });
    print({ token: admin() });
    const transport = await transportFor(config);
    expect(await transport.who()).toBe('token-admin');
    expect(transport.io.written.stderr).toBe('open https://login\n');
    transport.close();
  });

  test('that hangs is killed by Ctrl-C, and by --request-timeout', async () => {
    const { config, folder } = plugin({ body: 'echo $$ > pid; exec sleep 600' });
    const io = fakeIo({ env: env(config) });
    const interrupted = await transportFor(config, {}, io);
    const who = interrupted.who();
    const runs = (): boolean => readFileSync(join(folder, 'pid'), 'utf8').endsWith('\n');
    waitFor(runs, { what: 'the plugin to run', everyMs: 5 }).then(() => io.interrupt());
    await expect(who).rejects.toThrow('interrupted');
    await expectGone(folder);
    const late = await transportFor(config, { requestTimeout: '300ms' });
    await expect(late.who()).rejects.toThrow(/getting credentials: exec: executable .*plugin did not end in time/);
    await expectGone(folder);
  });

  test.each([
    ['that leaves a child behind', '> /dev/null 2>&1'],
    ['that leaves a child behind, which holds its stdout and stderr,', ''],
  ])('%s does not hold us up', async (_, streams) => {
    const { config, print } = plugin({ body: `sleep 600 ${streams} & echo $! > pid; cat answer` });
    print({ token: admin() });
    const transport = await transportFor(config);
    expect(await transport.who()).toBe('token-admin');
    transport.close();
    process.kill(Number(readFileSync(join(dirname(config), 'pid'), 'utf8')));
  });

  test('that prints without end is stopped', async () => {
    const { config } = plugin({ body: 'yes' });
    const transport = await transportFor(config);
    await expect(transport.who()).rejects.toThrow('printed more than 1 MiB');
  });
});

describe('the policy for plugins in kuberc holds for us as for kubectl', () => {
  const kuberc = (policy: string) => `apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n${policy}\n`;
  const allow = (...entries: string[]) =>
    kuberc(
      `credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist:\n${entries.map((entry) => `- ${entry}\n`).join('')}`,
    );

  test.each<[string, string, RegExp | undefined]>([
    ['nothing', '', undefined],
    [
      'another document first',
      `apiVersion: v1\nkind: Other\n---\n${kuberc('credentialPluginPolicy: DenyAll')}`,
      /policy set to "DenyAll"/,
    ],
    ['AllowAll', kuberc('credentialPluginPolicy: AllowAll'), undefined],
    ['DenyAll', kuberc('credentialPluginPolicy: DenyAll'), /plugin ".*" not allowed: policy set to "DenyAll"/],
    ['an unknown policy', kuberc('credentialPluginPolicy: Some'), /unknown plugin policy: "Some"/],
    ['the path', allow('command: FOLDER/our-plugin'), undefined],
    ['the path under its old name', allow('name: FOLDER/our-plugin'), undefined],
    ['the name', allow('command: our-plugin'), undefined],
    [
      'another name',
      allow('command: other-plugin', 'command: /bin/our-plugin'),
      /is not permitted by the credential plugin allowlist/,
    ],
    ['an empty list', kuberc('credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: []'), /allowlist is empty/],
    ['no list', kuberc('credentialPluginPolicy: Allowlist'), /allowlist is unspecified/],
    ['an empty entry', allow('{}'), /empty allowlist entry #1/],
    ['a path that is not clean', allow('command: FOLDER/../our-plugin'), /non-normalized file path/],
    ['a list without its policy', kuberc('credentialPluginAllowlist: [{command: our-plugin}]'), /allowlist is non-nil/],
  ])('%s', async (_title, content, refused) => {
    const { config, folder } = plugin({ exec: { command: 'our-plugin' } });
    writeScript(config, 'our-plugin', printing({ token: admin() }));
    const KUBERC = writeFile(join(folder, 'kuberc'), content.replaceAll('FOLDER', folder));
    const PATH = `${folder}:${process.env.PATH}`;
    for (const who of [kubectlWho, ourWho, bunWho]) {
      const { user, error } = await who({}, { KUBECONFIG: config, KUBERC, PATH });
      if (refused === undefined) expect(user, error).toMatchObject({ username: 'token-admin' });
      else expect(error).toMatch(refused);
    }
  });

  test.each([
    ['~/.kube/kuberc', {}, /policy set to "DenyAll"/],
    ['KUBERC=off', { KUBERC: 'off' }, undefined],
    ['KUBECTL_KUBERC=false', { KUBECTL_KUBERC: 'False' }, undefined],
    ['KUBERC that is missing', { KUBERC: '/nope' }, /kuberc: .*open \/nope: no such file or directory/],
  ])('%s', async (_title, env, refused) => {
    const { config, folder, print } = plugin();
    print({ token: admin() });
    mkdirSync(join(folder, '.kube'));
    writeFile(join(folder, '.kube', 'kuberc'), kuberc('credentialPluginPolicy: DenyAll'));
    for (const who of [kubectlWho, ourWho]) {
      const { user, error } = await who({}, { KUBECONFIG: config, HOME: folder, ...env });
      if (refused === undefined) expect(user, error).toMatchObject({ username: 'token-admin' });
      else expect(error).toMatch(refused);
    }
  });

  test('a plugin in the current folder is not found through PATH', async () => {
    const { config, folder } = plugin({ exec: { command: 'our-plugin' } });
    writeScript(config, 'our-plugin', printing({ token: admin() }));
    const PATH = `${relative(process.cwd(), folder)}:${process.env.PATH}`;
    expect((await kubectlWho({}, { KUBECONFIG: config, PATH })).error).toMatch(/our-plugin/);
    expect((await ourWho({}, { KUBECONFIG: config, PATH })).error).toMatch('executable our-plugin not found');
  });
});

/** Waits until the plugin's process is gone or a zombie. A process that was just killed may take a moment to end. */
async function expectGone(folder: string): Promise<void> {
  const pid = readFileSync(join(folder, 'pid'), 'utf8').trim();
  const isGone = () => {
    try {
      return /^[ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, ''));
    } catch {
      return true;
    }
  };
  await waitFor(isGone, { what: 'the plugin to end', everyMs: 5 });
}
