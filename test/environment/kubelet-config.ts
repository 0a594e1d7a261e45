/** The kubelet's configuration: a small node that disturbs nothing of the machine it runs on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterInfo } from './control-plane.ts';

export interface KubeletOptions {
  /** containerd's. */
  socket: string;
  port: number;
  /** The name of the cgroup for all pods. */
  cgroup: string;
  cluster: ClusterInfo;
}

/** Writes the configuration below `state` and returns its path. */
export function writeKubeletConfig(state: string, options: KubeletOptions): string {
  const { socket, port, cgroup, cluster } = options;
  const folder = (name: string): string => {
    const path = join(state, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const config = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: '127.0.0.1',
    port,
    healthzPort: 0,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: cluster.caFile },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${socket}`,
    podLogsDir: folder('pod-logs'),
    volumePluginDir: folder('volume-plugins'),
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroup}`,
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    failCgroupV1: false,
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    localStorageCapacityIsolation: false,
    resolvConf: '',
    clusterDNS: ['10.96.0.10'], // nobody answers there, but without an address every pod gets a warning
    // The machine may be as full as it is: nothing is to be evicted from it, and no image removed.
    evictionHard: Object.fromEntries(signals.map((signal) => [signal, '0%'])),
    imageGCHighThresholdPercent: 100,
    // Watched secrets may come a second too late under load, and the kubelet then pulls without them.
    configMapAndSecretChangeDetectionStrategy: 'Get',
    // A burst of pods is what tests are: none of the limits that make the kubelet put things off.
    registryPullQPS: 0,
    eventRecordQPS: 0,
    serializeImagePulls: false,
    kubeAPIQPS: 1000,
    kubeAPIBurst: 1000,
  };
  const path = join(state, 'kubelet.json');
  writeFileSync(path, JSON.stringify(config, undefined, 2));
  return path;
}

const signals = [
  'memory.available',
  'nodefs.available',
  'nodefs.inodesFree',
  'imagefs.available',
  'imagefs.inodesFree',
];
