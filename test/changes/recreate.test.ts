/** Recreates a bare pod. Whatever the API server answers, the pod or its manifest is kept. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createContext } from '../../src/attaching/context.ts';
import type { AttachRequest } from '../../src/attaching/request.ts';
import { recreatePod } from '../../src/changes/recreate.ts';
import { ApiError } from '../../src/cluster/api-error.ts';
import { listedNames, type PullSpec } from '../../src/workloads/pull-spec.ts';
import { attachRequest, listener } from '../support/attach-request.ts';
import { fakeClock, settled } from '../support/fake-clock.ts';
import { type Stored, specOf, stored } from '../support/stored-objects.ts';
import { type Fault, writtenObjects } from '../support/written-objects.ts';

const web = stored('Pod', 'web', { list: ['a'] });
const slow = stored('Pod', 'web', { list: ['a'], metadata: { finalizers: ['example/slow'] } });
const other = stored('Pod', 'web', { list: ['b'], metadata: { uid: 'other' } });
const ours = stored('Pod', 'web', { list: ['a', 'pull'], metadata: { uid: 'ours' } });
const changed = stored('Pod', 'web', { metadata: { uid: 'changed' }, image: 'other:1' });
const lists = [{ name: 'a' }, { name: 'pull' }];

const no = new ApiError(403, 'Forbidden', 'no');
const busy = new ApiError(500, 'InternalError', 'busy');
const quota = new ApiError(403, 'Forbidden', 'exceeded quota: one');
const notMountable = new ApiError(403, 'Forbidden', 'x does not reference that imagePullSecret');
const exists = new ApiError(409, 'AlreadyExists', 'pods "web" already exists');
const replace = (by: Stored[]) => (now: Stored[]) => void now.splice(0, now.length, ...by);
const DONE = ['dry run pods', 'DELETE pods/web', 'POST pods'];
const DELETED = ['dry run pods', 'DELETE pods/web'];
const TWICE = [...DELETED, ...DONE];
const AGAIN = '→ run the same command again; kept';
const CREATE_IT = '→ kubectl create -n team -f FILE; kept';
const byOwner = { targets: [{ kind: 'ServiceAccount', name: 'default' }] } as const;

interface Situation {
  readonly pod?: Stored;
  readonly faults?: Fault[];
  readonly request?: Partial<AttachRequest>;
  readonly writes?: string[];
}

const times = (method: Fault['method'], last: number, answer: ApiError): Fault => ({ method, last, answer });

test.each<[string, Situation, string]>([
  ['it is deleted and created', {}, 'web created-1 a,pull'],
  ['in a server dry run', { request: { dryRun: 'server' }, writes: ['dry run pods'] }, 'web web a,pull'],
  ['in a client dry run', { request: { dryRun: 'client' }, writes: ['dry run pods'] }, 'web web a,pull'],
  [
    'the server would not have it',
    { faults: [times('dry run', 1, no)], writes: ['dry run pods'] },
    'no permission to create pod team/web: no → an administrator can run: regsecret rbac --for user/NAME COMMAND | kubectl apply -f -',
  ],
  [
    'the dry run has no answer',
    { faults: [{ method: 'dry run' }], writes: ['dry run pods'] },
    'the connection was lost',
  ],
  ['a quota has no room for two', { faults: [times('dry run', 1, quota)] }, 'web created-1 a,pull'],
  [
    'its account does not allow the Secret',
    { faults: [times('dry run', 99, notMountable)], writes: ['dry run pods'] },
    'no permission to create pod team/web: x does not reference that imagePullSecret → an administrator can run: regsecret rbac --for user/NAME COMMAND | kubectl apply -f -',
  ],
  [
    'an account of the same command does not allow it for a moment',
    {
      faults: [times('dry run', 2, notMountable)],
      request: byOwner,
      writes: ['dry run pods', 'dry run pods', ...DONE],
    },
    'web created-1 a,pull',
  ],
  [
    'an account of the same command that is another one',
    {
      faults: [times('dry run', 2, notMountable)],
      request: { targets: [{ kind: 'ServiceAccount', name: 'ci' }] },
      writes: ['dry run pods'],
    },
    'no permission to create pod team/web: x does not reference that imagePullSecret → an administrator can run: regsecret rbac --for user/NAME COMMAND | kubectl apply -f -',
  ],
  [
    'a Deployment of the same command that is called as the account',
    {
      faults: [times('dry run', 2, notMountable)],
      request: { targets: [{ kind: 'Deployment', name: 'default' }] },
      writes: ['dry run pods'],
    },
    'no permission to create pod team/web: x does not reference that imagePullSecret → an administrator can run: regsecret rbac --for user/NAME COMMAND | kubectl apply -f -',
  ],
  [
    'an account of the same command says otherwise than others refuse',
    { faults: [times('dry run', 2, no)], request: byOwner, writes: ['dry run pods'] },
    'no permission to create pod team/web: no → an administrator can run: regsecret rbac --for user/NAME COMMAND | kubectl apply -f -',
  ],
  [
    'it may not be deleted',
    { faults: [times('DELETE', 1, no)], writes: DELETED },
    'no permission to delete pod team/web: no → an administrator can run: regsecret rbac --for user/NAME COMMAND | kubectl apply -f -',
  ],
  [
    'its deletion does not arrive',
    { faults: [{ method: 'DELETE' }], writes: DELETED },
    `pod team/web was not deleted, or not yet: the connection was lost ${AGAIN}`,
  ],
  ['the answer to its deletion is lost', { faults: [{ method: 'DELETE', done: true }] }, 'web created-1 a,pull'],
  [
    'a proxy refuses a deletion that was done',
    { faults: [{ method: 'DELETE', done: true, answer: no }] },
    'web created-1 a,pull',
  ],
  ['it is gone before', { faults: [{ method: 'DELETE', before: replace([]) }] }, 'web created-1 a,pull'],
  [
    'its deletion is refused, and it may not be read',
    { faults: [times('DELETE', 1, busy), times('GET', 1, no)], writes: DELETED },
    `it is unclear whether pod team/web was deleted: busy ${AGAIN}`,
  ],
  [
    'its deletion is lost, and it may not be read',
    { faults: [{ method: 'DELETE' }, times('GET', 1, no)], writes: DELETED },
    `it is unclear whether pod team/web was deleted: the connection was lost ${AGAIN}`,
  ],
  [
    'another run recreated it before',
    { faults: [{ method: 'DELETE', before: replace([other]) }], writes: TWICE },
    'web created-1 b,pull',
  ],
  [
    'another run recreated it before, with the Secret',
    { faults: [{ method: 'DELETE', before: replace([ours]) }], writes: DELETED },
    'web ours a,pull',
  ],
  [
    'somebody replaced it before by one that is not the same',
    { faults: [{ method: 'DELETE', before: replace([changed]) }], writes: DELETED },
    `another pod team/web exists in its place, and differs in containers ${AGAIN}`,
  ],
  [
    'another run creates it after its deletion',
    { faults: [{ method: 'GET', before: replace([other]) }], writes: TWICE },
    'web created-1 b,pull',
  ],
  [
    'it takes its time to go',
    { pod: slow, faults: [{ method: 'GET', number: 3, before: replace([]) }] },
    'web created-1 a,pull',
  ],
  [
    'the answer to a deletion that takes time is lost',
    {
      pod: slow,
      faults: [
        { method: 'DELETE', done: true },
        { method: 'GET', number: 3, before: replace([]) },
      ],
    },
    'web created-1 a,pull',
  ],
  [
    'it goes when the time is over',
    {
      pod: slow,
      faults: [{ method: 'GET', number: 12, before: replace([]) }],
      request: { timeoutMs: 1000 },
    },
    'web created-1 a,pull',
  ],
  [
    'it does not go',
    { pod: slow, request: { timeoutMs: 1000 }, writes: DELETED },
    `pod team/web is still being deleted ${AGAIN}`,
  ],
  [
    'a quota counts the old one for a moment',
    { faults: [times('POST', 2, quota)], writes: [...DONE, 'POST pods', 'POST pods'] },
    'web created-3 a,pull',
  ],
  [
    'a quota has room when the time is over',
    {
      faults: [times('POST', 2, quota)],
      request: { timeoutMs: 100 },
      writes: [...DONE, 'POST pods', 'POST pods'],
    },
    'web created-3 a,pull',
  ],
  [
    'a quota has no room at all',
    { faults: [times('POST', 99, quota)], request: { timeoutMs: 150 }, writes: [...DONE, 'POST pods', 'POST pods'] },
    `pod team/web was deleted and not created again: exceeded quota: one ${CREATE_IT}`,
  ],
  [
    'it may not be created',
    { faults: [times('POST', 1, no)], writes: DONE },
    `pod team/web was deleted and not created again: no ${CREATE_IT}`,
  ],
  [
    'the answer to its creation is lost',
    { faults: [{ method: 'POST' }], writes: DONE },
    `pod team/web was deleted and not created again: the connection was lost ${CREATE_IT}`,
  ],
  [
    'it was created at the first of two attempts',
    { faults: [{ method: 'POST', before: replace([ours]) }] },
    'web ours a,pull',
  ],
  [
    'another run creates it first',
    { faults: [{ method: 'POST', before: replace([other]) }], writes: [...DONE, ...DONE] },
    'web created-2 b,pull',
  ],
  [
    'the server only says that it is deleted',
    { faults: [{ method: 'DELETE', answer: {} }], writes: DELETED },
    `pod team/web was not deleted: the server reported that it was ${AGAIN}`,
  ],
  [
    'the server says that the old one exists',
    { faults: [times('POST', 1, exists), { method: 'GET', number: 2, before: replace([web]) }], writes: DONE },
    `pod team/web is still the old one: pods "web" already exists ${AGAIN}`,
  ],
])('%s', async (_, { pod = web, faults, request, writes = DONE }, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-recreate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  fakeClock();
  const transport = writtenObjects([pod], faults);
  const context = createContext(
    transport,
    attachRequest({ folders: { state: folder, temporary: folder }, ...request }),
    listener,
  );
  const shown = await settled(recreatePod(specOf(pod), lists, context), nameOf);
  const kept = readdirSync(folder).length > 0 ? '; kept' : '';
  expect(shown.replace(/\S*regsecret-recreate-\S*?(?=[\s;]|$)/g, 'FILE') + kept).toBe(expected);
  expect(transport.writes).toEqual(writes);
});

function nameOf({ ref, uid, imagePullSecrets }: PullSpec): string {
  return `${ref.name} ${uid} ${listedNames(imagePullSecrets)}`;
}
