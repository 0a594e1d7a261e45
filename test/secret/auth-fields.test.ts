/** The login that docker and podman read from an entry. */
import { describe, expect, test } from 'vitest';
import { Base64Error } from '../../src/codec/go/base64.ts';
import type { Credential } from '../../src/secret/credential.ts';
import {
  type AuthConfig,
  type AuthFields,
  credentialOf,
  dockerAuthConfig,
  isDockerAuth,
  podmanAuthConfig,
} from '../../src/secret/docker-config.ts';

const base64 = (text: string): string => Buffer.from(text, 'latin1').toString('base64');

describe('docker takes an auth', () => {
  test.each([
    ['with user name and password', base64('ada:pw'), true],
    ['without a password', base64('ada:'), true],
    ['in two lines', `${base64('ada:pw').slice(0, 4)}\n${base64('ada:pw').slice(4)}`, true],
    ['of one letter', base64('a:'), true],
    ['without a user name', base64(':pw'), false],
    ['without a user name, in two lines', `${base64(':pw')}\n`, false],
    ['without a colon', base64('ada'), false],
    ['without a colon, in two lines', `${base64('ada')}\n`, false],
  ])('%s: %s', (_, auth, expected) => {
    expect(isDockerAuth(auth)).toBe(expected);
  });

  test('that is base64', () => {
    expect(() => isDockerAuth('YWRh*')).toThrow(new Base64Error(4));
  });
});

const login = (username: string, password: string): AuthConfig => ({ username, password });
const ada = login('ada', 'pw');

describe('of an entry', () => {
  test.each<[string, AuthFields, AuthConfig, AuthConfig | undefined]>([
    ['that is empty', {}, login('', ''), undefined],
    ['with an auth', { auth: base64('ada:pw') }, ada, ada],
    ['with fields', { username: 'ada', password: 'pw' }, ada, undefined],
    ['with an empty auth', { username: 'ada', password: 'pw', auth: '' }, ada, undefined],
    ['with both', { username: 'eve', password: 'x', auth: base64('ada:pw') }, ada, ada],
    ['with a colon in the password', { auth: base64('ada:p:w') }, login('ada', 'p:w'), login('ada', 'p:w')],
    [
      'with NUL bytes around the password',
      { auth: base64('ada:\0\0p\0w\0') },
      login('ada', 'p\0w'),
      login('ada', 'p\0w'),
    ],
    ['without a colon', { auth: base64('ada') }, login('', ''), undefined],
    ['with an empty user name', { auth: base64(':pw') }, login('', 'pw'), login('', 'pw')],
    [
      'in bytes that are not UTF-8',
      { auth: base64('ad\xe4:p\xe4') },
      login('ad\udce4', 'p\udce4'),
      login('ad\udce4', 'p\udce4'),
    ],
    ['with a token', { identitytoken: 't' }, { ...login('', ''), identityToken: 't' }, undefined],
    [
      'with an auth and a token',
      { auth: base64('ada:'), identitytoken: 't' },
      { ...login('ada', ''), identityToken: 't' },
      { ...login('ada', ''), identityToken: 't' },
    ],
    [
      'with everything else',
      { username: 'ada', password: 'pw', email: 'a@b', registrytoken: 'r' },
      { ...ada, email: 'a@b', registryToken: 'r' },
      undefined,
    ],
  ])('%s', (_, fields, docker, podman) => {
    expect(dockerAuthConfig(fields)).toEqual(docker);
    expect(podmanAuthConfig(fields)).toEqual(podman);
  });
});

describe('what opens a registry', () => {
  const token = { identityToken: 't' };
  test.each<[string, AuthConfig, Credential | undefined]>([
    ['nothing', login('', ''), undefined],
    ['a login', ada, ada],
    ['a user name alone', login('ada', ''), login('ada', '')],
    ['a password alone', login('', 'pw'), login('', 'pw')],
    ['a token', { ...login('', ''), ...token }, token],
    ['a token and a user name', { ...login('ada', ''), ...token }, token],
    ['a token and a password', { ...login('', 'pw'), ...token }, token],
    ['a token and a login', { ...ada, ...token }, ada],
    ['an empty token', { ...login('', ''), identityToken: '' }, undefined],
    ['an empty token and a user name', { ...login('ada', ''), identityToken: '' }, login('ada', '')],
  ])('%s', (_, config, credential) => {
    expect(credentialOf(config)).toEqual(credential);
  });
});
