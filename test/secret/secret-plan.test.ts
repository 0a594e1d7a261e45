/** Plans how to change an existing Secret into the wanted one. */
import { describe, expect, test } from 'vitest';
import type { AuthEntry } from '../../src/secret/credential.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { planChange, type WantedSecret } from '../../src/secret/secret-plan.ts';
import { refusalOf } from '../support/hints.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const field = (username: string): string =>
  `{"username":"${username}","password":"p","auth":"${base64(`${username}:p`)}"}`;
const entry = (server: string, username: string): AuthEntry => ({ server, credential: { username, password: 'p' } });

const CONFIG = 'kubernetes.io/dockerconfigjson';
const LEGACY = 'kubernetes.io/dockercfg';
const ghcr = `"ghcr.io":${field('jane')}`;
const quay = `"quay.io":${field('rex')}`;

const metadata = { name: 'regcred', namespace: 'team', resourceVersion: '7' };
const config = (...members: string[]): string => `{"auths":{${members.join(',')}}}`;
const holding = (text: string, more: Partial<Secret> = {}): Secret => ({
  kind: 'Secret',
  apiVersion: 'v1',
  metadata,
  type: CONFIG,
  data: { '.dockerconfigjson': base64(text) },
  ...more,
});
const wanted = (more: Partial<WantedSecret> = {}): WantedSecret => ({
  entries: [entry('ghcr.io', 'jane')],
  expiries: new Map(),
  type: undefined,
  replace: false,
  force: false,
  ...more,
});
const patch = (text: string): object => ({
  metadata: { resourceVersion: '7' },
  data: { '.dockerconfigjson': base64(text) },
});

describe('an update', () => {
  test.each<[situation: string, existing: Secret, wanted: WantedSecret, patch: object]>([
    ['an entry is added', holding(config(quay)), wanted(), patch(config(quay, ghcr))],
    ['an entry is new', holding(config(`"ghcr.io":${field('old')}`)), wanted(), patch(config(ghcr))],
    ['the others are dropped', holding(config(quay)), wanted({ replace: true }), patch(config(ghcr))],
    ['there is no data', holding('', { data: {} }), wanted(), patch(config(ghcr))],
    ['what is no JSON is replaced', holding('{'), wanted({ replace: true }), patch(config(ghcr))],
    [
      'the older type stays',
      { ...holding(''), type: LEGACY, data: { '.dockercfg': base64(`{${quay}}`) } },
      wanted(),
      { metadata: { resourceVersion: '7' }, data: { '.dockercfg': base64(`{${quay},${ghcr}}`) } },
    ],
    [
      'a patch has no other keys',
      holding(config(quay), { data: { x: 'eA==', '.dockerconfigjson': base64(config(quay)) } }),
      wanted(),
      patch(config(quay, ghcr)),
    ],
  ])('%s', (_, existing, want, expected) => {
    expect(planChange(existing, want)).toMatchObject({ action: 'update' });
    expect(Reflect.get(planChange(existing, want), 'patch')).toEqual(expected);
  });
});

const END = '2030-01-01T00:00:00Z';
const ends = (at = END): WantedSecret['expiries'] => new Map([['ghcr.io', { at: Date.parse(at), why: '' }]]);
const noted = (text: string, annotation: string): Secret =>
  holding(text, { metadata: { ...metadata, annotations: { 'regsecret/expires-at': annotation, a: 'b' } } });

