/** Where several sources have a login for a registry, regsecret takes the one that docker or podman would send. */
import { describe, expect, test } from 'vitest';
import { run } from '../../src/run.ts';
import { CANARY, holdsCanary } from '../support/canary.ts';
import { type MachineOptions, machine } from '../support/machine.ts';

const CONFIG = '$HOME/.docker/config.json';
const AUTH = '$XDG_RUNTIME_DIR/containers/auth.json';
const REGISTRIES = '$HOME/.config/containers/registries.conf';
const R = 'registry.example.com';
const HUB = 'https://index.docker.io/v1/';

const login = (password: string): { readonly auth: string } => ({ auth: btoa(`u:${password}${CANARY}`) });
const OLD = login('OLD');
const NEW = login('NEW');
const answer = (password: string) => ({ Username: 'u', Secret: `${password}${CANARY}` });

interface Written {
  readonly code: number;
  /** The password of each server, without the canary. */
  readonly passwords: Readonly<Record<string, string>>;
  readonly stderr: string;
  readonly calls: readonly (readonly string[])[];
}

async function create(args: readonly string[], options: MachineOptions): Promise<Written> {
  const { io, expand, calls } = machine(options);
  const code = await run(['create', 'x', '--dry-run=client', '-o', 'json', ...args.map(expand)], io);
  const { stdout, stderr } = io.written;
  expect(holdsCanary(stderr), stderr).toBe(false);
  return { code, passwords: stdout === '' ? {} : passwordsIn(stdout), stderr, calls: calls() };
}

function passwordsIn(stdout: string): Record<string, string> {
  const { auths } = JSON.parse(atob(JSON.parse(stdout).data['.dockerconfigjson']));
  const entries = Object.entries<{ password: string }>(auths);
  return Object.fromEntries(entries.map(([server, { password }]) => [server, password.replace(CANARY, '')]));
}

const variable = (auths: object): Record<string, string> => ({ DOCKER_AUTH_CONFIG: JSON.stringify({ auths }) });

type Row = readonly [title: string, options: MachineOptions, passwords: Readonly<Record<string, string>>];

