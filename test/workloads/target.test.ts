import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { closest } from '../../src/text/closest.ts';
import { pullKindOf } from '../../src/workloads/kind.ts';
import { resultName } from '../../src/workloads/object-ref.ts';
import { parseTarget } from '../../src/workloads/target.ts';
import { refusalOf } from '../support/hints.ts';

describe('targets as kubectl takes them', () => {
  test.each([
    ['deploy/web', 'Deployment', 'web', 'deployment.apps/web'],
    ['deployment/web', 'Deployment', 'web', 'deployment.apps/web'],
    ['deployments.apps/web', 'Deployment', 'web', 'deployment.apps/web'],
    ['deployments.v1.apps/web', 'Deployment', 'web', 'deployment.apps/web'],
    ['Deployment/web', 'Deployment', 'web', 'deployment.apps/web'],
    ['sts/db', 'StatefulSet', 'db', 'statefulset.apps/db'],
    ['ds/agent', 'DaemonSet', 'agent', 'daemonset.apps/agent'],
    ['rs/web-5d', 'ReplicaSet', 'web-5d', 'replicaset.apps/web-5d'],
    ['rc/old', 'ReplicationController', 'old', 'replicationcontroller/old'],
    ['job/once', 'Job', 'once', 'job.batch/once'],
    ['cj/nightly', 'CronJob', 'nightly', 'cronjob.batch/nightly'],
    ['podtemplate/t', 'PodTemplate', 't', 'podtemplate/t'],
    ['po/private-reg', 'Pod', 'private-reg', 'pod/private-reg'],
    ['sa/default', 'ServiceAccount', 'default', 'serviceaccount/default'],
    ['serviceaccounts.v1./default', 'ServiceAccount', 'default', 'serviceaccount/default'],
  ])('%s', (text, kind, name, result) => {
    expect(parseTarget(text)).toEqual({ kind, name });
    expect(resultName({ ...parseTarget(text), name })).toBe(result);
  });

  test('a kind alone, for a selector', () => {
    expect(parseTarget('deploy')).toEqual({ kind: 'Deployment' });
  });

  test.each([
    ['deployx/web', 'deploy/web'],
    ['statefulst/web', 'statefulset/web'],
    ['secret/x', 'deployment/NAME'],
    ['deployments.batch/web', 'deployment/web'],
    ['a/b/c', 'deployment/NAME'],
    ['deploy/a/b', 'deployment/NAME'],
    ['', 'deployment/NAME'],
    ['deploy/Web', 'kubectl get deployments'],
    ['deploy/', 'kubectl get deployments'],
    ['pod/..', 'kubectl get pods'],
  ])('not %j', (text, hint) => {
    expect(() => parseTarget(text)).toThrow(expect.objectContaining({ constructor: UsageError }));
    expect(refusalOf(() => parseTarget(text)).hint).toBe(hint);
  });
});

test.each([
  ['v1', 'Pod', 'Pod'],
  ['apps/v1', 'Deployment', 'Deployment'],
  ['extensions/v1beta1', 'Deployment', 'Deployment'],
  ['apps/v1beta2', 'StatefulSet', 'StatefulSet'],
  ['batch/v1beta1', 'CronJob', 'CronJob'],
  ['v1', 'Deployment', undefined],
  ['argoproj.io/v1alpha1', 'Rollout', undefined],
  ['serving.knative.dev/v1', 'Pod', undefined],
  [undefined, 'Pod', undefined],
])('an object with apiVersion %s and kind %s', (apiVersion, kind, found) => {
  expect(pullKindOf(apiVersion, kind)?.kind).toBe(found);
});

describe('the name that was likely meant', () => {
  test.each([
    ['regsecrt', ['regsecret', 'regcred'], 'regsecret'],
    ['regsecert', ['regsecret'], 'regsecret'],
    ['reg', ['regcred'], 'regcred'],
    ['pull', ['default', 'regcred'], undefined],
    ['x', ['y', 'abc'], undefined],
  ])('%s of %j', (name, candidates, expected) => {
    expect(closest(name, candidates)).toBe(expected);
  });
});
