/** The size and types of Secrets that the API server accepts. */
import { expect, test } from 'vitest';
import { checkSize, describeSecret, isPullSecretType } from '../../src/secret/secret.ts';
import { pullSecretOf } from '../support/secrets.ts';

const MIB = 1024 * 1024;
const zeros = (length: number): string => Buffer.alloc(length).toString('base64');

test('all values together may hold one MiB', () => {
  expect(() => checkSize('secret a', { one: zeros(MIB - 1), other: zeros(1) })).not.toThrow();
  expect(() => checkSize('secret a', { one: zeros(MIB - 1), other: zeros(2) })).toThrow(
    'secret a would hold 1048577 bytes, and the API server accepts 1048576',
  );
});

test.each([
  ['kubernetes.io/dockerconfigjson', true],
  ['kubernetes.io/dockercfg', true],
  ['Opaque', false],
  ['constructor', false],
  [undefined, false],
])('the kubelet reads the type %s: %s', (type, expected) => {
  expect(isPullSecretType(type)).toBe(expected);
});

test('errors name it with its namespace, where that is known', () => {
  const secret = pullSecretOf('a', '{}');
  expect(describeSecret(secret)).toBe('secret a');
  expect(describeSecret({ ...secret, metadata: { name: 'a', namespace: 'team' } })).toBe('secret team/a');
});
