import { mkdirSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import { lookUpOne, podmanLogins } from '../../src/credentials/login-keychain.ts';
import { listRegistries, openLogins } from '../../src/credentials/logins.ts';
import { podmanFiles, podmanWarnings } from '../../src/credentials/podman.ts';
import type { Login } from '../../src/credentials/source.ts';
import type { Io } from '../../src/system/io.ts';
import { rejectionOf } from '../support/hints.ts';
import { machine } from '../support/machine.ts';

const RUNTIME = '$XDG_RUNTIME_DIR/containers/auth.json';
const CONFIG = '$HOME/.config/containers/auth.json';
const DOCKER = '$HOME/.docker/config.json';
const LEGACY = '$HOME/.dockercfg';
/** The logins jane:hers, rex:his and ada:ours. */
const JANE = { auth: 'amFuZTpoZXJz' };
const REX = { auth: 'cmV4Omhpcw==' };
const ADA = { auth: 'YWRhOm91cnM=' };

async function lookUp(server: string, io: Io): Promise<{ found: Login | undefined; warnings: readonly string[] }> {
  const warnings: string[] = [];
  return { found: await lookUpOne(await podmanLogins(io), server, warnings), warnings };
}

describe('the files, in order', () => {
  const HOME = '/home/jane';
  const rest = ['/home/jane/.docker/config.json', '/home/jane/.dockercfg'];

  test.each([
    [
      'linux',
      { XDG_RUNTIME_DIR: '/run/user/7' },
      ['/run/user/7/containers/auth.json', '/home/jane/.config/containers/auth.json', ...rest],
    ],
    ['linux', {}, [`/run/containers/${userInfo().uid}/auth.json`, '/home/jane/.config/containers/auth.json', ...rest]],
    [
      'linux',
      { XDG_CONFIG_HOME: '/x' },
      [`/run/containers/${userInfo().uid}/auth.json`, '/x/containers/auth.json', ...rest],
    ],
    ['darwin', { XDG_RUNTIME_DIR: '/run/user/7' }, ['/home/jane/.config/containers/auth.json', ...rest]],
    [
      'darwin',
      { XDG_CONFIG_HOME: '/x' },
      ['/home/jane/.config/containers/auth.json', '/x/containers/auth.json', ...rest],
    ],
    ['linux', { DOCKER_CONFIG: '/d' }, ['/d/config.json']],
    ['linux', { DOCKER_CONFIG: '/d', REGISTRY_AUTH_FILE: '/a.json' }, ['/a.json']],
  ] as const)('%s %j', (system, env, files) => {
    expect(podmanFiles({ HOME, ...env }, system).map(({ path }) => path)).toEqual(files);
  });
});

describe('every login', () => {
  test('of a machine without podman', async () => {
    const store = await podmanLogins(machine().io);
    await expect(store.list()).resolves.toEqual({ servers: [], warnings: [] });
  });

  test('of each file; an earlier file hides a login of the same name, a helper those of its registry', async () => {
    const { io, calls } = machine({
      files: {
        [RUNTIME]: {
          auths: { 'r.io/acme': JANE, 'empty.io': {}, 'gcr.io/x': JANE, 'https://gcr.io': JANE },
          credHelpers: { 'gcr.io': 'gcloud' },
        },
        [CONFIG]: { auths: { 'r.io/acme': REX, 'r.io': REX } },
        [DOCKER]: {
          auths: { 'https://index.docker.io/v1/': ADA, 'https://index.docker.io/v1/access-token': ADA },
          credsStore: 'ignored',
        },
        [LEGACY]: { 'https://old.io/v1/': ADA },
      },
      helpers: { gcloud: { 'gcr.io': { Username: '_dcgcloud_token', Secret: 'x' } } },
    });
    const store = await podmanLogins(io);
    const { registries, warnings } = await listRegistries(store);
    expect(registries.map(({ server, from }) => `${server} from ${from}`)).toEqual([
      'gcr.io from credential helper "gcloud"',
      'r.io/acme from podman auth.json',
      'r.io from podman auth.json',
      'https://index.docker.io/v1/ from ~/.docker/config.json',
      'old.io from ~/.dockercfg',
    ]);
    expect(warnings).toEqual(['skipped: podman auth.json has a login for gcr.io/x that docker and podman do not send']);
    expect(calls()).toEqual([]);
    const { entries } = await openLogins(store, registries, { strict: false, warnings: [] });
    expect(entries.map(({ credential }) => credential)).toEqual([
      { username: '_dcgcloud_token', password: 'x' },
      { username: 'jane', password: 'hers' },
      { username: 'rex', password: 'his' },
      { username: 'ada', password: 'ours' },
      { username: 'ada', password: 'ours' },
    ]);
  });
});

describe('the login for a server', () => {
  const host = () =>
    machine({ files: { [RUNTIME]: { auths: { 'ghcr.io/org': JANE, 'ghcr.io': REX, 'docker.io': ADA } } } });

  test.each([
    ['ghcr.io/org/', 'ghcr.io/org', 'jane'],
    ['ghcr.io/org/app', 'ghcr.io/org', 'jane'],
    ['ghcr.io/other', 'ghcr.io', 'rex'],
    ['https://ghcr.io', 'ghcr.io', 'rex'],
    ['https://index.docker.io/v1/', 'docker.io', 'ada'],
    ['docker.io/library', 'docker.io', 'ada'],
  ])('%s', async (asked, server, username) => {
    const { found } = await lookUp(asked, host().io);
    expect(found).toMatchObject({ server, from: 'podman auth.json', credential: { username } });
  });

  test.each(['quay.io', 'bad host', ''])('none for %j', async (asked) => {
    await expect(lookUp(asked, host().io)).resolves.toEqual({ warnings: [] });
  });

  test('a helper that knows none leaves it to the next file', async () => {
    const { io } = machine({
      files: {
        [RUNTIME]: { auths: { 'r.io': JANE }, credHelpers: { 'r.io': 'h' } },
        [CONFIG]: { auths: { 'r.io': REX } },
      },
      helpers: { h: {} },
    });
    expect((await lookUp('r.io', io)).found?.credential).toEqual({ username: 'rex', password: 'his' });
  });

  test('an auth without a colon is no login, and podman says so', async () => {
    const { io, expand } = machine({ files: { [CONFIG]: { auths: { 'r.io': { auth: 'cGFudHM=' } } } } });
    const warnings = [expand('podman ignores r.io in $HOME/.config/containers/auth.json: its auth has no colon')];
    await expect(lookUp('r.io', io)).resolves.toEqual({ warnings });
  });
});

describe('what is wrong with the files', () => {
  test.each([
    ['', 'reading JSON file "$HOME/.docker/config.json": unexpected end of JSON input'],
    [
      '{"auths":{"r.io":{"auth":"pants"}}}',
      'reading JSON file "$HOME/.docker/config.json": illegal base64 data at input byte 4 (entry r.io)',
    ],
  ])('%j', async (text, message) => {
    const { io, expand } = machine({ files: { [DOCKER]: text } });
    expect(await rejectionOf(lookUp('r.io', io))).toEqual({
      message: expand(message),
      hint: expand('vi $HOME/.docker/config.json'),
    });
  });

  test('a folder that XDG_RUNTIME_DIR names and that is not there', async () => {
    const { io, expand } = machine();
    const folder = expand('$XDG_RUNTIME_DIR');
    rmSync(folder, { recursive: true });
    const warnings = [`podman ignores XDG_RUNTIME_DIR: there is no folder ${folder}`];
    expect(podmanWarnings(io.env, 'linux')).toEqual(warnings);
    mkdirSync(folder);
    expect(podmanWarnings(io.env, 'linux')).toEqual([]);
  });

  test('a file that REGISTRY_AUTH_FILE names and that is not there', async () => {
    const { io, expand } = machine({ env: { REGISTRY_AUTH_FILE: '$HOME/typo.json' } });
    const warnings = [expand('podman has no logins: there is no $HOME/typo.json (REGISTRY_AUTH_FILE)')];
    const store = await podmanLogins(io);
    await expect(store.list()).resolves.toEqual({ servers: [], warnings });
    await expect(lookUp('r.io', io)).resolves.toEqual({ warnings });
  });
});
