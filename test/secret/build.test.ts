import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decodeBase64 } from '../../src/codec/go/base64.ts';
import { decodeUtf8, encodeUtf8 } from '../../src/codec/go/utf8.ts';
import { buildPullSecret, encodePayload, hashInput, hashSuffix } from '../../src/secret/build.ts';

function payloadOf(server: string, username: string, password: string, email?: string): string {
  const entry = { server, credential: { username, password }, ...(email === undefined ? {} : { email }) };
  return decodeUtf8(encodePayload([entry], 'kubernetes.io/dockerconfigjson'));
}

describe('payloads are those of kubectl', () => {
  test.each([
    ['r.example.com', 'u', 'p', undefined, '{"auths":{"r.example.com":{"username":"u","password":"p","auth":"dTpw"}}}'],
    [
      'r.example.com',
      'u',
      'p',
      'e@x.y',
      '{"auths":{"r.example.com":{"username":"u","password":"p","email":"e@x.y","auth":"dTpw"}}}',
    ],
    [
      'r',
      'u<>&',
      'a"b\\c\n\t\x7f\u2028é',
      undefined,
      '{"auths":{"r":{"username":"u\\u003c\\u003e\\u0026","password":"a\\"b\\\\c\\n\\t\x7f\\u2028é","auth":"dTw+JjphImJcYwoJf+KAqMOp"}}}',
    ],
  ])('%s %s', (server, username, password, email, payload) => {
    expect(payloadOf(server, username, password, email)).toBe(payload);
  });

  test('a password that is not UTF-8 keeps its bytes in auth', () => {
    const password = decodeUtf8(Uint8Array.of(0x70, 0xff, 0xe9));
    expect(payloadOf('r', 'u', password)).toContain('"password":"p\\ufffd\\ufffd"');
    const auth = /"auth":"([^"]*)"/.exec(payloadOf('r', 'u', password))?.[1] ?? '';
    expect([...decodeBase64(auth)]).toEqual([0x75, 0x3a, 0x70, 0xff, 0xe9]);
  });
});

test('servers are sorted by their bytes, as a Go map is', () => {
  const entry = (server: string) => ({ server, credential: { username: 'u', password: 'p' } });
  const text = decodeUtf8(encodePayload(['b', '\uffff', 'a', '😀', '10', '9'].map(entry), 'kubernetes.io/dockercfg'));
  expect(Object.keys(JSON.parse(text.replaceAll('"10"', '"x10"').replaceAll('"9"', '"x9"')))).toEqual([
    'x10',
    'x9',
    'a',
    'b',
    '\uffff',
    '😀',
  ]);
});

test('the name hash is that of kubectl', () => {
  const entries = [{ server: 'https://index.docker.io/v1/', credential: { username: 'u', password: 'p' } }];
  const input = hashInput(buildPullSecret({ name: 'x', entries }));
  expect(hashSuffix(createHash('sha256').update(encodeUtf8(input)).digest('hex'))).toBe('h67b4td4f6');
});

test.each([
  ['0123456789ff', 'gh2k456789'],
  ['abcdef013aee', 'mbcdtfghkm'],
])('the hash %s is written %s', (hash, suffix) => {
  expect(hashSuffix(hash)).toBe(suffix);
});

test('what is hashed has the keys of the data in order, and no namespace', () => {
  const metadata = { name: 'x', namespace: 'team' };
  const secret = {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata,
    type: 't',
    data: { b: 'Mg==', a: 'MQ==', c: 'Mw==' },
  } as const;
  expect(hashInput(secret)).toBe('{"data":{"a":"MQ==","b":"Mg==","c":"Mw=="},"kind":"Secret","name":"x","type":"t"}');
});
