/** What podman's registries.conf says about logins. */
import { describe, expect, test } from 'vitest';
import { credentialHelpers, mentionsHelpers } from '../../src/credentials/registries-conf.ts';
import { DockerConfigError } from '../../src/secret/docker-config.ts';

test.each([
  ['credential-helpers = ["pass"]', true],
  ['Credential-Helpers = []', true],
  ['unqualified-search-registries = ["docker.io"]', false],
  ['', false],
])('%j is worth parsing: %s', (text, expected) => {
  expect(mentionsHelpers(text)).toBe(expected);
});

describe('the helpers', () => {
  test.each<[object, readonly string[] | undefined]>([
    [{}, undefined],
    [{ registry: [] }, undefined],
    [{ 'credential-helpers': [] }, []],
    [{ 'credential-helpers': ['containers-auth.json', 'pass'] }, ['containers-auth.json', 'pass']],
    [{ 'CREDENTIAL-helpers': ['pass'] }, ['pass']],
    [{ 'Credential-Helpers': ['a'], 'credential-helpers': ['b'] }, ['b']],
    [{ 'Credential-Helpers': ['a'], 'CREDENTIAL-HELPERS': ['b'] }, ['a']],
  ])('of %j', (document, helpers) => {
    expect(credentialHelpers(document)).toEqual(helpers);
  });

  test.each([[['a', 7]], ['pass'], [7], [{}]])('are no %j', (value) => {
    expect(() => credentialHelpers({ 'credential-helpers': value })).toThrow(
      new DockerConfigError('credential-helpers is not a list of strings'),
    );
  });
});
