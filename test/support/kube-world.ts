/** Writes kubeconfigs and asks who the user is: with the real kubectl, with our code, and with our code under Bun. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connect } from '../../src/cluster/transport.ts';
import { UserError } from '../../src/errors.ts';
import type { KubeFlags } from '../../src/kubeconfig/kube-flags.ts';
import { cluster, kubectl } from '../environment/use.ts';
import { shownHint } from './hints.ts';
import { fakeIo } from './io.ts';
import { runScript } from './runtime.ts';
import { SELF_SUBJECT_REVIEW } from './whoami-script.ts';

export type Env = Record<string, string>;

/** The user according to the API server, or the error. */
export interface Who {
  readonly user?: unknown;
  /** Only set by our code. */
  readonly namespace?: string;
  readonly error?: string;
  readonly stderr: string;
}

/** Makes a folder for the files of one case. */
export function newFolder(): string {
  return mkdtempSync(join(cluster().home, 'case-'));
}

/** Writes a kubeconfig with cluster, user and context `test`, and returns its path. */
export function writeConfig(user: object, more: { cluster?: object; context?: object; folder?: string } = {}): string {
  const { folder = newFolder() } = more;
  return writeFile(
    join(folder, 'config'),
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: more.cluster ?? trusted() }],
      users: [{ name: 'test', user }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', ...more.context } }],
      'current-context': 'test',
    }),
  );
}

export function trusted(): { server: string; 'certificate-authority': string } {
  return { server: cluster().server, 'certificate-authority': cluster().caFile };
}

export function writeFile(path: string, content: string, mode = 0o600): string {
  writeFileSync(path, content, { mode });
  return path;
}

/** Asks with `kubectl auth whoami`. */
export async function kubectlWho(flags: KubeFlags, env: Env): Promise<Who> {
  const result = await kubectl(['auth', 'whoami', '-o', 'json', ...kubectlFlags(flags)], {
    env: { ...NOWHERE, ...env },
  });
  if (result.code !== 0) return { error: result.stderr, stderr: result.stderr };
  return { user: JSON.parse(result.stdout).status.userInfo, stderr: result.stderr };
}

/** Asks with our transport. */
export async function ourWho(flags: KubeFlags, env: Env): Promise<Who> {
  const io = fakeIo({ env: { ...homeAndPath(), ...NOWHERE, ...env } });
  try {
    const transport = await connect(flags, io);
    const review = await transport.request<{ status: { userInfo: unknown } }>(SELF_SUBJECT_REVIEW);
    transport.close();
    return { user: review.status.userInfo, namespace: transport.namespace, stderr: io.written.stderr };
  } catch (error) {
    const { message, hint } = error as UserError;
    return {
      error: error instanceof UserError ? `${message} (${shownHint(hint)})` : message,
      stderr: io.written.stderr,
    };
  }
}

/** Asks with our transport under Bun. */
export function bunWho(flags: KubeFlags, env: Env): Promise<Who> {
  return runScript('bun', 'whoami-script.ts', flags, { ...homeAndPath(), ...NOWHERE, ...env });
}

/** No kubeconfig unless the case names one. */
const NOWHERE = { KUBECONFIG: '' };

function homeAndPath(): Env {
  return { HOME: cluster().home, PATH: process.env.PATH ?? '' };
}

function kubectlFlags(flags: KubeFlags): string[] {
  return Object.entries(flags).flatMap(([name, value]) => {
    const flag = name === 'apiServer' ? 'server' : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    return [value].flat().map((one) => `--${flag}=${one}`);
  });
}

/** Writes a shell script beside `config`. */
export function writeScript(config: string, name: string, body: string): string {
  return writeFile(join(dirname(config), name), `#!/bin/sh\n${body}\n`, 0o755);
}
