import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { GoUrlError } from '../../src/codec/go/url.ts';
import { readContents } from '../../src/secret/contents.ts';
import { imageName, parseImage } from '../../src/secret/image.ts';
import { parseKey } from '../../src/secret/key.ts';
import { buildKeyring, buildKeyringFor, KeyringError, lookup, lookupIn } from '../../src/secret/keyring.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { finished } from '../../src/secret/steps.ts';
import { keyringFacts } from '../support/keyring-facts.ts';
import { pullSecretOf } from '../support/secrets.ts';

interface Vector {
  readonly name: string;
  readonly dockerconfigjson?: unknown;
  readonly dockerconfigjsons?: readonly unknown[];
  readonly dockerconfigjsonRaw?: string;
  readonly dockercfg?: unknown;
  readonly image: string;
  readonly expected?: readonly { key: string; indexKey: string; username: string; password: string }[];
  readonly expectedErrorPrefix?: string;
  readonly unordered?: boolean;
  readonly ignoredKeys?: readonly string[];
}

const vectors: Vector[] = JSON.parse(readFileSync(new URL('../vectors/keyring.json', import.meta.url), 'utf8'));

function secretsOf(vector: Vector): Secret[] {
  const { dockerconfigjsonRaw, dockercfg, dockerconfigjson, dockerconfigjsons = [dockerconfigjson] } = vector;
  if (dockerconfigjsonRaw !== undefined) return [pullSecretOf('a', dockerconfigjsonRaw)];
  if (dockercfg !== undefined) return [pullSecretOf('a', JSON.stringify(dockercfg), 'kubernetes.io/dockercfg')];
  return dockerconfigjsons.map((payload, index) => pullSecretOf(`secret-${index}`, JSON.stringify(payload)));
}

describe('facts that Kubernetes itself confirmed', () => {
  test.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_, vector) => {
    if (vector.expectedErrorPrefix !== undefined) {
      expect(() => buildKeyring(secretsOf(vector))).toThrow(KeyringError);
      expect(() => buildKeyring(secretsOf(vector))).toThrow(vector.expectedErrorPrefix);
      return;
    }
    const keyring = buildKeyring(secretsOf(vector));
    const found = lookup(keyring, vector.image).map(({ server, key, username, password }) => ({
      key: server,
      indexKey: key,
      username,
      password,
    }));
    expect(lookupIn(secretsOf(vector), vector.image)).toEqual(lookup(keyring, vector.image));
    for (const secret of secretsOf(vector)) {
      const narrow = finished(buildKeyringFor([imageName(parseImage(vector.image))], secret));
      expect(lookup(narrow, vector.image)).toEqual(lookup(buildKeyring([secret]), vector.image));
    }
    const order = (one: { key: string }, other: { key: string }) => (one.key < other.key ? -1 : 1);
    const expected = vector.expected ?? [];
    expect(vector.unordered ? found.sort(order) : found).toEqual(
      vector.unordered ? [...expected].sort(order) : expected,
    );
    const entries = secretsOf(vector).flatMap((secret) => readContents(secret).entries);
    const unreadable = entries.flatMap(({ key, server }) => (key === undefined ? [server] : []));
    expect(unreadable).toEqual(vector.ignoredKeys ?? []);
    for (const server of unreadable) expect(() => parseKey(server)).toThrow(GoUrlError);
  });
});

describe('facts that are easy to get wrong', () => {
  test.each(keyringFacts)('$title', ({ payloads, image, outcome }) => {
    const secrets = payloads.map((payload, index) => pullSecretOf(`secret-${index}`, payload));
    if (typeof outcome === 'string') expect(() => buildKeyring(secrets)).toThrow(outcome);
    else expect(lookup(buildKeyring(secrets), image).map(({ username }) => username)).toEqual(outcome);
  });
});

describe('what the kubelet does not look at is no entry', () => {
  const payload = Buffer.from('{"auths":{"r.example":{"auth":"YTpi"}}}').toString('base64');
  test.each([
    ['Opaque', { '.dockerconfigjson': payload }],
    [undefined, {}],
    ['kubernetes.io/dockercfg', { '.dockerconfigjson': payload }],
    ['kubernetes.io/dockerconfigjson', { '.dockercfg': payload }],
    ['kubernetes.io/dockerconfigjson', { '.dockerconfigjson': '' }],
  ])('%s with %j', (type, data) => {
    const metadata = { namespace: 'team-a', name: 'x' };
    expect(buildKeyring([{ metadata, data, ...(type === undefined ? {} : { type }) }]).entries).toEqual([]);
  });
});
