/** `create` into a Secret that others have written: it lists the broken entries, and the commands that rewrite them. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, test } from 'vitest';
import { here } from '../../support/here.ts';
import { NASTY_TEXTS } from '../../support/nasty-texts.ts';
import { SHELLS, startedBy } from '../../support/stand-ins.ts';

const LOGIN = ['--server', 'r.io', '--username', 'u', '--password-stdin'];

/** The stderr of `create` where the Secret exists and its entries for these servers cannot be decoded. */
async function said(servers: readonly string[]): Promise<string> {
  const auths = Object.fromEntries(servers.map((server) => [server, { auth: '***' }]));
  const secret = {
    metadata: { name: 'pull', namespace: 'team', uid: '1', resourceVersion: '1' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64') },
  };
  const exists = { kind: 'Status', status: 'Failure', reason: 'AlreadyExists', code: 409 };
  const server = createServer((request, response) => {
    const [status, answer] = request.method === 'POST' ? [409, exists] : [200, secret];
    request.resume().on('end', () => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const env = { KUBECONFIG: '/dev/null', HOME: '/nonexistent', PATH: '' };
  const args = ['create', 'pull', ...LOGIN, '--api-server', url, '-n', 'team'];
  const { stderr } = await here(args, { env, stdin: 'p' }).finally(() => server.close());
  return stderr;
}

/** The commands that `create` proposes for these servers. */
async function proposed(texts: readonly string[]): Promise<string[]> {
  const stderr = await said(texts.flatMap((text) => [text, `r.io/${text}`]));
  return stderr.split('\n').flatMap((line) => /^hint: (.*)$/.exec(line)?.[1] ?? []);
}

describe('servers that mean something to a shell', () => {
  let lines: readonly string[];
  beforeAll(async () => {
    // `create` lists at most twenty entries, so the texts are divided.
    const portions = Array.from({ length: Math.ceil(NASTY_TEXTS.length / 10) }, (_, index) => index * 10);
    const all = await Promise.all(portions.map((at) => proposed(NASTY_TEXTS.slice(at, at + 10))));
    lines = all.flat();
  }, 300_000);

  test.each(SHELLS)('%s starts what is proposed, and nothing else', (shell) => {
    expect(lines.length).toBeGreaterThan(NASTY_TEXTS.length);
    const started = startedBy(shell, lines);
    const api = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/);
    const server = expect.stringMatching(/^(REGISTRY|[a-z.]+(\/[a-z]+)?)$/);
    const command = ['regsecret', 'create', '--api-server', api, 'pull', '-n', 'team', '--server', server];
    expect(started).toEqual(lines.map(() => [command]));
  });
});
