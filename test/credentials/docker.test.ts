import { describe, expect, test } from 'vitest';
import { defaultStore } from '../../src/credentials/docker.ts';
import { dockerLogins, lookUpOne } from '../../src/credentials/login-keychain.ts';
import { type Listing, type Login, toLogin } from '../../src/credentials/source.ts';
import type { Io } from '../../src/system/io.ts';
import { rejectionOf, shownHint } from '../support/hints.ts';
import { machine } from '../support/machine.ts';

const CONFIG = '$HOME/.docker/config.json';
const HUB = 'https://index.docker.io/v1/';
/** The logins jane:hers, rex:his and ada:ours. */
const JANE = { auth: 'amFuZTpoZXJz' };
const REX = { auth: 'cmV4Omhpcw==' };
const ADA = { auth: 'YWRhOm91cnM=' };

function names({ servers }: Listing): string[] {
  return servers.map(({ server, from }) => `${server} from ${from}`);
}

/** For each login the user name, `token`, or undefined if there is no usable login. */
async function users({ servers }: Listing, io: Io): Promise<(string | undefined)[]> {
  const store = dockerLogins(io);
  const answers = await Promise.all(servers.map(({ server }) => store.resolve(server)));
  return answers.map(({ stored }) => {
    const login = stored && toLogin(stored);
    if (login === undefined) return undefined;
    return 'username' in login.credential ? login.credential.username : 'token';
  });
}

async function lookUp(server: string, io: Io): Promise<{ found: Login | undefined; warnings: readonly string[] }> {
  const warnings: string[] = [];
  return { found: await lookUpOne(dockerLogins(io), server, warnings), warnings };
}

describe('every login', () => {
  test('of a machine without docker', async () => {
    await expect(dockerLogins(machine().io).list()).resolves.toEqual({ servers: [], warnings: [] });
  });

  test('of the file, without markers and the tokens of a web login', async () => {
    const auths = {
      'ghcr.io': JANE,
      [HUB]: REX,
      [`${HUB}access-token`]: ADA,
      [`${HUB}refresh-token`]: ADA,
      'empty.io': {},
    };
    const { io } = machine({ files: { [CONFIG]: { auths } } });
    const listing = await dockerLogins(io).list();
    expect(names(listing)).toEqual(['ghcr.io from ~/.docker/config.json', `${HUB} from ~/.docker/config.json`]);
    await expect(users(listing, io)).resolves.toEqual(['jane', 'rex']);
  });

  test('of a store, which hides the file, and of the helper of one registry', async () => {
    const { io, calls } = machine({
      files: {
        [CONFIG]: {
          auths: { 'file.io': JANE, [HUB]: {} },
          credsStore: 'desktop',
          credHelpers: { 'ecr.io': 'ecr-login', 'ghcr.io': '', 'docker.io': 'never-asked' },
        },
      },
      helpers: {
        desktop: {
          [HUB]: { Username: 'rex', Secret: 'his' },
          [`${HUB}access-token`]: { Username: 'rex', Secret: 'web' },
          'acr.io': { Username: '<token>', Secret: 't' },
          'gone.io': { Username: '', Secret: '' },
        },
        'ecr-login': { 'ecr.io': { Username: 'AWS', Secret: 'x' } },
      },
    });
    const listing = await dockerLogins(io).list();
    expect(names(listing)).toEqual([
      `${HUB} from docker credential store "desktop"`,
      'acr.io from docker credential store "desktop"',
      'gone.io from docker credential store "desktop"',
      'ecr.io from credential helper "ecr-login"',
    ]);
    expect(calls()).toEqual([['desktop', 'list', 'unused']]);
    await expect(users(listing, io)).resolves.toEqual(['rex', 'token', undefined, 'AWS']);
  });

  test('an empty helper of a registry shows its entry in the file again', async () => {
    const { io } = machine({
      files: { [CONFIG]: { auths: { 'https://ghcr.io': JANE }, credsStore: 'none', credHelpers: { 'ghcr.io': '' } } },
      helpers: { none: {} },
    });
    const listing = await dockerLogins(io).list();
    expect(names(listing)).toEqual(['ghcr.io from ~/.docker/config.json']);
    await expect(users(listing, io)).resolves.toEqual(['jane']);
  });

  test('DOCKER_AUTH_CONFIG replaces logins of the same name', async () => {
    const { io } = machine({
      files: { [CONFIG]: { auths: { 'ghcr.io': JANE, 'r.io': REX } } },
      env: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'r.io': ADA, 'new.io': ADA } }) },
    });
    const listing = await dockerLogins(io).list();
    expect(names(listing)).toEqual([
      'ghcr.io from ~/.docker/config.json',
      'r.io from DOCKER_AUTH_CONFIG',
      'new.io from DOCKER_AUTH_CONFIG',
    ]);
    await expect(users(listing, io)).resolves.toEqual(['jane', 'ada', 'ada']);
  });

  test('of the folder that DOCKER_CONFIG names', async () => {
    const { io, expand } = machine({
      files: { '$XDG_RUNTIME_DIR/d/config.json': { auths: { 'r.io': JANE } } },
      env: { DOCKER_CONFIG: '$XDG_RUNTIME_DIR/d' },
    });
    expect(names(await dockerLogins(io).list())).toEqual([expand('r.io from $XDG_RUNTIME_DIR/d/config.json')]);
  });

  test('a store that cannot list is an error', async () => {
    const { io } = machine({ files: { [CONFIG]: { credsStore: 'gone' } } });
    const text = 'the docker config uses docker-credential-gone, which is not in PATH';
    await expect(dockerLogins(io).list()).rejects.toThrow(text);
    // The variable is another source, so a missing helper is only a warning, as in docker.
    const env = { ...io.env, DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'r.io': ADA } }) };
    const listing = await dockerLogins({ ...io, env }).list();
    expect(names(listing)).toEqual(['r.io from DOCKER_AUTH_CONFIG']);
    expect(listing.warnings).toEqual([expect.stringContaining(text)]);
  });
});

