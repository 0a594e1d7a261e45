/** Whatever others write anywhere, the output of a command never moves the cursor or hides a letter. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { some } from '../support/cases.ts';
import { startHostileServer } from '../support/hostile-server.ts';
import { HOSTILE_TEXTS, outputs, walk } from '../support/printing-walk.ts';

const TABLES = ['wide', 'json', 'yaml'];

/** Command lines in which `T` stands for the text. */
const LIVE: readonly string[][] = [
  ...outputs(['list'], [...TABLES, 'name']),
  ...outputs(['list', '-A'], [...TABLES, 'name']),
  ...outputs(['doctor', '-A', '--offline'], ['json', 'yaml']),
  ...outputs(['doctor', '-v', '--timeout', '1s'], ['json', 'yaml']),
  ...outputs(
    ['why', 'pod/web', 'pod/bad', 'pod/made', 'deploy/web', 'sa/default', '-v', '--offline'],
    ['json', 'yaml'],
  ),
  ...outputs(['why', 'secret/pull', 'secret/broken', 'secret/odd', '--offline'], ['json', 'yaml']),
  ...outputs(['why', '--image', 'T', '--secret', 'T', '--sa', 'T', '--offline'], ['json', 'yaml']),
  ...outputs(['inspect', 'pull'], TABLES),
  ...outputs(['inspect', 'broken'], TABLES),
  ...outputs(['verify', 'pull', '--timeout', '1s'], TABLES),
  ...outputs(['verify', 'pull', '--image', '127.0.0.1:1/T', '--timeout', '1s'], TABLES),
  ...outputs(['attach', 'pull', '--all-serviceaccounts', '--dry-run=client'], ['name', 'json']),
  ...outputs(['attach', 'pull', '--used', '--restart', '--dry-run=client'], ['name', 'json']),
  ...outputs(['attach', 'gone', '--sa', 'default', '--to', 'deploy/web', '--allow-missing'], ['name', 'json']),
  ...outputs(['attach', 'pull', '--pod', 'web', '--pod', 'made'], ['name', 'json']),
  ...outputs(['attach', 'pull', '--to', 'cj/nightly'], ['name', 'json']),
  ...outputs(['detach', 'pull', '--sa', 'default', '--to', 'deploy/web'], ['name', 'json']),
  ...outputs(['create', 'pull', '--server', 'T', '--username', 'T', '--email', 'T', '--password-stdin'], ['name']),
  ['list', '-n', 'T'],
];

const TYPED: readonly string[][] = [
  ['create', '--T'],
  ['create', 'x', '--from-file', 'T'],
  ['create', 'x', '--server', 'T'],
  ['create', 'x', '--server', 'x.invalid', '--username', 'T', '--password-stdin', '--dry-run=client'],
  ['verify', '--server', 'T'],
  ['verify', 'x', '--registry-ca', 'T'],
  ['list', '--context', 'T'],
  ['list', '--cluster', 'T'],
  ['list', '--user', 'T'],
  ['list', '--kubeconfig', 'T'],
  ['list', '--api-server', 'T'],
  ['list', '--as', 'T'],
  ['list', '--request-timeout', 'T'],
  ['list', '--certificate-authority', 'T'],
  ['doctor', '-f', 'T'],
  ['attach', 'x', '-f', 'T'],
];

/** Command lines with the text where a user may have typed a password by mistake, so that it is not shown at all. */
const UNREPEATED: readonly string[][] = [
  ['T'],
  ['create', '-o', 'T'],
  ['create', '--dry-run=T'],
  ['create', 'x', 'T'],
  ['create', 'x', '--type', 'T'],
  ['create', 'x', '--insecure-skip-tls-verify=T'],
  ['create', 'x', '--username', 'u', '--password-file', 'T'],
  ['create', 'x', '--username', 'u', '--password-env', 'T'],
  ['create', 'x', '--attach', 'T'],
  ['verify', '--server', '127.0.0.1:1', '--plain-http', 'T', '--username', 'T', '--password-stdin'],
  ['verify', 'x', '--timeout', 'T'],
  ['why', 'T/T'],
  ['attach', 'x', '--to', 'T'],
  ['attach', 'x', '--sa', 'default', '--timeout', 'T'],
  ['create', 'T'],
  ['attach', 'x', '--pod', 'T'],
  ['attach', 'x', '--sa', 'T'],
  ['detach', 'x', '--from', 'deploy/T'],
  ['inspect', 'x', 'T'],
  ['why', 'T'],
  ['why', 'pod/T'],
  ['attach', 'T'],
  ['detach', 'T'],
];

/** Writes a kubeconfig in which everything is called `text`, as far as a kubeconfig can hold it. */
function kubeconfig(folder: string, server: string, text: string): string {
  const path = join(folder, 'config');
  const name = text.toWellFormed();
  const contexts = [{ name, context: { cluster: name, user: name, namespace: 'team' } }];
  const users = [{ name, user: { token: 't' } }];
  const clusters = [{ name, cluster: { server } }];
  const json = JSON.stringify({ contexts, users, clusters, 'current-context': name });
  writeFileSync(
    path,
    json.replace(/[\x7f-\x9f]/g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
  );
  return path;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-printing-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe.each(some(HOSTILE_TEXTS, 2))('%s', (_, text) => {
  test.each([
    ['from the cluster', false],
    ['from a cluster that refuses everything', true],
  ])('%s', async (_title, refusing) => {
    const server = await startHostileServer(text, refusing);
    onTestFinished(() => server.close());
    const folder = newFolder();
    const env = { KUBECONFIG: kubeconfig(folder, server.url, text), HOME: folder, PATH: '' };
    const { misprints, runs, shown } = await walk(LIVE, { text, env });
    expect(misprints).toEqual([]);
    expect(shown).toBeGreaterThan(runs * 0.8);
  });

  test('typed', async () => {
    const { misprints, runs, shown } = await walk(TYPED, {
      text,
      env: { HOME: newFolder(), PATH: '', KUBECONFIG: text },
    });
    expect(misprints).toEqual([]);
    expect(shown).toBeGreaterThan(runs * 0.5);
  });

  test('typed where a password may have been typed', async () => {
    const { misprints, shown } = await walk(UNREPEATED, {
      text,
      env: { HOME: newFolder(), PATH: '', KUBECONFIG: '/nope' },
    });
    expect({ misprints, shown }).toEqual({ misprints: [], shown: 0 });
  });
});
