import { describe, expect, test } from 'vitest';
import { encodeUtf8 } from '../../src/codec/go/utf8.ts';
import {
  credentialOf,
  type DockerConfig,
  DockerConfigError,
  decodeAuthVariable,
  decodeDockerConfig,
  decodeLegacyConfig,
  decodePodmanConfig,
  dockerAuthConfig,
  podmanAuthConfig,
  scanLoginText,
} from '../../src/secret/docker-config.ts';
import { cases } from '../support/cases.ts';
import { fc } from '../support/fast-check.ts';

function plain({ auths, credHelpers, ...rest }: DockerConfig): object {
  return { auths: Object.fromEntries(auths), credHelpers: Object.fromEntries(credHelpers), ...rest };
}

/** Results and messages come from a run of docker/cli v29.6.2. */
describe("docker's config.json", () => {
  test.each([
    ['an empty file', '', { auths: {}, credHelpers: {} }],
    ['null', 'null', { auths: {}, credHelpers: {} }],
    [
      'names in any case, the last one wins',
      '{"AUTHS":{"r.io":{"Auth":"eDp5","AUTH":"dTpw"}},"credsstore":"a","CREDSSTORE":"b"}',
      { auths: { 'r.io': { auth: 'dTpw' } }, credHelpers: {}, credsStore: 'b' },
    ],
    [
      'objects of one name merge, entries of one server do not',
      '{"auths":{"a":{"username":"u"},"b":{}},"auths":{"a":{"password":"p"}}}',
      { auths: { a: { password: 'p' }, b: {} }, credHelpers: {} },
    ],
    [
      'null leaves a string alone and empties a map',
      '{"auths":{"a":{}},"auths":null,"credsStore":"s","credsStore":null,"credHelpers":{"r.io":null}}',
      { auths: {}, credHelpers: { 'r.io': '' }, credsStore: 's' },
    ],
    ['an entry of null', '{"auths":{"a":null}}', { auths: { a: {} }, credHelpers: {} }],
    ['what follows the first value', '{"credsStore":"s"}}garbage', { auths: {}, credHelpers: {}, credsStore: 's' }],
    [
      'names that objects inherit',
      '{"constructor":1,"auths":{"__proto__":{}}}',
      { auths: { ['__proto__']: {} }, credHelpers: {} },
    ],
  ])('%s', (_, text, expected) => {
    expect(plain(decodeDockerConfig(text))).toEqual(expected);
  });

  test.each([
    ['[]', 'json: cannot unmarshal array into Go value of type configfile.ConfigFile'],
    [
      '{"auths":"x"}',
      'json: cannot unmarshal string into Go struct field ConfigFile.auths of type map[string]types.AuthConfig',
    ],
    [
      '{"auths":{"a":5}}',
      'json: cannot unmarshal number into Go struct field ConfigFile.auths of type types.AuthConfig',
    ],
    [
      '{"auths":{"a":{"Auth":{}}}}',
      'json: cannot unmarshal object into Go struct field AuthConfig.auths.auth of type string',
    ],
    [
      '{"credHelpers":[]}',
      'json: cannot unmarshal array into Go struct field ConfigFile.credHelpers of type map[string]string',
    ],
    [
      '{"credHelpers":{"a":true}}',
      'json: cannot unmarshal bool into Go struct field ConfigFile.credHelpers of type string',
    ],
    ['{"CredsStore":1}', 'json: cannot unmarshal number into Go struct field ConfigFile.credsStore of type string'],
    ['tru', 'unexpected EOF'],
    ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
  ])('%s', (text, message) => {
    expect(() => decodeDockerConfig(text)).toThrow(new DockerConfigError(message));
  });

  test('the entry at fault is named', () => {
    expect(() => decodeDockerConfig('{"auths":{"a":{"auth":"dTpw"},"b":{"auth":"cGFudHM="}}}')).toThrow(
      new DockerConfigError('invalid auth configuration file', 'b'),
    );
  });
});

/** Messages come from a run of containers/image v5. */
describe("podman's auth.json and the legacy .dockercfg", () => {
  test('podman does not look into any auth, and knows neither credsStore nor user names', () => {
    const text =
      '{"auths":{"a":{"auth":"pants","username":1,"identitytoken":"t"}},"credHelpers":{"r":"h"},"credsStore":[]}';
    expect(plain(decodePodmanConfig(scanLoginText(encodeUtf8(text))))).toEqual({
      auths: { a: { auth: 'pants', identitytoken: 't' } },
      credHelpers: { r: 'h' },
    });
  });

  test.each([
    ['', 'unexpected end of JSON input'],
    ['{}{}', "invalid character '{' after top-level value"],
    ['[]', 'json: cannot unmarshal array into Go value of type config.dockerConfigFile'],
    [
      '{"auths":{"a":{"auth":1}}}',
      'json: cannot unmarshal number into Go struct field dockerAuthConfig.auths.auth of type string',
    ],
  ])('podman: %s', (text, message) => {
    expect(() => decodePodmanConfig(scanLoginText(encodeUtf8(text)))).toThrow(new DockerConfigError(message));
  });

  test('a legacy file is the map itself', () => {
    expect(plain(decodeLegacyConfig(encodeUtf8('{"r.io":{"auth":"dTpw","email":"a@b"}}')))).toEqual({
      auths: { 'r.io': { auth: 'dTpw' } },
      credHelpers: {},
    });
  });

  test.each([
    ['[]', 'json: cannot unmarshal array into Go value of type map[string]config.dockerAuthConfig'],
    ['{"a":1}', 'json: cannot unmarshal number into Go value of type config.dockerAuthConfig'],
    ['{"a":{"auth":1}}', 'json: cannot unmarshal number into Go struct field dockerAuthConfig.auth of type string'],
  ])('legacy: %s', (text, message) => {
    expect(() => decodeLegacyConfig(encodeUtf8(text))).toThrow(new DockerConfigError(message));
  });
});

