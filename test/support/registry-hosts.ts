/** Configures registries in a node's containerd: https://github.com/containerd/containerd/blob/main/docs/hosts.md */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeInfo } from '../environment/use.ts';

/** Writes `hosts.toml` for `registry`. containerd reads it before each pull. */
export function writeHosts({ hosts }: NodeInfo, registry: string, toml: string): void {
  const folder = join(hosts, registry.replace(/:(\d+)$/, '_$1_'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'hosts.toml'), toml);
}
