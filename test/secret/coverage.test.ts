/** Describes the images that a server's login is for, and what is wrong with a server that almost fits an image. */
import { expect, test } from 'vitest';
import { coverageOf, type Difference, exampleImage, nearMiss } from '../../src/secret/coverage.ts';

test.each<[server: string, images: string, example: string | undefined]>([
  ['ghcr.io', 'every image of ghcr.io', 'ghcr.io/a/a'],
  ['https://ghcr.io/v2/', 'every image of ghcr.io', 'ghcr.io/a/a'],
  ['ghcr.io/acme', 'images of ghcr.io whose names begin with acme', 'ghcr.io/acmea/a'],
  ['ghcr.io/acme/', 'images of ghcr.io under acme/', 'ghcr.io/acme/a/a'],
  ['docker.io', 'every image of Docker Hub', 'docker.io/a/a'],
  ['docker.io/library/', 'images of Docker Hub under library/', 'docker.io/library/a/a'],
  ['https://index.docker.io/v1/', 'images of Docker Hub, such as nginx and org/app', 'docker.io/library/nginx'],
  ['*.example.com', 'every image of registries like *.example.com', 'a.example.com/a/a'],
  [
    '*.example.com/team',
    'images of registries like *.example.com whose names begin with team',
    'a.example.com/teama/a',
  ],
  ['localhost', 'every image of localhost', 'localhost/a/a'],
  ['localhost/app', 'images of localhost whose names begin with app', 'localhost/appa/a'],
  ['registry:5000', 'every image of registry:5000', 'registry:5000/a/a'],
  ['*:5000', 'every image of registries like *:5000', 'a:5000/a/a'],
  ['[::1]:5000', 'every image of [::1]:5000', '[::1]:5000/a/a'],
  ['*', 'every image of registries like *', 'localhost/a/a'],
  ['REGISTRY', 'every image of REGISTRY', 'REGISTRY/a/a'],
  ['ghcr.io/Acme', 'no image', undefined],
  ['ghcr.io/acme/app:v1', 'no image', undefined],
  ['index.docker.io/acme', 'no image', undefined],
  ['registry', 'no image', undefined],
  ['[::1]', 'no image', undefined],
  ['a b', 'no image', undefined],
  ['ghcr..io', 'no image', undefined],
  ['', 'no image', undefined],
])('%s', (server, images, example) => {
  expect(coverageOf(server)).toBe(images);
  expect(exampleImage(server)).toBe(example);
});

test('a path may be as long as that of an image, and no longer', () => {
  expect(exampleImage(`r.io/${'a'.repeat(254)}`)).toBe(`r.io/${'a'.repeat(254)}`);
  expect(exampleImage(`r.io/${'a'.repeat(255)}`)).toBe(`r.io/${'a'.repeat(255)}`);
  expect(exampleImage(`r.io/${'a'.repeat(256)}`)).toBeUndefined();
});

test.each<[server: string, image: string, Difference | undefined]>([
  ['ghcr.io:5000', 'ghcr.io/a', 'port'],
  ['ghcr.io', 'ghcr.io:5000/a', 'port'],
  ['ghcr.io:5000/x', 'ghcr.io/org/app', 'port'],
  ['ghcr.io/team', 'ghcr.io/org/app', 'path'],
  ['https://ghcr.io/team', 'ghcr.io/org/app', 'path'],
  ['ghcr.io/Org', 'ghcr.io/org/app', 'case'],
  ['GHCR.io', 'ghcr.io/org/app', 'case'],
  ['GHCR.io:5000', 'ghcr.io/org/app', 'case'],
  ['*.IO/x', 'ghcr.io/org/app', 'case'],
  ['ghcr.io', 'ghcr.io/org/app', undefined],
  ['*.io', 'ghcr.io/org/app', undefined],
  ['docker.io', 'nginx', undefined],
  ['quay.io', 'ghcr.io/org/app', undefined],
  ['a.ghcr.io', 'ghcr.io/org/app', undefined],
  ['ghcr.io', 'A:b', undefined],
  ['a b', 'ghcr.io/org/app', undefined],
])('%s and the image %s differ in: %s', (server, image, difference) => {
  expect(nearMiss(server, image)).toBe(difference);
});
