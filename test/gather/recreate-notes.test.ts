/** Messages while a pod is recreated, and what is saved of it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createContext } from '../../src/attaching/context.ts';
import type { AttachRequest, Listener } from '../../src/attaching/request.ts';
import { recreatePod } from '../../src/changes/recreate.ts';
import { ApiError } from '../../src/cluster/api-error.ts';
import type { ApiRequest } from '../../src/cluster/api-request.ts';
import { attachRequest, listener } from '../support/attach-request.ts';
import { fakeClock, settled } from '../support/fake-clock.ts';
import { rejectionOf, shownHint } from '../support/hints.ts';
import { specOf, stored } from '../support/stored-objects.ts';
import { type Fault, writtenObjects } from '../support/written-objects.ts';

const web = stored('Pod', 'web');
const lists = [{ name: 'pull' }];

function recreating(faults: Fault[], request: Partial<AttachRequest> = {}, signal = new AbortController().signal) {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-recreate-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const told: object[] = [];
  const problems: string[] = [];
  const notes: Listener = {
    ...listener,
    note: (note) => void told.push(note),
    problem: ({ message, hint }) => void problems.push(`${message} → ${shownHint(hint)}`),
  };
  const objects = writtenObjects([web], faults);
  const { request: send } = objects;
  // As the real one, it throws the reason once it is interrupted.
  const sent = async <T>(one: ApiRequest): Promise<T> => send<T>(one).finally(() => signal.throwIfAborted());
  const transport = Object.assign(objects, { signal, request: sent });
  const context = createContext(
    transport,
    attachRequest({ folders: { state: folder, temporary: folder }, ...request }),
    notes,
  );
  return { promise: recreatePod(specOf(web), lists, context), told, problems, folder, transport };
}

const ref = { kind: 'Pod', namespace: 'team', name: 'web' };

test('where its manifest is, as long as it may be needed', async () => {
  const { promise, told, folder } = recreating([]);
  await promise;
  expect(told).toEqual([{ code: 'saved', ref, file: expect.stringMatching(/web-\w+-\w+\.json$/) }]);
  expect(readdirSync(folder)).toEqual([]);
});

test('in which fields the server makes another pod of it', async () => {
  const [, { spec }] = web;
  const answer = { spec: { ...(spec as object), imagePullSecrets: lists, dnsPolicy: 'None', nodeName: 'n1' } };
  const { promise, told } = recreating([{ method: 'dry run', answer }], { dryRun: 'server' });
  await promise;
  expect(told).toEqual([{ code: 'differs', ref, fields: ['dnsPolicy'] }]);
});

test('the rehearsal is a pod under a name of its own, and what is kept is what is created', async () => {
  const { promise, folder, transport } = recreating([{ method: 'POST', answer: new ApiError(403, 'Forbidden', 'no') }]);
  await expect(promise).rejects.toThrow('was deleted and not created again: no');
  const [file = ''] = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  );
  const manifest = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  const [rehearsal, deletion, creation] = transport.bodies;
  expect(creation).toEqual(manifest);
  const { name, ...metadata } = manifest.metadata;
  expect(name).toBe('web');
  expect(rehearsal).toEqual({ ...manifest, metadata: { ...metadata, generateName: 'regsecret-' } });
  expect(deletion).toEqual({ apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'web' } });
});

test.each<[unknown, string]>([
  [new Error('stopped'), 'stopped'],
  ['SIGINT', 'interrupted'],
])('Ctrl-C (%o) while it is gone: where its manifest is', async (reason, told) => {
  fakeClock();
  const interrupted = new AbortController();
  const before = (): void => interrupted.abort(reason);
  const answer = new ApiError(403, 'Forbidden', 'exceeded quota: one');
  const faults: Fault[] = [
    { method: 'GET', before },
    { method: 'POST', answer },
  ];
  const { promise, problems } = recreating(faults, {}, interrupted.signal);
  await expect(settled(promise, () => 'created')).rejects.toBe(reason);
  expect(problems).toEqual([
    expect.stringMatching(
      `^pod team/web may have been deleted and not created again: ${told} → kubectl create -n team -f \\S+web-\\w+-\\w+\\.json$`,
    ),
  ]);
});

test('without a folder for its manifest it is not deleted', async () => {
  const nowhere = join(tmpdir(), 'regsecret-not-there');
  const { promise, transport } = recreating([], { folders: { state: '/dev/null/state', temporary: nowhere } });
  expect(await rejectionOf(promise)).toEqual({
    message: `the manifest of pod team/web can be saved neither in /dev/null/state nor in ${nowhere}: no such file or directory`,
    hint: 'set XDG_STATE_HOME to a folder',
  });
  expect(transport.writes).toEqual(['dry run pods']);
});
