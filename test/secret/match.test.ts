/** Which images a key matches. keyring.cluster.test.ts asks Kubernetes' own code. */
import { expect, test } from 'vitest';
import { isDockerHub, matchesImage, readAgain } from '../../src/secret/match.ts';

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

test('a key is read again with its escapes', () => {
  expect(readAgain('r.io/a%20b')).toEqual({ host: 'r.io', path: '/a b' });
  expect(readAgain('r.io/%')).toBeUndefined();
});
