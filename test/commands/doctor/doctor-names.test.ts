/** `doctor -A` with thousands of registries whose names never resolve: it ends, and reports the questions it could not ask. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { here } from '../../support/here.ts';

const looked: string[] = [];
vi.mock('node:dns/promises', () => ({
  lookup: (name: string): Promise<never> => {
    looked.push(name);
    return new Promise(() => undefined);
  },
}));
afterEach(() => void vi.useRealTimers());

const COUNT = 2000;
const names = Array.from({ length: COUNT }, (_, index) => `login-${index}`);
const metadata = (name: string): object => ({ name, namespace: 'team', uid: name });
const LISTS: Readonly<Record<string, readonly object[]>> = {
  secrets: names.map((name) => {
    const auths = { [`${name}.registry.example`]: { auth: Buffer.from('u:p').toString('base64') } };
    const data = { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') };
    return { metadata: metadata(name), type: 'kubernetes.io/dockerconfigjson', data };
  }),
  serviceaccounts: [{ metadata: metadata('default'), imagePullSecrets: names.map((name) => ({ name })) }],
};

/** An API server with only these objects. */
async function startApi(): Promise<string> {
  const server = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://api');
    const [plural = ''] = pathname.split('/').reverse();
    const selector = searchParams.get('fieldSelector') ?? '';
    const items = selector === '' || selector.endsWith('dockerconfigjson') ? (LISTS[plural] ?? []) : [];
    const list = { kind: 'List', apiVersion: 'v1', metadata: { resourceVersion: '1' }, items };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(list));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('a name server that does not answer', { timeout: 300_000 }, async () => {
  const server = await startApi();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const env = { KUBECONFIG: '/dev/null', HOME: '/nonexistent', PATH: '' };
  let ended = false;
  const run = here(['doctor', '-A', '-o', 'json', '--api-server', server], { env }).finally(() => {
    ended = true;
  });
  // The fake clock advances only during name lookups, and not while the API server answers.
  while (!ended) {
    await new Promise((resolve) => setImmediate(resolve));
    if (looked.length > 0) await vi.advanceTimersByTimeAsync(1000);
  }
  const { code, stdout } = await run;
  const { healthy, unjudged } = JSON.parse(stdout);
  expect([code, healthy]).toEqual([3, null]);
  // Only names that were looked up concurrently, round after round until the time was over.
  expect(looked.length).toBeLessThan(COUNT / 10);
  expect(unjudged.at(-1)).toBe(`${COUNT - looked.length} questions to registries (no time left)`);
});