/** The machine's files and variables, and the password that docker sends or, if it has none, podman. */
const ROWS: readonly Row[] = [
  [
    'two spellings in one file, the old one first',
    { files: { [CONFIG]: { auths: { [`https://${R}`]: OLD, [R]: NEW } } } },
    { [R]: 'NEW' },
  ],
  [
    'the variable has the registry, the file another spelling of it',
    { files: { [CONFIG]: { auths: { [`https://${R}`]: OLD } } }, env: variable({ [R]: NEW }) },
    { [R]: 'NEW' },
  ],
  [
    'the variable has Docker Hub, the file docker.io',
    { files: { [CONFIG]: { auths: { 'docker.io': OLD } } }, env: variable({ [HUB]: NEW }) },
    { [HUB]: 'NEW' },
  ],
  [
    'a helper for the registry, the file another spelling of it',
    {
      files: { [CONFIG]: { auths: { [`https://${R}`]: OLD }, credHelpers: { [R]: 'h' } } },
      helpers: { h: { [R]: answer('NEW') } },
    },
    { [R]: 'NEW' },
  ],
  [
    'docker.io beside the key of Docker Hub',
    { files: { [CONFIG]: { auths: { 'docker.io': OLD, [HUB]: NEW } } } },
    { [HUB]: 'NEW' },
  ],
  [
    'a store that lists docker.io beside the key of Docker Hub',
    {
      files: { [CONFIG]: { credsStore: 's' } },
      helpers: { s: { 'docker.io': answer('OLD'), [HUB]: answer('NEW') } },
    },
    { [HUB]: 'NEW' },
  ],
  [
    'docker.io in both files: docker does not look under it',
    { files: { [CONFIG]: { auths: { 'docker.io': OLD } }, [AUTH]: { auths: { 'docker.io': NEW } } } },
    { [HUB]: 'NEW' },
  ],
  [
    'www.docker.io in the one file: nobody looks under it',
    { files: { [CONFIG]: { auths: { 'www.docker.io': OLD } }, [AUTH]: { auths: { 'docker.io': NEW } } } },
    { [HUB]: 'NEW' },
  ],
  ['two spellings in auth.json', { files: { [AUTH]: { auths: { [`https://${R}`]: OLD, [R]: NEW } } } }, { [R]: 'NEW' }],
  [
    'two spellings in .dockercfg',
    { files: { '$HOME/.dockercfg': { [`https://${R}/v1/`]: OLD, [R]: NEW } } },
    { [R]: 'NEW' },
  ],
  [
    'an identity token under another spelling',
    { files: { [CONFIG]: { auths: { [`https://${R}`]: { identitytoken: CANARY }, [R]: NEW } } } },
    { [R]: 'NEW' },
  ],
  [
    'a helper of registries.conf, and the files',
    {
      files: { [REGISTRIES]: 'credential-helpers = ["h", "containers-auth.json"]', [AUTH]: { auths: { [R]: OLD } } },
      helpers: { h: { [R]: answer('NEW') } },
    },
    { [R]: 'NEW' },
  ],
  [
    'nothing but a helper of registries.conf',
    {
      files: { [REGISTRIES]: 'credential-helpers = ["h"]', [AUTH]: { auths: { [R]: OLD } } },
      helpers: { h: { [R]: answer('NEW') } },
    },
    { [R]: 'NEW' },
  ],
  [
    'a drop-in that takes the helper of registries.conf away',
    {
      files: {
        [REGISTRIES]: 'credential-helpers = ["h"]',
        [`${REGISTRIES}.d/10-files.conf`]: 'credential-helpers = []',
        [AUTH]: { auths: { [R]: NEW } },
      },
      helpers: { h: { [R]: answer('OLD') } },
    },
    { [R]: 'NEW' },
  ],
  [
    'an email that is no text, in another entry',
    { files: { [CONFIG]: { auths: { [R]: NEW, 'other.example.com': { ...NEW, email: 7, serveraddress: [] } } } } },
    { [R]: 'NEW', 'other.example.com': 'NEW' },
  ],
  ['a broken config.json, and the variable', { files: { [CONFIG]: '{' }, env: variable({ [R]: NEW }) }, { [R]: 'NEW' }],
  [
    'nothing but registry-1.docker.io, in auth.json',
    { files: { [AUTH]: { auths: { 'registry-1.docker.io': NEW } } } },
    { [HUB]: 'NEW' },
  ],
  ['nothing but a URL with /v2', { files: { [CONFIG]: { auths: { [`https://${R}/v2`]: NEW } } } }, { [R]: 'NEW' }],
  [
    'a namespace in a second auth file, its registry in the first',
    {
      files: {
        [AUTH]: { auths: { [R]: NEW } },
        '$HOME/.config/containers/auth.json': { auths: { [`${R}/org`]: OLD } },
      },
    },
    { [R]: 'NEW' },
  ],
  [
    'a namespace of podman, its registry in docker',
    { files: { [AUTH]: { auths: { [`${R}/org`]: NEW } }, [CONFIG]: { auths: { [R]: OLD } } } },
    { [`${R}/org`]: 'NEW', [R]: 'OLD' },
  ],
  [
    'a part before another spelling of its registry',
    { files: { [CONFIG]: { auths: { [`${R}/org`]: OLD, [`https://${R}`]: NEW } } } },
    { [`${R}/org`]: 'OLD', [R]: 'NEW' },
  ],
  [
    'a part with a username and a password, which podman does not read',
    { files: { [CONFIG]: { auths: { [`${R}/org`]: { username: 'u', password: `NEW${CANARY}` } } } } },
    { [`${R}/org`]: 'NEW' },
  ],
  [
    'a part whose key ends in a slash',
    { files: { [CONFIG]: { auths: { [R]: OLD, [`${R}/org/`]: NEW } } } },
    { [R]: 'OLD', [`${R}/org/`]: 'NEW' },
  ],
  [
    'a part in a file of docker that podman does not read',
    { files: { [CONFIG]: { auths: { [`${R}/org`]: NEW } } }, env: { REGISTRY_AUTH_FILE: '$HOME/none.json' } },
    { [`${R}/org`]: 'NEW' },
  ],
  [
    'a key with user info',
    { files: { [CONFIG]: { auths: { [`https://jane:${CANARY}@${R}`]: NEW } } } },
    { [R]: 'NEW' },
  ],
];

