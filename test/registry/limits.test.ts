/** Limits for a registry and its token server: redirects, the size of an answer, and which texts are tokens. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRegistryClient } from '../../src/registry/registry-client.ts';
import { assignLogin } from '../../src/verify/login-permission.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { fakeIo } from '../support/io.ts';
import { type Front, type FrontFault, type FrontRequest, startFront } from '../support/registry-front.ts';

/** The verdict on a login, and the requests that the registry got. */
async function ask(
  choose: (request: FrontRequest) => FrontFault,
): Promise<Pick<Front, 'requests'> & { verdict: Verdict }> {
  const front = await startFront({ choose });
  onTestFinished(() => front.close());
  const client = await createRegistryClient({}, { from: 'person' }, fakeIo());
  const use = { key: front.host, owner: { namespace: 'a' }, namespace: 'a' };
  const login = assignLogin({ username: 'jane', password: 'pa55' }, use);
  const verdict = await client.verify({ server: front.host, login }).finally(() => client.close());
  return { verdict, requests: front.requests };
}

describe('redirects', () => {
  const basic = { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } };
  const redirecting =
    (times: number) =>
    ({ path, authorization }: FrontRequest): FrontFault => {
      const at = Number(/\d+$/.exec(path)?.[0] ?? 0);
      if (at < times) return { status: 307, headers: { location: `/v2/?at=${at + 1}` } };
      return authorization === undefined ? basic : { status: 200 };
    };

  test('nine are followed, as by Go and containerd', async () => {
    expect((await ask(redirecting(9))).verdict).toEqual({ kind: 'accepted' });
  });

  test('the tenth is not', async () => {
    const { verdict, requests } = await ask(redirecting(10));
    expect(verdict).toEqual({
      kind: 'unreachable',
      cause: 'target',
      reason: 'it redirects without end',
    });
    expect(requests).toHaveLength(10);
  });
});

/** A registry with a token server on the same host, which answers a login with `answer`. */
const withTokens =
  (answer: string) =>
  ({ path, host, authorization = '' }: FrontRequest): FrontFault => {
    if (path.startsWith('/token')) return authorization === '' ? { status: 401 } : { status: 200, body: answer };
    const challenge = { 'www-authenticate': `Bearer realm="http://${host}/token",service="x"` };
    return authorization === '' ? { status: 401, headers: challenge } : { status: 200 };
  };

describe('the answer of a token server', () => {
  const LIMIT = 64 * 1024;
  const padded = (length: number): string => '{"token":"x"}'.padEnd(length);

  test('of 64 KiB is read', async () => {
    expect((await ask(withTokens(padded(LIMIT)))).verdict).toEqual({ kind: 'accepted' });
  });

  test('of one byte more is not', async () => {
    expect((await ask(withTokens(padded(LIMIT + 1)))).verdict).toEqual({
      kind: 'unreachable',
      cause: 'protocol',
      reason: 'its answer is too large for a registry',
    });
  });
});

test('the answer of a token server that breaks off behind its token', async () => {
  const { verdict } = await ask((request) => {
    const fault = withTokens('{"token":"x"}')(request);
    const isToken = typeof fault === 'object' && 'status' in fault && fault.body !== undefined;
    return isToken ? { ...fault, headers: { 'content-length': '100' } } : fault;
  });
  expect(verdict).toMatchObject({ kind: 'unreachable', cause: 'tcp' });
});

describe('a token', () => {
  const tokens = (requests: Front['requests']): string[] =>
    requests.flatMap(({ authorization = '' }) => /^Bearer (.*)$/s.exec(utf8(authorization))?.[1] ?? []);

  // Go's net/http accepts these in a header, too.
  test.each(['tökén', '令牌', '😀', 'a\u0080b', 'a\u2028b', 'a\tb'])('%j goes back as it came', async (token) => {
    const { verdict, requests } = await ask(withTokens(JSON.stringify({ token })));
    expect(verdict).toEqual({ kind: 'accepted' });
    expect(tokens(requests)).toEqual([token]);
  });

  test.each(['a\u0000b', 'a\nb', 'a\r\nx: y', 'a\u007fb', '\u001b[31m'])('%j is none', async (token) => {
    const { verdict, requests } = await ask(withTokens(JSON.stringify({ token })));
    expect(verdict).toMatchObject({ kind: 'unreachable', reason: 'its token server sent no token' });
    expect(tokens(requests)).toEqual([]);
  });
});

/** Decodes a header, whose bytes Node reads as Latin-1. */
function utf8(header: string): string {
  return Buffer.from(header, 'latin1').toString();
}
