/** The kubelet's configuration: its defaults, and a list of differences with the reason for each. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiServer } from './control-plane.ts';
import { lacks } from './kubernetes-features.ts';

/** Kubelet settings that a test may change on a node of its own. */
export interface KubeletSettings {
  readonly configMapAndSecretChangeDetectionStrategy?: 'Watch' | 'Get';
  readonly imagePullCredentialsVerificationPolicy?:
    | 'NeverVerify'
    | 'NeverVerifyPreloadedImages'
    | 'NeverVerifyAllowlistedImages'
    | 'AlwaysVerify';
  readonly preloadedImagesVerificationAllowlist?: readonly string[];
  readonly registryPullQPS?: number;
  readonly serializeImagePulls?: boolean;
}

export interface KubeletOptions {
  /** The socket of containerd. */
  socket: string;
  port: number;
  /** The name of the cgroup for all pods. */
  cgroup: string;
  cluster: ApiServer;
  settings: KubeletSettings;
  /** Taints that keep other pods away. */
  taints: readonly object[];
}

/**
 * The differences from a usual kubelet, because `npm test` runs on all kinds of machines beside other software. When Secrets are
 * read and how they are used is as by default.
 */
const DIFFERENCES: readonly (readonly [setting: string, value: unknown, reason: string])[] = [
  ['cgroupDriver', 'cgroupfs', 'the machine need not have systemd'],
  ['cgroupsPerQOS', false, 'the cgroups of a container may not be ours to arrange'],
  ['enforceNodeAllocatable', [], 'needs cgroupsPerQOS'],
  ...(lacks('failCgroupV1') ? [] : [['failCgroupV1', false, 'the machine may have cgroup v1'] as const]),
  ['failSwapOn', false, 'the machine may have swap'],
  ['makeIPTablesUtilChains', false, 'the rules of the machine are not ours to change'],
  ['localStorageCapacityIsolation', false, 'the kubelet cannot tell the disk of a namespace of its own'],
  ['resolvConf', '', 'pods talk to nobody'],
  ['clusterDNS', ['10.96.0.10'], 'nobody answers there, but without an address every pod gets a warning'],
  ['evictionHard', noEviction(), 'the machine may be as full as it is'],
  ['imageGCHighThresholdPercent', 100, 'the machine may be as full as it is'],
  ['healthzPort', 0, 'two runs may be on one machine'],
  // A node of node.node.test.ts runs with the defaults of these two.
  ['registryPullQPS', 0, 'a burst of pods is what tests are, and what is put off waits for 10 seconds and more'],
  [
    'serializeImagePulls',
    false,
    'on a busy machine a pull takes seconds, and a hundred pods would wait for each other',
  ],
];

/** Writes the configuration below `state` and returns its path. */
export function writeKubeletConfig(state: string, options: KubeletOptions): string {
  const { socket, port, cgroup, cluster, settings, taints } = options;
  const folder = (name: string): string => {
    const path = join(state, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const config = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    // Addresses and folders.
    address: '127.0.0.1',
    port,
    authentication: { x509: { clientCAFile: cluster.caFile } },
    containerRuntimeEndpoint: `unix://${socket}`,
    podLogsDir: folder('pod-logs'),
    volumePluginDir: folder('volume-plugins'),
    cgroupRoot: `/${cgroup}`,
    registerWithTaints: taints,
    ...Object.fromEntries(DIFFERENCES),
    ...settings,
  };
  const path = join(state, 'kubelet.json');
  writeFileSync(path, JSON.stringify(config, undefined, 2));
  return path;
}

function noEviction(): Readonly<Record<string, string>> {
  const signals = [
    'memory.available',
    'nodefs.available',
    'nodefs.inodesFree',
    'imagefs.available',
    'imagefs.inodesFree',
  ];
  return Object.fromEntries(signals.map((signal) => [signal, '0%']));
}
