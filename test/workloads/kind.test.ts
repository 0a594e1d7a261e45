/** The kinds with pull secrets, by the names that people and manifests use. */
import { describe, expect, test } from 'vitest';
import {
  namesOf,
  PULL_KINDS,
  type PullKindName,
  pullKind,
  pullKindByName,
  pullKindOf,
} from '../../src/workloads/kind.ts';

test('as kubectl api-resources prints them', () => {
  expect(PULL_KINDS.map((entry) => [...namesOf(entry), entry.group, entry.specPath.join('.')])).toEqual([
    ['serviceaccount', 'serviceaccounts', 'sa', '', ''],
    ['pod', 'pods', 'po', '', 'spec'],
    ['deployment', 'deployments', 'deploy', 'apps', 'spec.template.spec'],
    ['statefulset', 'statefulsets', 'sts', 'apps', 'spec.template.spec'],
    ['daemonset', 'daemonsets', 'ds', 'apps', 'spec.template.spec'],
    ['replicaset', 'replicasets', 'rs', 'apps', 'spec.template.spec'],
    ['replicationcontroller', 'replicationcontrollers', 'rc', '', 'spec.template.spec'],
    ['job', 'jobs', 'batch', 'spec.template.spec'],
    ['cronjob', 'cronjobs', 'cj', 'batch', 'spec.jobTemplate.spec.template.spec'],
    ['podtemplate', 'podtemplates', '', 'template.spec'],
  ]);
});

test('a kind that is not ours is a mistake of the program', () => {
  expect(pullKind('Job').plural).toBe('jobs');
  expect(() => pullKind('Node' as PullKindName)).toThrow('unknown kind Node');
});

describe('of a manifest', () => {
  test.each<[unknown, unknown, PullKindName | undefined]>([
    ['v1', 'Pod', 'Pod'],
    ['apps/v1', 'Deployment', 'Deployment'],
    ['apps/v1beta2', 'Deployment', 'Deployment'],
    ['extensions/v1beta1', 'Deployment', 'Deployment'],
    ['extensions/v1beta1', 'Job', undefined],
    ['v1', 'Deployment', undefined],
    ['apps/v1', 'Pod', undefined],
    ['batch/v1', 'CronJob', 'CronJob'],
    ['argoproj.io/v1alpha1', 'Rollout', undefined],
    [undefined, 'Pod', undefined],
    ['v1', undefined, undefined],
    ['v1', 'pod', undefined],
  ])('%s %s', (apiVersion, kind, expected) => {
    expect(pullKindOf(apiVersion, kind)?.kind).toBe(expected);
  });
});

describe('as it is typed', () => {
  test.each<[string, PullKindName | undefined]>([
    ['deploy', 'Deployment'],
    ['Deployments', 'Deployment'],
    ['deployment.apps', 'Deployment'],
    ['deployments.v1.apps', 'Deployment'],
    ['deployments.v1', undefined],
    ['deployments.batch', undefined],
    ['po.v1', 'Pod'],
    ['po.v1.', 'Pod'],
    ['pods.', 'Pod'],
    ['pods.v1.apps', undefined],
    ['', undefined],
    ['nodes', undefined],
  ])('%s', (text, expected) => {
    expect(pullKindByName(text)?.kind).toBe(expected);
  });
});
