/** Decodes the output of credential helpers, and the helpers that a registries.conf names. */
import { describe, expect, test } from 'vitest';
import { decodeHelperAnswer, decodeHelperList, HelperAnswerError } from '../../src/credentials/helper-answer.ts';
import { credentialHelpers, mentionsHelpers } from '../../src/credentials/registries-conf.ts';
import { DockerConfigError } from '../../src/secret/docker-config.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('the answer to get', () => {
  test.each<[string, object | undefined]>([
    ['{"ServerURL":"ghcr.io","Username":"jane","Secret":"p"}', { username: 'jane', password: 'p' }],
    ['{"username":"jane","SECRET":"p"}', { username: 'jane', password: 'p' }],
    ['{"Username":"rex","Username":"jane","Secret":"p"}', { username: 'jane', password: 'p' }],
    ['{"Username":"jane","Username":null,"Secret":"p"}', { username: 'jane', password: 'p' }],
    ['{"Username":"jane"}', { username: 'jane', password: '' }],
    ['{"Secret":"p"}', { username: '', password: 'p' }],
    ['{"Username":"<token>","Secret":"t"}', { username: '', password: '', identityToken: 't' }],
    ['{"Username":"","Secret":""}', undefined],
    ['{}', undefined],
    ['null', undefined],
  ])('%s', (text, answer) => {
    expect(decodeHelperAnswer(bytes(text))).toEqual(answer);
  });

  test.each([
    ['', 'it printed nothing'],
    ['no credentials', 'what it printed is not JSON'],
    ['["7secret7"]', 'json: cannot unmarshal array into Go value of type credentials.Credentials'],
    ['{"Secret":7}', 'json: cannot unmarshal number into Go struct field Credentials.Secret of type string'],
    [
      '{"ServerURL":7,"Username":"u","Secret":"p"}',
      'json: cannot unmarshal number into Go struct field Credentials.ServerURL of type string',
    ],
    ['{"Username":true}', 'json: cannot unmarshal bool into Go struct field Credentials.Username of type string'],
  ])('%j is none', (text, message) => {
    expect(() => decodeHelperAnswer(bytes(text))).toThrow(new HelperAnswerError(message));
  });
});

describe('the answer to list', () => {
  test.each<[string, readonly (readonly [string, string])[]]>([
    [
      '{"ghcr.io":"jane","quay.io":null}',
      [
        ['ghcr.io', 'jane'],
        ['quay.io', ''],
      ],
    ],
    ['null', []],
  ])('%s', (text, users) => {
    expect([...decodeHelperList(bytes(text))]).toEqual(users);
  });

  test.each([
    ['', 'it printed nothing'],
    ['{', 'what it printed is not JSON'],
    ['[]', 'json: cannot unmarshal array into Go value of type map[string]string'],
    ['{"ghcr.io":5}', 'json: cannot unmarshal number into Go value of type string'],
  ])('%j is none', (text, message) => {
    expect(() => decodeHelperList(bytes(text))).toThrow(new HelperAnswerError(message));
  });
});

describe('registries.conf', () => {
  test.each([
    ['credential-helpers = ["a"]', true],
    ['Credential-Helpers = ["a"]', true],
    ['unqualified-search-registries = ["a"]', false],
  ])('%s mentions helpers: %s', (text, mentions) => {
    expect(mentionsHelpers(text)).toBe(mentions);
  });

  test.each<[object, readonly string[] | undefined]>([
    [{ 'credential-helpers': ['a', 'b'] }, ['a', 'b']],
    [{ 'credential-helpers': [] }, []],
    [{ 'Credential-Helpers': ['a'] }, ['a']],
    [{ 'Credential-Helpers': ['a'], 'credential-helpers': ['b'] }, ['b']],
    [{ other: ['a'] }, undefined],
  ])('%j', (document, helpers) => {
    expect(credentialHelpers(document)).toEqual(helpers);
  });

  test.each([{ 'credential-helpers': 'a' }, { 'credential-helpers': ['a', 5] }])('%j is refused', (document) => {
    expect(() => credentialHelpers(document)).toThrow(
      new DockerConfigError('credential-helpers is not a list of strings'),
    );
  });
});
