/** Which logins a kubelet can use, and the reasons why it cannot use the others. */
import { expect, test } from 'vitest';
import type { AuthEntry } from '../../src/secret/credential.ts';
import { usableEntry } from '../../src/secret/usable.ts';
import { refusalOf } from '../support/hints.ts';

const HUB = 'https://index.docker.io/v1/';
const entry = (server: string, username: string, password: string): AuthEntry => ({
  server,
  credential: { username, password },
});
const token = (server: string): AuthEntry => ({ server, credential: { identityToken: 'tok' } });

test.each<[string, AuthEntry]>([
  ['a login', entry('ghcr.io', 'jane', 'p')],
  ['a login of Docker Hub', entry(HUB, 'jane', 'p')],
  ['a password with a colon', entry('ghcr.io', 'jane', 'p:q')],
])('%s stays as it is', (_, usable) => {
  expect(usableEntry(usable)).toBe(usable);
});

test.each(['x.azurecr.io', 'x.azurecr.cn', 'x.azurecr.us', 'x.azurecr.de'])(
  '%s takes an identity token as the password of its token user',
  (server) => {
    expect(usableEntry(token(server))).toEqual({
      server,
      credential: { username: '00000000-0000-0000-0000-000000000000', password: 'tok' },
    });
  },
);

test.each<[situation: string, entry: AuthEntry, message: string, hint: string]>([
  [
    'an empty login',
    entry('ghcr.io', '', ''),
    'the login for ghcr.io is empty, and the kubelet would pull without it',
    'docker login ghcr.io',
  ],
  [
    'an empty login of Docker Hub',
    entry(HUB, '', ''),
    'the login for Docker Hub is empty, and the kubelet would pull without it',
    'docker login',
  ],
  [
    'no user name',
    entry('ghcr.io', '', 'p'),
    'the login for ghcr.io has no username, so the container runtime ignores it',
    'give it with --username',
  ],
  [
    'no password',
    entry('ghcr.io', 'jane', ''),
    'the login for ghcr.io has no password, so the container runtime ignores it',
    'give it with --password-stdin',
  ],
  [
    'a user name with a colon',
    entry('ghcr.io', 'jane:doe', 'p'),
    'the username for ghcr.io has a colon, and the kubelet takes what follows for the password',
    'give the username without the colon with --username',
  ],
  [
    'an identity token of another registry',
    token('azurecr.io.example.com'),
    'the login for azurecr.io.example.com is an identity token, which the kubelet ignores',
    'create a token for pulling at the registry, then regsecret create --server azurecr.io.example.com --username USER --password-stdin',
  ],
  [
    'a server with a scheme that is none',
    entry('oci://ghcr.io', 'jane', 'p'),
    'no image can match the server: oci://ghcr.io has the scheme oci, which the kubelet does not know',
    '--server ghcr.io',
  ],
  [
    'a server that probably matches other images',
    entry('https://ghcr.io/v2', 'jane', 'p'),
    'the server probably does not match the images you meant: https://ghcr.io/v2 probably matches no image: drop /v2, or write /v2/',
    '--server ghcr.io',
  ],
  [
    'no server',
    entry('', 'jane', 'p'),
    'no image can match the server: the server is empty',
    'write the registry as images do: ghcr.io, registry.example.com:5000',
  ],
])('%s is refused', (_, refused, message, hint) => {
  expect(refusalOf(() => usableEntry(refused))).toEqual({ message, hint });
});
