/** containerd's configuration: everything is below one folder, with a minimal network plugin. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ContainerdOptions {
  socket: string;
  pauseImage: string;
  /** The folder with the configuration of each registry, which containerd reads before each pull. */
  hosts: string;
  /** The registry, `HOST:PORT`, that plays Docker Hub for this node. */
  dockerHub: string;
  /** The name of the cgroup for all containers. */
  cgroup: string;
}

/** Writes the configuration and the files it refers to. Returns its path. */
export function writeContainerdConfig(state: string, options: ContainerdOptions): string {
  const { socket, pauseImage, hosts, dockerHub, cgroup } = options;
  const cni = writeCni(join(state, 'cni'));
  const path = join(state, 'containerd.toml');
  const quoted = (text: string): string => JSON.stringify(text);
  const folder = (name: string): string => quoted(join(state, 'containerd', name));
  writeFileSync(
    path,
    `version = 3
root = ${folder('root')}
state = ${folder('state')}
disabled_plugins = ["io.containerd.nri.v1.nri", "io.containerd.internal.v1.tracing", "io.containerd.internal.v1.opt"]

[grpc]
address = ${quoted(socket)}

[ttrpc]
address = ${quoted(`${socket}.ttrpc`)}

[plugins."io.containerd.cri.v1.images".pinned_images]
sandbox = ${quoted(pauseImage)}

[plugins."io.containerd.cri.v1.images".registry]
config_path = ${quoted(writeHosts(hosts, dockerHub))}

# inside a container of its own, root may not lower the score of the out-of-memory killer
[plugins."io.containerd.cri.v1.runtime"]
restrict_oom_score_adj = true
netns_mounts_under_state_dir = true

[plugins."io.containerd.cri.v1.runtime".cni]
bin_dirs = [${quoted(cni.binFolder)}]
conf_dir = ${quoted(cni.configFolder)}
use_internal_loopback = true

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.cri.v1.runtime".containerd.runtimes.runc.options]
BinaryName = ${quoted(writeRunc(join(state, 'runc'), cgroup))}
`,
  );
  return path;
}

/** Configures Docker Hub: https://github.com/containerd/containerd/blob/main/docs/hosts.md */
function writeHosts(folder: string, dockerHub: string): string {
  mkdirSync(join(folder, 'docker.io'), { recursive: true });
  writeFileSync(join(folder, 'docker.io', 'hosts.toml'), `server = "http://${dockerHub}"\n`);
  return folder;
}

/**
 * Writes a runc wrapper that puts containers into a cgroup of this run. Without cgroups per pod the kubelet names no cgroup, and
 * containerd then uses /k8s.io, which all runs and other software on this machine would share.
 */
function writeRunc(path: string, cgroup: string): string {
  const script = `#!/bin/sh
previous=
for argument do
  if [ "$previous" = --bundle ]; then
    sed -i 's|"cgroupsPath":"/k8s.io/|"cgroupsPath":"/${cgroup}/|' "$argument/config.json"
  fi
  previous=$argument
done
exec runc "$@"
`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

/**
 * Writes a plugin that gives every pod the same address. That is enough for a node to be ready, and nothing connects to these
 * pods.
 */
function writeCni(folder: string): { binFolder: string; configFolder: string } {
  const binFolder = join(folder, 'bin');
  const configFolder = join(folder, 'config');
  for (const path of [binFolder, configFolder]) mkdirSync(path, { recursive: true });
  const list = { cniVersion: '1.0.0', name: 'test', plugins: [{ type: 'fixed-address' }] };
  writeFileSync(join(configFolder, '10-test.conflist'), JSON.stringify(list));
  // https://www.cni.dev/docs/spec/#section-2-execution-protocol
  const plugin = `#!/bin/sh
case "$CNI_COMMAND" in
ADD) echo '{"cniVersion":"1.0.0","ips":[{"address":"10.88.0.2/16"}]}' ;;
VERSION) echo '{"cniVersion":"1.0.0","supportedVersions":["0.4.0","1.0.0"]}' ;;
*) echo '{}' ;;
esac
`;
  writeFileSync(join(binFolder, 'fixed-address'), plugin, { mode: 0o755 });
  return { binFolder, configFolder };
}
