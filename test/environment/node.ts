/** A real node: kubelet, containerd and runc, in the namespaces of the supervisor. */
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { createApiClient } from './api-client.ts';
import { issueCertificate, readAuthority, writeCertificate } from './certificate.ts';
import { createCgroups } from './cgroup.ts';
import { writeContainerdConfig } from './containerd-config.ts';
import type { ClusterInfo } from './control-plane.ts';
import { startDaemon } from './daemon.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { writeKubeletConfig } from './kubelet-config.ts';
import { hideSystemFolders } from './mount.ts';
import type { PortBlock } from './port-block.ts';
import { ensurePrograms, nodePrograms } from './programs.ts';
import type { RegistriesInfo } from './registries.ts';
import { type Report, secondsSince } from './report.ts';

export interface NodeInfo {
  /** The name of its Node object. */
  name: string;
}

/** Starts the node of a cluster; done when it is ready for pods. */
export async function startNode(
  cluster: ClusterInfo,
  registries: Promise<RegistriesInfo>,
  ports: PortBlock,
  report: Report,
): Promise<NodeInfo> {
  if (process.pid !== 1) throw new Error('a node needs namespaces of its own, so Linux and root');
  const { folder } = cluster;
  const bin = await ensurePrograms(nodePrograms, report);
  const { pauseImage, basic } = await registries;
  const started = performance.now();
  const name = basename(folder).toLowerCase(); // node names are DNS names
  const state = join(folder, 'state');
  const cgroup = basename(folder);
  createCgroups(cgroup);
  await hideSystemFolders(join(state, 'system'), name);

  const socket = join(state, 'containerd.sock');
  const containerd = startDaemon({
    name: 'containerd',
    command: bin.containerd,
    folder,
    env: { PATH: `${dirname(bin['containerd-shim-runc-v2'])}:${process.env.PATH}`, HOME: join(folder, 'home') },
    args: ['--config', writeContainerdConfig(state, { socket, pauseImage, dockerHub: basic.host, cgroup })],
  });
  await containerd.ready(() => accepts(socket));

  const kubelet = startDaemon({
    name: 'kubelet',
    command: bin.kubelet,
    folder,
    args: [
      `--config=${writeKubeletConfig(state, { socket, port: await ports.next(), cgroup, cluster })}`,
      `--kubeconfig=${writeNodeKubeconfig(cluster, name)}`,
      `--root-dir=${join(state, 'kubelet')}`,
      `--hostname-override=${name}`,
      `--cert-dir=${join(state, 'kubelet-certificates')}`,
    ],
  });
  const api = createApiClient({ ...cluster, certificate: cluster.admin });
  await kubelet.ready(async () => isReady((await api.request('GET', `/api/v1/nodes/${name}`)).body));
  api.close();
  report(`node ready in ${secondsSince(started)}: ${name}`);
  return { name };
}

function writeNodeKubeconfig(cluster: ClusterInfo, name: string): string {
  const authority = readAuthority({ certFile: cluster.caFile, keyFile: cluster.caKeyFile });
  // Not of system:nodes: the node authorizer lags behind the pods it has to know, and a kubelet that may not yet read a
  // pull secret pulls without it.
  const subject = { commonName: `system:node:${name}`, organizations: ['system:masters'] };
  const certificate = writeCertificate(
    issueCertificate(authority, subject),
    join(cluster.folder, 'certificates', 'node'),
  );
  return writeKubeconfig(join(cluster.folder, 'node.kubeconfig'), { ...cluster, certificate });
}

interface NodeObject {
  spec?: { taints?: unknown[] };
  status?: { conditions?: { type: string; status: string }[] };
}

/** Ready, and no longer tainted as not ready, which the controller manager sees to a moment later. */
function isReady({ spec, status }: NodeObject): boolean {
  const ready = status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return ready && (spec?.taints ?? []).length === 0;
}

function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('error', () => resolve(false));
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
  });
}
