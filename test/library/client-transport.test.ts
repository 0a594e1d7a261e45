/** `regsecret/cluster` with an API server that has a bad day. A fake client gives its answers. */
import { expect, test } from 'vitest';
import { applyPullSecret, type PullSecretApi, PullSecretError } from '../../src/library/cluster.ts';
import { CANARY } from '../support/canary.ts';

type Answer = object | (() => never);

const request = {
  name: 'ci',
  namespace: 'team-a',
  entries: [{ server: 'ghcr.io', credential: { username: 'jane', password: CANARY } }],
};
const metadata = { name: 'ci', namespace: 'team-a', uid: 'u', resourceVersion: '7', creationTimestamp: new Date(0) };
const stored = { metadata, type: 'kubernetes.io/dockerconfigjson', data: {} };

/** An error as client-node throws it, with the whole body in the message. */
function refused(code: number, reason: string, headers: Record<string, string> = {}): () => never {
  const body = JSON.stringify({ kind: 'Status', reason, message: `${reason}: no` });
  return () => {
    throw Object.assign(new Error(`HTTP-Code: ${code} Body: ${CANARY}`), { code, body, headers });
  };
}

/** A fake client that gives the answers in order and records the requests. */
function clientWith(answers: readonly Answer[]): { readonly api: PullSecretApi; readonly asked: string[] } {
  const asked: string[] = [];
  const method = (name: string) => async () => {
    const answer = answers[asked.push(name) - 1];
    if (answer === undefined) throw new Error(`one request too many: ${asked}`);
    return typeof answer === 'function' ? answer() : answer;
  };
  const api = { createNamespacedSecret: method('create'), readNamespacedSecret: method('read') };
  return { api: { ...api, patchNamespacedSecret: method('patch') } as unknown as PullSecretApi, asked };
}

const EXISTS = refused(409, 'AlreadyExists');

test.each<[string, answers: Answer[], asked: string[], result: string]>([
  [
    'too many requests',
    [refused(429, 'TooManyRequests', { 'retry-after': '0.01' }), stored],
    ['create', 'create'],
    'created',
  ],
  [
    'a conflict',
    [EXISTS, stored, refused(409, 'Conflict'), stored, stored],
    ['create', 'read', 'patch', 'read', 'patch'],
    'updated',
  ],
  [
    'it is deleted before it is patched',
    [EXISTS, stored, refused(404, 'NotFound'), refused(404, 'NotFound'), stored],
    ['create', 'read', 'patch', 'read', 'create'],
    'created',
  ],
])('%s', async (_, answers, asked, result) => {
  const client = clientWith(answers);
  expect(await applyPullSecret(client.api, request)).toBe(result);
  expect(client.asked).toEqual(asked);
});

test('a refusal is ours, with its status and without the body', async () => {
  const { api } = clientWith([refused(422, 'Invalid'), refused(404, 'NotFound')]);
  const error = await applyPullSecret(api, request).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(PullSecretError);
  expect(error).toMatchObject({ status: 422, message: 'cannot create secret team-a/ci: Invalid: no' });
  expect(JSON.stringify(error) + (error as Error).stack).not.toContain(CANARY);
});

test('where nobody answers, the error of the client passes', async () => {
  const broken = new TypeError('fetch failed');
  const { api } = clientWith([
    () => {
      throw broken;
    },
  ]);
  await expect(applyPullSecret(api, request)).rejects.toBe(broken);
});