describe.each(ROWS.map(([title, options, passwords]) => ({ title, options, passwords })))(
  '$title',
  ({ options, passwords }) => {
    test('--all', async () => {
      const written = await create(['--all'], options);
      expect(written.passwords, written.stderr).toEqual(passwords);
    });

    test.runIf(Object.keys(passwords).length === 1)('neither --server nor --all', async () => {
      const written = await create([], options);
      expect(written.passwords, written.stderr).toEqual(passwords);
    });

    test('--server', async () => {
      const written = await create(
        Object.keys(passwords).flatMap((server) => ['--server', server]),
        options,
      );
      expect(written.passwords, written.stderr).toEqual(passwords);
    });
  },
);

test('a store is listed once, and asked once for each of its logins', async () => {
  const servers = Array.from({ length: 12 }, (_, index) => `r${index}.example.com`);
  const store = Object.fromEntries([...servers, 'https://r0.example.com'].map((server) => [server, answer('NEW')]));
  const written = await create(['--all'], { files: { [CONFIG]: { credsStore: 's' } }, helpers: { s: store } });
  expect(Object.keys(written.passwords).sort()).toEqual(servers.toSorted());
  expect(written.calls).toEqual([['s', 'list', 'unused'], ...servers.map((server) => ['s', 'get', server])]);
});

