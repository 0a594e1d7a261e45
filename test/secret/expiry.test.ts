import { describe, expect, test } from 'vitest';
import { claimedEnd, expiryAnnotation, expiryOf, parseExpiries } from '../../src/secret/expiry.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const jwt = (claims: object): string =>
  `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
const padded = Buffer.from('{"expiration":1}').toString('base64');
const ecr = Buffer.from(JSON.stringify({ payload: 'x', expiration: NOW / 1000 + 3600 })).toString('base64');

describe('what credentials say about their end', () => {
  test.each([
    ['a JSON web token', 'u', jwt({ exp: NOW / 1000 + 60 }), {}, '2026-11-25T12:01:00Z'],
    ['a token without exp', 'u', jwt({ sub: 'x' }), {}, undefined],
    ['a token with a broken exp', 'u', jwt({ exp: 'soon' }), {}, undefined],
    ['an ECR password that names its end', 'AWS', ecr, {}, '2026-11-25T13:00:00Z'],
    ['an ECR password', 'AWS', 'opaque', {}, '2026-11-26T00:00:00Z'],
    ['GITHUB_TOKEN', 'u', 'ghs_1', { GITHUB_ACTIONS: 'true', GITHUB_TOKEN: 'ghs_1' }, '2026-11-26T12:00:00Z'],
    ['another token in the same job', 'u', 'ghp_2', { GITHUB_ACTIONS: 'true', GITHUB_TOKEN: 'ghs_1' }, undefined],
    [
      'CI_JOB_TOKEN of a job with a limit',
      'gitlab-ci-token',
      'glcbt-1',
      { CI_JOB_TOKEN: 'glcbt-1', CI_JOB_STARTED_AT: '2026-11-25T11:30:00Z', CI_JOB_TIMEOUT: '7200' },
      '2026-11-25T13:30:00Z',
    ],
    ['CI_JOB_TOKEN', 'gitlab-ci-token', 'glcbt-1', { CI_JOB_TOKEN: 'glcbt-1' }, '2026-11-25T13:00:00Z'],
    ['a password', 'u', 'p', {}, undefined],
    ['no password in an empty environment', 'u', '', { CI_JOB_TOKEN: '' }, undefined],
  ])('%s', (_, username, password, env, at) => {
    const expiry = expiryOf({ server: 'r.io', credential: { username, password } }, env, NOW);
    expect(expiry && new Date(expiry.at).toISOString().replace('.000Z', 'Z')).toBe(at);
  });
});

test.each([
  ['u', jwt({ exp: 2e9 }), {}, 'according to the token (exp)'],
  ['AWS', 'opaque', {}, 'passwords of Amazon ECR last 12 hours'],
  [
    'u',
    'ghs_1',
    { GITHUB_ACTIONS: 'true', GITHUB_TOKEN: 'ghs_1' },
    'GITHUB_TOKEN ends with its job, after 24 hours at the latest',
  ],
  ['gitlab-ci-token', 'glcbt-1', { CI_JOB_TOKEN: 'glcbt-1' }, 'CI_JOB_TOKEN ends with its job'],
])('why a login of %s ends', (username, password, env, why) => {
  expect(expiryOf({ server: 'r.io', credential: { username, password } }, env, NOW)?.why).toBe(why);
});

test.each([
  ['u', jwt({ exp: 2e9 }), 2e12],
  ['AWS', ecr, NOW + 3_600_000],
  ['AWS', padded, 1000],
  ['u', jwt({ exp: 1 }), 1000],
  ['u', ecr, undefined],
  ['AWS', 'opaque', undefined],
  ['u', jwt({ exp: 0 }), undefined],
  ['u', jwt({ exp: -1 }), undefined],
  ['u', jwt({ exp: 8.64e12 }), undefined],
  ['u', jwt({ exp: 8.64e12 - 1 }), 8.64e15 - 1000],
])('the login of %s, %s, says that it ends at %s', (username, password, end) => {
  expect(claimedEnd({ username, password })).toBe(end);
});

describe('the annotation', () => {
  const expiry = { at: NOW, why: '' };
  test.each([
    ['is absent when nothing is known', undefined, new Map([['a.io', undefined]]), undefined],
    ['names the server and the time', undefined, new Map([['a.io', expiry]]), '{"a.io":"2026-11-25T12:00:00Z"}'],
    [
      'keeps what is known of others',
      '{"b.io":"2026-01-01T00:00:00Z"}',
      new Map([['a.io', expiry]]),
      '{"a.io":"2026-11-25T12:00:00Z","b.io":"2026-01-01T00:00:00Z"}',
    ],
    [
      'forgets a credential that was replaced',
      '{"a.io":"2026-01-01T00:00:00Z"}',
      new Map([['a.io', undefined]]),
      undefined,
    ],
    ['replaces what is not ours', 'tomorrow', new Map([['a.io', expiry]]), '{"a.io":"2026-11-25T12:00:00Z"}'],
  ])('%s', (_, existing, entries, annotation) => {
    expect(expiryAnnotation(existing, entries)).toBe(annotation);
  });

  test.each(['null', '7', '"2026"', '{'])('of %s is not ours', (annotation) => {
    expect(parseExpiries(annotation)).toEqual(new Map());
  });

  test('a value that is no time is not taken over', () => {
    expect(parseExpiries('{"a.io":"soon","b.io":7,"c.io":"2026-01-01T00:00:00Z"}')).toEqual(
      new Map([['c.io', '2026-01-01T00:00:00Z']]),
    );
  });
});
