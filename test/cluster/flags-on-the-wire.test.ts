/** How kubectl's flags affect requests: whether one arrives at all, and with which token. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createAuthority, issueCertificate } from '../environment/certificate.ts';
import { CANARY } from '../support/canary.ts';
import { here } from '../support/here.ts';
import { startWireServer, type WireServer } from '../support/wire-server.ts';

const authority = createAuthority('of no kubeconfig');
let server: WireServer;
beforeAll(async () => {
  server = await startWireServer(issueCertificate(authority, { commonName: 'api' }, ['127.0.0.1']));
});
afterAll(() => server.close());

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'flags-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
};

/** Reads a Secret with these flags. Returns the credentials that arrived at the server, and how the command ended. */
async function read(flags: readonly string[], user: object = { token: CANARY }, cluster: object = {}) {
  const path = join(folder(), 'config');
  const config = {
    clusters: [{ name: 'c', cluster: { server: server.here('https://h'), ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(path, JSON.stringify(config));
  const { code, stderr } = await here(['inspect', 'pull', ...flags], { env: { KUBECONFIG: path, PATH: '' } });
  const arrived = (await server.take()).map(({ headers }) => String(headers.authorization));
  return { code, stderr, arrived: [...new Set(arrived)] };
}

const TOKEN = `Bearer ${CANARY}`;

describe('a server whose authority nobody knows', () => {
  const flag = '--insecure-skip-tls-verify';
  test.each([
    [[]],
    [[flag, `${flag}=false`]],
    [[`${flag}=true`, `${flag}=0`]],
    [[`${flag}=1`, `${flag}=t`, `${flag}=TRUE`, `${flag}=0`]],
    [[`${flag}=T`, `${flag}=F`]],
  ])('gets nothing with %j', async (flags) => {
    const { code, stderr, arrived } = await read(flags);
    expect(arrived).toEqual([]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/certificate/);
  });

  test.each([
    [[flag]],
    [[`${flag}=false`, flag]],
    [[`${flag}=0`, `${flag}=1`]],
    [[`${flag}=f`, `${flag}=t`]],
    [[`${flag}=0`, `${flag}=TRUE`]],
  ])('gets the token with %j', async (flags) => {
    expect((await read(flags)).arrived).toEqual([TOKEN]);
  });
});

test.skipIf(platform() === 'win32')('a plugin runs with a time-out that no timer holds', async () => {
  const plugin = join(folder(), 'plugin');
  const apiVersion = 'client.authentication.k8s.io/v1';
  const answer = JSON.stringify({ apiVersion, kind: 'ExecCredential', status: { token: CANARY } });
  writeFileSync(plugin, `#!/bin/sh\necho '${answer}'\n`);
  chmodSync(plugin, 0o755);
  const trusting = { 'certificate-authority-data': Buffer.from(authority.certificate).toString('base64') };
  const user = { exec: { apiVersion, command: plugin, interactiveMode: 'Never' } };
  const { stderr, arrived } = await read(['--request-timeout=600h'], user, trusting);
  expect(arrived).toEqual([TOKEN]);
  expect(stderr).not.toContain('this is a bug');
});
