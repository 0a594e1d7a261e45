import { describe, expect, test } from 'vitest';
import { type Finding, type FindingCode, fixFor, formatFinding } from '../../src/findings/finding.ts';
import { diagnose } from '../../src/findings/secret-rules.ts';
import { readContents } from '../../src/secret/contents.ts';
import { coverageOf } from '../../src/secret/coverage.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { shownHint } from '../support/hints.ts';
import { pullSecretOf } from '../support/secrets.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const login = { auth: 'YWRhOnA=' };
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const jwt = (seconds: number): string =>
  `eyJhbGciOiJub25lIn0.${Buffer.from(JSON.stringify({ exp: NOW / 1000 + seconds })).toString('base64url')}.`;
const legacy = 'kubernetes.io/dockercfg';

function config(auths: Record<string, object>): Secret {
  return pullSecretOf('a', JSON.stringify({ auths }));
}

function findings(secret: Secret): Finding[] {
  return diagnose({ now: NOW, secrets: [{ secret, contents: readContents(secret) }] });
}

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';
const applied = (secret: Secret, by: Secret): Secret => ({
  ...secret,
  metadata: { ...secret.metadata, annotations: { [ANNOTATION]: JSON.stringify(by) } },
});

const opaque = (data: Record<string, string>): Secret => ({ ...pullSecretOf('a', ''), type: 'Opaque', data });

