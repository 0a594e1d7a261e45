/** Who refers to a Secret by name. */
import { expect, test } from 'vitest';
import {
  addUsage,
  formatUsage,
  secretKey,
  secretName,
  UNUSED,
  type UsageIndex,
} from '../../../src/domain/workloads/references.ts';

const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: '1' };
const list = [{ name: 'a' }, { name: 'a' }, { name: 'b' }];

test('service accounts and workloads are named, pods are counted, what a workload has made is not', () => {
  const index: UsageIndex = new Map();
  const add = (kind: 'ServiceAccount' | 'Deployment' | 'ReplicaSet' | 'Pod', name: string, owned = false): void =>
    addUsage(index, {
      ref: { kind, namespace: 'team', name },
      imagePullSecrets: list,
      ...(owned ? { controller } : {}),
    });
  add('ServiceAccount', 'default');
  add('Deployment', 'web');
  add('ReplicaSet', 'web-1', true);
  add('Pod', 'web-1-x', true);
  add('Pod', 'alone');
  const usage = { serviceAccounts: ['default'], workloads: ['deployment/web'], pods: 2 };
  expect([...index]).toEqual([
    ['team/a', usage],
    ['team/b', usage],
  ]);
});

test('a Secret has one key', () => {
  expect(secretKey('team', 'a')).toBe('team/a');
  expect(secretName('team/a')).toEqual({ namespace: 'team', name: 'a' });
});

test.each([
  [UNUSED, []],
  [{ ...UNUSED, pods: 1 }, ['1 pod']],
  [
    { serviceAccounts: ['default', 'ci'], workloads: ['deployment/web'], pods: 2 },
    ['serviceaccount/default', 'serviceaccount/ci', 'deployment/web', '2 pods'],
  ],
])('%j for people', (usage, texts) => {
  expect(formatUsage(usage)).toEqual(texts);
});
