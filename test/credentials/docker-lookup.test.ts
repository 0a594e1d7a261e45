import { describe, expect, test } from 'vitest';
import { convertToHostname, dockerKey } from '../../src/credentials/config-key.ts';
import { dockerEntries, dockerHelper, partEntries, podmanEntries } from '../../src/credentials/docker-lookup.ts';
import { DOCKER_HUB } from '../../src/secret/display-server.ts';

const FIELDS = { auth: 'dTpw' };

function config(servers: readonly string[], credHelpers: Record<string, string> = {}, credsStore?: string) {
  return {
    auths: new Map(servers.map((server) => [server, FIELDS])),
    credHelpers: new Map(Object.entries(credHelpers)),
    ...(credsStore === undefined ? {} : { credsStore }),
  };
}

/** Results come from a run of `ConvertToHostname` of docker/cli v29.6.2. */
describe('the host that docker sees in a key', () => {
  test.each([
    ['ghcr.io', 'ghcr.io'],
    ['ghcr.io/acme', 'ghcr.io'],
    ['https://ghcr.io', 'ghcr.io'],
    ['http://localhost:5000/v2/', 'localhost:5000'],
    ['https://user:pw@ghcr.io/x?y#z', 'ghcr.io'],
    ['https://GHCR.io:443', 'GHCR.io:443'],
    ['https://[::1]', '::1'],
    ['https://[::1]:5000', '[::1]:5000'],
    ['tcp://r.io:1', 'r.io:1'],
    ['https://a b', 'https:'],
    ['//r.io/x', ''],
    ['', ''],
  ])('%j: %j', (server, host) => {
    expect(convertToHostname(server)).toBe(host);
  });
});

describe('the store that docker asks', () => {
  test.each([
    ['docker.io', DOCKER_HUB],
    ['index.docker.io', DOCKER_HUB],
    ['registry-1.docker.io', 'registry-1.docker.io'],
    ['ghcr.io', 'ghcr.io'],
  ])('%s is kept as %s', (registry, key) => {
    expect(dockerKey(registry)).toBe(key);
  });

  test.each([
    ['the helper of the registry', { 'r.io': 'h' }, 'store', 'h'],
    ['the store of all others', { 'x.io': 'h' }, 'store', 'store'],
    ['an empty helper turns the store off', { 'r.io': '' }, 'store', undefined],
    ['neither', {}, undefined, undefined],
  ])('%s', (_, helpers, store, suffix) => {
    expect(dockerHelper(config([], helpers, store), 'r.io')).toBe(suffix);
  });

  test.each([
    [['https://r.io', 'r.io'], 'r.io', 'r.io'],
    [['r.io/acme', 'https://r.io'], 'r.io', 'https://r.io'],
    [['r.io/acme', 'r.io/'], 'r.io', 'r.io/'],
    [['r.io/acme'], 'r.io', undefined],
    [['docker.io', 'index.docker.io'], DOCKER_HUB, undefined],
    [['r.io'], 'r.io:5000', undefined],
  ])('%j holds %s as %s', (servers, key, found) => {
    expect(dockerEntries(config(servers))(key)).toEqual(found && { server: found, fields: FIELDS });
  });
});

describe('the entries of a part of a registry, the smallest part first', () => {
  test.each([
    [['r.io', 'r.io/a', 'r.io/a/b/c/d'], 'r.io/a/b/c', ['r.io/a']],
    [['r.io/a', 'r.io/a/b'], 'r.io/a/b/c', ['r.io/a/b', 'r.io/a']],
    [['r.io/a', 'r.io/ab'], 'r.io/abc', []],
    [['r.io:5000', 'r.io'], 'r.io:5000/a', []],
    [['r.io/v2/', 'https://r.io/a'], 'r.io/a', []],
    [['r.io/a/'], 'r.io/a', ['r.io/a/']],
    [['r.io/a', 'r.io/a/'], 'r.io/a', ['r.io/a', 'r.io/a', 'r.io/a/']],
    [['r.io/a', 'r.io/a/'], 'r.io/a/', ['r.io/a/', 'r.io/a', 'r.io/a/']],
    [['https://r.io/a'], 'https://r.io/a', ['https://r.io/a']],
    [['r.io', 'r.io/'], 'r.io/', []],
    [['r.io'], '', []],
    [['r.io//a'], 'r.io//a', ['r.io//a']],
  ])('of %j for %s: %j', (servers, server, found) => {
    expect(partEntries(server, config(servers)).map((entry) => entry.server)).toEqual(found);
  });
});

describe('the entry that podman takes for a registry', () => {
  test.each([
    [['https://r.io/v2/'], 'r.io', 'https://r.io/v2/'],
    [['r.io/v2/'], 'r.io', undefined],
    [[`${DOCKER_HUB}refresh-token`, DOCKER_HUB], 'docker.io', DOCKER_HUB],
    [['registry-1.docker.io'], 'docker.io', 'registry-1.docker.io'],
    [['docker.io'], 'index.docker.io', 'docker.io'],
    [['r.io'], '', undefined],
    [['https://r.io', 'r.io'], 'r.io', 'r.io'],
  ])('of %j for %s: %s', (servers, name, found) => {
    expect(podmanEntries(config(servers), false)(name)).toEqual(found && { server: found, fields: FIELDS });
  });

  test.each([
    [['r.io/v1/'], 'r.io', 'r.io/v1/'],
    [['r.io/a'], 'r.io', 'r.io/a'],
    [['http://index.docker.io/v1'], 'docker.io', 'http://index.docker.io/v1'],
  ])('of a legacy file with %j for %s: %s', (servers, name, found) => {
    expect(podmanEntries(config(servers), true)(name)?.server).toBe(found);
  });
});
