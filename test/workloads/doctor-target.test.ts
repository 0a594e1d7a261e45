/** The targets that `regsecret why` accepts: those of kubectl, and Secrets. */
import { expect, test } from 'vitest';
import { UsageError } from '../../src/errors.ts';
import { nameRule } from '../../src/line/object-name.ts';
import { checkedName, parseDoctorTargets, parseTarget } from '../../src/workloads/target.ts';
import { refusalOf } from '../support/hints.ts';

test.each<[readonly string[], readonly string[]]>([
  [['web'], ['Pod/web']],
  [
    ['web', 'db'],
    ['Pod/web', 'Pod/db'],
  ],
  [
    ['pod', 'web', 'db'],
    ['Pod/web', 'Pod/db'],
  ],
  [['deploy', 'web'], ['Deployment/web']],
  [
    ['deploy/web', 'secret/regcred', 'api'],
    ['Deployment/web', 'Secret/regcred', 'Pod/api'],
  ],
  [
    ['secret', 'regcred', 'quay'],
    ['Secret/regcred', 'Secret/quay'],
  ],
  [['secrets', 'regcred'], ['Secret/regcred']],
  [['Secret.v1', 'regcred'], ['Secret/regcred']],
  [['secrets.v1./regcred'], ['Secret/regcred']],
  [['sa/default'], ['ServiceAccount/default']],
  [[], []],
])('%j', (words, targets) => {
  expect(parseDoctorTargets(words).map(({ kind, name }) => `${kind}/${name}`)).toEqual(targets);
});

const TARGET = 'a target is KIND/NAME, with a kind that has pull secrets';
const NO_PODS =
  'that kind creates no pods; give a pod, or what creates it: a deployment, statefulset, daemonset, cronjob or job';

test.each<[readonly string[], string, string]>([
  [['deploy'], '"deploy" is a kind without a name', 'regsecret doctor'],
  [['secret'], '"secret" is a kind without a name', 'regsecret doctor'],
  [['pods'], '"pods" is a kind without a name', 'regsecret doctor'],
  [['Deployments.v1.apps'], '"Deployments.v1.apps" is a kind without a name', 'regsecret doctor'],
  [['secrets'], '"secrets" is a kind without a name', 'regsecret doctor'],
  [['pod', 'Web'], nameRule('pod'), 'kubectl get pods'],
  [['Web'], nameRule('pod'), 'kubectl get pods'],
  [['deploy/Web'], nameRule('deployment'), 'kubectl get deployments'],
  [['deploy/'], nameRule('deployment'), 'kubectl get deployments'],
  [['secret/'], nameRule('secret'), 'kubectl get secrets'],
  [['secretx/a'], TARGET, 'deployment/NAME'],
  [['xsecret/a'], TARGET, 'deployment/NAME'],
  [['secret/a/b'], TARGET, 'deployment/NAME'],
  [['deploy/a/b'], TARGET, 'deployment/NAME'],
  [['service/web'], NO_PODS, 'regsecret doctor'],
  [['pod/web', 'Svc/web'], NO_PODS, 'regsecret doctor'],
  [['ingress', 'web'], NO_PODS, 'regsecret doctor'],
  [['pod', 'deploy/web', 'Web'], nameRule('pod'), 'kubectl get pods'],
])('not %j', (words, message, hint) => {
  expect(() => parseDoctorTargets(words)).toThrow(UsageError);
  expect(refusalOf(() => parseDoctorTargets(words))).toEqual({ message, hint });
});

test('words with a slash among them are each a target, so the kind is the name of a pod', () => {
  expect(parseDoctorTargets(['deploy', 'deploy/web'])).toEqual([
    { kind: 'Pod', name: 'deploy', isBare: true },
    { kind: 'Deployment', name: 'web' },
  ]);
});

test.each<[string, string, string]>([
  ['deployx', TARGET, 'deploy/NAME'],
  ['DEPLOYX/web', TARGET, 'deploy/web'],
  ['deploymnt.apps/web', TARGET, 'deployment/web'],
  ['rollouts.argoproj.io/web', TARGET, 'deployment/NAME'],
  ['sts/a/b', TARGET, 'statefulset/NAME'],
  ['sa/A', nameRule('serviceaccount'), 'kubectl get serviceaccounts'],
])('no target of attach: %s', (text, message, hint) => {
  expect(refusalOf(() => parseTarget(text))).toEqual({ message, hint });
});

test('a name by itself', () => {
  expect(checkedName('web', 'Pod')).toBe('web');
  expect(refusalOf(() => checkedName('Web', 'CronJob'))).toEqual({
    message: nameRule('cronjob'),
    hint: 'kubectl get cronjobs',
  });
});
