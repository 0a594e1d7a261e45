/** Every command in the README's console blocks, in order, prints what the README says. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cluster, kubeconfigFor, newNamespace } from './cluster/use.ts';
import { artefact } from './support/program.ts';

interface Example {
  readonly line: number;
  readonly command: string;
  readonly output: string;
}

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

function examples(): Example[] {
  const found: { line: number; command: string; output: string }[] = [];
  let inside = false;
  for (const [index, line] of readme.split('\n').entries()) {
    if (line.startsWith('```')) inside = line === '```console';
    else if (inside && line.startsWith('$ ')) found.push({ line: index + 1, command: line.slice(2), output: '' });
    else if (inside) {
      const last = found.at(-1);
      if (last !== undefined) last.output += `${line}\n`;
    }
  }
  return found;
}

const home = mkdtempSync(join(tmpdir(), 'regsecret-readme-'));
let env: NodeJS.ProcessEnv = {};
let namespace = '';

beforeAll(async () => {
  namespace = await newNamespace({ serviceAccount: true });
  const [program, ...args] = artefact();
  const bin = join(home, 'bin');
  mkdirSync(bin);
  const command = [program, ...args].map((word) => `'${word}'`).join(' ');
  writeFileSync(join(bin, 'regsecret'), `#!/bin/sh\nexec ${command} "$@"\n`, { mode: 0o755 });
  symlinkSync(cluster().bin.kubectl, join(bin, 'kubectl'));
  mkdirSync(join(home, '.docker'));
  const login = (user: string) => ({ auth: Buffer.from(`${user}:pa55word`).toString('base64') });
  writeFileSync(join(home, '.docker/config.json'), JSON.stringify({ auths: { 'ghcr.io': login('janedoe') } }));
  writeFileSync(join(home, 'token'), 't0ken\n');
  const file = { auths: { 'registry.example.com:5000': login('janedoe'), 'r.example.com': {} } };
  writeFileSync(join(home, 'auth.json'), JSON.stringify(file));
  const admin = cluster().admin;
  const kubeconfig = kubeconfigFor({ certificate: admin, namespace });
  env = { PATH: `${bin}:${process.env.PATH}`, HOME: home, KUBECONFIG: kubeconfig, REGISTRY_TOKEN: 't0ken' };
});

afterAll(() => rmSync(home, { recursive: true, force: true }));

test('there are examples', () => {
  expect(examples().length).toBeGreaterThan(10);
});

test.each(examples())('README line $line: $command', ({ command, output }) => {
  const { stdout } = spawnSync('/bin/sh', ['-c', `exec 2>&1; ${command}`], { cwd: home, env, encoding: 'utf8' });
  expect(stdout.replaceAll(namespace, 'team-a')).toBe(output);
});
