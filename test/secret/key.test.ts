/** Keys as the kubelet compares them with images. keyring.cluster.test.ts asks Kubernetes' own code. */
import { expect, test } from 'vitest';
import { formatKey, parseKey, sameKey, splitHost } from '../../src/secret/key.ts';

test.each([
  ['r.io', 'r.io'],
  ['https://r.io', 'r.io'],
  ['http://r.io/', 'r.io'],
  ['https://r.io/v1/', 'r.io'],
  ['https://r.io/v2/', 'r.io'],
  ['https://r.io/v2/team', 'r.io/team'],
  ['https://r.io/v3/', 'r.io/v3/'],
  ['https://r.io/v2', 'r.io/v2'],
  ['r.io:5000/team', 'r.io:5000/team'],
])('the key of %s', (server, key) => {
  expect(formatKey(parseKey(server))).toBe(key);
});

test.each([
  ['ghcr.io', 'https://ghcr.io/v2/', true],
  ['ghcr.io', 'ghcr.io/a', false],
  ['ghcr.io', 'quay.io', false],
  ['a b', 'a b', true],
  ['a b', 'ghcr.io', false],
])('%s and %s are the same: %s', (one, other, expected) => {
  expect(sameKey(one, other)).toBe(expected);
});

test('a host has labels and a port', () => {
  expect(splitHost('a.r.io:5000')).toEqual({ labels: ['a', 'r', 'io'], port: '5000' });
});
