import { describe, expect, test } from 'vitest';
import { pullKind } from '../../src/workloads/kind.ts';
import { changedList, listPatch } from '../../src/workloads/list-change.ts';
import { listedNames, pullFieldsOf } from '../../src/workloads/pull-spec.ts';
import { fc } from '../support/fast-check.ts';

const named = (...names: string[]) => names.map((name) => ({ name }));

describe('attaching', () => {
  test.each([
    ['to no list', undefined, named('new')],
    ['to an empty list', [], named('new')],
    ['after what is there', named('b', 'a'), named('b', 'a', 'new')],
    ['what is there already', named('a', 'new', 'b'), undefined],
    ['what is there twice: once is enough', named('new', 'a', 'new'), named('new', 'a')],
    ['beside an entry without a name', [{}, { name: '' }], [{}, { name: '' }, { name: 'new' }]],
    ["beside somebody else's duplicates", named('a', 'a'), named('a', 'a', 'new')],
  ])('%s', (_, list, expected) => {
    expect(changedList('attach', list, ['new'])).toEqual(expected);
  });
});

describe('detaching', () => {
  test.each([
    ['from no list', undefined, undefined],
    ['what is not there', named('a'), undefined],
    ['the only one', named('old'), []],
    ['all of its name', named('old', 'a', 'old'), named('a')],
    ['beside an entry without a name', [{}, { name: 'old' }], [{}]],
  ])('%s', (_, list, expected) => {
    expect(changedList('detach', list, ['old'])).toEqual(expected);
  });
});

test('nobody else loses an entry or a place, and a second run changes nothing', () => {
  const name = fc.constantFrom('a', 'b', 'c', '');
  const list = fc.option(fc.array(fc.oneof(fc.record({ name }), fc.constant({}))), { nil: undefined });
  fc.assert(
    fc.property(list, fc.constantFrom('attach' as const, 'detach' as const), (before, verb) => {
      const after = changedList(verb, before, ['a']) ?? before;
      const others = (entries: readonly unknown[] = []) => entries.filter((entry) => listedNames([entry])[0] !== 'a');
      expect(others(after)).toEqual(others(before));
      expect(listedNames(after).filter((one) => one === 'a')).toHaveLength(verb === 'attach' ? 1 : 0);
      expect(changedList(verb, after, ['a'])).toBeUndefined();
    }),
  );
});

test('the patch applies only to the object and the list that were read', () => {
  const kind = pullKind('CronJob');
  const path = '/spec/jobTemplate/spec/template/spec/imagePullSecrets';
  expect(listPatch(kind, { uid: 'u', before: undefined, after: named('a') })).toEqual([
    { op: 'test', path: '/metadata/uid', value: 'u' },
    { op: 'test', path, value: null },
    { op: 'add', path, value: named('a') },
  ]);
  expect(listPatch(pullKind('ServiceAccount'), { uid: 'u', before: named('a'), after: [] }).at(-1)).toEqual({
    op: 'remove',
    path: '/imagePullSecrets',
  });
});

describe('what an object says about pulling', () => {
  const containers = [{ image: 'a' }, { image: 'b' }, { image: 'a' }, {}];

  test('a pod: images of all containers and of volumes', () => {
    const spec = {
      initContainers: [{ image: 'i' }],
      containers,
      ephemeralContainers: [{ image: 'e' }],
      volumes: [{ name: 'x', image: { reference: 'v' } }, { emptyDir: {} }],
    };
    expect(pullFieldsOf(pullKind('Pod'), { spec })).toEqual({
      imagePullSecrets: undefined,
      images: ['i', 'a', 'b', 'e', 'v'],
      serviceAccountName: 'default',
    });
  });

  test('a cron job: deep down', () => {
    const podSpec = { containers, serviceAccount: 'robot', imagePullSecrets: named('x') };
    const object = { spec: { jobTemplate: { spec: { template: { spec: podSpec } } } } };
    expect(pullFieldsOf(pullKind('CronJob'), object)).toEqual({
      imagePullSecrets: named('x'),
      images: ['a', 'b'],
      serviceAccountName: 'robot',
    });
  });

  test('a service account: the list only', () => {
    const object = { metadata: { name: 'robot' }, imagePullSecrets: [{}], containers };
    expect(pullFieldsOf(pullKind('ServiceAccount'), object)).toEqual({
      imagePullSecrets: [{}],
      images: [],
      serviceAccountName: 'robot',
    });
  });

  test.each([undefined, null, 1, [], {}, { spec: null }, { spec: { template: [] } }])('nothing in %j', (object) => {
    expect(pullFieldsOf(pullKind('Deployment'), object)).toBeUndefined();
  });
});
