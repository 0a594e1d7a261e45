/** Mounts in the supervisor's own namespace, which are invisible elsewhere and end with it. */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './child.ts';

/** Mounts a tmpfs, which is faster than a disk and is freed when the namespace ends. `size` limits its capacity. */
export async function mountMemory(folder: string, size?: string): Promise<void> {
  await mount('-t', 'tmpfs', '-o', size === undefined ? 'mode=0700' : `mode=0700,size=${size}`, 'regsecret', folder);
}

/** Unmounts a folder, even while it is in use. */
export async function unmount(folder: string): Promise<void> {
  await run('umount', ['--lazy', folder]);
}

/**
 * Covers the paths outside configurable folders to which kubelet, containerd and runc write, such as /run/containerd and
 * /var/lib/kubelet, and the kernel settings that a kubelet would otherwise change for the whole machine.
 */
export async function hideSystemFolders(layers: string): Promise<void> {
  await mountMemory('/run');
  for (const path of ['/var/lib', '/var/log']) {
    const name = path.replaceAll('/', '-').slice(1);
    const [upper, work] = [join(layers, name, 'upper'), join(layers, name, 'work')];
    for (const folder of [upper, work]) mkdirSync(folder, { recursive: true });
    await mount('-t', 'overlay', '-o', `lowerdir=${path},upperdir=${upper},workdir=${work}`, 'regsecret', path);
  }
  for (const [setting, value] of Object.entries(kernelSettings)) {
    const file = join(layers, setting.replaceAll('/', '-'));
    writeFileSync(file, `${value}\n`);
    await mount('--bind', file, join('/proc/sys', setting));
  }
  const hosts = join(layers, 'hosts');
  writeFileSync(hosts, `${readFileSync('/etc/hosts', 'utf8')}\n`);
  await mount('--bind', hosts, '/etc/hosts');
}

/**
 * Adds the node to /etc/hosts so that the API server finds its kubelet, for `kubectl logs` and `kubectl exec`. Call it after
 * `hideSystemFolders`.
 */
export function nameNode(name: string): void {
  appendFileSync('/etc/hosts', `127.0.0.1 ${name}\n`);
}

/**
 * The values that the kubelet requires: https://github.com/kubernetes/component-helpers/blob/v0.36.3/node/util/sysctl/sysctl.go
 */
const kernelSettings = {
  'vm/overcommit_memory': 1,
  'vm/panic_on_oom': 0,
  'kernel/panic': 10,
  'kernel/panic_on_oops': 1,
  'kernel/keys/root_maxkeys': 1_000_000,
  'kernel/keys/root_maxbytes': 25_000_000,
};

async function mount(...args: string[]): Promise<void> {
  const result = await run('mount', args);
  if (result.code !== 0) throw new Error(`mount ${args.join(' ')}: ${result.stderr.trim()}`);
}
