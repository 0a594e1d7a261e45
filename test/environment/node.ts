/** Real nodes: kubelet, containerd and runc, in the namespaces of the supervisor. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { createApiClient } from './api-client.ts';
import { issueCertificate, readAuthority, writeCertificate } from './certificate.ts';
import { createCgroups, killCgroups } from './cgroup.ts';
import { run } from './child.ts';
import { writeContainerdConfig } from './containerd-config.ts';
import type { ApiServer } from './control-plane.ts';
import { writeProvider } from './credential-provider.ts';
import { type Daemon, type DaemonOptions, startDaemon } from './daemon.ts';
import { CLOCK_FILE } from './go-patch.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { type KubeletSettings, writeKubeletConfig } from './kubelet-config.ts';
import { mountMemory, nameNode } from './mount.ts';
import type { PortBlock } from './port-block.ts';
import { ensurePrograms, nodePrograms } from './programs.ts';
import { janedoe } from './registries.ts';
import type { RegistryUser } from './registry-user.ts';
import { type Report, secondsSince } from './report.ts';
import { killProcessesOf } from './run-folder.ts';

/** Settings that make a node different from the usual one. */
export interface NodeSettings {
  /** A short name, unique to these settings. */
  readonly label: string;
  readonly kubelet?: KubeletSettings;
  /** Whether the node already has the private image of the Basic registry, without a pull by a kubelet. */
  readonly preloaded?: true;
  /** A login that a credential provider of its kubelet returns for both registries. */
  readonly provided?: Pick<RegistryUser, 'username' | 'password'>;
  /** The limit for the size of images, such as `64m`. */
  readonly disk?: string;
  /** How far the clock with which containerd checks certificates is off, such as `-72h`. */
  readonly clock?: string;
}

export interface NodeInfo {
  /** The name of its Node object. */
  name: string;
  /** containerd's folder with a `HOST_PORT_/hosts.toml` for each registry, which containerd reads before each pull. */
  hosts: string;
  /** containerd's folder for images, visible in the supervisor's namespaces only. */
  images: string;
  /** The file that says how far its clock is off, if it is. Without the file, the clock is right. */
  clock: string;
}

/** The key of the taint that only pods with a chosen node tolerate. */
export const CHOSEN = 'regsecret.test/chosen';

/** What a node needs to know about registries. The Basic one plays Docker Hub. */
export interface NodeRegistries {
  readonly pauseImage: string;
  readonly basic: { readonly host: string; readonly privateImage: string };
  readonly bearer: { readonly host: string };
}

interface NodeOptions {
  readonly cluster: ApiServer;
  readonly registries: Promise<NodeRegistries>;
  readonly ports: PortBlock;
  readonly report: Report;
  /** Undefined for the node of all pods that do not choose another one. */
  readonly settings: NodeSettings | undefined;
}

export interface RunningNode {
  readonly info: NodeInfo;
  /** Simulates a power loss: kills every process of the node, and restarts its services. */
  reboot(): Promise<void>;
}

/** Starts a node of a cluster. The system folders must be hidden. Resolves when the node is ready for pods. */
export async function startNode({ cluster, registries, ports, report, settings }: NodeOptions): Promise<RunningNode> {
  const { folder } = cluster;
  const runtime = settings?.clock === undefined ? 'containerd' : 'containerd-with-clock';
  const bin = await ensurePrograms([...nodePrograms, runtime], report);
  const preloader = settings?.preloaded && (await ensurePrograms(['ctr'], report)).ctr;
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
  const clock = join(folder, `${name}.clock`);
  if (settings?.clock !== undefined) writeFileSync(clock, settings.clock);
  const socket = join(state, 'containerd.sock');
  const containerd: DaemonOptions = {
    name: `containerd${suffix}`,
    command: bin[runtime],
    folder,
    env: {
      PATH: `${dirname(bin['containerd-shim-runc-v2'])}:${process.env.PATH}`,
      HOME: join(folder, 'home'),
      [CLOCK_FILE]: clock,
    },
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
    const service = startDaemon(containerd);
    await service.ready(() => accepts(socket));
    await prepare?.();
    const agent = startDaemon(kubelet);
    const api = createApiClient({ ...cluster, certificate: cluster.admin });
    await agent.ready(async () => isReady((await api.request('GET', `/api/v1/nodes/${name}`)).body));
    api.close();
    services = [agent, service];
  };
  await start(preloader === undefined ? undefined : () => preload(preloader, socket, basic.privateImage));
  report(`node ready in ${secondsSince(started)}: ${name}`);
  return {
    info: { name, hosts, images, clock },
    async reboot() {
      for (const service of services) await service.stop();
      // containerd's shims outlive containerd.
      await killProcessesOf(state);
      await killCgroups(cgroup);
      await start();
    },
  };
}

/** Pulls an image without the kubelet, as on nodes made from a template with images. */
async function preload(ctr: string, socket: string, image: string): Promise<void> {
  const login = ['--user', `${janedoe.username}:${janedoe.password}`];
  const args = ['--address', socket, '--namespace', 'k8s.io', 'images', 'pull', '--plain-http', ...login, image];
  const { code, stderr } = await run(ctr, args);
  if (code !== 0) throw new Error(`ctr images pull ${image}: ${stderr}`);
}

function writeNodeKubeconfig(cluster: ApiServer, name: string): string {
  const authority = readAuthority({ certFile: cluster.caFile, keyFile: cluster.caKeyFile });
  // The kubelet is not in system:nodes: the node authorizer lags behind new pods, and a kubelet that may not read a pull secret
  // yet pulls without it.
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

/** Whether the node is ready and no longer has the not-ready taint, which the controller manager removes a moment later. */
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
