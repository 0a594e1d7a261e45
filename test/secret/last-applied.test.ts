import { describe, expect, test } from 'vitest';
import { readContents } from '../../src/secret/contents.ts';
import { holdsOldLogin, LAST_APPLIED, lastAppliedLogins, willHoldOldLogin } from '../../src/secret/last-applied.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { finished } from '../../src/secret/steps.ts';
import { pullSecretOf } from '../support/secrets.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const LOGIN = { username: 'ci', password: 'old"secret' };
const AUTH = { auth: base64('ci:old"secret') };
const NEW = { auth: base64('ci:new') };
const payload = (entry: object, server = 'ghcr.io'): string => JSON.stringify({ auths: { [server]: entry } });
const data = (text: string): string => JSON.stringify({ data: { '.dockerconfigjson': base64(text) } });

function secretWith(text: string, annotation: string | undefined): Secret {
  const secret = pullSecretOf('pull', text);
  const annotations = annotation === undefined ? {} : { [LAST_APPLIED]: annotation };
  return { ...secret, metadata: { ...secret.metadata, annotations } };
}

const isHeld = (secret: Secret): boolean => finished(holdsOldLogin(secret, readContents(secret)));

describe('the annotation', () => {
  test.each<[situation: string, annotation: string | undefined, holds: boolean]>([
    ['none', undefined, false],
    ['an entry with auth', data(payload(AUTH)), true],
    ['an entry with a password', data(payload(LOGIN)), true],
    ['plain text', JSON.stringify({ stringData: { '.dockerconfigjson': payload(LOGIN) } }), true],
    [
      'plain text, and data that it replaces',
      JSON.stringify({
        stringData: { '.dockerconfigjson': payload(LOGIN) },
        data: { '.dockerconfigjson': base64(payload(NEW)) },
      }),
      true,
    ],
    ['another login', data(payload({ auth: base64('ci:new') })), false],
    ['a password that begins the same', data(payload({ username: 'ci', password: 'old"secret-2' })), false],
    ['data that is not base64', JSON.stringify({ data: { a: '!', '.dockerconfigjson': '!', b: null } }), false],
    ['data of another form', JSON.stringify({ data: { '.dockerconfigjson': 7 } }), false],
    ['no data', '{"data":null}', false],
    ['no object', '[1]', false],
    ['null', 'null', false],
    ['no JSON', '{', false],
  ])('%s', (_, annotation, holds) => {
    const logins = finished(lastAppliedLogins(secretWith(payload(NEW), annotation)));
    expect(logins.some(({ username, password }) => username === 'ci' && password === LOGIN.password)).toBe(holds);
  });
});

describe('an old login', () => {
  test.each<[situation: string, secret: Secret, held: boolean]>([
    ['no annotation', secretWith(payload(NEW), undefined), false],
    ['the same login in annotation and data', secretWith(payload(AUTH), data(payload(AUTH))), false],
    ['the same login in another form', secretWith(payload(LOGIN), data(payload(AUTH))), false],
    ['the same login for another server', secretWith(payload(AUTH, 'quay.io'), data(payload(AUTH))), false],
    ['a login that was replaced', secretWith(payload(NEW), data(payload(AUTH))), true],
    ['a login of an entry that is gone', secretWith('{"auths":{}}', data(payload(AUTH))), true],
    ['an empty entry in the annotation', secretWith(payload(NEW), data(payload({}))), false],
    ['data that cannot be read', secretWith('x', data(payload(AUTH))), false],
    ['a Secret of another type', { ...secretWith(payload(NEW), data(payload(AUTH))), type: 'Opaque' }, false],
  ])('%s', (_, secret, held) => {
    expect(isHeld(secret)).toBe(held);
  });

  test('of many entries of which only the first ones were read, nothing is claimed', () => {
    const secret = secretWith(payload(NEW), data(payload(AUTH)));
    expect(finished(holdsOldLogin(secret, { ...readContents(secret), moreEntries: 1 }))).toBe(false);
  });

  test.each<[situation: string, secret: Secret, patch: object | undefined, held: boolean]>([
    ['a patch that replaces it', secretWith(payload(AUTH), data(payload(AUTH))), patchOf(payload(NEW)), true],
    ['a patch that brings it back', secretWith(payload(NEW), data(payload(AUTH))), patchOf(payload(AUTH)), false],
    ['a patch of labels', secretWith(payload(AUTH), data(payload(AUTH))), { metadata: {} }, false],
    ['no patch', secretWith(payload(NEW), data(payload(AUTH))), undefined, true],
    ['a patch that takes other data away', secretWith(payload(NEW), undefined), { data: { a: null } }, false],
  ])('after %s', (_, secret, patch, held) => {
    expect(willHoldOldLogin(secret, patch)).toBe(held);
  });
});

function patchOf(text: string): object {
  return { data: { '.dockerconfigjson': base64(text), other: null } };
}
