/** Which objects refer to a Secret by name. */
import { expect, test } from 'vitest';
import {
  addMounts,
  addUsage,
  formatUsage,
  type MountIndex,
  secretKey,
  secretName,
  UNUSED,
  type UsageIndex,
} from '../../src/workloads/references.ts';

const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: '1' };
const list = [{ name: 'a' }, { name: 'a' }, { name: 'b' }];

test('service accounts and workloads are named, pods are counted', () => {
  const index: UsageIndex = new Map();
  const add = (kind: 'ServiceAccount' | 'Deployment' | 'Pod', name: string): void =>
    addUsage(index, { ref: { kind, namespace: 'team', name }, imagePullSecrets: list });
  add('ServiceAccount', 'default');
  add('Deployment', 'web');
  add('Pod', 'web-1-x');
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

const kaniko = { spec: { volumes: [{ name: 'docker', secret: { secretName: 'push' } }] } };

const mountsOf = (kind: 'Pod' | 'Deployment' | 'CronJob', object: object, owned = false): object => {
  const index: MountIndex = new Map();
  addMounts(index, {
    ref: { kind, namespace: 'team', name: 'x' },
    object: { metadata: {}, ...object },
    ...(owned && { controller }),
  });
  return Object.fromEntries(index);
};

test.each<[situation: string, ...Parameters<typeof mountsOf>, mounts: object]>([
  ['a volume', 'Pod', kaniko, false, { 'team/push': { volumes: ['pod/x'] } }],
  ['a pod that a workload has made', 'Pod', kaniko, true, {}],
  [
    'a projected volume of a template',
    'Deployment',
    {
      spec: {
        template: {
          spec: {
            volumes: [{ projected: { sources: [{ configMap: { name: 'a' } }, { secret: { name: 'push' } }] } }],
          },
        },
      },
    },
    false,
    { 'team/push': { volumes: ['deployment/x'] } },
  ],
  [
    'variables, once each',
    'CronJob',
    {
      spec: {
        jobTemplate: {
          spec: {
            template: {
              spec: {
                initContainers: [{ envFrom: [{ configMapRef: { name: 'a' } }, { secretRef: { name: 'all' } }] }],
                containers: [
                  {
                    env: [
                      { name: 'A', value: 'push' },
                      { valueFrom: { secretKeyRef: { name: 'push', key: 'a' } } },
                      { valueFrom: { secretKeyRef: { name: 'push', key: 'b' } } },
                    ],
                  },
                ],
              },
            },
          },
        },
      },
    },
    false,
    { 'team/all': { env: ['cronjob/x'] }, 'team/push': { env: ['cronjob/x'] } },
  ],
  [
    'what is no name, and no object',
    'Pod',
    { spec: { volumes: [null, { secret: 1 }, { secret: { secretName: 'A B' } }], containers: [{ env: 1 }, 'a'] } },
    false,
    {},
  ],
])('%s', (_, kind, object, owned, mounts) => {
  expect(mountsOf(kind, object, owned)).toEqual(mounts);
});

test('for people, after those that pull with it', () => {
  const usage = { ...UNUSED, pods: 1, volumes: ['pod/a', 'pod/b'], env: ['deployment/web'] };
  expect(formatUsage(usage)).toEqual(['1 pod', 'mounted by pod/a, pod/b', 'in env of deployment/web']);
});
