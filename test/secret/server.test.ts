import { describe, expect, test } from 'vitest';
import { DOCKER_HUB } from '../../src/secret/display-server.ts';
import { canonicalServer, registryOf, serverProblem } from '../../src/secret/server.ts';

describe('servers that open images', () => {
  test.each([
    'ghcr.io',
    'ghcr.io/acme/',
    'ghcr.io/acme/app',
    'ghcr.io/acme-',
    'https://ghcr.io',
    'https://ghcr.io/v2/',
    'http://registry.example.com:5000/v1/',
    'r.io/v1',
    'localhost',
    'localhost/app',
    'registry:5000',
    '[::1]:5000',
    '127.*.0.1:5000',
    '*.example.com',
    '*',
    DOCKER_HUB,
    'docker.io',
    'docker.io/library/',
    'index.docker.io',
    'ghcr.io:443',
  ])('%s', (server) => {
    expect(serverProblem(server)).toBeUndefined();
  });
});

describe('servers that open no image, and what is meant', () => {
  test.each([
    ['', undefined],
    ['registry-1.docker.io', DOCKER_HUB],
    ['https://registry-1.docker.io/v2/', DOCKER_HUB],
    ['hub.docker.com', DOCKER_HUB],
    ['https://index.docker.io/v1', DOCKER_HUB],
    ['https://ghcr.io/v2', 'ghcr.io'],
    ['index.docker.io/acme', 'docker.io/acme'],
    ['GHCR.io', 'ghcr.io'],
    ['ghcr.io/acme/app:v1', 'ghcr.io/acme/app'],
    ['ghcr.io/acme/app@sha256:00', 'ghcr.io/acme/app'],
    ['ghcr.io/*', 'ghcr.io'],
    ['ghcr.io/Acme', 'ghcr.io/acme'],
    ['docker://ghcr.io/acme', 'ghcr.io/acme'],
    ['oci://registry.example.com:5000', 'registry.example.com:5000'],
    ['registry.example.com:*', 'registry.example.com'],
    ['http://jane:s3cret@ghcr.io', 'ghcr.io'],
    ['registry', undefined],
    ['[::1]', undefined],
    ['ghcr.io ', 'ghcr.io'],
    ['ghcr..io', undefined],
    ['ghcr.io//acme', undefined],
    ['bücher.example', undefined],
    ['a"b.example', undefined],
    ['https://', undefined],
  ])('%s', (server, proposal) => {
    const problem = serverProblem(server);
    expect(problem?.reason).toBeTruthy();
    expect(problem?.proposal).toBe(proposal);
    expect(problem?.reason).not.toContain('s3cret');
  });
});

describe('a server that is longer than any', () => {
  const ofLength = (length: number): string => `user:${'p'.repeat(length - 'user:@ghcr.io'.length)}@ghcr.io`;

  test.each([
    [16 * 1024, false, '…@ghcr.io has a username in front of the registry'],
    [16 * 1024 + 1, true, '…@ghcr.io is longer than any server'],
  ])('one of %d characters opens nothing: %s', (length, opensNothing, reason) => {
    expect(serverProblem(ofLength(length))).toMatchObject({ opensNothing, reason });
  });
});

describe('names of Docker Hub become its one key', () => {
  test.each([
    ['docker.io', DOCKER_HUB],
    ['index.docker.io', DOCKER_HUB],
    ['https://index.docker.io/v1', DOCKER_HUB],
    ['https://docker.io/', DOCKER_HUB],
    ['docker.io/acme', 'docker.io/acme'],
    ['ghcr.io', 'ghcr.io'],
    ['https://ghcr.io/v2/', 'https://ghcr.io/v2/'],
  ])('%s', (server, canonical) => {
    expect(canonicalServer(server)).toBe(canonical);
  });
});

describe('the host that is asked', () => {
  test.each([
    [DOCKER_HUB, 'registry-1.docker.io'],
    ['docker.io/acme', 'registry-1.docker.io'],
    ['https://ghcr.io/v2/', 'ghcr.io'],
    ['localhost:5000/acme', 'localhost:5000'],
    ['a b', undefined],
  ])('%s', (server, registry) => {
    expect(registryOf(server)).toBe(registry);
  });
});
