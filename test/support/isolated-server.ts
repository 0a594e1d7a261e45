/** An API server of its own for what would harm the shared one. Its objects are in the same etcd, under another prefix. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from '../environment/api-client.ts';
import { issueCertificate, readAuthority, writeCertificate } from '../environment/certificate.ts';
import { startDaemon } from '../environment/daemon.ts';
import { writeKubeconfig } from '../environment/kubeconfig.ts';
import { reservePorts } from '../environment/port-block.ts';
import { cluster } from '../environment/use.ts';

export interface IsolatedServer {
  readonly api: ApiClient;
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/** Starts an API server without service accounts, with these further flags. */
export async function isolatedServer(...flags: string[]): Promise<IsolatedServer> {
  const { bin, caFile, caKeyFile, admin, etcd, home } = cluster();
  const folder = mkdtempSync(join(home, 'isolated-'));
  for (const name of ['logs', 'home', 'certificates']) mkdirSync(join(folder, name));
  const port = await (await reservePorts()).next();
  const authority = readAuthority({ certFile: caFile, keyFile: caKeyFile });
  const names = ['127.0.0.1', 'localhost'];
  const own = writeCertificate(
    issueCertificate(authority, { commonName: 'kube-apiserver' }, names),
    join(folder, 'certificates', 'server'),
  );
  const key = join(cluster().folder, 'certificates', 'service-account.key');
  const daemon = startDaemon({
    name: 'kube-apiserver',
    command: bin['kube-apiserver'],
    folder,
    args: [
      ...[`--etcd-servers=${etcd}`, `--etcd-prefix=/isolated-${randomBytes(4).toString('hex')}`],
      ...['--bind-address=127.0.0.1', `--secure-port=${port}`, `--cert-dir=${join(folder, 'certificates')}`],
      ...[`--client-ca-file=${caFile}`, `--tls-cert-file=${own.certFile}`, `--tls-private-key-file=${own.keyFile}`],
      '--service-account-issuer=https://isolated.example',
      ...[`--service-account-key-file=${key}`, `--service-account-signing-key-file=${key}`],
      ...['--service-cluster-ip-range=10.96.0.0/16', '--endpoint-reconciler-type=none', '--authorization-mode=RBAC'],
      '--disable-admission-plugins=ServiceAccount',
      ...flags,
    ],
  });
  const credentials = { server: `https://127.0.0.1:${port}`, caFile, certificate: admin };
  const api = createApiClient(credentials);
  await daemon.ready(async () => (await api.request('GET', '/readyz')).status === 200);
  return {
    api,
    kubeconfig: writeKubeconfig(join(folder, 'kubeconfig'), credentials),
    async stop() {
      api.close();
      await daemon.stop();
    },
  };
}
