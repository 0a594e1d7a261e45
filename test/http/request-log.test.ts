/** `-v=6` prints one line for each request of every command, and never its contents. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli.ts';
import { CANARY } from '../support/canary.ts';
import { here, type RanHere } from '../support/here.ts';
import { fakeIo } from '../support/io.ts';

const LINE = /^(?:GET|HEAD|POST|PUT|PATCH|DELETE) https?:\/\/127\.0\.0\.1:\d+\/[^? ]* (?:\d{3}|E[A-Z_]+) in \d+ ms$/;
/** Matches answered requests. regsecret first tries TLS with a registry, which this server does not speak. */
const ANSWERED = / \d{3} in \d+ ms$/;

let server: Server;
let host = '';
let asked = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked += 1;
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-secret', CANARY);
    response.end(JSON.stringify(answerTo(request)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Plays a cluster that has every object by name, and a registry that accepts every login. */
function answerTo({ url = '' }: IncomingMessage): object {
  const { pathname } = new URL(url, 'http://server');
  const [, namespace = 'team', plural = '', name] =
    /\/namespaces\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?/.exec(pathname) ?? [];
  if (plural === 'secrets' || pathname.endsWith('/secrets')) {
    return name === undefined
      ? { kind: 'SecretList', items: [secret(namespace, 'regsecret')] }
      : secret(namespace, name);
  }
  if (name !== undefined) return { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { namespace, name, uid: 'u' } };
  if (plural === '')
    return pathname.endsWith(namespace) ? { kind: 'Namespace', metadata: { name: namespace } } : { items: [] };
  return { kind: 'List', items: [] };
}

function secret(namespace: string, name: string): object {
  const payload = JSON.stringify({ auths: { [host]: { username: 'jane', password: CANARY } } });
  return {
    kind: 'Secret',
    apiVersion: 'v1',
    metadata: { namespace, name, uid: 'u', resourceVersion: '1' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': Buffer.from(payload).toString('base64') },
  };
}

const LINES: Readonly<Record<string, string>> = {
  create: 'create --docker-server HOST --docker-username u --docker-password PASSWORD',
  attach: 'attach --sa default',
  detach: 'detach --sa default --yes',
  sync: 'sync --to other --yes',
  rotate: 'rotate --server HOST --username u --password-env P --yes',
  remove: 'remove --server HOST --yes',
  delete: 'delete --yes',
  inspect: 'inspect',
  list: 'list -A',
  verify: 'verify',
  doctor: 'why sa/default secret/regsecret',
};
/** Commands that send no request. */
const SILENT = ['rbac', 'options', 'completion', 'version'];

async function ran(line: string, level: string): Promise<RanHere & { readonly lines: readonly string[] }> {
  const words = line.replaceAll('HOST', host).replaceAll('PASSWORD', CANARY).split(' ');
  const access = ['--api-server', `http://${host}`, '--token', CANARY];
  const scope = words.includes('-A') ? [] : ['-n', 'team'];
  asked = 0;
  const done = await here([...words, ...access, ...scope, ...level.split(' ')], {
    env: { HOME: '/nowhere', P: CANARY },
  });
  return { ...done, lines: done.stderr.split('\n').filter((text) => / in \d+ ms$/.test(text)) };
}

test('every command that asks somebody is looked at', () => {
  const program = buildProgram([], fakeIo(), 'regsecret', () => undefined);
  const commands = program.commands.map((command) => command.name()).filter((name) => !SILENT.includes(name));
  expect(Object.keys(LINES).sort()).toEqual(commands.sort());
});

describe.each(Object.values(LINES))('%s', (line) => {
  test.each(['-v=6', '-v6', '-v 6', '--v=8', '-v=10'])('with %s each request is one line', async (level) => {
    const { lines, stderr } = await ran(line, level);
    expect(lines.length, stderr).toBeGreaterThan(0);
    expect(lines.filter((text) => ANSWERED.test(text))).toHaveLength(asked);
    for (const text of lines) expect(text).toMatch(LINE);
  });

  test.each(['-v=5', '-v=0', '--v 4'])('with %s there is none', async (level) => {
    const { lines } = await ran(line, level);
    expect(asked).toBeGreaterThan(0);
    expect(lines).toEqual([]);
  });
});

test('a server that is away, with a password in its address', async () => {
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  const address = `http://jane:${CANARY}@127.0.0.1:${port}`;
  const { code, stderr } = await here(['attach', '--sa', 'x', '-v=6', '--api-server', address, '-q'], {
    env: { HOME: '/nowhere' },
  });
  expect([code, stderr.split('\n')[0]]).toEqual([1, expect.stringMatching(LINE)]);
});
