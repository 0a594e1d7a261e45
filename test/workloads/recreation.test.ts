/** The pod that replaces another. */
import { describe, expect, test } from 'vitest';
import type { ApiObject } from '../../src/workloads/api-object.ts';
import { differences, recreatedPod, recreationLosses } from '../../src/workloads/recreation.ts';

const ref = { kind: 'Pod', namespace: 'team', name: 'web' } as const;
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount';
const tokenVolume = {
  name: 'kube-api-access-ab1c2',
  projected: { sources: [{ serviceAccountToken: { path: 'token' } }] },
};
const tokenMount = { name: 'kube-api-access-ab1c2', mountPath: TOKEN };
const podOf = (spec: object, more: object = {}): ApiObject => ({ metadata: { name: 'web', ...more }, spec });
const specOf = (spec: object, list: object[] = [], more: object = {}): unknown =>
  recreatedPod({ ref, object: podOf(spec, more) }, list).spec;

test('what the API server sets is left out, what a person wrote stays', () => {
  const server = {
    uid: '1',
    resourceVersion: '2',
    generation: 3,
    creationTimestamp: 'a',
    deletionTimestamp: 'b',
    deletionGracePeriodSeconds: 30,
    managedFields: [],
    selfLink: 'c',
  };
  const object = podOf({ containers: [] }, { ...server, labels: { app: 'web' }, annotations: { a: 'b' } });
  expect(recreatedPod({ ref, object }, [])).toEqual({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'team', labels: { app: 'web' }, annotations: { a: 'b' } },
    spec: { containers: [] },
  });
});

describe('of the spec', () => {
  const defaults = (key: string): object => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
  const own = { ...defaults('node.kubernetes.io/not-ready'), tolerationSeconds: 60 };
  test.each<[string, object, object]>([
    [
      'what admission computes goes',
      { priority: 0, preemptionPolicy: 'x', overhead: {}, ephemeralContainers: [], priorityClassName: 'p' },
      { priorityClassName: 'p' },
    ],
    ['the node that the scheduler chose goes', { nodeName: 'n' }, {}],
    [
      'the tolerations of admission go, and with them an empty list',
      { tolerations: [defaults('node.kubernetes.io/not-ready'), defaults('node.kubernetes.io/unreachable')] },
      {},
    ],
    [
      'tolerations that differ stay',
      { tolerations: [own, defaults('other'), { ...defaults('node.kubernetes.io/unreachable'), value: 'x' }, 'odd'] },
      { tolerations: [own, defaults('other'), { ...defaults('node.kubernetes.io/unreachable'), value: 'x' }, 'odd'] },
    ],
    [
      'the token goes with its mounts, and other volumes stay',
      {
        volumes: [{ name: 'data', emptyDir: {} }, tokenVolume],
        initContainers: [{ name: 'a', volumeMounts: [tokenMount] }],
        containers: [{ name: 'b', volumeMounts: [{ name: 'data', mountPath: '/data' }, tokenMount] }, { name: 'c' }],
      },
      {
        volumes: [{ name: 'data', emptyDir: {} }],
        initContainers: [{ name: 'a' }],
        containers: [{ name: 'b', volumeMounts: [{ name: 'data', mountPath: '/data' }] }, { name: 'c' }],
      },
    ],
    [
      'a volume of such a name without a token stays',
      {
        volumes: [
          { name: 'kube-api-access-ab1c2', emptyDir: {} },
          { ...tokenVolume, name: 'my-token' },
        ],
      },
      {
        volumes: [
          { name: 'kube-api-access-ab1c2', emptyDir: {} },
          { ...tokenVolume, name: 'my-token' },
        ],
      },
    ],
    ['its own list goes', { imagePullSecrets: [{ name: 'old' }] }, {}],
  ])('%s', (_, spec, expected) => {
    expect(specOf(spec)).toEqual(expected);
  });

  test('the list is the new one', () => {
    expect(specOf({ imagePullSecrets: [{ name: 'old' }] }, [{ name: 'new' }])).toEqual({
      imagePullSecrets: [{ name: 'new' }],
    });
  });

  test.each([
    [{ fieldsV1: { 'f:spec': { 'f:nodeName': {} } } }, { nodeName: 'n' }],
    [{ fieldsV1: { 'f:spec': { 'f:nodeName': {} } }, subresource: 'binding' }, {}],
    [{ fieldsV1: { 'f:spec': {} } }, {}],
  ])('the node stays where %j says that a person named it', (entry, expected) => {
    expect(specOf({ nodeName: 'n' }, [], { managedFields: [entry] })).toEqual(expected);
  });
});

describe('what the API server has made of it', () => {
  test.each<[string, object, object, string[]]>([
    ['is the same', { a: 1 }, { a: 1 }, []],
    ['is the same in another order', { a: { b: 1, c: 2 } }, { a: { c: 2, b: 1 } }, []],
    ['has an empty member more', { a: { b: 1 } }, { a: { b: 1, c: {} } }, []],
    ['runs on a node', {}, { nodeName: 'n' }, []],
    ['has a token', {}, { volumes: [tokenVolume] }, []],
    ['has another value', { a: 1, b: 1 }, { a: 2, b: 1 }, ['a']],
    ['has lost a field', { a: 1 }, {}, ['a']],
    ['has got a field', {}, { a: 1 }, ['a']],
    ['has another list', { imagePullSecrets: [{ name: 'a' }] }, { imagePullSecrets: [] }, ['imagePullSecrets']],
  ])('%s', (_, wanted, actual, names) => {
    expect(differences({ spec: wanted }, podOf(actual))).toEqual(names);
  });
});

describe('what is lost', () => {
  const volumes = [
    { name: 'a', emptyDir: {} },
    { name: 'b', configMap: {} },
    { name: 'c', emptyDir: {} },
  ];
  const ready = { phase: 'Running', containerStatuses: [{ ready: true }] };
  test.each<[string, object, object, string[]]>([
    ['of a pod that waits', { phase: 'Pending' }, { volumes }, []],
    ['of one that has ended', { phase: 'Succeeded' }, {}, ['its result, and runs it once more']],
    ['of one that has failed', { phase: 'Failed' }, {}, ['its result, and runs it once more']],
    ['of one that runs', ready, {}, ['what its processes are doing now']],
    ['of one of which a part runs', { phase: 'Running' }, { volumes }, ['what is in its emptyDir a, c']],
    [
      'with volumes that stay',
      ready,
      { volumes: [{ name: 'b', configMap: {} }] },
      ['what its processes are doing now'],
    ],
    [
      'of one that is being debugged',
      { phase: 'Pending' },
      { ephemeralContainers: [{}] },
      ['its ephemeral containers'],
    ],
    ['without ephemeral containers', { phase: 'Pending' }, { ephemeralContainers: [] }, []],
  ])('%s', (_, status, spec, losses) => {
    expect(recreationLosses({ object: { ...podOf(spec), status } })).toEqual(losses);
  });
});