const fixtures: readonly (readonly [situation: string, secret: Secret, codes: readonly FindingCode[]])[] = [
  ['a good login', config({ 'ghcr.io': login }), []],
  [
    'the same login in what kubectl apply keeps',
    applied(config({ 'ghcr.io': login }), config({ 'ghcr.io': login })),
    [],
  ],
  [
    'an old login in what kubectl apply keeps',
    applied(config({ 'ghcr.io': login }), config({ 'ghcr.io': { auth: base64('ada:old') } })),
    ['login-in-annotation'],
  ],
  ['a good login of the legacy type', pullSecretOf('a', JSON.stringify({ 'ghcr.io': login }), legacy), []],
  ['user name and password without auth', config({ 'ghcr.io': { username: 'ada', password: 'p' } }), []],
  [
    'an Opaque Secret with a docker config',
    opaque({ '.dockerconfigjson': base64('{"auths":{}}') }),
    ['wrong-type', 'no-login'],
  ],
  [
    'an Opaque Secret with an entry that cannot be decoded',
    opaque({ '.dockerconfigjson': base64('{"auths":{"r.io":{"auth":"!"}}}') }),
    ['wrong-type', 'unreadable-entry'],
  ],
  ['an Opaque Secret without one', opaque({ password: 'eA==' }), ['wrong-type']],
  ['a Secret without a type', { ...opaque({}), type: undefined } as unknown as Secret, ['wrong-type']],
  ['a pull secret with nothing in it', { ...config({}), data: {} }, ['no-payload']],
  ['an empty value', { ...config({}), data: { '.dockerconfigjson': '' } }, ['no-payload']],
  [
    'the value under the key of the other type',
    { ...config({}), data: { '.dockercfg': base64(JSON.stringify({ 'ghcr.io': login })) } },
    ['no-payload'],
  ],
  [
    'a docker config in a dockercfg',
    pullSecretOf('a', JSON.stringify({ auths: { 'ghcr.io': login } }), legacy),
    ['wrong-format'],
  ],
  ['a bare map in a dockerconfigjson', pullSecretOf('a', JSON.stringify({ 'ghcr.io': login })), ['wrong-format']],
  ['no JSON', pullSecretOf('a', 'x'), ['unreadable-payload']],
  ['data that is not base64', { ...config({}), data: { '.dockerconfigjson': '!' } }, ['unreadable-payload']],
  ['auths that is a list', pullSecretOf('a', '{"auths":[]}'), ['unreadable-payload']],
  ['an auth that is not base64', config({ 'ghcr.io': login, 'r.io': { auth: 'notbase64!' } }), ['unreadable-entry']],
  ['an auth without a colon', config({ 'r.io': { auth: base64('ada') } }), ['unreadable-entry']],
  [
    'two entries that cannot be decoded',
    config({ 'r.io': { auth: '!' }, 'q.io': { auth: '!' } }),
    ['unreadable-entry', 'unreadable-entry'],
  ],
  [
    'an entry that cannot be decoded before a good one of the same name',
    pullSecretOf('a', `{"auths":{"ghcr.io":{"auth":"!"},"ghcr.io":${JSON.stringify(login)}}}`),
    ['unreadable-entry'],
  ],
  ['a password that is a number', config({ 'r.io': { username: 'ada', password: 7 } }), ['unreadable-entry']],
  ['no entries', config({}), ['no-login']],
  ['an empty object', pullSecretOf('a', '{}'), ['no-login']],
  ['a credentials store', pullSecretOf('a', '{"auths":{},"credsStore":"desktop"}'), ['credential-store']],
  [
    'the mark of a login in a credentials store',
    pullSecretOf('a', '{"auths":{"ghcr.io":{}},"credsStore":"desktop"}'),
    ['credential-store', 'empty-entry'],
  ],
  ['a credential helper', pullSecretOf('a', '{"credHelpers":{"ghcr.io":"pass"}}'), ['credential-store']],
  [
    'a credentials store beside a login',
    pullSecretOf('a', JSON.stringify({ auths: { 'ghcr.io': login }, credsStore: 'x' })),
    [],
  ],
  ['an empty entry beside a login', config({ 'ghcr.io': login, 'quay.io': {} }), ['empty-entry']],
  ['an identity token alone', config({ 'x.azurecr.io': { identitytoken: 't' } }), ['identity-token']],
  [
    'an identity token of Azure',
    config({ 'x.azurecr.io': { auth: base64('00000000-0000-0000-0000-000000000000:'), identitytoken: 't' } }),
    ['identity-token'],
  ],
  ['a password without a user name', config({ 'ghcr.io': { password: 'p' } }), ['incomplete-entry']],
  ['a user name without a password', config({ 'ghcr.io': { auth: base64('ada:') } }), ['incomplete-entry']],
  ['a server that opens nothing', config({ 'ghcr.io/acme:v1': login }), ['opens-nothing']],
  ['a server that the kubelet cannot read', config({ 'ghcr.io ': login }), ['opens-nothing']],
  ['a server with user info', config({ 'http://ada:s3cret@ghcr.io': login }), ['unusual-server']],
  ['the host of the API of Docker Hub', config({ 'registry-1.docker.io': login }), ['unusual-server']],
  [
    'Docker Hub twice',
    config({ 'https://index.docker.io/v1/': login, 'docker.io': { auth: 'cmV4OnA=' } }),
    ['shadowed-entry'],
  ],
  [
    'Docker Hub and a part of it',
    config({ 'https://index.docker.io/v1/': login, 'docker.io/acme/': login }),
    ['shadowed-entry'],
  ],
  ['Docker Hub and another registry', config({ 'https://index.docker.io/v1/': login, 'ghcr.io': login }), []],
  ['two servers with one key', config({ 'ghcr.io': login, 'https://ghcr.io/v2/': { auth: 'cmV4OnA=' } }), ['same-key']],
  ['two servers with one key and one login', config({ 'ghcr.io': login, 'https://ghcr.io': login }), []],
  ['a newline behind the password', config({ 'ghcr.io': { auth: base64('ada:p\n') } }), ['white-space']],
  ['a space behind the user name', config({ 'ghcr.io': { auth: base64('ada :p') } }), ['white-space']],
  [
    'another password beside auth',
    config({ 'ghcr.io': { username: 'ada', password: 'new', auth: base64('ada:old') } }),
    ['ignored-login'],
  ],
  ['the same login beside auth', config({ 'ghcr.io': { username: 'ada', password: 'p', auth: base64('ada:p') } }), []],
  ['a token that has ended', config({ 'ghcr.io': { username: 'ada', password: jwt(-60) } }), ['expired']],
  ['a token that ends in an hour', config({ 'ghcr.io': { username: 'ada', password: jwt(3600) } }), ['expires-soon']],
  ['a token that ends in a month', config({ 'ghcr.io': { username: 'ada', password: jwt(30 * 86_400) } }), []],
  [
    'an error comes before a warning',
    config({ 'GHCR.io': { auth: base64('ada:p\n') } }),
    ['white-space', 'unusual-server'],
  ],
  [
    'an annotation that says it has ended',
    {
      ...config({ 'ghcr.io': login }),
      metadata: { name: 'a', annotations: { 'regsecret/expires-at': '{"ghcr.io":"2026-11-25T11:00:00Z"}' } },
    },
    ['expired'],
  ],
  [
    'servers that are called as what every object has',
    {
      ...config({ constructor: login, toString: login }),
      metadata: { name: 'a', annotations: { 'regsecret/expires-at': '{"ghcr.io":"2026-11-25T11:00:00Z"}' } },
    },
    ['opens-nothing', 'unusual-server'],
  ],
];

