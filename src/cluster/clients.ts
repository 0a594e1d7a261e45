/** The HTTP clients of one connection: which CAs they trust, which proxy they use, and which client certificate they present. */

import { UserError } from '../errors.ts';
import { createHttpClient, type HttpClient } from '../http/http-client.ts';
import type { TlsOptions } from '../http/message.ts';
import { proxyFor } from '../http/proxy.ts';
import { checkKeyPair, pem } from '../kubeconfig/config-file.ts';
import type { Connection } from '../kubeconfig/connection.ts';
import type { Credentials } from '../kubeconfig/credentials.ts';
import type { Cluster } from '../kubeconfig/kube-file.ts';
import type { KubeFlags } from '../kubeconfig/kube-flags.ts';
import { clusterCommand } from '../line/command.ts';
import type { Io } from '../system/io.ts';
import { VERSION } from '../version.ts';

/**
 * A connection idle for longer may have been dropped along the way. A request over it would wait until the connection is given
 * up.
 */
const IDLE_MS = 10_000;

export interface Clients {
  readonly proxy: string | undefined;
  /** Without a client certificate. */
  readonly tls: TlsOptions;
  /** Returns the same client while the client certificate stays the same, so that requests share connections. */
  forUser(credentials: Credentials): HttpClient;
  /** Closes the connections that no request is using. */
  closeIdle(): void;
  close(): void;
}

/** The clients for one API server. `lasting` is for a run without end. Throws UserError for files that cannot be used. */
export async function createClients(
  { server, cluster }: Connection,
  io: Io,
  { lasting = false }: Pick<KubeFlags, 'lasting'> = {},
): Promise<Clients> {
  const proxy = cluster.proxyUrl ?? proxyFor(server, io.env);
  const trust: TlsOptions = {
    ca: server.protocol === 'https:' ? await authorities(cluster, io.signal) : undefined,
    servername: cluster.tlsServerName,
    rejectUnauthorized: !cluster.insecureSkipTlsVerify,
  };
  const clients: { certificate: string | undefined; client: HttpClient }[] = [];
  return {
    proxy,
    tls: trust,
    forUser({ certificate, key }) {
      const latest = clients.at(-1);
      if (latest !== undefined && latest.certificate === certificate) return latest.client;
      checkKeyPair(certificate, key);
      const tls = { ...trust, cert: certificate, key };
      const client = createHttpClient({
        userAgent: `regsecret/${VERSION}`,
        env: io.env,
        tls,
        proxy,
        idleMs: lasting ? IDLE_MS : undefined,
        log: io,
      });
      clients.push({ certificate, client });
      return client;
    },
    closeIdle() {
      for (const { client } of clients) client.closeIdle();
    },
    close() {
      for (const { client } of clients) client.close();
    },
  };
}

/** client-go transport/transport.go `TLSConfigFor` and `rootCertPool` */
async function authorities(cluster: Cluster, signal: AbortSignal): Promise<string | undefined> {
  const ca = await pem(cluster.certificateAuthorityData, cluster.certificateAuthority, signal);
  if (ca !== undefined && cluster.insecureSkipTlsVerify) {
    throw new UserError('specifying a root certificates file with the insecure flag is not allowed', VIEW);
  }
  if (ca === undefined || ca.includes('-----BEGIN CERTIFICATE-----')) return ca;
  const name = cluster.certificateAuthority ?? 'certificate-authority-data';
  throw new UserError(`unable to load root certificates: no certificate in ${name}`, VIEW);
}

const VIEW = clusterCommand`kubectl config view --minify`;
