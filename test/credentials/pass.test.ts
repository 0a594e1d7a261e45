/** docker-credential-pass as Debian has it (packages golang-docker-credential-helpers, pass, gnupg), with a real store. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { docker } from '../../src/credentials/docker.ts';
import { findOnPath } from '../../src/credentials/executable.ts';
import { getFromHelper, listHelper } from '../../src/credentials/helper.ts';
import { fakeIo } from '../support/io.ts';

const missing = ['docker-credential-pass', 'pass', 'gpg'].filter((name) => !findOnPath(name, process.env));
const required = (process.env.REGSECRET_REQUIRE ?? '').split(',').includes('pass');
if (missing.length > 0 && required)
  throw new Error(`the pass tests are required but cannot run without ${missing.join(', ')}`);
if (missing.length > 0) console.error(`left out: the pass tests, because there is no ${missing.join(', ')}`);

describe.skipIf(missing.length > 0)('pass', () => {
  // gpg's sockets are in its home, and their paths may have 107 characters.
  const home = missing.length > 0 ? '' : realpathSync(mkdtempSync(join(tmpdir(), 'rs-')));
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    GNUPGHOME: join(home, 'g'),
    PASSWORD_STORE_DIR: join(home, 'store'),
  };
  const io = fakeIo({ env });
  const run = (program: string, args: readonly string[], input = ''): string =>
    execFileSync(program, args, { env, input, stdio: ['pipe', 'pipe', 'pipe'] }).toString();
  const store = (server: string, username: string, secret: string): string =>
    run('docker-credential-pass', ['store'], JSON.stringify({ ServerURL: server, Username: username, Secret: secret }));

  beforeAll(() => {
    run('mkdir', ['-m', '700', env.GNUPGHOME]);
    const key = ['--quick-generate-key', 'regsecret@example.com', 'default', 'default', 'never'];
    run('gpg', ['--batch', '--quiet', '--passphrase', '', ...key]);
  });

  afterAll(() => {
    if (existsSync(env.GNUPGHOME)) run('gpgconf', ['--kill', 'all']);
    rmSync(home, { recursive: true, force: true });
  });

  test('that was never set up knows nothing', async () => {
    await expect(getFromHelper('pass', 'r.io', io)).resolves.toBeUndefined();
    await expect(docker.list(io)).resolves.toEqual({ logins: [], warnings: [] });
  });

  test('keeps logins and identity tokens, and knows nothing of other servers', async () => {
    run('pass', ['init', 'regsecret@example.com']);
    store('https://index.docker.io/v1/', 'jane', 'p"ä\\ss');
    store('acr.example.com', '<token>', 'refresh');
    await expect(getFromHelper('pass', 'https://index.docker.io/v1/', io)).resolves.toEqual({
      username: 'jane',
      password: 'p"ä\\ss',
    });
    await expect(getFromHelper('pass', 'acr.example.com', io)).resolves.toEqual({
      username: '',
      password: '',
      identityToken: 'refresh',
    });
    await expect(getFromHelper('pass', 'quay.io', io)).resolves.toBeUndefined();
    expect(Object.fromEntries(await listHelper('pass', io))).toEqual({
      'https://index.docker.io/v1/': 'jane',
      'acr.example.com': '<token>',
    });
  });

  test.runIf(process.platform === 'linux')('is the store that docker takes without a config', async () => {
    const { found } = await docker.lookup('docker.io', io);
    expect(found).toEqual({
      server: 'https://index.docker.io/v1/',
      from: 'docker credential store "pass"',
      credential: { username: 'jane', password: 'p"ä\\ss' },
    });
  });
});
