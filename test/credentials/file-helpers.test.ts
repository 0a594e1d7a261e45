/**
 * Files that name credential helpers. A helper in another person's file does not run, because it has access to all of the user's
 * logins.
 */
import { symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { run } from '../../src/run.ts';
import { CANARY, holdsCanary } from '../support/canary.ts';
import { type MachineOptions, machine } from '../support/machine.ts';

const CONFIG = '$HOME/.docker/config.json';
const OTHER = '$HOME/other.json';
const answer = { Username: 'u', Secret: CANARY };
const helpers = { keychain: { 'ghcr.io': answer, 'quay.io': answer, 'vault.corp': answer } };
const own = { auth: btoa(`u:own${CANARY}`) };

interface Created {
  readonly code: number;
  readonly servers: readonly string[];
  readonly stderr: string;
  readonly calls: readonly string[];
}

async function create(
  args: readonly string[],
  options: MachineOptions,
  before?: (home: string) => void,
): Promise<Created> {
  const { io, home, expand, calls } = machine({ helpers, ...options });
  before?.(home);
  const code = await run(['create', 'x', '--dry-run=client', '-o', 'json', ...args.map(expand)], io);
  const { stdout, stderr } = io.written;
  expect(holdsCanary(stderr), stderr).toBe(false);
  const servers =
    stdout === '' ? [] : Object.keys(JSON.parse(atob(JSON.parse(stdout).data['.dockerconfigjson'])).auths);
  return { code, servers, stderr, calls: calls().map(([suffix, action, server]) => `${suffix} ${action} ${server}`) };
}

const STRANGE = { auths: { 'r.io': own }, credsStore: 'keychain' };

test.each([
  ['a store', STRANGE],
  ['a helper of one registry', { auths: { 'r.io': own }, credHelpers: { 'ghcr.io': 'keychain' } }],
  ['a store, and entries that say what is in it', { auths: { 'r.io': own, 'ghcr.io': {} }, credsStore: 'keychain' }],
])('stdin or a file with %s starts nothing, and what is in it is written', async (_, config) => {
  for (const [path, options] of [
    ['-', { stdin: JSON.stringify(config) }],
    [OTHER, { files: { [OTHER]: config } }],
  ] as const) {
    const { code, servers, stderr, calls } = await create(['--from-file', path], options);
    expect([code, servers, calls]).toEqual([0, ['r.io'], []]);
    expect(stderr).toMatch(/uses helper "keychain"; regsecret runs helpers only from docker's own config/);
  }
});

test('with nothing else in it, it is an error that says how to go on', async () => {
  const { code, stderr, calls } = await create(['--from-file', '-'], { stdin: '{"credsStore":"keychain"}' });
  expect([code, calls]).toEqual([1, []]);
  expect(stderr).toBe(
    'error: stdin uses helper "keychain"; regsecret runs helpers only from docker\'s own config (or --allow-helpers)\n' +
      'hint: take them from docker with --server REGISTRY, or trust the file: --from-file - --allow-helpers\n',
  );
});

test('a server that only the helper has', async () => {
  const files = { [OTHER]: STRANGE };
  const { code, stderr, calls } = await create(['--from-file', OTHER, '--server', 'ghcr.io'], { files });
  expect([code, calls]).toEqual([1, []]);
  expect(stderr).toContain("regsecret runs helpers only from docker's own config");
});

test('--allow-helpers runs it for the servers that the file names, and asks for no list', async () => {
  const files = { [OTHER]: { auths: { 'r.io': own, 'ghcr.io': {} }, credsStore: 'keychain' } };
  const { code, servers, calls } = await create(['--from-file', OTHER, '--allow-helpers'], { files });
  expect([code, servers.toSorted()]).toEqual([0, ['ghcr.io', 'r.io']]);
  expect(calls).toEqual(['keychain get ghcr.io']);
});

test.each([
  ['by its path', CONFIG, {}],
  ['through a link', '$HOME/link.json', {}],
  ['where DOCKER_CONFIG says', '$HOME/d/config.json', { DOCKER_CONFIG: '$HOME/d' }],
])('the config of docker itself is as docker reads it: %s', async (_, path, env) => {
  const file = 'DOCKER_CONFIG' in env ? path : CONFIG;
  const link = (home: string): void => {
    if (path !== file) symlinkSync(`${home}/.docker/config.json`, `${home}/link.json`);
  };
  const options = { files: { [file]: { credsStore: 'keychain' } }, env };
  const { code, servers, stderr } = await create(['--from-file', path], options, link);
  expect(code, stderr).toBe(0);
  expect(servers.toSorted()).toEqual(['ghcr.io', 'quay.io', 'vault.corp']);
});
