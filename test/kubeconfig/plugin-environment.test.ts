/** A credential plugin inherits the environment, without the variable from which create takes a password. */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { CANARY } from '../support/canary.ts';
import { here } from '../support/here.ts';

test.skipIf(platform() === 'win32')('the variable of --password-env is not among it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plugin-environment-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const plugin = join(folder, 'plugin');
  writeFileSync(plugin, `#!/bin/sh\n/usr/bin/env > '${folder}/seen'\nexit 1\n`);
  chmodSync(plugin, 0o755);
  const config = {
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
    users: [
      {
        name: 'u',
        user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: plugin, interactiveMode: 'Never' } },
      },
    ],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(join(folder, 'config'), JSON.stringify(config));
  const env = { KUBECONFIG: join(folder, 'config'), PULL_PASSWORD: CANARY, ANOTHER: 'stays', PATH: '' };
  const flags = ['--server', 'r.invalid', '--username', 'u', '--password-env', 'PULL_PASSWORD'];
  const { code } = await here(['create', 'x', ...flags], { env });
  const seen = readFileSync(join(folder, 'seen'), 'utf8');
  expect(code).toBe(1);
  expect(seen).toContain('ANOTHER=stays');
  expect(seen).not.toMatch(/PULL_PASSWORD/);
  expect(seen).not.toContain(CANARY);
});
