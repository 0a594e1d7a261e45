/** Messages about a wrong server, and the server to type instead. */
import { expect, test } from 'vitest';
import { imageServer, registryHost, serverProblem, serverToType, serverWord } from '../../src/secret/server.ts';

const HUB = 'https://index.docker.io/v1/';

const OPENS_NOTHING: readonly [server: string, reason: string][] = [
  ['', 'the server is empty'],
  [
    'https://index.docker.io/v1',
    'https://index.docker.io/v1 matches no image: images of Docker Hub begin with docker.io/',
  ],
  ['index.docker.io/acme', 'index.docker.io/acme matches no image: images of Docker Hub begin with docker.io/'],
  ['ghcr.io/acme/app:v1', 'ghcr.io/acme/app:v1 has a tag or digest, and the kubelet compares names without them'],
  ['ghcr.io/a@sha256:00', 'ghcr.io/a@sha256:00 has a tag or digest, and the kubelet compares names without them'],
  ['ghcr.io/*', 'ghcr.io/* has a * in its path, and the kubelet supports * only in the registry'],
  ['ghcr.io/Acme', 'ghcr.io/Acme has upper-case letters in its path, and image names have none'],
  ['oci://ghcr.io', 'oci://ghcr.io has the scheme oci, which the kubelet does not know'],
  ['r.io:*', 'r.io:* is not a server the kubelet can read: invalid port ":*" after host'],
  ['ghcr.io:80a', 'ghcr.io:80a is not a server the kubelet can read: invalid port ":80a" after host'],
  ['jane@a b', '…@a b is not a server the kubelet can read'],
  ['registry', 'registry has no dot and no port, so an image registry/app means docker.io/registry/app'],
  ['[::1]', '[::1] is an IPv6 address without a port, which the kubelet cannot match'],
  ['ghcr..io', 'ghcr..io has no registry that an image can use'],
  ['ghcr.io//acme', 'ghcr.io//acme has a form that no image can have'],
  ['https://', 'https:// has no registry that an image can use'],
];

test.each(OPENS_NOTHING)('%s opens nothing: %s', (server, reason) => {
  expect(serverProblem(server)).toMatchObject({ opensNothing: true, reason });
});

const UNUSUAL: readonly [server: string, reason: string][] = [
  ['registry-1.docker.io', 'registry-1.docker.io is not the registry name in Docker Hub images'],
  ['registry.hub.docker.com', 'registry.hub.docker.com is not the registry name in Docker Hub images'],
  ['registry.docker.io', 'registry.docker.io is not the registry name in Docker Hub images'],
  ['https://ghcr.io/v2', 'https://ghcr.io/v2 probably matches no image: drop /v2, or write /v2/'],
  ['https://ghcr.io/v1', 'https://ghcr.io/v1 probably matches no image: drop /v1, or write /v1/'],
  ['GHCR.io', 'GHCR.io has upper-case letters, and the kubelet is case-sensitive'],
  ['http://jane:pw@ghcr.io', 'http://…@ghcr.io has a username in front of the registry'],
];

test.each(UNUSUAL)('%s is unusual: %s', (server, reason) => {
  expect(serverProblem(server)).toMatchObject({ opensNothing: false, reason });
});

test.each<[image: string, server: string, host: string]>([
  ['nginx', HUB, 'registry-1.docker.io'],
  ['org/app', HUB, 'registry-1.docker.io'],
  ['docker.io/org/app', HUB, 'registry-1.docker.io'],
  ['index.docker.io/org/app', HUB, 'registry-1.docker.io'],
  ['ghcr.io/org/app:v1', 'ghcr.io', 'ghcr.io'],
  ['localhost/app', 'localhost', 'localhost'],
  ['registry:5000/app', 'registry:5000', 'registry:5000'],
  ['GHCR.io/Org/App', 'ghcr.io', 'ghcr.io'],
  ['R:5000/A', 'r:5000', 'r:5000'],
  ['ghcr.io/', 'ghcr.io', 'ghcr.io'],
  ['A:b', HUB, 'registry-1.docker.io'],
  ['a/B', HUB, 'registry-1.docker.io'],
])('the image %s is at %s', (image, server, host) => {
  expect(imageServer(image)).toBe(server);
  expect(registryHost(image)).toBe(host);
});

test.each<[entry: string, image: string | undefined, server: string]>([
  ['ghcr.io', undefined, 'ghcr.io'],
  ['ghcr.io', 'quay.io/a/b', 'ghcr.io'],
  ['https://ghcr.io/v2/', undefined, 'ghcr.io'],
  ['https://ghcr.io/org', undefined, 'ghcr.io/org'],
  ['docker.io', undefined, HUB],
  [HUB, undefined, HUB],
  ['*.example.com', undefined, 'REGISTRY'],
  ['*.example.com', 'a.example.com/app', 'a.example.com'],
  ['GHCR.io', undefined, 'ghcr.io'],
  ['registry', undefined, 'REGISTRY'],
  ['registry', 'quay.io/a/b', 'quay.io'],
  ['http://jane:pw@ghcr.io', undefined, 'ghcr.io'],
])('for the entry %s and the image %s a login is for %s', (entry, image, server) => {
  expect(serverToType(entry, image)).toBe(server);
});

test.each([
  ['ghcr.io', 'ghcr.io'],
  [HUB, 'docker.io'],
  ['docker.io/org', 'docker.io/org'],
  ['https://ghcr.io/v2/', 'https://ghcr.io/v2/'],
  ['https://jane:pw@ghcr.io/v2/', 'ghcr.io/v2/'],
])('%s is typed as %s', (server, word) => {
  expect(serverWord(server)).toBe(word);
});
