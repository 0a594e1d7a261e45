/** Environment variables for proxies and certificates, on the way to a real API server. With the executable, too: HTTP. */
import { describe, expect, test } from 'vitest';
import { cluster } from '../environment/use.ts';
import { CANARY } from '../support/canary.ts';
import { type Ran, regsecret } from '../support/program.ts';
import { startHttpProxy } from '../support/proxies.ts';

/** Runs `create --dry-run=server` against `server`. */
function ask(server: string, env: Record<string, string>, more: readonly string[] = []): Promise<Ran> {
  const { token } = cluster().tokenUsers['token-admin'];
  const args = [
    'create',
    'x',
    '--docker-server=r.io',
    '--docker-username=u',
    '--docker-password=p',
    '--dry-run=server',
  ];
  return regsecret([...args, '--api-server', server, '--token', token, ...more], { env });
}

describe('SSL_CERT_FILE', () => {
  test('names the authorities that are trusted', async () => {
    const ran = await ask(cluster().server, { SSL_CERT_FILE: cluster().caFile });
    expect(ran, ran.stderr).toMatchObject({ code: 0, stdout: 'secret/x created (server dry run)\n' });
  });

  test('is needed for this: nobody trusts the test authority', async () => {
    const ran = await ask(cluster().server, {});
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toMatch(/certificate/);
  });

  test('is not outdone by NODE_TLS_REJECT_UNAUTHORIZED', async () => {
    expect(await ask(cluster().server, { NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toMatchObject({ code: 1, stdout: '' });
  });
});

describe('HTTPS_PROXY', () => {
  const server = () => `https://api.example:${new URL(cluster().server).port}`;
  const more = ['--tls-server-name', 'localhost'];

  test.each(['HTTPS_PROXY', 'https_proxy'])('as %s leads to the server', async (variable) => {
    const proxy = await startHttpProxy();
    const env = { SSL_CERT_FILE: cluster().caFile, [variable]: `http://${proxy.address}` };
    const ran = await ask(server(), env, more).finally(() => proxy.close());
    expect(ran, ran.stderr).toMatchObject({ code: 0 });
    expect(proxy.targets).toEqual([new URL(server()).host]);
  });

  test('does not count for what NO_PROXY names', async () => {
    const proxy = await startHttpProxy();
    const env = { SSL_CERT_FILE: cluster().caFile, HTTPS_PROXY: `http://${proxy.address}`, NO_PROXY: '.example' };
    const ran = await ask(server(), env, more).finally(() => proxy.close());
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(proxy.targets).toEqual([]);
  });
});

describe('variables with which a runtime prints what is sent', () => {
  const canary = ['--docker-password', CANARY];
  const run = (env: Record<string, string>): Promise<Ran> =>
    ask(cluster().server, env, ['--certificate-authority', cluster().caFile, ...canary]);

  test.each([
    ['BUN_CONFIG_VERBOSE_FETCH', 'curl'],
    ['BUN_CONFIG_VERBOSE_FETCH', 'true'],
    ['DEBUG', '*'],
  ])('%s=%s changes nothing', async (variable, value) => {
    const without = await run({});
    expect(without, without.stderr).toMatchObject({ code: 0 });
    expect(await run({ [variable]: value })).toEqual(without);
  });

  test('NODE_DEBUG is refused by Node, and Bun prints no request', async () => {
    const { code, stdout, stderr } = await run({ NODE_DEBUG: 'http,https,tls,net,stream' });
    expect(stdout + stderr).not.toContain(cluster().tokenUsers['token-admin'].token);
    expect(code, stderr).toBe(process.env.REGSECRET_EXE ? 0 : 1);
  });
});
