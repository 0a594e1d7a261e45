/** A real control plane on loopback ports: etcd and kube-apiserver, with or without kube-controller-manager and kube-scheduler. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ApiClient, createApiClient } from './api-client.ts';
import {
  type Authority,
  type CertificateFiles,
  createAuthority,
  issueCertificate,
  type Subject,
  writeCertificate,
} from './certificate.ts';
import { waitFor } from './condition.ts';
import { startDaemon } from './daemon.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import type { PortBlock } from './port-block.ts';
import { controlPlanePrograms, ensurePrograms } from './programs.ts';
import { type Report, secondsSince } from './report.ts';

/** The information that other processes need about the control plane. It is plain data because it is sent between processes. */
export interface ClusterInfo {
  /** An administrator's kubeconfig, with a client certificate of the group system:masters. */
  kubeconfig: string;
  server: string;
  /** The URL of etcd. */
  etcd: string;
  caFile: string;
  /** The key of the authority, with which tests issue client certificates for any user. */
  caKeyFile: string;
  admin: CertificateFiles;
  serviceAccountIssuer: string;
  /** Users of the API server's static token file, by name. */
  tokenUsers: Record<'token-admin' | 'token-nobody', { token: string; groups: string[] }>;
  bin: Record<(typeof controlPlanePrograms)[number], string>;
  /** The run's temporary folder; logs are in `logs/`. */
  folder: string;
  /** The socket of the supervisor. */
  socket: string;
  /** A home folder for kubectl, so that it does not read or write the user's. */
  home: string;
}

/** A control plane without controllers: nothing creates service accounts, and pods need a node from who creates them. */
export type ApiServer = Omit<ClusterInfo, 'bin'>;

/** Starts etcd and an API server with the service account `default`, which is enough for pods that have a node. */
export async function startSmallControlPlane(folder: string, ports: PortBlock, report: Report): Promise<ApiServer> {
  const started = performance.now();
  const { info, api } = await startApiServer(folder, ports, await ensurePrograms(['etcd', 'kube-apiserver'], report), [
    '--disable-admission-plugins=TaintNodesByCondition', // no controller removes the taint of a new node
  ]);
  const account = { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: 'default' } };
  const data = { 'ca.crt': readFileSync(info.caFile, 'utf8') };
  const authority = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'kube-root-ca.crt' }, data };
  const create = async (path: string, object: object): Promise<boolean> =>
    [201, 409].includes((await api.request('POST', `/api/v1/namespaces/default/${path}`, object)).status);
  // The API server creates the namespace a moment after it is ready.
  const what = 'the namespace default';
  await waitFor(() => create('serviceaccounts', account), { what, everyMs: 25 });
  await waitFor(() => create('configmaps', authority), { what, everyMs: 25 });
  api.close();
  report(`API server ready in ${secondsSince(started)}`);
  return info;
}