describe('the login for a server', () => {
  const host = () =>
    machine({
      files: {
        [CONFIG]: {
          auths: { 'ghcr.io': { ...JANE, email: 'jane@example.com' }, [HUB]: REX, 'tok.io': { registrytoken: 'jwt' } },
        },
      },
    });

  test.each([
    ['ghcr.io', 'ghcr.io', 'jane'],
    ['ghcr.io/org/', 'ghcr.io', 'jane'],
    ['https://ghcr.io/v2/', 'ghcr.io', 'jane'],
    ['docker.io', HUB, 'rex'],
    ['docker.io/acme', HUB, 'rex'],
    [HUB, HUB, 'rex'],
    ['registry-1.docker.io', HUB, 'rex'],
  ])('%s', async (asked, server, username) => {
    const { found } = await lookUp(asked, host().io);
    expect(found).toMatchObject({ server, from: '~/.docker/config.json', credential: { username } });
  });

  test('with the e-mail address it has', async () => {
    expect((await lookUp('ghcr.io', host().io)).found?.email).toBe('jane@example.com');
  });

  test.each(['quay.io', 'ghcr.io:443', 'bad host', '', 'https://'])('none for %j', async (asked) => {
    await expect(lookUp(asked, host().io)).resolves.toEqual({ warnings: [] });
  });

  test('a registry token is of no use, and that is said', async () => {
    await expect(lookUp('tok.io', host().io)).resolves.toEqual({
      warnings: ['~/.docker/config.json has only a registry token for tok.io, which no pull secret can carry'],
    });
  });
});

describe('a broken config', () => {
  test.each([
    ['{', 'parsing config file ($HOME/.docker/config.json): unexpected EOF'],
    [
      '{"auths":{"bad.io":{"auth":"cGFudHM="}}}',
      'parsing config file ($HOME/.docker/config.json): invalid auth configuration file (entry bad.io)',
    ],
  ])('%s', async (text, message) => {
    const { io, expand } = machine({ files: { [CONFIG]: text } });
    const error = { message: expand(message), hint: expand('vi $HOME/.docker/config.json') };
    const { failure, ...listing } = await dockerLogins(io).list();
    expect(listing).toEqual({ servers: [], warnings: [] });
    expect({ message: failure?.message, hint: shownHint(failure?.hint) }).toEqual(error);
    expect(await rejectionOf(lookUp('r.io', io))).toEqual(error);
  });
});

describe('the store of the platform', () => {
  test.each([
    ['linux', ['pass', 'docker-credential-pass', 'docker-credential-secretservice'], 'pass'],
    ['linux', ['docker-credential-pass', 'docker-credential-secretservice'], 'secretservice'],
    ['linux', ['pass', 'docker-credential-secretservice'], undefined],
    ['linux', [], undefined],
    ['darwin', ['docker-credential-osxkeychain', 'pass', 'docker-credential-pass'], 'osxkeychain'],
    ['win32', ['docker-credential-wincred'], 'wincred'],
    ['freebsd', ['pass', 'docker-credential-pass'], undefined],
  ] as const)('%s with %j: %s', (system, programs, store) => {
    const host = machine();
    for (const program of programs) host.install(program, '');
    expect(defaultStore(host.io.env, system)).toBe(store);
  });

  const secretservice = (answers: Parameters<typeof machine>[0]) => machine({ ...answers });

  test.runIf(process.platform === 'linux')('answers where the file has no logins', async () => {
    const helpers = { secretservice: { 'r.io': { Username: 'jane', Secret: 'hers' } } };
    const { io } = secretservice({ helpers, files: { [CONFIG]: { auths: {}, HttpHeaders: {} } } });
    expect(names(await dockerLogins(io).list())).toEqual(['r.io from docker credential store "secretservice"']);
    expect((await lookUp('r.io', io)).found?.credential).toEqual({ username: 'jane', password: 'hers' });
  });

  test.runIf(process.platform === 'linux')('is not asked where the file has one', async () => {
    const { io, calls } = secretservice({
      helpers: { secretservice: {} },
      files: { [CONFIG]: { auths: { 'r.io': {} } } },
    });
    await dockerLogins(io).list();
    await lookUp('r.io', io);
    expect(calls()).toEqual([]);
  });

  test.runIf(process.platform === 'linux')('that was never set up is a warning', async () => {
    const host = machine();
    host.install('pass', '');
    host.install('docker-credential-pass', '#!/bin/sh\necho "pass not initialized"; exit 1\n');
    const warnings = [expect.stringContaining('pass not initialized')];
    await expect(dockerLogins(host.io).list()).resolves.toEqual({ servers: [], warnings });
    await expect(lookUp('r.io', host.io)).resolves.toEqual({ warnings });
  });
});
