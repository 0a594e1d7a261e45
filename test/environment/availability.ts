/** Whether this machine can run a cluster. The check is cheap because vitest's configuration makes it at every start. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { controlPlanePrograms, givenPrograms } from './programs.ts';

/** The reason why tests of this project cannot run here, to follow "because"; `undefined` when they can. */
export function missing(project: 'cluster' | 'node'): string | undefined {
  return project === 'cluster' ? missingForCluster() : (missingForCluster() ?? missingForNode());
}

/** Whether this process may start a child in its own namespaces: on Linux, as root, outside a locked-down container. */
export function canUnshare(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  return spawnSync('unshare', ['--fork', '--pid', '--mount-proc', '--kill-child', 'true']).status === 0;
}

function missingForCluster(): string | undefined {
  if (process.platform === 'win32') return 'a control plane runs on Linux and macOS only';
  if (isCommand('go')) return undefined;
  const given = givenPrograms(controlPlanePrograms);
  const absent = controlPlanePrograms.filter((name) => !given[name]);
  if (absent.length === 0) return undefined;
  if (absent.length === controlPlanePrograms.length) {
    return 'there is no Go to build a control plane with, and KUBEBUILDER_ASSETS names none';
  }
  return `there is no Go to build what the folder KUBEBUILDER_ASSETS lacks: ${absent.join(', ')}`;
}

function missingForNode(): string | undefined {
  if (process.platform !== 'linux') return 'a node needs Linux';
  if (process.getuid?.() !== 0) return 'a node needs root';
  if (!isCommand('go')) return 'there is no Go to build kubelet and containerd with';
  if (!isCommand('runc')) return 'runc is not installed (package runc)';
  if (!isWritable('/sys/fs/cgroup')) return 'the cgroups of this machine are read-only';
  if (!canUnshare()) return 'this machine does not let root make namespaces';
  return undefined;
}

/** Whether a program of that name is on PATH. */
export function isCommand(name: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => isAllowed(join(folder, name), constants.X_OK));
}

function isWritable(path: string): boolean {
  return isAllowed(path, constants.W_OK);
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
