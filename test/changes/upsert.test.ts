/** `create --force` beside another writer: a copy of the old Secret is not left behind, and what only it holds is said. */

import { describe, expect, test } from 'vitest';
import { copyOfSecret } from '../../src/changes/secret-copy.ts';
import { upsertSecret } from '../../src/changes/upsert.ts';
import { ApiError } from '../../src/cluster/api-error.ts';
import type { ApiRequest } from '../../src/cluster/api-request.ts';
import type { Transport } from '../../src/cluster/transport.ts';
import { UserError } from '../../src/errors.ts';
import { buildPullSecret } from '../../src/secret/build.ts';
import type { Secret } from '../../src/secret/secret.ts';
import { ownNamespace } from '../../src/secret/selected-namespace.ts';
import { machineClock } from '../../src/system/clock.ts';

const NAME = 'x';
const COPY = 'x-regsecret-copy';

const entry = (server: string) => ({ server, credential: { username: 'u', password: 'p' } });

function secretWith(...servers: readonly string[]): Secret {
  return buildPullSecret({ name: NAME, namespace: 'team', entries: servers.map(entry) });
}

/** Secrets in memory. Another writer makes `other` as soon as the Secret is deleted, or before its copy is put back. */
function cluster(stored: readonly Secret[], other: Secret) {
  const secrets = new Map<string, Secret>();
  let version = 0;
  const put = (secret: Secret): Secret => {
    version += 1;
    const { name = '', uid = `u${version}` } = secret.metadata;
    const metadata = { ...secret.metadata, namespace: 'team', uid, resourceVersion: `${version}` };
    secrets.set(name, { ...secret, metadata });
    return { ...secret, metadata };
  };
  for (const secret of stored) put(secret);
  let isMade = false;
  const makeOther = (): void => {
    if (!isMade) put(other);
    isMade = true;
  };
  const answer = ({ method, path, body, query }: ApiRequest): Secret | object => {
    const name = path.split('/').at(6) ?? '';
    if (method === 'POST') {
      const sent = body as Secret;
      if (query?.dryRun !== undefined) return { ...sent, metadata: { ...sent.metadata, name: 'rehearsed', uid: 'u0' } };
      if (sent.metadata.name === NAME && secrets.has(COPY)) makeOther();
      if (secrets.has(sent.metadata.name ?? '')) throw new ApiError(409, 'AlreadyExists', 'already exists');
      return put(sent);
    }
    const found = secrets.get(name);
    if (found === undefined) throw new ApiError(404, 'NotFound', 'not found');
    if (method === 'PATCH') return put({ ...found, ...(body as Secret), metadata: found.metadata });
    if (method === 'DELETE') secrets.delete(name);
    return method === 'DELETE' ? { kind: 'Status', status: 'Success' } : found;
  };
  const transport: Transport = {
    namespace: ownNamespace('team'),
    server: 'https://cluster.example',
    concurrency: 4,
    clock: machineClock,
    signal: new AbortController().signal,
    watch: () => Promise.reject(new Error('nothing is watched here')),
    close: () => undefined,
    request: <T>(request: ApiRequest) => Promise.resolve().then(() => answer(request) as T),
  };
  return { transport, names: () => [...secrets.keys()].sort() };
}

/** The result, or the error, of `create x --server new.example --force`. */
async function created(transport: Transport): Promise<string> {
  const entries = [entry('new.example')];
  const wanted = { entries, expiries: new Map(), type: undefined, replace: false, force: true };
  const listener = { say: () => undefined, warn: () => undefined, hint: () => undefined };
  const options = { dryRun: 'none', fieldManager: 'm', listener } as const;
  try {
    return (await upsertSecret(transport, secretWith('new.example'), wanted, options)).action;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message;
  }
}

const OLD: Secret = { ...secretWith('old.example'), immutable: true };
const LACKS = /^secret team\/x was written, but it lacks old\.example, which is still in secret\/x-regsecret-copy/;
const CASES = [
  ['with all that the old one held', ['old.example'], /^(replaced|updated)$/, [NAME]],
  ['with all that is wanted, too', ['old.example', 'new.example'], /^replaced$/, [NAME]],
  ['without an entry of the old one', ['other.example'], LACKS, [NAME, COPY]],
  ['as wanted, and without an entry of the old one', ['new.example'], LACKS, [NAME, COPY]],
] as const;

describe.each([
  ['the one that is being replaced', [OLD]],
  [
    'the one that an interrupted run has deleted',
    [copyOfSecret({ ...OLD, metadata: { ...OLD.metadata, uid: 'u9' } }, COPY)],
  ],
])('another writer creates a Secret in place of %s', (_, stored) => {
  test.each(CASES)('%s', async (_, servers, result, left) => {
    const { transport, names } = cluster(stored, secretWith(...servers));
    expect(await created(transport)).toMatch(result);
    expect(names()).toEqual(left);
  });
});