describe('what is said', () => {
  test('a helper for the registry has none: the other spelling in the file is not used', async () => {
    const files = { [CONFIG]: { auths: { [`https://${R}`]: OLD }, credHelpers: { [R]: 'h' } } };
    const noPodman = { REGISTRY_AUTH_FILE: '$HOME/none.json' };
    const written = await create([], { files, helpers: { h: {} }, env: noPodman });
    expect(written).toMatchObject({ code: 1, passwords: {} });
    expect(written.stderr).toContain(`credential helper "h" has a login for ${R} that docker and podman do not send`);
  });

  test.each([
    ['--server', ['--server', R]],
    ['--all', ['--all']],
  ])('%s: a broken config.json is an error that names it when nothing else has the login', async (_, args) => {
    const written = await create(args, { files: { [CONFIG]: '{' } });
    expect(written.code).toBe(1);
    expect(written.stderr).toMatch(/^error: parsing config file \(.*config\.json\): unexpected EOF$/m);
    // podman reads it, too.
    expect(written.stderr).not.toContain('reading JSON file');
  });

  test('a broken config.json is a warning when something else has the login', async () => {
    const written = await create(['--server', R], { files: { [CONFIG]: '{' }, env: variable({ [R]: NEW }) });
    expect(written.code).toBe(0);
    expect(written.stderr).toMatch(/^warning: parsing config file \(.*config\.json\): unexpected EOF$/m);
  });

  test('a config.json with an auth that docker refuses, and auth.json', async () => {
    const refused = { 'bad.example.com': { auth: 'cGFudHM=' } };
    const written = await create(['--server', R], {
      files: { [CONFIG]: { auths: refused }, [AUTH]: { auths: { [R]: NEW } } },
    });
    expect(written.passwords).toEqual({ [R]: 'NEW' });
    expect(written.stderr).toContain('invalid auth configuration file (entry bad.example.com)');
  });

  const withUserInfo = (auth: string) => ({ [`https://jane:${CANARY}@${R}`]: { auth } });
  const ONE = ['--server', 'other.example.com'];
  test.each<[string, string[], MachineOptions, string]>([
    [
      'docker refuses',
      ONE,
      { files: { [CONFIG]: { auths: withUserInfo('cGFudHM=') } } },
      'invalid auth configuration file (entry https://…@registry.example.com)',
    ],
    [
      'docker cannot decode',
      ONE,
      { files: { [CONFIG]: { auths: withUserInfo('***') } } },
      'illegal base64 data at input byte 0 (entry https://…@registry.example.com)',
    ],
    [
      'docker refuses in its variable',
      ONE,
      { env: variable(withUserInfo('cGFudHM=')) },
      'docker ignores DOCKER_AUTH_CONFIG: ',
    ],
    // podman never looks up a key with user info, so it sees the broken entry only in a list.
    [
      'podman has but never opens',
      ['--all'],
      { files: { [AUTH]: { auths: withUserInfo('***') } } },
      'skipped: podman auth.json has a login for registry.example.com that docker and podman do not send',
    ],
  ])('user info is left out of the entry that %s', async (_, args, options, message) => {
    const written = await create(args, options);
    expect(written.code).toBe(1);
    expect(written.stderr).toContain(message);
    expect(written.stderr).not.toContain('jane');
  });

  test('www.docker.io alone: where it is, and that nobody sends it', async () => {
    const written = await create([], { files: { [CONFIG]: { auths: { 'www.docker.io': OLD } } } });
    expect(written.code).toBe(1);
    expect(written.stderr).toContain(
      '~/.docker/config.json has a login for Docker Hub that docker and podman do not send',
    );
  });

  test('what was skipped is said when another entry fails', async () => {
    const auths = { [`${R}:v1/x:y`]: NEW, 'token.example.com': { identitytoken: CANARY } };
    const written = await create(['--all'], { files: { [CONFIG]: { auths } } });
    expect(written.code).toBe(1);
    expect(written.stderr).toContain('is an identity token');
    expect(written.stderr).toContain('skipped: the login from ~/.docker/config.json');
  });

  const part = { auths: { [`${R}/org`]: NEW } };
  test.each<[string, MachineOptions, readonly string[], string]>([
    ['a part alone, --server with its registry', { files: { [CONFIG]: part } }, [], `--server ${R}/org`],
    ['the same in a named file', { files: { '$HOME/f.json': part } }, ['--from-file', '$HOME/f.json'], `${R}/org`],
  ])('%s: which part has one', async (_, options, args, said) => {
    const written = await create([...args, '--server', R], options);
    expect(written).toMatchObject({ code: 1, passwords: {} });
    expect(written.stderr).toContain(said);
  });

  const both = { [R]: NEW, [`https://${R}`]: OLD };
  test.each<[string, MachineOptions, readonly string[], readonly string[]]>([
    [
      'another spelling of a registry',
      { files: { [CONFIG]: { auths: both } } },
      ['--all'],
      [`skipped: https://${R} in ~/.docker/config.json, because ${R} there is the same registry`],
    ],
    [
      'another spelling of a registry in a named file',
      { files: { '$HOME/f.json': { auths: both } } },
      ['--from-file', '$HOME/f.json'],
      [`skipped: https://${R} in $HOME/f.json, because ${R} there is the same registry`],
    ],
    [
      'a part in a file that podman does not get to',
      { files: { [AUTH]: { auths: { [R]: NEW } }, '$HOME/.config/containers/auth.json': part } },
      ['--all'],
      [`skipped: podman auth.json has a login for ${R}/org that docker and podman do not send`],
    ],
    [
      'a store that fails',
      { files: { [CONFIG]: { auths: { [R]: NEW }, credHelpers: { 'a.example.com': 'h', 'b.example.com': 'h' } } } },
      ['--all'],
      [
        'skipped: a.example.com: the docker config uses docker-credential-h',
        'skipped: b.example.com: the docker config',
      ],
    ],
    [
      'a registry token',
      { files: { [CONFIG]: { auths: { [R]: NEW, 'b.example.com': { username: 'u', registrytoken: CANARY } } } } },
      ['--all'],
      ['skipped: the login for b.example.com has no password'],
    ],
    [
      'a file that cannot be read, and what is only in it',
      { files: { [CONFIG]: '{', [AUTH]: { auths: { [R]: NEW } } }, env: variable({ [`${R}/org`]: OLD }) },
      ['--all'],
      [`skipped: DOCKER_AUTH_CONFIG has a login for ${R}/org`, 'parsing config file'],
    ],
    [
      'a file that cannot be read, and an entry without a colon',
      { files: { [CONFIG]: '{', [AUTH]: { auths: { [R]: NEW, 'b.example.com': { auth: 'YQ==' } } } } },
      ['--all'],
      ['parsing config file', 'skipped: podman auth.json has a login for b.example.com'],
    ],
  ])('what is not written is named once: %s', async (_, options, args, said) => {
    const { io, expand } = machine(options);
    await run(['create', 'x', '--dry-run=client', '-o', 'json', ...args.map(expand)], io);
    const warnings = io.written.stderr.split('\n').filter((line) => line.startsWith('warning: '));
    expect(warnings).toHaveLength(said.length);
    for (const [index, text] of said.entries()) expect(warnings[index]).toContain(expand(text));
  });

  test('a registries.conf that is broken: which, and in which line', async () => {
    const files = { [REGISTRIES]: '\ncredential-helpers = [', [AUTH]: { auths: { [R]: NEW } } };
    const written = await create(['--server', R], { files });
    expect(written.code).toBe(1);
    expect(written.stderr).toMatch(/^error: loading registries configuration ".*registries\.conf": line 2: /m);
  });

  test('a registries.conf that says nothing of logins is not judged', async () => {
    const files = { [REGISTRIES]: 'unqualified-search-registries = [', [AUTH]: { auths: { [R]: NEW } } };
    await expect(create(['--server', R], { files })).resolves.toMatchObject({ code: 0, passwords: { [R]: 'NEW' } });
  });

  test('a file that CONTAINERS_REGISTRIES_CONF names and that is not there', async () => {
    const env = { CONTAINERS_REGISTRIES_CONF: '$HOME/typo.conf' };
    const written = await create(['--server', R], { env });
    expect(written.code).toBe(1);
    expect(written.stderr).toMatch(/^error: there is no file .*typo\.conf$/m);
  });
});

