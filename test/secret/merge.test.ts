import { describe, expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../src/codec/go/utf8.ts';
import type { AuthEntry } from '../../src/secret/credential.ts';
import { sameKey } from '../../src/secret/key.ts';
import { convertPayload, mergePayload, PayloadError, replacePayload } from '../../src/secret/merge.ts';
import type { PullSecretType } from '../../src/secret/secret.ts';
import { fc } from '../support/fast-check.ts';

const JSON_TYPE: PullSecretType = 'kubernetes.io/dockerconfigjson';
const CFG_TYPE: PullSecretType = 'kubernetes.io/dockercfg';
const jane: AuthEntry = { server: 'ghcr.io', credential: { username: 'jane', password: 'pw' } };
const written = '{"username":"jane","password":"pw","auth":"amFuZTpwdw=="}';

function merge(payload: string, entry: AuthEntry = jane, type: PullSecretType = JSON_TYPE): string {
  return decodeUtf8(mergePayload(encodeUtf8(payload), [entry], type).payload);
}

describe('one login is written into', () => {
  test.each([
    ['an empty map', '{"auths":{}}', `{"auths":{"ghcr.io":${written}}}`],
    ['a payload without auths', '{}', `{"auths":{"ghcr.io":${written}}}`],
    ['other top-level fields', '{"x":1e400}', `{"x":1e400,"auths":{"ghcr.io":${written}}}`],
    ['null', 'null', `{"auths":{"ghcr.io":${written}}}`],
    ['auths that is null', '{"auths":null}', `{"auths":{"ghcr.io":${written}}}`],
    ['auths spelt differently', '{"AUTHS":{"a":{}}}', `{"AUTHS":{"a":{},"ghcr.io":${written}}}`],
    [
      'two auths, the second of which wins',
      '{"auths":{"ghcr.io":{}},"auths":{}}',
      `{"auths":{"ghcr.io":${written}},"auths":{}}`,
    ],
    [
      'pretty JSON',
      '{\n  "auths": {\n    "r.io": {}\n  }\n}\n',
      `{\n  "auths": {\n    "r.io": {},"ghcr.io":${written}\n  }\n}\n`,
    ],
    [
      'an older password',
      '{"auths":{"ghcr.io":{"username":"jane","password":"old","auth":"amFuZTpvbGQ="}}}',
      `{"auths":{"ghcr.io":${written}}}`,
    ],
    [
      'an entry with unknown fields',
      '{"auths":{"ghcr.io":{"auth":"eA==","note": [1 ,2],"Auth":"eTp6"}}}',
      `{"auths":{"ghcr.io":${written.slice(0, -1)},"note": [1 ,2]}}}`,
    ],
    [
      'an identity token',
      '{"auths":{"ghcr.io":{"auth":"amFuZTpwdw==","identitytoken":"t"}}}',
      `{"auths":{"ghcr.io":${written}}}`,
    ],
    [
      'an older password beside the auth that counts',
      '{"auths":{"ghcr.io":{"username":"jane","password":"old","auth":"amFuZTpwdw=="}}}',
      `{"auths":{"ghcr.io":${written}}}`,
    ],
    [
      'another user beside the auth that counts',
      '{"auths":{"ghcr.io":{"username":"joe","auth":"amFuZTpwdw=="}}}',
      `{"auths":{"ghcr.io":${written}}}`,
    ],
    [
      'an older password in the first of two fields',
      '{"auths":{"ghcr.io":{"username":"jane","password":"old","password":"pw"}}}',
      `{"auths":{"ghcr.io":${written}}}`,
    ],
    [
      'an older auth in front of an empty one',
      '{"auths":{"ghcr.io":{"username":"jane","password":"pw","auth":"amFuZTpvbGQ=","auth":""}}}',
      `{"auths":{"ghcr.io":${written}}}`,
    ],
    [
      'the same server as a URL',
      '{"auths":{"https://ghcr.io/v2/":{}}}',
      `{"auths":{"https://ghcr.io/v2/":${written}}}`,
    ],
    [
      'an e-mail address that stays',
      '{"auths":{"ghcr.io":{"email":"a@b.c","auth":"eDp5"}}}',
      `{"auths":{"ghcr.io":{"username":"jane","password":"pw","email":"a@b.c","auth":"amFuZTpwdw=="}}}`,
    ],
    ['a value that is no object', '{"auths":{"ghcr.io":7}}', `{"auths":{"ghcr.io":${written}}}`],
  ])('%s', (_, before, after) => {
    expect(merge(before)).toBe(after);
  });

  test('the legacy form', () => {
    expect(merge('{"r.io":{}}', jane, CFG_TYPE)).toBe(`{"r.io":{},"ghcr.io":${written}}`);
  });
});

describe('nothing changes when the kubelet reads the same credential already', () => {
  test.each([
    ['only auth', '{"auths":{"ghcr.io":{"auth":"amFuZTpwdw=="}}}'],
    ['auth without padding', '{"auths":{"ghcr.io":{"auth":"amFuZTpwdw"}}}'],
    ['the same in every field', `{"auths":{"ghcr.io":${written}}}`],
    ['empty fields beside auth', '{"auths":{"ghcr.io":{"username":"","password":"","auth":"amFuZTpwdw=="}}}'],
    ['only user name and password', '{"auths":{"ghcr.io":{"username":"jane","password":"pw"}}}'],
    ['an e-mail address beside it', '{"auths":{"ghcr.io":{"auth":"amFuZTpwdw==","email":"a@b.c"}}}'],
    ['odd spacing', ' { "auths" : { "ghcr.io" : { "Auth" : "amFuZTpwdw==" } } } '],
  ])('%s', (_, payload) => {
    const { payload: after, actions } = mergePayload(encodeUtf8(payload), [jane], JSON_TYPE);
    expect(decodeUtf8(after)).toBe(payload);
    expect(actions.get('ghcr.io')).toBe('unchanged');
  });
});

describe('a payload that is not a docker config is refused', () => {
  test.each(['[]', '"x"', '7', '{', '{"auths":[]}', '{"auths":{}}x', ''])('%s', (payload) => {
    expect(() => merge(payload)).toThrow(PayloadError);
  });
});

test('an entry of somebody else that breaks every pull is named', () => {
  const payload = encodeUtf8(
    '{"auths":{"bad.io":{"auth":"notbase64!"},"worse.io":{"auth":"cGFudHM="},"7":7,"ok.io":{}}}',
  );
  expect(mergePayload(payload, [jane], JSON_TYPE).undecodable).toEqual([
    { server: 'bad.io', error: 'illegal base64 data at input byte 9' },
    { server: 'worse.io', error: 'unable to parse auth field, must be formatted as base64(username:password)' },
    {
      server: '7',
      error: 'json: cannot unmarshal number into Go value of type credentialprovider.dockerConfigEntryWithAuth',
    },
  ]);
});

describe('replacing', () => {
  test('drops the other servers and names them', () => {
    const bob = `{"auth":"${btoa('bob:pw')}"}`;
    const before = encodeUtf8(`{"auths":{"r.io":{},"q.io":${bob},"ghcr.io":${bob}}}`);
    const { payload, removed, formerUsers } = replacePayload(before, [jane], JSON_TYPE);
    expect(decodeUtf8(payload)).toBe(`{"auths":{"ghcr.io":${written}}}`);
    expect(removed).toEqual(['r.io', 'q.io']);
    expect([...(formerUsers ?? [])]).toEqual([
      ['ghcr.io', 'bob'],
      ['q.io', 'bob'],
    ]);
  });

  test('is unchanged when the payload holds nothing else', () => {
    const before = encodeUtf8('{ "auths": {"ghcr.io":{"auth":"amFuZTpwdw=="}} }');
    expect(replacePayload(before, [jane], JSON_TYPE).payload).toBe(before);
  });

  test('works on a payload that cannot be read', () => {
    expect(decodeUtf8(replacePayload(encodeUtf8('garbage'), [jane], JSON_TYPE).payload)).toBe(
      `{"auths":{"ghcr.io":${written}}}`,
    );
  });
});

test('a payload moves between the two types without a changed byte in its entries', () => {
  const map = '{ "r.io" : {"auth":"eDp5" , "z":1e400} }';
  expect(decodeUtf8(convertPayload(encodeUtf8(map), CFG_TYPE, JSON_TYPE))).toBe(`{"auths":${map}}`);
  expect(decodeUtf8(convertPayload(encodeUtf8(`{"x":1,"auths":${map}}`), JSON_TYPE, CFG_TYPE))).toBe(map);
});

describe('for any payload', () => {
  const server = fc.oneof(
    fc.domain(),
    fc.string(),
    fc.constantFrom('ghcr.io', 'https://ghcr.io', 'http://ghcr.io/v2/', 'ghcr.io/a', '__proto__', '1', 'constructor'),
  );
  const entryValue = fc.oneof(
    fc.record(
      {
        username: fc.string(),
        password: fc.string(),
        email: fc.string(),
        auth: fc.base64String(),
        other: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
    fc.jsonValue(),
  );
  const payloads = fc
    .record({
      entries: fc.array(fc.tuple(server, entryValue)),
      before: fc.jsonValue(),
      indent: fc.nat(3),
      type: fc.constantFrom(JSON_TYPE, CFG_TYPE),
    })
    .map(({ entries, before, indent, type }) => {
      const map = `{${entries.map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value, undefined, indent)}`).join(' , ')}}`;
      return {
        type,
        entries,
        text: type === CFG_TYPE ? map : `{"x": ${JSON.stringify(before)}, "auths": ${map} , "y":1.0}`,
      };
    });

  test('every byte of every other entry stays, and a second merge changes nothing', () => {
    fc.assert(
      fc.property(
        payloads,
        fc.string({ minLength: 1 }).filter((name) => !name.includes(':')),
        fc.string({ minLength: 1 }),
        ({ type, entries, text }, username, password) => {
          const entry = { server: 'ghcr.io', credential: { username, password } };
          const once = mergePayload(encodeUtf8(text), [entry], type);
          const after = decodeUtf8(once.payload);
          for (const [name, value] of entries) {
            const isLast = entries.findLast(([other]) => other === name)?.[1] === value;
            if (isLast && !sameKey(name, 'ghcr.io')) expect(after).toContain(`${JSON.stringify(name)}: `);
          }
          // Without the entries that were written, the rest is as before.
          const strip = (json: string): unknown => {
            const root = JSON.parse(json);
            const map = type === CFG_TYPE ? root : root.auths;
            for (const name of Object.keys(map)) if (sameKey(name, 'ghcr.io')) delete map[name];
            return root;
          };
          expect(strip(after)).toEqual(strip(text));
          const twice = mergePayload(once.payload, [entry], type);
          expect(decodeUtf8(twice.payload)).toBe(after);
        },
      ),
      { numRuns: 500 },
    );
  });
});
