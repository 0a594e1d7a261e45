/** The details in findings about a Secret: which entry, which field, which time. */
import { expect, test } from 'vitest';
import { isAboutWhole } from '../../src/findings/diagnosed-secret.ts';
import { diagnose } from '../../src/findings/secret-rules.ts';
import { readContents } from '../../src/secret/contents.ts';
import { EXPIRES_AT } from '../../src/secret/expiry.ts';
import { pullSecretOf } from '../support/secrets.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const auth = (user: string, password: string): object => ({
  auth: Buffer.from(`${user}:${password}`).toString('base64'),
});

function findingsIn(auths: Record<string, object>, endsAt?: string) {
  const secret = pullSecretOf('a', JSON.stringify({ auths }));
  const annotations = endsAt === undefined ? {} : { [EXPIRES_AT]: JSON.stringify({ 'ghcr.io': endsAt }) };
  const noted = { ...secret, metadata: { ...secret.metadata, annotations } };
  return diagnose({ now: NOW, secrets: [{ secret: noted, contents: readContents(noted) }] });
}

test.each([
  ['there is no user name', { 'ghcr.io': auth('', 'p') }, { server: 'ghcr.io', missing: 'user name' }],
  ['there is no password', { 'ghcr.io': auth('ada', '') }, { server: 'ghcr.io', missing: 'password' }],
  ['the user name begins with a space', { 'ghcr.io': auth(' ada', 'p') }, { server: 'ghcr.io', field: 'user name' }],
  ['the password ends in a space', { 'ghcr.io': auth('ada', 'p ') }, { server: 'ghcr.io', field: 'password' }],
  [
    'two entries for Docker Hub give way to a third',
    {
      'index.docker.io': auth('ada', 'p'),
      'https://index.docker.io/v1/': auth('ada', 'p'),
      'docker.io': auth('ada', 'p'),
    },
    { server: 'index.docker.io', by: 'docker.io' },
  ],
])('%s', (_, auths, details) => {
  expect(findingsIn(auths).map((found) => found.arguments)).toContainEqual(details);
});

test.each([
  ['has just ended', '2026-11-25T12:00:00.000Z', ['expired']],
  ['is about to end', '2026-11-25T12:00:00.001Z', ['expires-soon']],
  ['ends in a day', '2026-11-26T12:00:00.000Z', ['expires-soon']],
  ['ends in more than a day', '2026-11-26T12:00:00.001Z', []],
])('a login that %s', (_, endsAt, codes) => {
  expect(findingsIn({ 'ghcr.io': auth('ada', 'p') }, endsAt).map(({ code }) => code)).toEqual(codes);
});

test.each<[string, object, boolean]>([
  ['a Secret without any login', {}, true],
  ['one entry, for which the others do not suffer', { 'ghcr.io': {}, 'quay.io': auth('ada', 'p') }, false],
  ['one entry, for which all of them suffer', { 'ghcr.io': { auth: '***' } }, false],
])('about the whole Secret is a finding of %s: %s', (_, auths, isWhole) => {
  expect(findingsIn(auths as Record<string, object>).map(isAboutWhole)).toEqual([isWhole]);
});
