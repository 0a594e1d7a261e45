/** Commands that regsecret proposes when this machine has no login for a registry. It asks neither a store nor a helper. */
import { expect, test } from 'vitest';
import { userNamer } from '../../src/credentials/known-logins.ts';
import { andThen, type Command, command, type Deed } from '../../src/line/command.ts';
import { lineOf } from '../../src/line/deed.ts';
import { formatCommand } from '../../src/line/format-command.ts';
import type { Io } from '../../src/system/io.ts';
import { type MachineOptions, machine } from '../support/machine.ts';

const CONFIG = '$HOME/.docker/config.json';
const LOGIN = { auth: 'amFuZTpoZXJz' };
const SERVERS = ['ghcr.io', 'docker.io'];

test.each<[string, MachineOptions, readonly string[]]>([
  ['no file', {}, SERVERS],
  ['a login for one of them', { files: { [CONFIG]: { auths: { 'ghcr.io': LOGIN } } } }, ['docker.io']],
  [
    'a login of podman',
    { files: { '$HOME/.config/containers/auth.json': { auths: { 'ghcr.io': LOGIN } } } },
    ['docker.io'],
  ],
  ['a login for Docker Hub', { files: { [CONFIG]: { auths: { 'https://index.docker.io/v1/': LOGIN } } } }, ['ghcr.io']],
  ['a store, which may have any', { files: { [CONFIG]: { credsStore: 'desktop' } }, helpers: { desktop: {} } }, []],
  [
    'a helper for one of them',
    { files: { [CONFIG]: { credHelpers: { 'ghcr.io': 'gh' } } }, helpers: { gh: {} } },
    ['docker.io'],
  ],
  ['the store of the platform, which nobody has used', { helpers: { secretservice: {} } }, SERVERS],
  ['a file that is broken', { files: { [CONFIG]: '{' } }, SERVERS],
])('%s', async (_, options, without) => {
  const { io, calls } = machine(options);
  const lines = await Promise.all(SERVERS.map((server) => named(create(server), 'jane', io)));
  const lacking = SERVERS.filter((_, index) => lines[index]?.includes(' --username jane'));
  expect([lacking, calls()]).toEqual([without, []]);
});

type Written = Omit<Extract<Deed, { do: 'create' }>, 'do' | 'namespace'>;
const written = (deed: Written): Command => lineOf({ do: 'create', namespace: undefined, ...deed });
const create = (server: string): Command => written({ secret: 'pull', servers: [server], attach: ['sa/default'] });

async function named(line: Command, username: string | undefined, io: Pick<Io, 'commands'> & Io) {
  return formatCommand((await userNamer(io))(line, username), io.commands);
}

test.each<[string, Command, string | undefined, string]>([
  [
    'each step',
    andThen(command`kubectl version`, create('ghcr.io')),
    'jane',
    'kubectl version && regsecret create pull --server ghcr.io --username jane --password-stdin --attach sa/default',
  ],
  [
    'nobody knows the user',
    create('ghcr.io'),
    undefined,
    'regsecret create pull --server ghcr.io --username USER --password-stdin --attach sa/default',
  ],
  [
    'a user that cannot be pasted',
    create('ghcr.io'),
    'ja\nne',
    'regsecret create pull --server ghcr.io --attach sa/default',
  ],
  [
    'several servers may have several users',
    written({ servers: ['a.io', 'b.io'] }),
    'jane',
    'regsecret create --server a.io --server b.io --username USER --password-stdin',
  ],
  [
    'the login is in a file',
    command`regsecret create --server a.io --from-file FILE`,
    'jane',
    'regsecret create --server a.io --from-file FILE',
  ],
  ['no login is made', command`regsecret remove --server a.io`, 'jane', 'regsecret remove --server a.io'],
])('%s', async (_, line, username, shown) => {
  expect(await named(line, username, machine().io)).toBe(shown);
});

test.each<[string, Command, string | undefined, string]>([
  ['of one server', create('ghcr.io'), undefined, ' --username bot '],
  ['of one server whose user is known', create('ghcr.io'), 'jane', ' --username jane '],
  ['of two servers, for both', written({ servers: ['ghcr.io', 'quay.io'] }), 'jane', ' --username bot'],
  ['of two servers, for one', written({ servers: ['ghcr.io', 'a.io'] }), 'jane', ' --username USER'],
])('the usual user %s', async (_, line, username, shown) => {
  for (const tty of [false, true]) {
    const { io } = machine({ tty });
    const named = await userNamer(io, (server) => (server === 'a.io' ? undefined : 'bot'));
    const text = formatCommand(named(line, username), io.commands);
    expect(`${text} `).toContain(tty ? shown.replace(' --username USER', '') : `${shown.trimEnd()} --password-stdin`);
  }
});

test('create asks a person for a user that nobody knows', async () => {
  const { io } = machine({ tty: true });
  expect(await named(create('ghcr.io'), undefined, io)).toBe(
    'regsecret create pull --server ghcr.io --attach sa/default',
  );
  expect(await named(create('ghcr.io'), 'jane', io)).toContain(' --username jane ');
});

test.each<[string, Command, string]>([
  [
    'those are a command of their own',
    written({ secret: 'pull', servers: ['a.io', 'b.io', 'c.io'], attach: ['sa/x'] }),
    'regsecret create pull --server a.io --attach sa/x && regsecret create pull --server b.io --server c.io --username USER --password-stdin --attach sa/x',
  ],
  [
    'what comes then comes after both',
    andThen(written({ servers: ['b.io', 'a.io'] }), command`kubectl version`),
    'regsecret create --server a.io && regsecret create --server b.io --username USER --password-stdin && kubectl version',
  ],
  [
    'what replaces the Secret is one command',
    written({ servers: ['a.io', 'b.io'], flags: ['--replace'] }),
    'regsecret create --server a.io --server b.io --replace',
  ],
  [
    'what comes after it is named all the same',
    andThen(written({ servers: ['a.io', 'b.io'], flags: ['--replace'] }), written({ servers: ['b.io'] })),
    'regsecret create --server a.io --server b.io --replace && regsecret create --server b.io --username USER --password-stdin',
  ],
])('some of several lack a login: %s', async (_, line, shown) => {
  const { io } = machine({ files: { [CONFIG]: { auths: { 'a.io': LOGIN } } } });
  expect(await named(line, undefined, io)).toBe(shown);
});
