/** Keys as the kubelet compares them with images; its own code is asked beside. */
import { expect, test } from 'vitest';
import {
  formatKey,
  isDockerHub,
  matchesImage,
  parseKey,
  readAgain,
  sameKey,
  splitHost,
} from '../../../src/domain/keyring/key.ts';

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

test.each([
  ['r.io', 'r.io/app', true],
  ['r.io/team', 'r.io/team/app', true],
  ['r.io/team', 'r.io/teams', true],
  ['r.io/team', 'r.io/other', false],
  ['*.r.io', 'a.r.io/app', true],
  ['*.r.io', 'r.io/app', false],
  ['*.io', 'a.r.io/app', false],
  ['r.io', 'r.io:5000/app', false],
  ['r.io:5000', 'r.io:5000/app', true],
  ['*.io:5000', 'r.io:5000/app', true],
  ['r%2', 'r.io/app', false],
  ['r.io', 'r%2/app', false],
])('%s opens %s: %s', (key, name, expected) => {
  expect(matchesImage(key, name)).toBe(expected);
});

test.each([
  ['app', true],
  ['library/app', true],
  ['docker.io/app', true],
  ['index.docker.io/app', true],
  ['localhost/app', true],
  ['localhost:5000/app', false],
  ['r.io/app', false],
  ['/app', false],
  ['', false],
])('Docker Hub is the registry of %s: %s', (name, expected) => {
  expect(isDockerHub(name)).toBe(expected);
});

test('a key is read again with its escapes, and a host has labels and a port', () => {
  expect(readAgain('r.io/a%20b')).toEqual({ host: 'r.io', path: '/a b' });
  expect(readAgain('r.io/%')).toBeUndefined();
  expect(splitHost('a.r.io:5000')).toEqual({ labels: ['a', 'r', 'io'], port: '5000' });
});
