/** The contents of a Secret as shown to people, also those that a kubelet ignores. */
import { expect, test } from 'vitest';
import { type Contents, readContents } from '../../src/secret/contents.ts';

const CONFIG = 'kubernetes.io/dockerconfigjson';
const MAP = 'kubernetes.io/dockercfg';
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
const map = { 'ghcr.io': { username: 'jane', password: 'pw' } };
const config = { auths: map };

type Place = Pick<Contents, 'type' | 'dataKey' | 'format'>;

test.each<[string, { type?: string; data?: Record<string, string> }, Place]>([
  ['a config', { type: CONFIG, data: { '.dockerconfigjson': encode(config) } }, place(CONFIG, CONFIG)],
  ['a map', { type: MAP, data: { '.dockercfg': encode(map) } }, place(MAP, MAP)],
  ['a config as a map', { type: MAP, data: { '.dockercfg': encode(config) } }, place(MAP, CONFIG)],
  ['a map as a config', { type: CONFIG, data: { '.dockerconfigjson': encode(map) } }, place(CONFIG, MAP)],
  [
    'a config under the other key',
    { type: CONFIG, data: { '.dockercfg': encode(map) } },
    { type: CONFIG, dataKey: '.dockercfg', format: MAP },
  ],
  [
    'a config beside an empty one of its type',
    { type: MAP, data: { '.dockercfg': '', '.dockerconfigjson': encode(config) } },
    { type: MAP, dataKey: '.dockerconfigjson', format: CONFIG },
  ],
  [
    'both in one of another type',
    { type: 'Opaque', data: { '.dockercfg': encode(map), '.dockerconfigjson': encode(config) } },
    { type: 'Opaque', dataKey: '.dockerconfigjson', format: CONFIG },
  ],
  [
    'one without a type',
    { data: { '.dockercfg': encode(map) } },
    { type: 'Opaque', dataKey: '.dockercfg', format: MAP },
  ],
])('%s', (_, secret, expected) => {
  const contents = readContents(secret);
  expect(contents).toMatchObject(expected);
  expect(contents.entries).toEqual([
    {
      server: 'ghcr.io',
      key: 'ghcr.io',
      login: { username: 'jane', password: 'pw', email: '' },
      hasToken: false,
      hasOtherLogin: false,
    },
  ]);
  expect(contents.helpers).toEqual([]);
});

function place(type: string, format: Place['format']): Place {
  return { type, dataKey: type === MAP ? '.dockercfg' : '.dockerconfigjson', format };
}

const NOTHING = { entries: [], failure: undefined, helpers: [] };

test('nothing', () => {
  const nothing = { ...NOTHING, dataKey: undefined, format: undefined };
  expect(readContents({})).toEqual({ ...nothing, type: 'Opaque' });
  expect(readContents({ type: CONFIG, data: { other: 'x' } })).toEqual({ ...nothing, type: CONFIG });
});

test('what is not base64', () => {
  const contents = readContents({ type: CONFIG, data: { '.dockerconfigjson': '!' } });
  expect(contents).toMatchObject({ type: CONFIG, dataKey: '.dockerconfigjson', format: undefined, entries: [] });
  expect(contents.failure?.error).toBe('illegal base64 data at input byte 0');
});

test.each<[string, unknown, string]>([
  ['an empty object', {}, CONFIG],
  ['an array', [], CONFIG],
  ['a config without a map', { auths: 1 }, CONFIG],
  ['only a credential store', { credsStore: 'pass' }, CONFIG],
  ['a map with a setting in it', { ...map, credHelpers: {} }, CONFIG],
  ['a map with headers in it', { ...map, HttpHeaders: {} }, CONFIG],
  ['a map with something else in it', { ...map, other: { x: 1 } }, CONFIG],
  ['a map of tokens', { 'ghcr.io': { identitytoken: 't' } }, MAP],
])('the format of %s', (_, value, format) => {
  expect(readContents({ type: CONFIG, data: { '.dockerconfigjson': encode(value) } }).format).toBe(format);
});

test.each<[string, object, readonly string[]]>([
  ['a store', { credsStore: 'pass' }, ['pass']],
  ['as docker folds names', { CREDSSTORE: 'pass' }, ['pass']],
  ['helpers', { credHelpers: { 'a.io': 'gcr', 'b.io': 'ecr' } }, ['gcr', 'ecr']],
  ['the same twice', { credsStore: 'pass', credHelpers: { 'a.io': 'pass' } }, ['pass']],
  ['what names none', { credsStore: '', credHelpers: { 'a.io': 1 } }, []],
])('credential helpers: %s', (_, settings, helpers) => {
  const data = { '.dockerconfigjson': encode({ ...config, ...settings }) };
  expect(readContents({ type: CONFIG, data }).helpers).toEqual(helpers);
});

test('an entry that cannot be decoded is there with the reason', () => {
  const auths = { 'ghcr.io': { auth: '!' }, 'a b': { identitytoken: 't' } };
  const { entries, failure } = readContents({ type: CONFIG, data: { '.dockerconfigjson': encode({ auths }) } });
  expect(entries).toEqual([
    {
      server: 'ghcr.io',
      key: 'ghcr.io',
      login: undefined,
      error: failure?.error,
      hasToken: false,
      hasOtherLogin: false,
    },
    {
      server: 'a b',
      key: undefined,
      login: { username: '', password: '', email: '' },
      hasToken: true,
      hasOtherLogin: false,
    },
  ]);
  expect(failure).toMatchObject({ server: 'ghcr.io', error: 'illegal base64 data at input byte 0' });
});
