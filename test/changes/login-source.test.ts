/** What `sync` prints about this machine's logins that it copies into namespaces. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loginSource } from '../../src/changes/login-source.ts';
import { printerFor } from '../../src/output/printer.ts';
import { fakeIo } from '../support/io.ts';

/** An environment with logins for `servers`, which hides everything else on this machine. */
function environmentWith(servers: readonly string[]): Record<string, string> {
  const home = mkdtempSync(join(tmpdir(), 'regsecret-source-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, '.docker'));
  const auths = Object.fromEntries(servers.map((server) => [server, { auth: btoa('jane:hunter2') }]));
  writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ auths }));
  const docker = join(home, '.docker');
  return { HOME: home, DOCKER_CONFIG: docker, XDG_RUNTIME_DIR: join(home, 'run'), PATH: join(home, 'bin') };
}

test.each<[situation: string, servers: string[], said: RegExp]>([
  ['one login', ['ghcr.io'], /^source: the login for ghcr\.io from .*config\.json$/m],
  ['two logins', ['ghcr.io', 'quay.io'], /^source: the logins for ghcr\.io, quay\.io from .*config\.json$/m],
  [
    'three and more are counted',
    ['a.io', 'b.io', 'c.io', 'd.io', 'e.io', 'f.io', 'g.io'],
    /^source: 7 logins from .*config\.json: a\.io, b\.io, c\.io, d\.io, e\.io and 2 more$/m,
  ],
])('%s', async (_, servers, said) => {
  const io = fakeIo({ env: environmentWith(servers) });
  await loginSource({ name: 'pull', dryRun: 'client', all: true }, await printerFor(io), io);
  expect(io.written.stderr).toMatch(said);
  expect(io.written.stdout).toBe('');
});