describe('the time that a login ends', () => {
  test.each<[situation: string, existing: Secret, wanted: WantedSecret, annotations: object | undefined]>([
    [
      'of a new entry',
      holding(config(quay)),
      wanted({ expiries: ends() }),
      { 'regsecret/expires-at': `{"ghcr.io":"${END}"}` },
    ],
    [
      'of an entry that is there',
      holding(config(ghcr)),
      wanted({ expiries: ends() }),
      { 'regsecret/expires-at': `{"ghcr.io":"${END}"}` },
    ],
    [
      'of an entry whose time was written when it was new',
      noted(config(ghcr), '{"ghcr.io":"2029-01-01T00:00:00Z"}'),
      wanted({ expiries: ends() }),
      undefined,
    ],
    [
      'of another login, which is not known',
      noted(config(`"ghcr.io":${field('old')}`), `{"ghcr.io":"${END}"}`),
      wanted({ expiries: new Map([['ghcr.io', undefined]]) }),
      { 'regsecret/expires-at': null },
    ],
    [
      'of an entry that is dropped',
      noted(config(quay), `{"quay.io":"${END}"}`),
      wanted({ replace: true }),
      { 'regsecret/expires-at': null },
    ],
    [
      'of an entry that stays',
      noted(config(quay), `{"quay.io":"${END}"}`),
      wanted({ expiries: ends() }),
      { 'regsecret/expires-at': `{"ghcr.io":"${END}","quay.io":"${END}"}` },
    ],
    [
      'which nobody knows',
      noted(config(quay), 'not ours'),
      wanted({ expiries: new Map([['ghcr.io', undefined]]) }),
      undefined,
    ],
  ])('%s', (_, existing, want, annotations) => {
    const change = planChange(existing, want) as { patch?: { metadata: { annotations?: object } } };
    expect(change.patch?.metadata.annotations).toEqual(annotations);
  });

  test('is all that changes', () => {
    const change = planChange(holding(config(ghcr)), wanted({ expiries: ends() }));
    expect(change).toMatchObject({ action: 'update' });
    expect(Reflect.get(change, 'patch')).toEqual({
      metadata: { resourceVersion: '7', annotations: { 'regsecret/expires-at': `{"ghcr.io":"${END}"}` } },
    });
  });
});

test.each<[string, Secret, Partial<WantedSecret>]>([
  ['the same', holding(config(ghcr)), {}],
  ['the same in a Secret that is immutable', holding(config(ghcr), { immutable: true }), {}],
])('nothing changes: %s', (_, existing, want) => {
  expect(planChange(existing, wanted(want))).toMatchObject({ action: 'unchanged', removed: [] });
});

describe('a Secret that cannot be updated', () => {
  const server = { uid: 'u', creationTimestamp: END, managedFields: [], selfLink: '/x', generation: 1 };
  const opaque = holding(config(quay), {
    type: 'Opaque',
    data: { x: 'eA==' },
    metadata: { ...metadata, ...server, labels: { a: 'b' }, annotations: { c: 'd' } },
  });
  const FORCE = 'choose another name, or add --force to delete it and create it again with everything that is in it';

  test.each<[situation: string, existing: Secret, wanted: WantedSecret, message: string, hint: string]>([
    [
      'another type',
      opaque,
      wanted(),
      'secret team/regcred has the type Opaque, which cannot become kubernetes.io/dockerconfigjson',
      FORCE,
    ],
    [
      'no type',
      { ...opaque, type: undefined } as unknown as Secret,
      wanted(),
      'secret team/regcred has the type Opaque, which cannot become kubernetes.io/dockerconfigjson',
      FORCE,
    ],
    [
      'the other type of pull secrets',
      holding(config(quay)),
      wanted({ type: LEGACY }),
      'secret team/regcred has the type kubernetes.io/dockerconfigjson, which cannot become kubernetes.io/dockercfg',
      FORCE,
    ],
    ['immutable', holding(config(quay), { immutable: true }), wanted(), 'secret team/regcred is immutable', FORCE],
  ])('%s', (_, existing, want, message, hint) => {
    expect(refusalOf(() => planChange(existing, want))).toEqual({ message, hint });
  });

  test('of the other type is replaced and created again', () => {
    const change = planChange(holding(config(quay)), wanted({ type: LEGACY, replace: true, force: true }));
    expect(change).toMatchObject({ action: 'recreate' });
    expect(Reflect.get(change, 'secret')).toMatchObject({
      type: LEGACY,
      data: { '.dockercfg': base64(`{${ghcr}}`) },
    });
  });

  test('what is no docker config', () => {
    const { message, hint } = refusalOf(() => planChange(holding('{'), wanted()));
    expect(message).toMatch(/^secret team\/regcred holds no docker config that could be added to: /);
    expect(hint).toBe('add --replace to overwrite what is in it');
  });

  test('is created again with all that is in it, without what the API server sets', () => {
    expect(planChange(opaque, wanted({ force: true, expiries: ends() }))).toMatchObject({ action: 'recreate' });
    expect(Reflect.get(planChange(opaque, wanted({ force: true, expiries: ends() })), 'secret')).toEqual({
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: {
        name: 'regcred',
        namespace: 'team',
        labels: { a: 'b' },
        annotations: { c: 'd', 'regsecret/expires-at': `{"ghcr.io":"${END}"}` },
      },
      type: CONFIG,
      data: { x: 'eA==', '.dockerconfigjson': base64(config(ghcr)) },
    });
  });
});
