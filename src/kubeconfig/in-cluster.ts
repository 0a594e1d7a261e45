/** The API server's address and the service account that a pod finds inside itself (client-go rest `InClusterConfig`). */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Io } from '../system/io.ts';
import { readConfigFile } from './config-file.ts';
import type { Cluster, User } from './kube-file.ts';

export interface InCluster {
  readonly cluster: Cluster;
  readonly user: User;
  readonly namespace: string;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Undefined outside a pod (clientcmd `inClusterClientConfig.Possible`). Tests pass another `folder`. */
export function inCluster(env: Io['env'], folder = SERVICE_ACCOUNT): InCluster | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  const tokenFile = join(folder, 'token');
  if (!host || !port || !statSync(tokenFile, { throwIfNoEntry: false })?.isFile()) return undefined;
  const ca = join(folder, 'ca.crt');
  return {
    cluster: {
      server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
      certificateAuthority: read(ca)?.includes('-----BEGIN CERTIFICATE-----') ? ca : undefined,
    },
    user: { tokenFile },
    namespace: env.POD_NAMESPACE || read(join(folder, 'namespace'))?.trim() || 'default',
  };
}

function read(file: string): string | undefined {
  try {
    return Buffer.from(readConfigFile(file)).toString('utf8');
  } catch {
    return undefined;
  }
}
