/** How waiting for pods ends after several looks, one every 300 ms. */
import { expect, test } from 'vitest';
import { createContext } from '../../src/attaching/context.ts';
import type { AttachRequest } from '../../src/attaching/request.ts';
import { waitFor } from '../../src/changes/wait.ts';
import { attachRequest, listener } from '../support/attach-request.ts';
import { fakeClock, settled } from '../support/fake-clock.ts';
import { failing, waits } from '../support/observed-targets.ts';
import { type Stored, specOf, stored } from '../support/stored-objects.ts';
import { type Fault, writtenObjects } from '../support/written-objects.ts';

const labels = { app: 'web' };
const running = stored('Pod', 'web', {
  rest: {
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [{ name: 'app', ready: true, started: true, state: { running: {} } }],
    },
  },
});
const pending = stored('Pod', 'web');
const fails = failing('web');
const waiting = (reason: string, message?: string): Stored =>
  stored('Pod', 'web', { rest: waits({ reason, ...(message === undefined ? {} : { message }) }) });
const deployment = stored('Deployment', 'web', {
  list: ['pull'],
  spec: { selector: { matchLabels: labels }, replicas: 1 },
  rest: { status: { updatedReplicas: 0, replicas: 1, availableReplicas: 1 } },
});
/** A Deployment after a change of its template. Its earlier rollout had failed. */
const renewed = (status: object): Stored =>
  stored('Deployment', 'web', {
    list: ['pull'],
    metadata: { generation: 2 },
    spec: { selector: { matchLabels: labels }, replicas: 1 },
    rest: { status },
  });
const gaveUp = (lastUpdateTime: string): object => ({
  conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', lastUpdateTime }],
});
const halfway = { replicas: 2, updatedReplicas: 1, unavailableReplicas: 1 };
const rolledOut = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 };
const unseen = renewed({ ...rolledOut, observedGeneration: 1, ...gaveUp('10:00:00Z') });
const justSeen = renewed({ ...halfway, observedGeneration: 2, ...gaveUp('10:00:00Z') });
const made = (name: string, list: string[]): Stored =>
  failing(name, { list, owner: 'ReplicaSet/web-1', metadata: { labels } });

/** From the `number`th request on the cluster has `objects` only. */
const from = (number: number, ...objects: Stored[]): Fault => ({
  method: 'GET',
  number,
  before: (now) => void now.splice(0, now.length, ...objects),
});

const CANNOT_PULL = 'cannot pull ghcr.io/acme/web (ErrImagePull): no basic auth credentials';
const ON_ITS_WAY = 'it is starting → kubectl describe pod/web -n team';
const WHY = '→ regsecret why pod/web -n team';