describe('DOCKER_AUTH_CONFIG', () => {
  test.each([
    ['   ', {}],
    ['{"auths":{"r.io":{"auth":"dTpw"}}} ', { 'r.io': { auth: 'dTpw' } }],
    ['{"auths":{"r.io":{"auth":"dTpw"}}}}', { 'r.io': { auth: 'dTpw' } }],
  ])('%j', (text, auths) => {
    expect(plain(decodeAuthVariable(text))).toEqual({ auths, credHelpers: {} });
  });

  test.each([
    [
      '{"auths":{"r.io":{"auth":"dTpw"}}}{}',
      'DOCKER_AUTH_CONFIG does not support more than one JSON object',
      undefined,
    ],
    ['{"auths":{"r.io":{}}}', 'DOCKER_AUTH_CONFIG environment variable is missing key `auth` for r.io', 'r.io'],
    ['{"auths":{"r.io":{"username":"u"}}}', 'json: unknown field "username"', undefined],
    ['{"credHelpers":{}}', 'json: unknown field "credHelpers"', undefined],
    ['{"auths":{"r.io":{"auth":"Zm9vOmJhcg"}}}', 'illegal base64 data at input byte 8', 'r.io'],
    ['dTpw', "invalid character 'd' looking for beginning of value", undefined],
  ])('%s', (text, message, server) => {
    expect(() => decodeAuthVariable(text)).toThrow(new DockerConfigError(message, server));
  });
});

describe('what an entry says', () => {
  test.each([
    [
      'auth counts before user name and password',
      { auth: 'dTpw', username: 'x', password: 'y' },
      { username: 'u', password: 'p' },
    ],
    ['without auth they count', { username: 'x', password: 'y' }, { username: 'x', password: 'y' }],
    ['a colon in the password', { auth: 'dTpwOnE=' }, { username: 'u', password: 'p:q' }],
    [
      'NUL bytes around the password',
      { auth: Buffer.from('u:\0p\0\0').toString('base64') },
      { username: 'u', password: 'p' },
    ],
    [
      'bytes that are not UTF-8',
      { auth: Buffer.from('u:p\xe4ss', 'latin1').toString('base64') },
      { username: 'u', password: 'p\udce4ss' },
    ],
    ['an identity token', { auth: 'dTo=', identitytoken: 't' }, { identityToken: 't' }],
    ['an identity token beside a password', { auth: 'dTpw', identitytoken: 't' }, { username: 'u', password: 'p' }],
    ['a registry token alone', { registrytoken: 'jwt' }, undefined],
    ['nothing', {}, undefined],
  ])('docker: %s', (_, fields, credential) => {
    expect(credentialOf(dockerAuthConfig(fields))).toEqual(credential);
  });

  test.each([
    ['user name and password do not count', { username: 'x', password: 'y' }, undefined],
    ['an identity token without auth is dropped', { identitytoken: 't' }, undefined],
    ['no colon', { auth: 'cGFudHM=' }, undefined],
    ['an empty user name', { auth: 'OnRvaw==' }, { username: '', password: 'tok' }],
  ])('podman: %s', (_, fields, credential) => {
    const config = podmanAuthConfig(fields);
    expect(config && credentialOf(config)).toEqual(credential);
  });
});

describe('properties', () => {
  const name = fc.constantFrom('auths', 'AUTHS', 'credHelpers', 'credsStore', 'auth', 'username', 'r.io', 'other');
  const almostConfig = fc
    .letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, fc.constantFrom(null, 1, true, '', 'dTpw', 'pants'), tie('object'), tie('list')),
      object: fc.dictionary(name, tie('value')),
      list: fc.array(tie('value'), { maxLength: 2 }),
    }))
    .object.map((value) => JSON.stringify(value));
  const text = fc.oneof(almostConfig, fc.json(), fc.string({ unit: 'binary' }));

  test.each([
    ['decodeDockerConfig', decodeDockerConfig],
    ['decodePodmanConfig', (json: string) => decodePodmanConfig(scanLoginText(encodeUtf8(json)))],
    ['decodeLegacyConfig', (json: string) => decodeLegacyConfig(encodeUtf8(json))],
    ['decodeAuthVariable', decodeAuthVariable],
  ])('%s throws nothing but DockerConfigError', (_, decode) => {
    fc.assert(
      fc.property(text, (json) => {
        try {
          decode(json);
        } catch (error) {
          expect(error).toBeInstanceOf(DockerConfigError);
        }
      }),
      { numRuns: cases(100, 500) },
    );
  });

  test('what docker writes is read back', () => {
    const user = fc.string({ unit: 'grapheme', minLength: 1 }).filter((username) => !username.includes(':'));
    const password = fc.string({ unit: 'grapheme' }).filter((secret) => !/^\0|\0$/.test(secret));
    fc.assert(
      fc.property(fc.webUrl(), user, password, (server, username, secret) => {
        const auth = Buffer.from(`${username}:${secret}`).toString('base64');
        const { auths } = decodeDockerConfig(JSON.stringify({ auths: { [server]: { auth } } }, undefined, '\t'));
        expect(dockerAuthConfig(auths.get(server) ?? {})).toMatchObject({ username, password: secret });
      }),
    );
  });
});
