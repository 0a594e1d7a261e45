/** Every command in the documents prints what they say; those of `why` are in documents.node.test.ts. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cluster, janedoe, kubeconfigFor, newNamespace, sharedRegistries } from '../environment/use.ts';
import { prepareBin, replaceEach, testDocuments } from '../support/documents.ts';
import { artefact } from '../support/program.ts';

const home = mkdtempSync(join(tmpdir(), 'regsecret-documents-'));
let env: NodeJS.ProcessEnv = {};
let namespace = '';
let teams: readonly string[] = [];

function standIns(): [string | RegExp, string][] {
  return [
    [namespace, 'team-a'],
    [teams[0] ?? '', 'search'],
    [teams[1] ?? '', 'shop'],
    [sharedRegistries().basic.host, '127.0.0.1:50000'],
    [home, '~'],
    [/old-[0-9a-f]{16}-[0-9a-f]{8}/g, 'old-1a2b3c4d5e6f7a8b-9c0d1e2f'],
    [/•••• [0-9a-f]{8}/g, '•••• 581fbfe7'],
    [/[0-9a-f]{8}(?= +gets the new login)/g, '581fbfe7'],
    [/[0-9a-f]{8}(?= +has the new login)/g, '0c9d1e2f'],
    [/\b\d+s( old)?$/gm, '3s$1'],
  ];
}

beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  // Creates namespaces one after the other, on one connection. While the examples run, this process is idle for a minute, and
  // servers close idle connections.
  const search = await newNamespace({ prefix: 'search', serviceAccount: true });
  teams = [search, await newNamespace({ prefix: 'shop', serviceAccount: true })];
  const bin = prepareBin(home, { regsecret: artefact(), kubectl: [cluster().bin.kubectl] });
  for (const folder of ['.docker', 'deploy']) mkdirSync(join(home, folder));
  const login = (user: string, password = 'pa55word') => ({
    auth: Buffer.from(`${user}:${password}`).toString('base64'),
  });
  const { host } = sharedRegistries().basic;
  const auths = { 'ghcr.io': login('janedoe'), [host]: login(janedoe.username, janedoe.password) };
  writeFileSync(join(home, '.docker/config.json'), JSON.stringify({ auths: { 'ghcr.io': auths['ghcr.io'] } }));
  const files: Record<string, unknown> = {
    token: 't0ken\n',
    'auth.json': { auths: { 'registry.example.com:5000': login('janedoe'), 'r.example.com': {} } },
    'private.json': { auths: { [host]: auths[host] } },
    'web.yaml': WEB,
    'deploy/web.yaml': WEB.replace(
      '      containers:',
      '      imagePullSecrets:\n      - name: regcreds\n      containers:',
    ),
    'deploy/secret.yaml': SECRET,
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(home, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const kubeconfig = kubeconfigFor({ certificate: cluster().admin, namespace });
  env = {
    PATH: `${bin}:${process.env.PATH}`,
    HOME: home,
    KUBECONFIG: kubeconfig,
    REGISTRY_TOKEN: 't0ken',
  };
  // The pages begin where the quick start of the README ends.
  const begin = { cwd: home, env, encoding: 'utf8' } as const;
  const { status, stderr } = spawnSync('/bin/sh', ['-c', 'regsecret create --attach sa/default'], begin);
  expect(status, stderr).toBe(0);
});

const SECRET = `apiVersion: v1
kind: Secret
metadata:
  name: regcred
type: kubernetes.io/dockerconfigjson
stringData:
  .dockerconfigjson: '{"auths": {"https://ghcr.io/v1": {"username": "ci", "password": "t0ken"}}}'
`;

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web            # the shop
  labels: { app: web }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
      - name: web
        image: ghcr.io/acme/web:v1
`;

afterAll(() => rmSync(home, { recursive: true, force: true }));

const count = testDocuments('cluster', () => ({
  cwd: home,
  env,
  real: (command) =>
    replaceEach(command, [
      ['127.0.0.1:50000', sharedRegistries().basic.host],
      [/\bsearch\b/g, teams[0] ?? ''],
      [/\bshop\b/g, teams[1] ?? ''],
    ]),
  shown: (output) => replaceEach(output, standIns()),
}));

test('there are examples', () => {
  expect(count).toBeGreaterThan(30);
});
