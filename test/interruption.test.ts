/** Ctrl-C and SIGTERM end the program wherever it waits for input that does not come. With the executable, too: signals. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../src/run.ts';
import { waitFor } from './environment/condition.ts';
import { every } from './support/cases.ts';
import { fakeIo } from './support/io.ts';
import { artefact } from './support/program.ts';

const folder = mkdtempSync(join(tmpdir(), 'regsecret-interruption-'));
const fifo = join(folder, 'config.json');
beforeAll(async () => {
  await once(spawn('mkfifo', [fifo]), 'close');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A kubeconfig whose user cannot be read. Its server is never contacted, because the user is read first. */
function withUser(user: object): string {
  const path = join(folder, `kubeconfig-${Object.keys(user)[0]}`);
  const cluster = { server: 'https://192.0.2.1', 'insecure-skip-tls-verify': false };
  const config = {
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

const PLUGIN = { apiVersion: 'client.authentication.k8s.io/v1', command: 'true', interactiveMode: 'Never' };
const manifest = join(folder, 'secret.yaml');
writeFileSync(
  manifest,
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'regsecret' },
    type: 'kubernetes.io/dockerconfigjson',
    stringData: { '.dockerconfigjson': '{"auths":{"r.io":{"username":"u","password":"p"}}}' },
  }),
);

const USER = ['--server', 'r.example.com', '--username', 'u'];

const WAITS: readonly [title: string, args: readonly string[], env?: Record<string, string>][] = [
  ['a password on stdin', ['create', ...USER, '--password-stdin', '--dry-run=client']],
  ['a docker config on stdin', ['create', '--from-file', '-', '--dry-run=client']],
  ['manifests to change on stdin', ['attach', '-f', '-']],
  ['manifests to check on stdin', ['doctor', '-f', '-']],
  ['Secrets on stdin', ['inspect', '-f', '-']],
  ['a password in a pipe', ['create', ...USER, '--password-file', fifo, '--dry-run=client']],
  ['a docker config in a pipe', ['create', '--from-file', fifo, '--dry-run=client']],
  ["docker's own config as a pipe", ['create', '--server', 'r.io', '--dry-run=client'], { DOCKER_CONFIG: folder }],
  ['a kubeconfig in a pipe', ['list', '--kubeconfig', fifo]],
  ['a manifest to change in a pipe', ['attach', '-f', fifo]],
  ['a manifest to check in a pipe', ['doctor', '-f', fifo]],
  ['a docker config in a pipe, for a cluster', ['create', '--from-file', fifo]],
  ['the policy for plugins in a pipe', ['list', '--kubeconfig', withUser({ exec: PLUGIN })], { KUBERC: fifo }],
  ['a token in a pipe', ['list', '--kubeconfig', withUser({ tokenFile: fifo })]],
  ['a certificate in a pipe', ['list', '--kubeconfig', withUser({ 'client-certificate': fifo, 'client-key': fifo })]],
  ['an authority in a pipe', ['list', '--kubeconfig', withUser({ token: 't' }), '--certificate-authority', fifo]],
  ['Secrets to compare manifests with in a pipe', ['attach', '-f', manifest, '--auto', '--secret-file', fifo]],
  ['manifests in a pipe, after a Secret that is given', ['attach', '-f', fifo, '--auto', '--secret-file', manifest]],
  [
    'certificates in a pipe',
    ['verify', '--server', 'r.io', '--username', 'u', '--password-env', 'P', '--registry-ca', fifo],
    { P: 'p' },
  ],
];

const SIGNALS = [
  ['SIGINT', ['SIGINT']],
  ['SIGINT twice', ['SIGINT', 'SIGINT']],
  ['SIGTERM', ['SIGTERM']],
] as const;

/** Linux: whether the main thread waits in read(2) or open(2) (proc_pid_syscall(5)), or the program has opened the pipe. */
function isWaiting(pid: number): boolean {
  const files = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  if (files.includes(fifo)) return true;
  const [call] = readFileSync(`/proc/${pid}/syscall`, 'utf8').split(' ');
  return ['0', '2', '17', '19', '257', '295', '327', '63', '56', '65', '67'].includes(call ?? '');
}

describe.runIf(platform() === 'linux')('ended while it waits for', () => {
  describe.each(WAITS.map(([title, args, env], nth) => ({ title, args, env, nth })))('$title', ({ args, env, nth }) => {
    test.each(every(SIGNALS, SIGNALS.length, nth))('by %s', async (_name, signals) => {
      const [command, ...first] = artefact();
      const child = spawn(command, [...first, ...args], {
        env: { PATH: process.env.PATH ?? '', HOME: folder, ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      const output: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
      const ended = once(child, 'close');
      const pid = child.pid ?? 0;
      await waitFor(() => isWaiting(pid), { what: 'the program to wait for input' });
      for (const signal of signals) child.kill(signal);
      const [code, by] = await ended;
      expect([130, null]).toContain(code);
      if (code === null) expect(by).toBe(signals[0]);
      expect(Buffer.concat(output).toString()).toBe('');
    });
  });
});

/** Large enough that looking through it takes several portions. */
const LARGE = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'regsecret' },
  type: 'kubernetes.io/dockerconfigjson',
  stringData: {
    '.dockerconfigjson': JSON.stringify({
      auths: Object.fromEntries(
        Array.from({ length: 8000 }, (_, nth) => [`r${nth}.example.com`, { username: 'u', password: `p${nth}` }]),
      ),
    }),
  },
});

test.each([
  ['inspect', ['inspect', '-f', '-']],
  ['attach', ['attach', '-f', manifest, '--auto', '--secret-file', '-']],
])('ended by Ctrl-C while it looks through a Secret from stdin: %s', async (_, args) => {
  const io = fakeIo({ stdin: LARGE });
  expect([await run(args, { ...io, listen: io.interrupt }), io.written.stdout]).toEqual([130, '']);
});
