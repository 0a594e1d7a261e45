/** A server may carry a user name and a password (`https://user:password@host`): no command shows them. */
import { describe, test } from 'vitest';
import { CANARY } from '../support/canary.ts';
import { some } from '../support/cases.ts';
import { here } from '../support/here.ts';

const SERVERS = [
  ['in front of the host', `https://user:${CANARY}@127.0.0.1:1`],
  ['without a scheme', `user:${CANARY}@127.0.0.1:1`],
  ['with another scheme', `ftp://user:${CANARY}@127.0.0.1:1`],
  ['with a slash in the password', `https://user:${CANARY}/abc@127.0.0.1:1`],
  ['with a question mark in the password', `https://user:${CANARY}?abc@127.0.0.1:1`],
  ['with two at signs', `https://user:${CANARY}@abc@127.0.0.1:1/org`],
  ['with a password only', `https://:${CANARY}@127.0.0.1:1`],
  ['as a user name only', `https://${CANARY}@127.0.0.1:1`],
  ['in capitals, which no image has', `HTTPS://User:${CANARY}@Ghcr.IO`],
  ['in front of a name without a port', `https://user:${CANARY}@ghcr.io`],
  ['in front of a name with a port', `https://user:${CANARY}@localhost:1`],
  ['in front of one of Docker Hub', `https://user:${CANARY}@index.docker.io/v1/`],
] as const;

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function secret(server: string, entry: object): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'regcred', namespace: 'team-a' },
    type: 'kubernetes.io/dockerconfigjson',
    data: { '.dockerconfigjson': base64(JSON.stringify({ auths: { [server]: entry, 'quay.io': entry } })) },
  });
}

const ENTRIES = {
  'a login': { auth: base64('jane:hunter2') },
  'no password': { username: 'jane' },
  'what is no base64': { auth: '***' },
  nothing: {},
};

describe.each(some(SERVERS, 4))('user info %s', (_, server) => {
  describe.each(Object.entries(ENTRIES))('with %s', (_, entry) => {
    test.each([
      [['inspect', '-f', '-']],
      [['inspect', '-f', '-', '-o', 'wide']],
      [['inspect', '-f', '-', '-o', 'json']],
      [['inspect', '-f', '-', '-o', 'yaml']],
      [['doctor', '-f', '-']],
      [['doctor', '-f', '-', '-v']],
      [['doctor', '-f', '-', '-o', 'json']],
      [['verify', '-f', '-', '--timeout', '1s']],
      [['verify', '-f', '-', '--timeout', '1s', '-o', 'json']],
      [['verify', '-f', '-', '--timeout', '1s', '--image', '127.0.0.1:1/org/app:v1', '-o', 'wide']],
    ])('%j', async (args) => {
      await here(args, { stdin: secret(server, entry) });
    });

    test('create --from-file', async () => {
      const stdin = JSON.stringify({ auths: { [server]: entry, 'quay.io': entry } });
      await here(['create', '--from-file', '-', '--dry-run=client'], { stdin });
    });
  });

  test.each([
    [['create', '--server', server, '--username', 'u', '--password-stdin', '--dry-run=client']],
    [['create', '--docker-server', server, '--docker-username', 'u', '--docker-password', 'p', '--dry-run=client']],
    [['create', '--server', server]],
    [['verify', '--server', server]],
    [['verify', '--server', server, '--username', 'u', '--password-stdin', '--timeout', '1s']],
    [['doctor', '--offline', 'x', '--image', `${server}/app`, '--kubeconfig', '/dev/null']],
  ])('typed in %j', async (args) => {
    await here(args, { stdin: 'p' });
  });
});

describe.each(SERVERS)('user info %s', (_, server) => {
  test.each([
    ['list --api-server'],
    ['list -A -n team-a --api-server'],
    ['lst --api-server'],
    ['rbac create ghcr.io --api-server'],
  ])('typed in %j', async (line) => {
    await here([...line.split(' '), server], { env: { HOME: '/nowhere' } });
  });
});