test.each<[string, Stored[], Fault[], Partial<AttachRequest>, string]>([
  ['a pod that runs at last', [pending], [from(900, running)], {}, 'runs'],
  ['a pod that never does', [pending], [], {}, `pod team/web does not run after 300 s: ${ON_ITS_WAY}`],
  ['a pod that runs when the time is over', [pending], [from(5, running)], { timeoutMs: 900 }, 'runs'],
  [
    'a pod that runs after it',
    [pending],
    [from(6, running)],
    { timeoutMs: 900 },
    `pod team/web does not run after 0.9 s: ${ON_ITS_WAY}`,
  ],
  ['a pod that fails to pull', [fails], [], {}, `pod team/web ${CANNOT_PULL} ${WHY}`],
  ['a pod that fails to pull for less than 3 s', [fails], [from(11, running)], {}, 'runs'],
  ['a pod that fails to pull for 3 s', [fails], [from(12, running)], {}, `pod team/web ${CANNOT_PULL} ${WHY}`],
  [
    'a pod that fails to pull and says no more',
    [waiting('ErrImagePull')],
    [],
    {},
    `pod team/web cannot pull ghcr.io/acme/web (ErrImagePull) ${WHY}`,
  ],
  [
    'a pod that says as much as fits',
    [waiting('ErrImagePull', 'x'.repeat(400))],
    [],
    {},
    `pod team/web cannot pull ghcr.io/acme/web (ErrImagePull): ${'x'.repeat(400)} ${WHY}`,
  ],
  [
    'a pod that says more',
    [waiting('ErrImagePull', 'x'.repeat(401))],
    [],
    {},
    `pod team/web cannot pull ghcr.io/acme/web (ErrImagePull): ${'x'.repeat(400)}… ${WHY}`,
  ],
  [
    'a pod that crashes',
    [waiting('CrashLoopBackOff', 'back-off')],
    [],
    {},
    'pod team/web CrashLoopBackOff: back-off → kubectl describe pod/web -n team',
  ],
  [
    'a pod that is deleted meanwhile',
    [pending],
    [from(3)],
    {},
    'pod team/web was deleted meanwhile → kubectl get pods -n team',
  ],
  [
    'a Deployment with a new pod that fails',
    [deployment, made('web-1-a', ['pull'])],
    [],
    {},
    `deployment team/web does not run: pod web-1-a ${CANNOT_PULL} → regsecret why pod/web-1-a -n team`,
  ],
  [
    'a Deployment with an old pod that fails',
    [deployment, made('web-1-a', [])],
    [],
    { timeoutMs: 6000 },
    'deployment team/web does not run after 6 s: 0 of 1 pods are new → kubectl describe deployment/web -n team',
  ],
  [
    'a Deployment that has lost the Secret, with a new pod that fails',
    [deployment, made('web-1-a', [])],
    [],
    { verb: 'detach' },
    `deployment team/web does not run: pod web-1-a ${CANNOT_PULL} → regsecret why pod/web-1-a -n team`,
  ],
  [
    'a Deployment that has lost the Secret, with an old pod that fails',
    [deployment, made('web-1-a', ['pull'])],
    [],
    { verb: 'detach', timeoutMs: 6000 },
    'deployment team/web does not run after 6 s: 0 of 1 pods are new → kubectl describe deployment/web -n team',
  ],
  [
    'a Deployment that is deleted meanwhile is as it was',
    [deployment],
    [from(1)],
    { timeoutMs: 300 },
    'deployment team/web does not run after 0.3 s: 0 of 1 pods are new → kubectl describe deployment/web -n team',
  ],
  [
    'a Deployment that was given up before the change',
    [unseen],
    [from(5, justSeen), from(9, renewed({ ...rolledOut, observedGeneration: 2 }))],
    {},
    'runs',
  ],
  [
    'a Deployment that is given up again after the change',
    [unseen],
    [from(5, justSeen), from(9, renewed({ ...halfway, observedGeneration: 2, ...gaveUp('10:00:01Z') }))],
    {},
    'deployment team/web did not progress within its progressDeadlineSeconds → kubectl describe deployment/web -n team',
  ],
  [
    'a Deployment with one new pod after the other',
    [deployment, made('web-1-a', ['pull'])],
    [from(15, deployment, made('web-1-b', ['pull']))],
    { timeoutMs: 4000 },
    'deployment team/web does not run after 4 s: 0 of 1 pods are new → kubectl describe deployment/web -n team',
  ],
])('%s', async (_, objects, faults, change, expected) => {
  fakeClock();
  const [target = pending] = objects;
  const context = createContext(writtenObjects(objects, faults), attachRequest(change), listener);
  expect(await settled(waitFor(specOf(target), context), () => 'runs')).toBe(expected);
});

test('Ctrl-C ends it', async () => {
  fakeClock();
  const interrupted = new AbortController();
  const reason = new Error('interrupted');
  const faults: Fault[] = [{ method: 'GET', number: 2, before: () => interrupted.abort(reason) }];
  const transport = { ...writtenObjects([pending], faults), signal: interrupted.signal };
  const context = createContext(transport, attachRequest(), listener);
  await expect(settled(waitFor(specOf(pending), context), () => 'runs')).rejects.toBe(reason);
});
