/** Writing to a server that always answers 409 ends within a stated time, with the server's own sentence. */

import { beforeEach, describe, expect, test } from 'vitest';
import { changeList } from '../../src/changes/list-write.ts';
import { upsertSecret } from '../../src/changes/upsert.ts';
import { ApiError, refusal } from '../../src/cluster/api-error.ts';
import type { ApiRequest } from '../../src/cluster/api-request.ts';
import type { Transport } from '../../src/cluster/transport.ts';
import { ownNamespace } from '../../src/secret/selected-namespace.ts';
import { machineClock } from '../../src/system/clock.ts';
import { pullKind } from '../../src/workloads/kind.ts';
// Loads it before the clock is faked: a test cannot wait for a file then.
import '../../src/secret/secret-plan.ts';
import { pullSpecOf } from '../../src/workloads/pull-spec.ts';
import { fakeClock, settled } from '../support/fake-clock.ts';
import { shownHint } from '../support/hints.ts';

const signal = new AbortController().signal;
const SECRET = { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': btoa('{"auths":{}}') } };
const ENTRY = {
  server: 'r.example',
  credential: { username: 'u', password: 'p' },
};
const WEBHOOK = 'admission webhook "guard.example" denied the request: not on Fridays';
const ASK = 'a webhook, policy or quota in the cluster refuses this: ask its owner';
const conflict = new ApiError(409, 'Conflict', WEBHOOK);
const exists = new ApiError(409, 'AlreadyExists', 'secrets "x" already exists');

interface Script {
  /** Whether another client changes the object between any two requests. */
  readonly changes: boolean;
  readonly write: (request: ApiRequest) => ApiError;
}

/** An API server with one object. Reads succeed; writes end as the script says. */
function scripted({ changes, write }: Script): Transport & { readonly writes: string[] } {
  const writes: string[] = [];
  let version = 1;
  return {
    namespace: ownNamespace('team'),
    server: 'https://cluster.example',
    concurrency: 4,
    clock: machineClock,
    signal,
    watch: () => Promise.reject(new Error('nothing is watched here')),
    close: () => undefined,
    writes,
    request: <T>(request: ApiRequest): Promise<T> => {
      if (request.method !== 'GET') {
        writes.push(request.method);
        return Promise.reject(write(request));
      }
      version += changes ? 1 : 0;
      const metadata = { name: 'x', namespace: 'team', uid: 'u', resourceVersion: `${version}` };
      return Promise.resolve({ ...SECRET, metadata } as T);
    },
  };
}

beforeEach(() => fakeClock());

async function list(transport: Transport): Promise<string> {
  const account = { metadata: { name: 'x', namespace: 'team', uid: 'u', resourceVersion: '1' } };
  const pullSpec = pullSpecOf(pullKind('ServiceAccount'), account);
  if (pullSpec === undefined) throw new Error('no service account');
  const options = { dryRun: 'none', fieldManager: 'm' } as const;
  return settled(
    changeList(transport, pullSpec, () => [{ name: 'pull' }], options),
    ({ action }) => action,
  );
}

async function secret(transport: Transport): Promise<string> {
  const { namespace } = transport;
  const made = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', namespace }, ...SECRET } as const;
  const listener = { say: () => undefined, warn: () => undefined, hint: () => undefined };
  const wanted = { entries: [ENTRY], expiries: new Map(), type: undefined, replace: false, force: false };
  return settled(
    upsertSecret(transport, made, wanted, { dryRun: 'none', fieldManager: 'm', listener }),
    ({ action }) => action,
  );
}

/** The Secret exists, so creating it fails, too. */
const refuse = ({ method }: ApiRequest): ApiError => (method === 'POST' ? exists : conflict);
const between = (start: number) => performance.now() - start;

describe.each([
  ['a list of pull secrets', list, 'serviceaccount team/x', 60_000],
  ['a Secret', secret, 'secret team/x', 60_000],
] as const)('409 for ever to the write of %s', (_, run, ref, limit) => {
  test('while nobody writes it: a few tries, then it is a refusal', async () => {
    const server = scripted({ changes: false, write: refuse });
    expect(await run(server)).toBe(`cannot patch ${ref}: ${WEBHOOK} → ${ASK}`);
    expect(server.writes.length).toBeLessThan(10);
  });

  test('while others write it: until the time is over', async () => {
    const started = performance.now();
    const server = scripted({ changes: true, write: refuse });
    expect(await run(server)).toBe(
      `${ref} keeps changing while it is written: ${WEBHOOK} → run the same command again`,
    );
    // By the fake clock: at most the limit and one more pause, in whole seconds.
    expect(between(started)).toBeGreaterThanOrEqual(limit);
    expect(between(started)).toBeLessThanOrEqual(limit + 2000);
  });
});

test('a Secret that exists when it is created, and does not when it is read, for ever', async () => {
  const server = scripted({ changes: true, write: () => exists });
  const absent: Transport = {
    ...server,
    request: (request) =>
      request.method === 'GET'
        ? Promise.reject(new ApiError(404, 'NotFound', 'secrets "x" not found'))
        : server.request(request),
  };
  expect(await secret(absent)).toBe(
    'secret team/x keeps changing while it is written: secrets "x" already exists → run the same command again',
  );
});

describe('403', () => {
  const refused = (message: string): string => {
    const { message: text, hint } = refusal(new ApiError(403, 'Forbidden', message), {
      verb: 'patch',
      namespace: 'team',
      name: 'x',
    });
    return `${text} → ${hint && shownHint(hint)}`;
  };

  test.each([
    ['a webhook', WEBHOOK],
    ['a policy', `secrets "x" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no`],
    [
      'a quota',
      'secrets "x" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=5, limited: secrets=5',
    ],
  ])('of %s is no missing permission, which an administrator could give', (_, message) => {
    expect(refused(message)).toBe(`cannot patch secret team/x: ${message} → ${ASK}`);
  });

  const FORBIDDEN = 'secrets "x" is forbidden: User "jane" cannot patch resource "secrets" in API group ""';
  const RUN = (who: string) => `an administrator can run: regsecret rbac --for ${who} COMMAND | kubectl apply -f -`;
  test.each([
    ['without the permission', FORBIDDEN, '', RUN('user/jane')],
    [
      'with the reason of an authorizer',
      `${FORBIDDEN} in the namespace "x": ask the cloud`,
      ': ask the cloud',
      RUN('user/jane'),
    ],
    ['of a user with odd letters', FORBIDDEN.replace('jane', String.raw`a\"b`), '', RUN("'user/a\"b'")],
    ['of nobody', FORBIDDEN.replace('jane', 'system:anonymous'), '', 'kubectl auth whoami'],
    ['of a service account', FORBIDDEN.replace('jane', 'system:serviceaccount:a:b'), '', RUN('sa/a:b')],
    ['of a proxy', 'the server answered HTTP 403', ': the server answered HTTP 403', RUN('user/NAME')],
  ])('%s', (_, message, more, run) => {
    expect(refused(message)).toBe(`no permission to patch secret team/x${more} → ${run}`);
  });
});
