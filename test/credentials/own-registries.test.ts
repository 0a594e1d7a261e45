/** The registries that the login files of a machine name. Neither a store nor a helper is asked. */
import { expect, test } from 'vitest';
import { ownRegistries } from '../../src/credentials/own-registries.ts';
import { type MachineOptions, machine } from '../support/machine.ts';

const DOCKER = '$HOME/.docker/config.json';
const PODMAN = '$HOME/.config/containers/auth.json';
const LOGIN = { auth: 'amFuZTpoZXJz' };

test.each<[situation: string, options: MachineOptions, registries: readonly string[]]>([
  ['no file', {}, []],
  ['logins of docker', { files: { [DOCKER]: { auths: { 'r.corp:5000': LOGIN } } } }, ['r.corp:5000']],
  ['a server with a path', { files: { [DOCKER]: { auths: { 'https://r.corp/v1/': LOGIN } } } }, ['r.corp']],
  [
    'Docker Hub',
    { files: { [DOCKER]: { auths: { 'https://index.docker.io/v1/': LOGIN } } } },
    ['registry-1.docker.io'],
  ],
  [
    'a login that is in a store',
    { files: { [DOCKER]: { auths: { 'r.corp': {} }, credsStore: 'desktop' } }, helpers: { desktop: {} } },
    ['r.corp'],
  ],
  ['a store, which may have any', { files: { [DOCKER]: { credsStore: 'desktop' } }, helpers: { desktop: {} } }, []],
  [
    'a helper for one registry',
    { files: { [DOCKER]: { credHelpers: { 'r.corp': 'gh' } } }, helpers: { gh: {} } },
    ['r.corp'],
  ],
  ['logins of podman', { files: { [PODMAN]: { auths: { '10.0.0.1:5000/team': LOGIN } } } }, ['10.0.0.1:5000']],
  [
    'both, of the same registry',
    { files: { [DOCKER]: { auths: { 'r.corp': LOGIN } }, [PODMAN]: { auths: { 'r.corp': LOGIN, 'q.corp': LOGIN } } } },
    ['r.corp', 'q.corp'],
  ],
  ['a variable', { env: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'r.corp': LOGIN } }) } }, ['r.corp']],
  ['a broken file', { files: { [DOCKER]: '{', [PODMAN]: { auths: { 'r.corp': LOGIN } } } }, ['r.corp']],
  ['two broken files', { files: { [DOCKER]: '{', [PODMAN]: '{' } }, []],
])('%s', async (_, options, registries) => {
  const { io, calls } = machine(options);
  expect([await ownRegistries(io), calls()]).toEqual([registries, []]);
});
