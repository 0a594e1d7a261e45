/** Real nodes: kubelet, containerd and runc, in the namespaces of the supervisor. */
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { createApiClient } from './api-client.ts';
import { issueCertificate, readAuthority, writeCertificate } from './certificate.ts';
import { createCgroups, killCgroups } from './cgroup.ts';
import { run } from './child.ts';
import { writeContainerdConfig } from './containerd-config.ts';
import type { ClusterInfo } from './control-plane.ts';
import { writeProvider } from './credential-provider.ts';
import { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { type KubeletSettings, writeKubeletConfig } from './kubelet-config.ts';
import { mountMemory, nameNode } from './mount.ts';
import type { PortBlock } from './port-block.ts';
import { ensurePrograms, nodePrograms } from './programs.ts';
import { janedoe, type RegistriesInfo } from './registries.ts';
import type { RegistryUser } from './registry-user.ts';
import { type Report, secondsSince } from './report.ts';
import { killProcessesOf } from './run-folder.ts';

/** What makes a node another one than the usual. */
export interface NodeSettings {
  /** A short name for it, which no other settings have. */
  readonly label: string;
  readonly kubelet?: KubeletSettings;
  /** Has the private image of the Basic registry, which no kubelet has pulled. */
  readonly preloaded?: true;
  /** A credential provider of its kubelet has this login for both registries. */
  readonly provided?: Pick<RegistryUser, 'username' | 'password'>;
  /** No more room for images than this, as `64m`. */
  readonly disk?: string;
}

export interface NodeInfo {
  /** The name of its Node object. */
  name: string;
  /** containerd's folder with a `HOST_PORT_/hosts.toml` for each registry, which it reads before each pull. */
  hosts: string;
  /** containerd's folder for images, in namespaces of its own. */
  images: string;
}

/** Of the pods that choose a node themselves. */
export const CHOSEN = 'regsecret.test/chosen';

interface NodeOptions {
  readonly cluster: ClusterInfo;
  readonly registries: Promise<RegistriesInfo>;
  readonly ports: PortBlock;
  readonly report: Report;
  /** Left out: the node for all pods that do not choose another one. */
  readonly settings: NodeSettings | undefined;
}

export interface RunningNode {
  readonly info: NodeInfo;
  /** As after a loss of power: every process of the node is killed, and its services are started again. */
  reboot(): Promise<void>;
}

/** Starts a node of a cluster, where the system folders are hidden; done when it is ready for pods. */
export async function startNode({ cluster, registries, ports, report, settings }: NodeOptions): Promise<RunningNode> {
  const { folder } = cluster;
  const bin = await ensurePrograms(nodePrograms, report);
  const { pauseImage, basic, bearer } = await registries;
  const started = performance.now();
  const suffix = settings === undefined ? '' : `-${settings.label}`;
  const name = `${basename(folder)}${suffix}`.toLowerCase(); // node names are DNS names
  const state = join(folder, 'state', `node${suffix}`);
  const hosts = join(folder, 'hosts', name);
  const cgroup = join(basename(folder), name);
  mkdirSync(state);
  createCgroups(cgroup);
  nameNode(name);

  const images = join(state, 'containerd', 'root');
  if (settings?.disk !== undefined) {
    mkdirSync(images, { recursive: true });
    await mountMemory(images, settings.disk);
  }
  const socket = join(state, 'containerd.sock');
  const containerd: DaemonOptions = {
    name: `containerd${suffix}`,
    command: bin.containerd,
    folder,
    env: { PATH: `${dirname(bin['containerd-shim-runc-v2'])}:${process.env.PATH}`, HOME: join(folder, 'home') },
    args: ['--config', writeContainerdConfig(state, { socket, pauseImage, hosts, dockerHub: basic.host, cgroup })],
  };
  const config = {
    socket,
    port: await ports.next(),
    cgroup,
    cluster,
    settings: settings?.kubelet ?? {},
    taints: settings === undefined ? [] : [{ key: CHOSEN, value: settings.label, effect: 'NoSchedule' }],
  };
  const kubelet: DaemonOptions = {
    name: `kubelet${suffix}`,
    command: bin.kubelet,
    folder,
    args: [
      `--config=${writeKubeletConfig(state, config)}`,
      `--kubeconfig=${writeNodeKubeconfig(cluster, name)}`,
      `--root-dir=${join(state, 'kubelet')}`,
      `--hostname-override=${name}`,
      `--cert-dir=${join(state, 'kubelet-certificates')}`,
      ...(settings?.provided ? writeProvider(state, [basic.host, bearer.host], settings.provided) : []),
    ],
  };
  let services: readonly Daemon[] = [];
  const start = async (prepare?: () => Promise<void>): Promise<void> => {
    const runtime = startDaemon(containerd);
    await runtime.ready(() => accepts(socket));
    await prepare?.();
    const agent = startDaemon(kubelet);
    const api = createApiClient({ ...cluster, certificate: cluster.admin });
    await agent.ready(async () => isReady((await api.request('GET', `/api/v1/nodes/${name}`)).body));
    api.close();
    services = [agent, runtime];
  };
  await start(settings?.preloaded && (() => preload(bin.ctr, socket, basic.privateImage)));
  report(`node ready in ${secondsSince(started)}: ${name}`);
  return {
    info: { name, hosts, images },
    async reboot() {
      for (const service of services) await service.stop();
      // What starts containers for containerd outlives it.
      await killProcessesOf(state);
      await killCgroups(cgroup);
      await start();
    },
  };
}

/** As images come onto nodes that are made from a template. */
async function preload(ctr: string, socket: string, image: string): Promise<void> {
  const login = ['--user', `${janedoe.username}:${janedoe.password}`];
  const args = ['--address', socket, '--namespace', 'k8s.io', 'images', 'pull', '--plain-http', ...login, image];
  const { code, stderr } = await run(ctr, args);
  if (code !== 0) throw new Error(`ctr images pull ${image}: ${stderr}`);
}

function writeNodeKubeconfig(cluster: ClusterInfo, name: string): string {
  const authority = readAuthority({ certFile: cluster.caFile, keyFile: cluster.caKeyFile });
  // Not of system:nodes: the node authorizer lags behind the pods it has to know, and a kubelet that may not yet read a
  // pull secret pulls without it.
  const subject = { commonName: `system:node:${name}`, organizations: ['system:masters'] };
  const certificate = writeCertificate(
    issueCertificate(authority, subject),
    join(cluster.folder, 'certificates', name),
  );
  return writeKubeconfig(join(cluster.folder, `${name}.kubeconfig`), { ...cluster, certificate });
}

interface NodeObject {
  spec?: { taints?: { key: string }[] };
  status?: { conditions?: { type: string; status: string }[] };
}

/** Ready, and no longer tainted as not ready, which the controller manager sees to a moment later. */
function isReady({ spec, status }: NodeObject): boolean {
  const ready = status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return ready && (spec?.taints ?? []).every(({ key }) => key === CHOSEN);
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