describe('--from-file', () => {
  const F = '$HOME/f.json';
  const rows: readonly (readonly [string, unknown, readonly string[], Readonly<Record<string, string>>])[] = [
    ['two spellings, the exact one first', { auths: { [R]: NEW, [`https://${R}`]: OLD } }, [], { [R]: 'NEW' }],
    ['two spellings and --server', { auths: { [R]: NEW, [`https://${R}`]: OLD } }, ['--server', R], { [R]: 'NEW' }],
    [
      'an entry of its own under another spelling than a helper',
      { auths: { [`https://${R}`]: NEW }, credHelpers: { [R]: 'h' } },
      [],
      { [R]: 'NEW' },
    ],
    [
      'an identity token under another spelling',
      { auths: { [`https://${R}`]: { identitytoken: CANARY }, [R]: NEW } },
      [],
      { [R]: 'NEW' },
    ],
    [
      'a namespace, and the key of its registry',
      { auths: { [R]: NEW } },
      ['--server', `${R}/org`],
      { [`${R}/org`]: 'NEW' },
    ],
    [
      'the key of a namespace before that of its registry',
      { auths: { [R]: OLD, [`${R}/org`]: NEW } },
      ['--server', `${R}/org`],
      { [`${R}/org`]: 'NEW' },
    ],
    [
      'the payload of a Secret for a part and its registry',
      { auths: { [R]: { username: 'u', password: `OLD${CANARY}`, ...OLD }, [`${R}/acme/`]: NEW } },
      [],
      { [R]: 'OLD', [`${R}/acme/`]: 'NEW' },
    ],
    [
      'the same, and the part with --server',
      { auths: { [R]: OLD, [`${R}/acme/`]: NEW } },
      ['--server', `${R}/acme/`],
      { [`${R}/acme/`]: 'NEW' },
    ],
    [
      'the same without the slash',
      { auths: { [R]: OLD, [`${R}/acme/`]: NEW } },
      ['--server', `${R}/acme`],
      { [`${R}/acme`]: 'NEW' },
    ],
    [
      'a part that is a URL, as the user gives it',
      { auths: { [R]: OLD, [`https://${R}/acme/`]: NEW } },
      ['--server', `https://${R}/acme/`],
      { [`https://${R}/acme/`]: 'NEW' },
    ],
    [
      'a part before another spelling of its registry',
      { auths: { [`${R}/org`]: OLD, [`https://${R}`]: NEW } },
      [],
      { [`${R}/org`]: 'OLD', [R]: 'NEW' },
    ],
    [
      'an empty entry of a part beside its registry',
      { auths: { [`${R}/org`]: {}, [R]: NEW } },
      ['--server', `${R}/org`],
      { [`${R}/org`]: 'NEW' },
    ],
    ['an empty entry of docker, and docker.io', { auths: { [HUB]: {}, 'docker.io': NEW } }, [], { [HUB]: 'NEW' }],
    ['a .dockercfg with an empty entry', { [R]: NEW, 'b.example.com': {} }, [], { [R]: 'NEW' }],
    ['a .dockercfg with an unknown field', { [R]: { ...NEW, more: 1 } }, [], { [R]: 'NEW' }],
    ['docker.io and the key of Docker Hub', { auths: { 'docker.io': OLD, [HUB]: NEW } }, [], { [HUB]: 'NEW' }],
    ['registry-1.docker.io', { auths: { 'registry-1.docker.io': NEW } }, ['--server', 'docker.io'], { [HUB]: 'NEW' }],
    [
      'an email that is no text',
      { auths: { [R]: { ...NEW, email: null }, 'b.example.com': { ...NEW, email: {} } } },
      ['--server', R],
      { [R]: 'NEW' },
    ],
    ['the answer of a helper for docker.io', { ServerURL: 'docker.io', ...answer('NEW') }, [], { [HUB]: 'NEW' }],
  ];

  test.each(rows.map(([title, content, args, passwords]) => ({ title, content, args, passwords })))(
    '$title',
    async ({ content, args, passwords }) => {
      const helpers = { h: { [R]: answer('OLD') } };
      const written = await create(['--from-file', F, ...args], { files: { [F]: content }, helpers });
      expect(written.passwords, written.stderr).toEqual(passwords);
    },
  );

  test('of two files the later counts', async () => {
    const files = { [F]: { auths: { [R]: OLD } }, '$HOME/g.json': { auths: { [`https://${R}`]: NEW } } };
    const written = await create(['--from-file', F, '--from-file', '$HOME/g.json'], { files });
    expect(written.passwords).toEqual({ [R]: 'NEW' });
  });

  test('of two files, the earlier has the part and the later the registry', async () => {
    const later = { auths: { [R]: NEW, [`${R}/org`]: {} } };
    const files = { [F]: { auths: { [`${R}/org`]: OLD } }, '$HOME/g.json': later };
    const written = await create(['--from-file', F, '--from-file', '$HOME/g.json'], { files });
    expect(written.passwords).toEqual({ [R]: 'NEW', [`${R}/org`]: 'OLD' });
  });

  test('what is there is said without user info', async () => {
    const files = { [F]: { auths: { [`https://jane:${CANARY}@${R}`]: NEW } } };
    const written = await create(['--from-file', F, '--server', 'quay.io'], { files });
    expect(written.code).toBe(1);
    expect(written.stderr).toContain(`there is no login for quay.io in`);
  });
});
