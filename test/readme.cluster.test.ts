/**
 * Every command in the README's console blocks, in order, prints what the README says. With REGSECRET_README=write the
 * README is made to say what they print; read the difference.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cluster, janedoe, kubeconfigFor, newNamespace, sharedRegistries } from './cluster/use.ts';
import { artefact } from './support/program.ts';

interface Example {
  /** Where the command is, and where its output ends; counted from 0. */
  readonly line: number;
  end: number;
  readonly command: string;
}

const path = new URL('../README.md', import.meta.url);
const lines = readFileSync(path, 'utf8').split('\n');

/** The commands after `$` in blocks fenced as `console`; one may go on behind a backslash. */
function findExamples(): Example[] {
  const found: Example[] = [];
  let inside = false;
  for (const [index, line] of lines.entries()) {
    const last = found.at(-1);
    if (line.startsWith('```')) {
      if (inside && last !== undefined) last.end = index;
      inside = line === '```console';
    } else if (inside && line.startsWith('$ ')) {
      if (last !== undefined && last.end === 0) last.end = index;
      found.push({ line: index, end: 0, command: line.slice(2) });
    }
  }
  return found;
}

const home = mkdtempSync(join(tmpdir(), 'regsecret-readme-'));
let env: NodeJS.ProcessEnv = {};
let namespace = '';

/** What differs from run to run, and what the README has in its place. */
const STAND_INS: [real: () => string | RegExp, shown: string][] = [
  [() => namespace, 'team-a'],
  [() => sharedRegistries().basic.host, '127.0.0.1:50000'],
  [() => /\/\S*\/regsecret-\w{6}(?=\/)/g, '/tmp/regsecret-x1Y2z3'],
  [() => /•••• [0-9a-f]{8}/g, '•••• 581fbfe7'],
  [() => /\b\d+s( old)?$/gm, '3s$1'],
];

function shown(output: string): string {
  return STAND_INS.reduce((text, [real, stand]) => text.replaceAll(real(), stand), output);
}

beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  const [program, ...args] = artefact();
  const bin = join(home, 'bin');
  mkdirSync(bin);
  const command = [program, ...args].map((word) => `'${word}'`).join(' ');
  writeFileSync(join(bin, 'regsecret'), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  symlinkSync(cluster().bin.kubectl, join(bin, 'kubectl'));
  mkdirSync(join(home, '.docker'));
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
  };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(home, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const kubeconfig = kubeconfigFor({ certificate: cluster().admin, namespace });
  env = { PATH: `${bin}:${process.env.PATH}`, HOME: home, KUBECONFIG: kubeconfig, REGISTRY_TOKEN: 't0ken' };
});

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

const examples = findExamples();
const printed = new Map<Example, string>();

afterAll(() => {
  rmSync(home, { recursive: true, force: true });
  if (process.env.REGSECRET_README !== 'write') return;
  for (const example of examples.toReversed()) {
    const output = printed.get(example)?.replace(/\n$/, '');
    lines.splice(example.line + 1, example.end - example.line - 1, ...(output ? output.split('\n') : []));
  }
  writeFileSync(path, lines.join('\n'));
});

test('there are examples', () => {
  expect(examples.length).toBeGreaterThan(30);
});

test.each(examples.map((example) => ({ ...example, number: example.line + 1, example })))(
  'README line $number: $command',
  ({ command, line, end, example }) => {
    const real = command.replaceAll('127.0.0.1:50000', sharedRegistries().basic.host);
    const { stdout } = spawnSync('/bin/sh', ['-c', `exec 2>&1; ${real}`], { cwd: home, env, encoding: 'utf8' });
    printed.set(example, shown(stdout));
    if (process.env.REGSECRET_README === 'write') return;
    expect(shown(stdout)).toBe(
      lines
        .slice(line + 1, end)
        .map((text) => `${text}\n`)
        .join(''),
    );
  },
);