describe('what is wrong with a Secret by itself', () => {
  test.each(fixtures)('%s', (_, secret, codes) => {
    const found = findings(secret);
    expect(found.map(({ code }) => code)).toEqual(codes);
    for (const finding of found) {
      expect(formatFinding(finding)).toMatch(/secret a\b/);
      expect(formatFinding(finding)).not.toMatch(/s3cret|undefined|\.$/);
      expect(JSON.stringify(finding)).not.toContain('s3cret');
      expect(shownHint(fixFor(finding))).toMatch(/^(regsecret|kubectl) /);
    }
  });
});

test.each([
  ['notbase64!', 'illegal base64 data at input byte 9'],
  [base64('ada'), 'unable to parse auth field, must be formatted as base64(username:password)'],
])('the entry that spoils all is named, with the error of the kubelet: %s', (auth, error) => {
  const [finding] = findings(config({ 'ghcr.io': login, 'r.io': { auth } }));
  expect(finding?.arguments).toEqual({ server: 'r.io', error });
});

test('a namespace is part of the sentence and of the command', () => {
  const secret = { ...config({ 'ghcr.io': {} }), metadata: { namespace: 'team-a', name: 'regcred' } };
  const [finding] = findings(secret);
  if (finding === undefined) throw new Error('no finding');
  expect(formatFinding(finding)).toBe(
    'the entry ghcr.io of secret team-a/regcred is empty, so its images are pulled without a login',
  );
  expect(shownHint(fixFor(finding))).toBe('regsecret create regcred -n team-a --server ghcr.io');
});

describe('which images a server opens, in words', () => {
  test.each([
    ['ghcr.io', 'every image of ghcr.io'],
    ['https://ghcr.io/v2/', 'every image of ghcr.io'],
    ['registry.example.com:5000', 'every image of registry.example.com:5000'],
    ['ghcr.io/acme/', 'images of ghcr.io under acme/'],
    ['ghcr.io/acme', 'images of ghcr.io whose names begin with acme'],
    ['*.azurecr.io', 'every image of registries like *.azurecr.io'],
    ['https://index.docker.io/v1/', 'images of Docker Hub, such as nginx and org/app'],
    ['docker.io', 'every image of Docker Hub'],
    ['docker.io/acme/', 'images of Docker Hub under acme/'],
    ['ghcr.io/acme:v1', 'no image'],
    ['ghcr.io ', 'no image'],
  ])('%s', (server, words) => {
    expect(coverageOf(server)).toBe(words);
  });
});

test.each([
  ['as a whole', 'x'],
  ['in one entry', '{"auths":{"r.io":{"auth":"!"}}}'],
])('what cannot be decoded %s harms no pod where the kubelet does not look at it', (_, payload) => {
  const data = { '.dockerconfigjson': base64(payload) };
  const sentences = (secret: Secret): string => findings(secret).map(formatFinding).join();
  expect(sentences({ ...config({}), data })).toContain('can use none of its pull secrets');
  expect(sentences(opaque(data))).toContain('cannot be decoded');
  expect(sentences(opaque(data))).not.toContain('can use none of its pull secrets');
});
