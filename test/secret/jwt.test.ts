/** Reads the claims of a JWT. */
import { expect, test } from 'vitest';
import { claimsOf, jsonObject } from '../../src/secret/expiry.ts';

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const head = part({ alg: 'none' });
// Contains both characters in which base64url differs from base64.
const odd = { a: '~~~???' };

test.each<[string, string, object | undefined]>([
  ['a token', `${head}.${part({ exp: 1 })}.sig_-`, { exp: 1 }],
  ['characters of URLs', `${head}.${part(odd)}.x`, odd],
  ['no signature', `${head}.${part({ exp: 1 })}.`, { exp: 1 }],
  ['no part for a signature', `${head}.${part({ exp: 1 })}`, undefined],
  ['a part too many', `${head}.${part({ exp: 1 })}.x.y`, undefined],
  ['a head that is no JSON', `abc.${part({ exp: 1 })}.x`, undefined],
  ['claims that are no JSON', `${head}.eyJhb.x`, undefined],
  ['text before it', ` ${head}.${part({ exp: 1 })}.x`, undefined],
  ['nothing', '', undefined],
])('%s', (_, token, claims) => {
  expect(part(odd)).toMatch(/-.*_|_.*-/);
  expect(claimsOf(token)).toEqual(claims);
});

test.each<[string, unknown]>([
  ['{"a":1}', { a: 1 }],
  ['null', undefined],
  ['1', undefined],
  ['{', undefined],
])('the JSON %s', (json, expected) => {
  expect(jsonObject(Buffer.from(json).toString('base64').replace(/=+$/, ''))).toEqual(expected);
});
