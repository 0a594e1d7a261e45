/** The fields of an object that concern pulling images. */
import { describe, expect, test } from 'vitest';
import { type PullKindName, pullKind } from '../../src/workloads/kind.ts';
import { isEnforced, listedNames, pullFieldsOf, pullSpecOf } from '../../src/workloads/pull-spec.ts';

const pod = (spec: unknown): object => ({ metadata: { name: 'web', namespace: 'team', uid: '1' }, spec });

describe('a pod', () => {
  test('names its images once each, those of volumes too', () => {
    const spec = {
      volumes: [{ image: { reference: 'volume' } }, { image: { reference: 'a' } }, {}],
      ephemeralContainers: [{ image: 'debug' }],
      containers: [{ image: 'a' }, { image: 'b' }, { image: '' }, {}],
      initContainers: [{ image: 'first' }, { image: 'a' }],
    };
    expect(pullFieldsOf(pullKind('Pod'), pod(spec))?.images).toEqual(['first', 'a', 'b', 'debug', 'volume']);
  });

  test.each<[object, string]>([
    [{}, 'default'],
    [{ serviceAccountName: 'ci' }, 'ci'],
    [{ serviceAccount: 'old' }, 'old'],
    [{ serviceAccountName: 'ci', serviceAccount: 'old' }, 'ci'],
    [{ serviceAccountName: '' }, 'default'],
  ])('with %j has the service account %s', (spec, account) => {
    expect(pullFieldsOf(pullKind('Pod'), pod(spec))?.serviceAccountName).toBe(account);
  });

  test.each<[unknown, unknown]>([
    [undefined, undefined],
    [[], []],
    [[{ name: 'a' }], [{ name: 'a' }]],
    ['a', undefined],
    [null, undefined],
  ])('with the list %j', (list, expected) => {
    expect(pullFieldsOf(pullKind('Pod'), pod({ imagePullSecrets: list }))?.imagePullSecrets).toEqual(expected);
  });

  test.each([undefined, null, [], 'text'])('with the spec %j is none', (spec) => {
    expect(pullFieldsOf(pullKind('Pod'), pod(spec))).toBeUndefined();
    expect(pullSpecOf(pullKind('Pod'), pod(spec))).toBeUndefined();
  });

  test('without metadata is none', () => {
    expect(pullSpecOf(pullKind('Pod'), { spec: {} })).toBeUndefined();
  });

  test('is made by the owner that controls it', () => {
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: '2' };
    const ownerReferences = [
      { kind: 'Node', name: 'n' },
      { ...owner, controller: true, blockOwnerDeletion: true },
    ];
    const metadata = { name: 'web', namespace: 'team', uid: '1', annotations: { a: 'b', c: 1 }, labels: { d: 'e' } };
    const object = { metadata: { ...metadata, ownerReferences }, spec: {} };
    expect(pullSpecOf(pullKind('Pod'), object)).toEqual({
      ref: { kind: 'Pod', namespace: 'team', name: 'web' },
      uid: '1',
      controller: owner,
      annotations: { a: 'b', c: '' },
      labels: { d: 'e' },
      object,
      images: [],
      imagePullSecrets: undefined,
      serviceAccountName: 'default',
    });
    expect(pullSpecOf(pullKind('Pod'), pod({}))?.controller).toBeUndefined();
  });

  test.each<[made: PullKindName, apiVersion: string, kind: string, standsForIt: boolean]>([
    ['Pod', 'apps/v1', 'ReplicaSet', true],
    ['Pod', 'apps/v1', 'StatefulSet', true],
    ['Pod', 'apps/v1', 'DaemonSet', true],
    ['Pod', 'batch/v1', 'Job', true],
    ['Pod', 'v1', 'ReplicationController', true],
    ['Pod', 'v1', 'Node', true],
    ['Pod', 'v1', 'Pod', false],
    ['ReplicaSet', 'apps/v1', 'Deployment', true],
    ['ReplicaSet', 'argoproj.io/v1alpha1', 'Rollout', true],
    ['Job', 'batch/v1', 'CronJob', true],
    ['CronJob', 'apps/v1', 'Deployment', false],
    ['StatefulSet', 'apps/v1', 'Deployment', false],
    ['StatefulSet', 'monitoring.coreos.com/v1', 'Prometheus', true],
    ['Deployment', 'apps/v1', 'Deployment', false],
    ['Job', 'v1', 'Pod', false],
  ])('%s whose controller is %s %s: that one stands for it is %s', (made, apiVersion, kind, standsForIt) => {
    const ownerReferences = [{ apiVersion, kind, name: 'o', uid: '2', controller: true }];
    const specPath = pullKind(made).specPath;
    const spec = specPath.reduceRight<object>((inner, field) => ({ [field]: inner }), {});
    const object = { metadata: { name: 'web', ownerReferences }, ...spec };
    expect(pullSpecOf(pullKind(made), object)?.controller?.kind).toBe(standsForIt ? kind : undefined);
  });
});

test('a service account has a list and no images, and is its own', () => {
  const object = { metadata: { name: 'ci' }, imagePullSecrets: [{ name: 'a' }], containers: [{ image: 'a' }] };
  expect(pullFieldsOf(pullKind('ServiceAccount'), object)).toEqual({
    imagePullSecrets: [{ name: 'a' }],
    images: [],
    serviceAccountName: 'ci',
  });
});

test('entries without a name name nothing', () => {
  expect(listedNames([{ name: 'a' }, {}, { name: '' }, null, { name: 1 }, { name: 'a' }])).toEqual(['a', 'a']);
  expect(listedNames(undefined)).toEqual([]);
});

test.each([
  ['true', true],
  ['1', true],
  ['T', true],
  ['tRUE', false],
  ['false', false],
  ['', false],
  [undefined, false],
])('mountable Secrets are enforced by %s: %s', (value, expected) => {
  const annotations = value === undefined ? {} : { 'kubernetes.io/enforce-mountable-secrets': value };
  expect(isEnforced({ annotations })).toBe(expected);
});