/** Starts the control plane. Resolves when the API server is ready and the controller manager creates service accounts. */
export async function startControlPlane(folder: string, ports: PortBlock, report: Report): Promise<ClusterInfo> {
  const bin = await ensurePrograms(controlPlanePrograms, report);
  const started = performance.now();
  const { info, api, serviceAccountKey } = await startApiServer(folder, ports, bin, []);
  const { kubeconfig } = info;
  const common = [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0'];
  const unhurried = ['--kube-api-qps=1000', '--kube-api-burst=1000']; // the default of 20 requests per second makes tests wait
  const manager = startDaemon({
    name: 'kube-controller-manager',
    command: bin['kube-controller-manager'],
    folder,
    args: [
      ...common,
      ...unhurried,
      `--flex-volume-plugin-dir=${join(folder, 'state', 'flex-volume')}`, // created if absent, by default in /usr
      `--root-ca-file=${info.caFile}`,
      `--service-account-private-key-file=${serviceAccountKey}`,
    ],
  });
  startDaemon({ name: 'kube-scheduler', command: bin['kube-scheduler'], folder, args: [...common, ...unhurried] });
  const account = '/api/v1/namespaces/default/serviceaccounts/default';
  await manager.ready(async () => (await api.request('GET', account)).status === 200);
  api.close();
  report(`control plane ready in ${secondsSince(started)}: ${kubeconfig}`);
  return { ...info, bin };
}

interface RunningApiServer {
  readonly info: ApiServer;
  readonly api: ApiClient;
  readonly serviceAccountKey: string;
}

async function startApiServer(
  folder: string,
  ports: PortBlock,
  bin: Record<'etcd' | 'kube-apiserver', string>,
  flags: readonly string[],
): Promise<RunningApiServer> {
  const files = writeFiles(folder);
  const etcd = await startEtcd(bin.etcd, folder, ports);
  const port = await ports.next();
  const server = `https://127.0.0.1:${port}`;
  const apiServer = startDaemon({
    name: 'kube-apiserver',
    command: bin['kube-apiserver'],
    folder,
    args: [
      `--etcd-servers=${etcd}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${port}`,
      `--cert-dir=${join(folder, 'certificates')}`,
      `--client-ca-file=${files.ca.certFile}`,
      `--tls-cert-file=${files.server.certFile}`,
      `--tls-private-key-file=${files.server.keyFile}`,
      `--service-account-issuer=${serviceAccountIssuer}`,
      `--service-account-key-file=${files.serviceAccountKey}`,
      `--service-account-signing-key-file=${files.serviceAccountKey}`,
      `--token-auth-file=${files.tokens}`,
      `--kubelet-client-certificate=${files.admin.certFile}`,
      `--kubelet-client-key=${files.admin.keyFile}`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--endpoint-reconciler-type=none', // there is one server, and nothing looks up its endpoints
      '--allow-privileged',
      ...flags,
    ],
  });
  const credentials = { server, caFile: files.ca.certFile };
  const kubeconfig = writeKubeconfig(join(folder, 'admin.kubeconfig'), { ...credentials, certificate: files.admin });
  const api = createApiClient({ ...credentials, certificate: files.admin });
  await apiServer.ready(async () => (await api.request('GET', '/readyz')).status === 200);
  const info = {
    kubeconfig,
    server,
    etcd,
    caFile: files.ca.certFile,
    caKeyFile: files.ca.keyFile,
    admin: files.admin,
    serviceAccountIssuer,
    tokenUsers,
    folder,
    socket: join(folder, 'supervisor.sock'),
    home: join(folder, 'home'),
  };
  return { info, api, serviceAccountKey: files.serviceAccountKey };
}

const serviceAccountIssuer = 'https://kubernetes.default.svc';

const tokenUsers: ClusterInfo['tokenUsers'] = {
  'token-admin': { token: 'static-token-of-token-admin', groups: ['system:masters'] },
  'token-nobody': { token: 'static-token-of-token-nobody', groups: [] },
};

interface Files {
  ca: CertificateFiles;
  server: CertificateFiles;
  admin: CertificateFiles;
  serviceAccountKey: string;
  tokens: string;
}

function writeFiles(folder: string): Files {
  const path = (name: string): string => join(folder, 'certificates', name);
  const ca: Authority = createAuthority('regsecret test authority');
  const issue = (name: string, subject: Subject, hosts: readonly string[] = []): CertificateFiles =>
    writeCertificate(issueCertificate(ca, subject, hosts), path(name));
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(path('service-account.key'), keys.privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  const tokenLines = Object.entries(tokenUsers).map(
    ([name, { token, groups }]) => `${token},${name},${name},"${groups.join(',')}"\n`,
  );
  writeFileSync(path('tokens.csv'), tokenLines.join(''), { mode: 0o600 });
  return {
    ca: writeCertificate(ca, path('ca')),
    server: issue('server', { commonName: 'kube-apiserver' }, ['127.0.0.1', 'localhost', 'kubernetes.default.svc']),
    admin: issue('admin', { commonName: 'kubernetes-admin', organizations: ['system:masters'] }),
    serviceAccountKey: path('service-account.key'),
    tokens: path('tokens.csv'),
  };
}

/** Starts etcd and returns its URL. */
async function startEtcd(command: string, folder: string, ports: PortBlock): Promise<string> {
  const client = `http://127.0.0.1:${await ports.next()}`;
  const peer = `http://127.0.0.1:${await ports.next()}`;
  const etcd = startDaemon({
    name: 'etcd',
    command,
    folder,
    args: [
      `--data-dir=${join(folder, 'state', 'etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync', // no data has to survive
    ],
  });
  await etcd.ready(async () => (await fetch(`${client}/health`)).ok);
  return client;
}
