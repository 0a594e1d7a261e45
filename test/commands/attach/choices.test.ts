/** The choices that a person gets: the objects that would change, with the pods that use them. */
import { expect, test } from 'vitest';
import { listChoices } from '../../../src/commands/attach/choices.ts';
import { failing } from '../../support/observed-targets.ts';
import { stored, storedObjects } from '../../support/stored-objects.ts';

const ci = { account: 'ci' };
const objects = [
  stored('ServiceAccount', 'ci'),
  stored('ServiceAccount', 'default', { list: ['pull'] }),
  stored('ServiceAccount', 'unused', { list: ['pull', 'a'] }),
  stored('ServiceAccount', 'one', { list: ['a'] }),
  stored('Pod', 'runs', { account: 'one' }),
  stored('Pod', 'runs-too', ci),
  failing('bare', ci),
  failing('of-rollout', { ...ci, owner: 'Rollout/r' }),
  failing('has-it', { list: ['pull'] }),
  stored('Deployment', 'web', { ...ci, list: ['a', 'b'] }),
  stored('Deployment', 'has-it', { ...ci, list: ['a', 'pull'] }),
  stored('StatefulSet', 'plain', ci),
  stored('DaemonSet', 'more', ci),
  stored('Job', 'job', { list: ['a'] }),
  stored('Pod', 'done', { list: ['pull'], rest: { status: { phase: 'Succeeded' } } }),
  stored('Pod', 'of-web', { list: ['pull'], owner: 'ReplicaSet/web' }),
];

test.each([
  [
    'attach',
    [
      'ServiceAccount ci: serviceaccount/ci  used by 3 pods (2 cannot pull): deployment.apps/web, deployment.apps/has-it, statefulset.apps/plain and 1 more',
      'ServiceAccount one: serviceaccount/one  used by 1 pod',
      'Deployment web: deployment.apps/web  has its own imagePullSecrets: a, b',
      'Pod bare: pod/bare  fails (ErrImagePull), has no controller',
    ],
  ],
  [
    'detach',
    [
      'ServiceAccount default: serviceaccount/default  used by 3 pods (1 cannot pull): job.batch/job',
      'ServiceAccount unused: serviceaccount/unused  used by nothing',
      'Deployment has-it: deployment.apps/has-it  has its own imagePullSecrets: a, pull',
      'Pod has-it: pod/has-it  has no controller',
    ],
  ],
] as const)('%s', async (verb, labels) => {
  const choices = await listChoices(storedObjects(objects), { verb, secret: 'pull' });
  expect(choices.map(({ target, label }) => `${target.kind} ${target.name}: ${label}`)).toEqual(labels);
});
