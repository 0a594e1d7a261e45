/** Texts of others in file contents, file names and program output are only ever displayed. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { some } from '../support/cases.ts';
import { here } from '../support/here.ts';
import { HOSTILE_TEXTS, outputs, walk } from '../support/printing-walk.ts';
import { misprinted } from '../support/shown.ts';

const TABLES = ['wide', 'json', 'yaml'];
const COMMANDS: readonly string[][] = [
  ...['T.json', 'pods', 'secrets'].flatMap((name) => outputs(['doctor', '-f', `DIR/${name}`], ['json', 'yaml'])),
  ...outputs(['doctor', '-R', '-f', 'DIR'], ['json', 'yaml']),
  ...outputs(['inspect', '-f', 'DIR/T.json'], TABLES),
  ...outputs(['inspect', '-f', 'DIR/secrets'], TABLES),
  ...outputs(['verify', '-f', 'DIR/secrets', '--timeout', '1s'], TABLES),
  ['verify', '-f', 'DIR/secrets', '--image', 'x.invalid/T', '--timeout', '1s'],
  ['inspect', 'T', '-f', 'DIR/secrets'],
  ['inspect', '-f', 'DIR/broken'],
  ['doctor', '-f', 'DIR/broken'],
  ['attach', 'pull', '-f', 'DIR/broken'],
  ['attach', 'pull', '-f', 'DIR/T.json', '--auto', '--secret-file', 'DIR/T.json', '--write', '--dry-run=client'],
  ...outputs(['attach', 'pull', '-f', 'DIR/T.json', '--write', '--dry-run=client'], ['name', 'json']),
  ...outputs(['attach', 'pull', '-f', 'DIR/pods', '--write', '--dry-run=client'], ['name', 'json']),
  ...outputs(['create', 'x', '--from-file', 'DIR/docker', '--dry-run=client'], ['name']),
  ...['T.json', 'pods', 'broken'].map((name) => ['create', 'x', '--from-file', `DIR/${name}`, '--dry-run=client']),
  ['create', 'x', '--from-file', 'DIR/docker', '--server', 'T', '--dry-run=client'],
  ['create', 'x', '--from-file', 'DIR/docker', '--server', 'other.invalid', '--dry-run=client'],
  ['create', 'x', '--all', '--dry-run=client'],
  ['create', 'x', '--server', 'helped.invalid', '--dry-run=client'],
  ['create', 'x', '--server', 'x.invalid', '--username', 'u', '--password-file', 'DIR/T.json', '--dry-run=client'],
];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'regsecret-printing-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** JSON that is also YAML, because its control characters are escaped. */
function asJson(value: unknown): string {
  const escaped = (letter: string): string => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[\x7f-\uffff]/g, escaped);
}

/** Writes manifests that contain `text` everywhere, also as a file name. */
function manifests(text: string): string {
  const folder = newFolder();
  const metadata = { name: text, namespace: text, labels: { [text]: text } };
  const containers = [{ name: text, image: text }];
  const imagePullSecrets = [{ name: text }, { name: 'pull' }];
  const pods = {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, imagePullSecrets, serviceAccountName: text } },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata, imagePullSecrets },
      { apiVersion: text, kind: text, metadata, spec: { template: { spec: { containers } } } },
    ],
  };
  const auths = { [text]: { auth: '***' }, [`x.invalid/${text}`]: { username: text, password: 'p' }, 'y.invalid': {} };
  const data = { '.dockerconfigjson': Buffer.from(JSON.stringify({ auths })).toString('base64'), [text]: '' };
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'kubernetes.io/dockerconfigjson', data };
  const odd = { ...secret, metadata: { name: 'pull' }, type: text };
  const file = (name: string, content: string): void => writeFileSync(join(folder, name), content);
  file(`${text}.json`, asJson(pods));
  file('pods', asJson(pods));
  file('secrets', asJson({ apiVersion: 'v1', kind: 'List', items: [secret, odd] }));
  file('broken', `kind: Pod\nmetadata: {name: ${text}\n`);
  const entry = { username: text, password: 'p' };
  const docker = { auths: { ...auths, 'good.invalid': entry }, credHelpers: { 'helped.invalid': text } };
  file('docker', JSON.stringify({ ...docker, credsStore: text }));
  mkdirSync(join(folder, '.docker'));
  file('.docker/config.json', JSON.stringify(docker));
  return folder;
}

describe.each(some(HOSTILE_TEXTS, 4))('%s', (_, text) => {
  test('in files', async () => {
    const folder = manifests(text);
    const env = { HOME: folder, PATH: '', KUBECONFIG: '/nope' };
    const { misprints, runs, shown } = await walk(COMMANDS, { text, folder, env });
    expect(misprints).toEqual([]);
    expect(shown).toBeGreaterThan(runs * 0.7);
  });

  test('of a manifest on stdout, which stays as it is, while what is said of it does not', async () => {
    const path = join(manifests(text), `${text}.json`);
    const ran = await here(['attach', 'pull', '-f', path], { env: { GITHUB_ACTIONS: 'true', KUBECONFIG: '/nope' } });
    expect(ran.code, ran.stderr).toBe(0);
    expect(misprinted(ran.stderr, true)).toEqual([]);
    expect(ran.stderr).toContain('evil');
  });

  test.runIf(process.platform !== 'win32').each([
    ['that says it', { GITHUB_ACTIONS: 'true' }, false],
    ['that says it while a person watches', { NO_COLOR: '1', TERM: 'dumb' }, true],
  ])('of a credential plugin %s', async (_title, more, tty) => {
    const folder = newFolder();
    writeFileSync(join(folder, 'said'), text);
    // The plugin writes the text in two parts and without a final line break.
    writeFileSync(
      join(folder, 'plugin'),
      `#!/bin/sh\nexec >&2\nprintf :\ncat '${folder}/said'\nprintf 'evil\\n  :'\nprintf :\nexit 1\n`,
    );
    chmodSync(join(folder, 'plugin'), 0o755);
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: join(folder, 'plugin'),
      interactiveMode: 'Never',
    };
    const config = {
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      users: [{ name: 'u', user: { exec } }],
      'current-context': 'c',
    };
    writeFileSync(join(folder, 'config'), JSON.stringify(config));
    const env = { KUBECONFIG: join(folder, 'config'), HOME: folder, PATH: process.env.PATH ?? '', ...more };
    const { stderr } = await here(['list'], { env, tty });
    expect(misprinted(stderr, !tty)).toEqual([]);
    expect(stderr).toContain('evil');
    expect(stderr).toContain(tty ? '\n  ::\n' : '\n  \\x3a:\n');
  });
});
