/** A TLS server on loopback that records requests: path, credentials and impersonation. */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { connect } from '../../src/cluster/transport.ts';
import type { Certificate } from '../environment/certificate.ts';
import { waitFor } from '../environment/condition.ts';
import { type ClientAnswer, type ClientQuestion, kubeFlags, sent } from './client-config.ts';
import { fakeIo } from './io.ts';

/** The names that the server's certificate needs, including those in generated kubeconfigs. */
export const WIRE_HOSTS = ['127.0.0.1', 'other.example', 'flag.example'];

export interface WireRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  /** The Authorization and Impersonate-* headers. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** The fingerprint of the client certificate. */
  readonly certificate: string | undefined;
}

export interface WireServer {
  /** Replaces the servers in `text` with this one and keeps user info and path. */
  here(text: string): string;
  /**
   * The requests since the previous call. It also waits for requests still on their way from a client that gave up at its time
   * limit, because they belong to that call.
   */
  take(): Promise<WireRequest[]>;
  close(): void;
}

export async function startWireServer({ certificate, key }: Certificate): Promise<WireServer> {
  let requests: WireRequest[] = [];
  /** The ports of connected clients that have not sent a request yet. */
  const silent = new Set<number | undefined>();
  const server = createServer(
    { cert: certificate, key, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      silent.delete(request.socket.remotePort);
      requests.push(describeRequest(request));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    },
  );
  server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    silent.add(remotePort);
    socket.once('close', () => silent.delete(remotePort));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const hosts = /(https:\/\/(?:[^@\s"'/]*@)?)(?:host\.example|10\.0\.0\.1|\[fd00::1\]|h)(?::6443)?(?=[/?"'\s,}]|$)/gim;
  return {
    here: (text) => text.replace(hosts, `$1127.0.0.1:${port}`),
    async take() {
      // Node reports connections that the kernel has already accepted within the next turns of the event loop.
      for (let turn = 0; turn < 3; turn += 1) await setImmediate();
      await waitFor(() => silent.size === 0, { what: 'requests on their way', everyMs: 1 });
      const taken = requests;
      requests = [];
      return taken;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function describeRequest(request: IncomingMessage): WireRequest {
  const headers: Record<string, string[]> = {};
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index]?.toLowerCase() ?? '';
    headers[name] = [...(headers[name] ?? []), request.rawHeaders[index + 1] ?? ''];
  }
  const { fingerprint256 } = (request.socket as TLSSocket).getPeerCertificate();
  return { method: request.method, path: request.url, headers: sent(headers), certificate: fingerprint256 };
}

/** Sends a request with our client. */
export async function sendOurs({ flags, env }: ClientQuestion): Promise<ClientAnswer> {
  try {
    const transport = await connect(kubeFlags(flags), fakeIo({ env }), undefined);
    try {
      await transport.request({ method: 'GET', path: '/api/v1/secrets' });
    } finally {
      transport.close();
    }
    return {};
  } catch (error) {
    return { error: (error as Error).message };
  }
}
