/** Secrets in manifests, as the API server would store them. */
import { expect, test } from 'vitest';
import { configSecret, manifestSecret, secretMadeBy } from '../../src/manifests/manifest-secrets.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const header = { apiVersion: 'v1', kind: 'Secret' };

test.each<[string, unknown, object | undefined]>([
  [
    'a whole one',
    {
      kind: 'Secret',
      metadata: { name: 'a', namespace: 'team', annotations: { b: 'c', d: 1 }, uid: '1' },
      type: 't',
      data: { x: 'eA==', y: 1 },
      stringData: { x: 'new', z: 'zz', n: 1 },
    },
    {
      ...header,
      metadata: { name: 'a', namespace: 'team', annotations: { b: 'c' } },
      type: 't',
      data: { x: base64('new'), z: base64('zz') },
    },
  ],
  [
    'no type',
    { kind: 'Secret', metadata: { name: 'a' } },
    { ...header, metadata: { name: 'a' }, type: 'Opaque', data: {} },
  ],
  [
    'an empty type and wrong ones',
    { kind: 'Secret', metadata: { name: 1, namespace: 2, annotations: 3 }, type: '', data: 4 },
    { ...header, metadata: { name: '' }, type: 'Opaque', data: {} },
  ],
  ['another kind', { kind: 'ConfigMap', metadata: { name: 'a' } }, undefined],
  ['no metadata', { kind: 'Secret' }, undefined],
  ['no object', 'Secret', undefined],
])('%s', (_, value, secret) => {
  expect(manifestSecret(value)).toEqual(secret);
});

test.each([
  [{ auths: {} }, true],
  [{ credsStore: 'x' }, true],
  [{ credHelpers: {} }, true],
  [{ HttpHeaders: {} }, false],
  [{ kind: 'Secret', auths: {} }, false],
  ['auths', false],
])('a docker config is %j: %s', (value, expected) => {
  const text = JSON.stringify(value);
  expect(configSecret(value, text, 'config.json')).toEqual(
    expected
      ? {
          ...header,
          metadata: { name: 'config.json' },
          type: 'kubernetes.io/dockerconfigjson',
          data: { '.dockerconfigjson': base64(text) },
        }
      : undefined,
  );
});

const metadata = { name: 'own', namespace: 'team' };
const made = (name: string): object => ({ ...header, metadata: { name, namespace: 'team' } });

test.each<[string, object, object | undefined]>([
  ['SealedSecret', { metadata, spec: { template: { metadata: { name: 'its' } } } }, made('its')],
  ['SealedSecret', { metadata }, made('own')],
  ['ExternalSecret', { metadata, spec: { target: { name: 'its' } } }, made('its')],
  ['ExternalSecret', { metadata, spec: { target: { name: '' } } }, made('own')],
  ['VaultStaticSecret', { metadata, spec: { destination: { name: 'its' } } }, made('its')],
  ['VaultDynamicSecret', { metadata, spec: { destination: { name: 'its' } } }, made('its')],
  ['OnePasswordItem', { metadata: { name: 'own' } }, { ...header, metadata: { name: 'own' } }],
  ['Secret', { metadata }, undefined],
  ['constructor', { metadata }, undefined],
])('what a %s makes', (kind, value, expected) => {
  expect(secretMadeBy(kind, value)).toEqual(expected);
});
