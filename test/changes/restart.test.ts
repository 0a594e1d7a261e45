/** Restarts workloads as `kubectl rollout restart` does. */
import { expect, test, vi } from 'vitest';
import { restart } from '../../src/changes/restart.ts';
import { ApiError } from '../../src/cluster/api-error.ts';
import { fakeClock, settled } from '../support/fake-clock.ts';
import { specOf, stored } from '../support/stored-objects.ts';
import { type Fault, writtenObjects } from '../support/written-objects.ts';

const web = stored('Deployment', 'web', { list: ['a'] });
const options = { fieldManager: 'test', dryRun: 'none' as const };
const ANNOTATION = ['spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt'];

test('the time is in the template, and everything else stays', async () => {
  fakeClock();
  vi.setSystemTime('2026-11-25T12:00:00.5Z');
  const transport = writtenObjects([web]);
  const { object } = await restart(transport, specOf(web), options);
  expect(object).toHaveProperty(ANNOTATION, '2026-11-25T12:00:00Z');
  expect(object).toMatchObject(web[1]);
  expect(transport.now).toEqual([['Deployment', object]]);
});

test('in a dry run nothing changes', async () => {
  const transport = writtenObjects([web]);
  const { object } = await restart(transport, specOf(web), { ...options, dryRun: 'server' });
  expect(object).toHaveProperty(ANNOTATION);
  expect(transport.now).toEqual([web]);
});

test('an answer that is no Deployment leaves what is known of it', async () => {
  const transport = writtenObjects([web], [{ method: 'PATCH', answer: {} }]);
  expect(await restart(transport, specOf(web), options)).toEqual(specOf(web));
});

test.each<[string, Fault, string]>([
  [
    'a refusal',
    { method: 'PATCH', answer: new ApiError(403, 'Forbidden', 'no') },
    'no permission to patch deployment team/web: no → an administrator can run: regsecret rbac --for user/NAME COMMAND | kubectl apply -f -',
  ],
  ['an answer that is lost', { method: 'PATCH' }, 'the connection was lost'],
])('%s', async (_, fault, expected) => {
  fakeClock();
  const restarted = restart(writtenObjects([web], [fault]), specOf(web), options);
  expect(await settled(restarted, () => 'restarted')).toBe(expected);
});
