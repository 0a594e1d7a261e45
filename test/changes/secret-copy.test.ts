/** A backup copy contains everything of a Secret, and tells what another Secret lacks of it. */
import { expect, test } from 'vitest';
import { copyName, copyOfSecret, missingFrom, originalOf } from '../../src/changes/secret-copy.ts';
import { isObjectName } from '../../src/line/object-name.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { fc } from '../support/fast-check.ts';

const hash = (text: string): string => Buffer.from(text).toString('hex').padEnd(16, '0').slice(-16);
const texts = fc.dictionary(fc.string({ minLength: 1 }), fc.string());
const CONFIG = 'kubernetes.io/dockerconfigjson';
const LEGACY = 'kubernetes.io/dockercfg';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** The Secret after conversion to JSON and back. */
const plain = (secret: Secret | undefined): unknown => secret && JSON.parse(JSON.stringify(secret));

const metadata = fc.record(
  {
    name: fc.string({ minLength: 1 }),
    namespace: fc.string(),
    uid: fc.uuid(),
    labels: texts,
    annotations: texts,
    finalizers: fc.array(fc.string()),
  },
  { requiredKeys: ['name', 'uid'] },
);
const secrets: fc.Arbitrary<Secret> = fc.record(
  {
    apiVersion: fc.constant('v1' as const),
    kind: fc.constant('Secret' as const),
    metadata,
    type: fc.constantFrom(CONFIG, LEGACY, 'Opaque', 'kubernetes.io/service-account-token', 'kubernetes.io/tls'),
    immutable: fc.constant(true),
    data: texts,
  },
  { requiredKeys: ['apiVersion', 'kind', 'metadata', 'type'] },
);

test('what comes back of a copy is the Secret', () => {
  fc.assert(
    fc.property(secrets, (secret) => {
      const { name = '' } = secret.metadata;
      const copy = copyOfSecret({ ...secret, metadata: { ...secret.metadata, resourceVersion: '7' } }, 'the-copy');
      expect(plain(originalOf(copy, name))).toEqual(plain(secret));
      expect(originalOf(copy, `${name}x`)).toBeUndefined();
      expect(missingFrom(secret, secret)).toEqual([]);
    }),
  );
});

test.each<[string, Partial<Secret['metadata']>]>([
  ['none of our labels', { labels: {} }],
  ['no annotation', { annotations: {} }],
  ['an annotation that is no JSON', { annotations: { 'regsecret/copy-of': '{' } }],
  ['an annotation of something else', { annotations: { 'regsecret/copy-of': 'null' } }],
])('a Secret with %s is no copy', (_, metadata) => {
  const labels = { 'app.kubernetes.io/managed-by': 'regsecret' };
  const annotations = { 'regsecret/copy-of': '{"name":"a"}' };
  const copy: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'c', labels, annotations } };
  expect(originalOf(copy, 'a')).toMatchObject({ metadata: { name: 'a' }, type: 'Opaque' });
  expect(originalOf({ ...copy, metadata: { ...copy.metadata, ...metadata } }, 'a')).toBeUndefined();
});

const holding = (data: Record<string, string>, type = CONFIG): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'a' },
  type,
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, base64(text)])),
});
const logins = (...servers: string[]) => JSON.stringify(Object.fromEntries(servers.map((server) => [server, {}])));
const config = (...servers: string[]) => ({ '.dockerconfigjson': `{"auths":${logins(...servers)}}` });

test.each<[string, Secret, Secret, string[]]>([
  ['a server', holding(config('a.io')), holding(config('a.io', 'b.io')), ['b.io']],
  ['nothing: a server under another spelling', holding(config('https://a.io/v2/')), holding(config('a.io')), []],
  [
    'nothing: the same in the other form',
    holding(config('a.io')),
    holding({ '.dockercfg': logins('a.io') }, LEGACY),
    [],
  ],
  ['a key of its data', holding(config()), holding({ note: 'x' }, 'Opaque'), ['note']],
  ['nothing of what is no docker config', holding(config()), holding({ '.dockerconfigjson': '{' }), []],
])('lacks %s', (_, secret, original, missing) => {
  expect(missingFrom(secret, original)).toEqual(missing);
});

test('the name of a copy is a name, its own for each Secret', () => {
  expect(copyName('wrong', hash)).toBe('wrong-regsecret-copy');
  const long = 'a.'.repeat(126);
  for (const name of [`${long}b`, `${long}c`, `${long.slice(0, 238)}a`, `${long.slice(0, 237)}a`]) {
    expect(isObjectName(copyName(name, hash)), name).toBe(true);
  }
  expect(copyName(`${long}b`, hash)).not.toBe(copyName(`${long}c`, hash));
});
