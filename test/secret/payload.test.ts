/** Payloads as the kubelet decodes them, and where it stops. */
import { expect, test } from 'vitest';
import { encodeUtf8 } from '../../src/codec/go/utf8.ts';
import { decodePayload } from '../../src/secret/payload.ts';
import type { PullSecretType } from '../../src/secret/secret.ts';
import { finished } from '../../src/secret/steps.ts';
import { fc } from '../support/fast-check.ts';

const CONFIG = 'kubernetes.io/dockerconfigjson';
const MAP = 'kubernetes.io/dockercfg';
const ENTRY = 'credentialprovider.dockerConfigEntryWithAuth';
const of = (kind: string, target: string): string => `json: cannot unmarshal ${kind} into ${target}`;

test.each<[PullSecretType, string, readonly string[], string | undefined, string?]>([
  [CONFIG, '{}', [], undefined],
  [CONFIG, 'null', [], undefined],
  [CONFIG, '{"auths":{"a":{},"b":null},"x":1}', ['a', 'b'], undefined],
  [CONFIG, '{"auths":{"a":{}},"AUTHS":{"b":{}}}', ['a', 'b'], undefined],
  [CONFIG, '{"auths":{"a":{}},"auths":null}', [], undefined],
  [CONFIG, '{"HttpHeaders":null}', [], undefined],
  [CONFIG, '{"HttpHeaders":{"X":"y","Z":null}}', [], undefined],
  [CONFIG, '{', [], 'unexpected end of JSON input'],
  [CONFIG, '[]', [], of('array', 'Go value of type credentialprovider.DockerConfigJSON')],
  [
    CONFIG,
    '{"auths":1}',
    [],
    of('number', 'Go struct field DockerConfigJSON.auths of type credentialprovider.DockerConfig'),
  ],
  [CONFIG, '{"auths":{"a":1}}', ['a'], of('number', `Go struct field DockerConfigJSON.auths of type ${ENTRY}`), 'a'],
  [
    CONFIG,
    '{"auths":{"a":{"username":1}}}',
    ['a'],
    of('number', 'Go struct field DockerConfigJSON.auths.username of type string'),
    'a',
  ],
  [CONFIG, '{"auths":{"a":{},"b":{"auth":"*"},"c":1}}', ['a', 'b', 'c'], 'illegal base64 data at input byte 0', 'b'],
  [
    CONFIG,
    '{"HttpHeaders":1}',
    [],
    of('number', 'Go struct field DockerConfigJSON.HttpHeaders of type map[string]string'),
  ],
  [
    CONFIG,
    '{"HttpHeaders":{"X":1,"Y":[]}}',
    [],
    of('number', 'Go struct field DockerConfigJSON.HttpHeaders of type string'),
  ],
  [CONFIG, '{"HttpHeaders":1,"auths":{"a":{"auth":"*"}}}', ['a'], 'illegal base64 data at input byte 0', 'a'],
  [MAP, '{"a":{},"auths":{}}', ['a', 'auths'], undefined],
  [MAP, 'null', [], undefined],
  [MAP, '1', [], of('number', 'Go value of type credentialprovider.DockerConfig')],
  [MAP, '{"a":1,"b":[]}', ['a', 'b'], of('number', `Go value of type ${ENTRY}`), 'a'],
  [
    MAP,
    '{"a":{"username":1}}',
    ['a'],
    of('number', 'Go struct field dockerConfigEntryWithAuth.username of type string'),
    'a',
  ],
])('%s %s', (type, json, servers, error, server) => {
  const { entries, failure } = finished(decodePayload(encodeUtf8(json), type));
  expect([...entries.keys()]).toEqual(servers);
  expect(failure).toEqual(error === undefined ? undefined : { error, ...(server === undefined ? {} : { server }) });
});

test('the first ones of many are as they are without a limit, however a later one of the same name is spelled', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'ab', '\\u0061', '\\u0062', 'é', '\\u00e9', '\\\\', '');
  const value = fc.constantFrom('{}', '{ }', 'null', '{"auth":"YTpi"}', '{"auth":"YTpj"}');
  const map = fc.array(fc.tuple(name, value), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(fc.option(map), { maxLength: 2 }), fc.integer({ min: 1, max: 3 }), (maps, limit) => {
      const texts = maps.map((members) =>
        members === null ? 'null' : `{${members.map(([key, text]) => `"${key}":${text}`).join()}}`,
      );
      const bytes = encodeUtf8(`{${texts.map((text) => `"auths":${text}`).join()}}`);
      const [all, few] = [undefined, limit].map((most) => finished(decodePayload(bytes, CONFIG, most)).entries);
      const places = (entries: ReadonlyMap<string, { readonly start: number }> = new Map()) =>
        [...entries].map(([key, { start }]) => [key, start]);
      expect(places(few)).toEqual(places(all).slice(0, limit));
    }),
  );
});
