/**
 * Every input has a size limit, and the error names the input that exceeds it. Tested with `/dev/zero`, which has no end.
 * With the executable, too: memory.
 */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { regsecret } from './support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'regsecret-limits-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ZERO = '/dev/zero';
const endless = join(folder, 'config.json');
symlinkSync(ZERO, endless);
const CONF = join(folder, 'registries.conf');
symlinkSync(ZERO, CONF);

/** A kubeconfig whose user cannot be read. Its server is never contacted, because the user is read first. */
function withUser(user: object, cluster: object = {}): string {
  const path = join(folder, `kubeconfig-${Object.keys({ ...user, ...cluster }).join('-')}`);
  const config = {
    clusters: [{ name: 'c', cluster: { server: 'https://192.0.2.1', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const LIST = (kubeconfig: string): string[] => ['list', '--kubeconfig', kubeconfig];
const CREATE = ['create', '--dry-run=client'];
const USER = ['--server', 'r.example.com', '--username', 'u'];
const PLUGIN = { apiVersion: 'client.authentication.k8s.io/v1', command: 'true', interactiveMode: 'Never' };

describe.skipIf(platform() === 'win32')('an input without end', () => {
  test.each<[title: string, args: readonly string[], env: Record<string, string>, said: string]>([
    ['a kubeconfig', LIST(ZERO), {}, ZERO],
    ['a kubeconfig of KUBECONFIG', ['list'], { KUBECONFIG: ZERO }, ZERO],
    ['a token', LIST(withUser({ tokenFile: ZERO })), {}, ZERO],
    ['a client certificate', LIST(withUser({ 'client-certificate': ZERO, 'client-key': ZERO })), {}, ZERO],
    ['an authority', LIST(withUser({ token: 't' }, { 'certificate-authority': ZERO })), {}, ZERO],
    ['the policy for plugins', LIST(withUser({ exec: PLUGIN })), { KUBERC: ZERO }, ZERO],
    ['a password', [...CREATE, ...USER, '--password-file', ZERO], {}, ZERO],
    ['a docker config', [...CREATE, '--from-file', ZERO], {}, ZERO],
    ["docker's own config", [...CREATE, '--server', 'r.io'], { DOCKER_CONFIG: folder }, endless],
    ["podman's logins", [...CREATE, '--server', 'r.io'], { REGISTRY_AUTH_FILE: ZERO }, ZERO],
    ["podman's registries.conf", [...CREATE, '--server', 'r.io'], { CONTAINERS_REGISTRIES_CONF: CONF }, CONF],
    ['a manifest to change', ['attach', '-f', ZERO], {}, ZERO],
    ['a manifest to check', ['doctor', '-f', ZERO], {}, ZERO],
    ['a Secret in a file', ['inspect', '-f', ZERO], {}, ZERO],
    [
      'certificates of a registry',
      ['verify', '--server', 'r.io', '--username', 'u', '--password-env', 'P', '--registry-ca', ZERO],
      { P: 'p' },
      ZERO,
    ],
  ])('%s', async (_, args, env, said) => {
    const ran = await regsecret(args, { env });
    expect(ran.code).toBe(1);
    expect(`${ran.stdout}${ran.stderr}`).toContain(said);
    expect(`${ran.stdout}${ran.stderr}`).toMatch(/holds more than \d+ (bytes|MiB)/);
  });

  // Node and Bun read these files on their own, and do not react to signals meanwhile.
  test.each(['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'])('authorities of the machine, named by %s', async (variable) => {
    const args = ['verify', '--server', '127.0.0.1:1', '--username', 'u', '--password-env', 'P'];
    const ran = await regsecret(args, { env: { P: 'p', [variable]: ZERO, SSL_CERT_DIR: folder } });
    expect(ran).toMatchObject({ code: 1, stdout: '' });
    expect(ran.stderr).toContain(`${variable} is set to ${ZERO}, which is not a file`);
  });
});

test.each([
  ['a password', ['create', ...USER, '--password-stdin', '--dry-run=client'], 1024 * 1024],
  ['a docker config', ['create', '--from-file', '-', '--dry-run=client'], 16 * 1024 * 1024],
])('%s on stdin that is larger than its limit', async (_, args, limit) => {
  const ran = await regsecret(args, { stdin: new Uint8Array(limit + 1) });
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain(`stdin holds more than ${limit} bytes`);
});
