/** Changes or removes single entries of a pull secret; every other byte stays. */
import { describe, expect, test } from 'vitest';
import { changeLogins, type NewLogin, patchOf, removalOf } from '../../src/secret/entry-change.ts';
import { DATA_KEY, type PullSecretType, type Secret } from '../../src/secret/secret.ts';
import { fc } from '../support/fast-check.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const unbase64 = (text: string): string => Buffer.from(text, 'base64').toString();

function secretWith(
  payload: string,
  type: PullSecretType = 'kubernetes.io/dockerconfigjson',
  expiresAt?: string,
): Secret {
  const annotations = expiresAt === undefined ? {} : { annotations: { 'regsecret/expires-at': expiresAt } };
  const metadata = { name: 'pull', resourceVersion: '7', ...annotations };
  return { apiVersion: 'v1', kind: 'Secret', metadata, type, data: { [DATA_KEY[type]]: base64(payload) } };
}

interface Patch {
  readonly metadata: { readonly resourceVersion: string; readonly annotations?: Record<string, string | null> };
  readonly data: Record<string, string>;
}

const payloadOf = (patch: object | undefined): string | undefined =>
  patch && unbase64(Object.values((patch as Patch).data)[0] ?? '');

const without = (payload: string, ...servers: string[]): string | undefined =>
  payloadOf(removalOf(secretWith(payload), (server) => servers.includes(server))?.patch);

describe('an entry goes', () => {
  test.each([
    ['the first', '{"auths":{"a":{},"b":{}}}', ['a'], '{"auths":{"b":{}}}'],
    ['the last', '{"auths":{"a":{},"b":{}}}', ['b'], '{"auths":{"a":{}}}'],
    ['one in the middle', '{"auths":{"a":{}, "b":{} ,"c":{}}}', ['b'], '{"auths":{"a":{} ,"c":{}}}'],
    ['the first two', '{"auths":{ "a":{}, "b":{}, "c":{} }}', ['a', 'b'], '{"auths":{ "c":{} }}'],
    ['the last two', '{"auths":{"a":{}, "b":{}, "c":{} }}', ['b', 'c'], '{"auths":{"a":{} }}'],
    ['the first and the last', '{"auths":{"a":{},"b":{},"c":{}}}', ['a', 'c'], '{"auths":{"b":{}}}'],
    ['all of them', '{"auths":{ "a":{},"b":{} }}', ['a', 'b'], '{"auths":{  }}'],
    ['one that stands twice', '{"auths":{"a":{},"b":{},"a":{"x":1}}}', ['a'], '{"auths":{"b":{}}}'],
    ['one in two maps', '{"auths":{"a":{},"b":{}},"AUTHS":{"a":{}}}', ['a'], '{"auths":{"b":{}},"AUTHS":{}}'],
    ['pretty JSON', '{\n "auths": {\n  "a": {},\n  "b": {}\n }\n}\n', ['b'], '{\n "auths": {\n  "a": {}\n }\n}\n'],
    [
      'other fields stay',
      '{"x":[1 ,2],"auths":{"a":{},"b":{"y": 1e3}}}',
      ['a'],
      '{"x":[1 ,2],"auths":{"b":{"y": 1e3}}}',
    ],
    ['none of that name', '{"auths":{"a":{}}}', ['b'], undefined],
  ])('%s', (_, payload, servers, after) => {
    expect(without(payload, ...servers)).toBe(after);
  });

  test('with its end, and on the condition that the Secret is as it was read', () => {
    const ends = '{"a":"2030-01-01T00:00:00Z","b":"2031-01-01T00:00:00Z"}';
    const secret = secretWith('{"a":{},"b":{}}', 'kubernetes.io/dockercfg', ends);
    expect(removalOf(secret, (server) => server === 'a')).toEqual({
      patch: {
        metadata: { resourceVersion: '7', annotations: { 'regsecret/expires-at': '{"b":"2031-01-01T00:00:00Z"}' } },
        data: { '.dockercfg': base64('{"b":{}}') },
      },
      removed: ['a'],
      left: 1,
    });
  });

  test('and every other stays byte for byte, whatever stands around it', () => {
    const space = fc.constantFrom('', ' ', '\n  ', '\t');
    const members = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), space, space), { maxLength: 6 });
    fc.assert(
      fc.property(members, fc.subarray(['a', 'b', 'c', 'd']), (entries, gone) => {
        const texts = entries.map(([name, before, after], index) => `${before}"${name}":{"n":${index}}${after}`);
        const after = without(`{"auths":{${texts.join(',')}}}`, ...gone);
        const kept = entries.flatMap(([name], index) => (gone.includes(name) ? [] : [`"${name}":{"n":${index}}`]));
        const isSame = kept.length === entries.length;
        expect(after?.replace(/\s/g, '')).toBe(isSame ? undefined : `{"auths":{${kept.join(',')}}}`);
      }),
    );
  });
});

describe('an entry gets a login', () => {
  const login = { credential: { username: 'ci', password: 'new' }, expiry: undefined };
  const written = '{"username":"ci","password":"new","auth":"Y2k6bmV3"}';
  const patchFor = (secret: Secret, logins: ReadonlyMap<string, NewLogin>): Patch | undefined => {
    const change = changeLogins(secret, logins);
    return change && (patchOf(secret, change) as Patch);
  };
  const changed = (payload: string, server: string, ends?: string) =>
    patchFor(secretWith(payload, undefined, ends), new Map([[server, login]]));

  test.each([
    [
      'alone of two names of one server',
      '{"auths":{"ghcr.io":{},"https://ghcr.io/v2/":{}}}',
      `{"auths":{"ghcr.io":${written},"https://ghcr.io/v2/":{}}}`,
    ],
    ['that cannot be read', '{"auths":{"ghcr.io": 7 }}', `{"auths":{"ghcr.io": ${written} }}`],
    ['that has it', `{"auths":{"ghcr.io":${written}}}`, undefined],
    ['that is not there', '{"auths":{"quay.io":{}}}', undefined],
  ])('%s', (_, payload, after) => {
    expect(payloadOf(changed(payload, 'ghcr.io'))).toBe(after);
  });

  test('whose end is not known, so that of the old one is forgotten', () => {
    const patch = changed('{"auths":{"ghcr.io":{}}}', 'ghcr.io', '{"ghcr.io":"2030-01-01T00:00:00Z"}');
    expect(patch?.metadata.annotations).toEqual({ 'regsecret/expires-at': null });
  });

  test('whose end is known', () => {
    const expiry = { at: Date.parse('2031-01-01T00:00:00Z'), why: '' };
    const patch = patchFor(secretWith('{"auths":{"ghcr.io":{}}}'), new Map([['ghcr.io', { ...login, expiry }]]));
    expect(patch?.metadata.annotations).toEqual({
      'regsecret/expires-at': '{"ghcr.io":"2031-01-01T00:00:00Z"}',
    });
  });

  test('in no Secret that kubelets do not read', () => {
    const opaque = { ...secretWith('{"auths":{"ghcr.io":{}}}'), type: 'Opaque' };
    expect(changeLogins(opaque, new Map([['ghcr.io', login]]))).toBeUndefined();
    expect(removalOf({ ...opaque, data: {} }, () => true)).toBeUndefined();
  });
});
