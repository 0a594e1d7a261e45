/** Which servers have no login on this machine; neither a store nor a helper is asked. */
import { expect, test } from 'vitest';
import { serversWithoutLogin } from '../../src/credentials/known-logins.ts';
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
  expect([await serversWithoutLogin(SERVERS, io), calls()]).toEqual([without, []]);
});

test('nobody is told where create asks for the login', async () => {
  const { io } = machine({ tty: true });
  expect(await serversWithoutLogin(SERVERS, io)).toEqual([]);
});
