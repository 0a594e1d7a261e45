/** The demo on an API server from the programs of setup-envtest: `node api-server.ts FOLDER`. */
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createApiClient } from '../environment/api-client.ts';
import { createAuthority, issueCertificate, writeCertificate } from '../environment/certificate.ts';
import { startDaemon, stopDaemons } from '../environment/daemon.ts';
import { writeKubeconfig } from '../environment/kubeconfig.ts';
import { reservePorts } from '../environment/port-block.ts';
import { createRunFolder, removeRunFolder } from '../environment/run-folder.ts';
import { shortPlay } from './short-play.ts';

const [programs = ''] = process.argv.slice(2);
const folder = createRunFolder();
const stop = async (): Promise<void> => {
  await stopDaemons();
  await removeRunFolder(folder);
};
process.once('SIGINT', () => void stop().then(() => process.exit(130)));
try {
  const kubeconfig = await startApiServer();
  const env = {
    PATH: [programs, process.env.PATH].join(delimiter),
    HOME: join(folder, 'home'),
    KUBECONFIG: kubeconfig,
  };
  shortPlay({ env, makesAccount: true, print: (text) => process.stdout.write(text) });
} finally {
  await stop();
}

/** Starts etcd and an API server. Resolves with the path of a kubeconfig once the server answers. */
async function startApiServer(): Promise<string> {
  const ports = await reservePorts();
  const [client, peer] = [`http://127.0.0.1:${await ports.next()}`, `http://127.0.0.1:${await ports.next()}`];
  const port = await ports.next();
  const path = (name: string): string => join(folder, 'certificates', name);
  const authority = createAuthority('regsecret demo authority');
  const ca = writeCertificate(authority, path('ca'));
  const names = ['127.0.0.1', 'localhost'];
  const own = writeCertificate(issueCertificate(authority, { commonName: 'kube-apiserver' }, names), path('server'));
  const subject = { commonName: 'kubernetes-admin', organizations: ['system:masters'] };
  const certificate = writeCertificate(issueCertificate(authority, subject, []), path('admin'));
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = path('service-account.key');
  writeFileSync(key, keys.privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  const etcd = startDaemon({
    name: 'etcd',
    command: join(programs, 'etcd'),
    folder,
    args: [
      `--data-dir=${join(folder, 'state', 'etcd')}`,
      ...[`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`],
      ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=default=${peer}`],
    ],
  });
  await etcd.ready(async () => (await fetch(`${client}/health`)).ok);
  const apiServer = startDaemon({
    name: 'kube-apiserver',
    command: join(programs, 'kube-apiserver'),
    folder,
    args: [
      ...[`--etcd-servers=${client}`, '--bind-address=127.0.0.1', `--secure-port=${port}`],
      ...[
        `--client-ca-file=${ca.certFile}`,
        `--tls-cert-file=${own.certFile}`,
        `--tls-private-key-file=${own.keyFile}`,
      ],
      '--service-account-issuer=https://kubernetes.default.svc',
      ...[`--service-account-key-file=${key}`, `--service-account-signing-key-file=${key}`],
      ...['--authorization-mode=RBAC', '--service-cluster-ip-range=10.96.0.0/16', '--endpoint-reconciler-type=none'],
      `--cert-dir=${join(folder, 'certificates')}`,
    ],
  });
  const credentials = { server: `https://127.0.0.1:${port}`, caFile: ca.certFile, certificate };
  const api = createApiClient(credentials);
  await apiServer.ready(async () => (await api.request('GET', '/readyz')).status === 200);
  api.close();
  return writeKubeconfig(join(folder, 'admin.kubeconfig'), credentials);
}
