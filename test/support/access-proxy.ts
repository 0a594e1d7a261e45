/** An access proxy: one address in front of several real API servers, which chooses by the user, as Teleport and Rancher do. */
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { Agent, createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { issueCertificate, readAuthority } from '../environment/certificate.ts';
import type { ClusterInfo } from '../environment/control-plane.ts';

export interface AccessProxy {
  /** Its certificate is issued by the authority of the first cluster. */
  readonly server: string;
  close(): Promise<void>;
}

/** Sends each request on to the cluster of its bearer token, as the administrator of that cluster. */
export async function startAccessProxy(clusters: Readonly<Record<string, ClusterInfo>>): Promise<AccessProxy> {
  const [first] = Object.values(clusters);
  if (first === undefined) throw new Error('an access proxy needs a cluster');
  const authority = readAuthority({ certFile: first.caFile, keyFile: first.caKeyFile });
  const { certificate, key } = issueCertificate(authority, { commonName: 'access-proxy' }, ['127.0.0.1']);
  const behind = new Map<string, { readonly server: string; readonly agent: Agent }>(
    Object.entries(clusters).map(([token, { server, caFile, admin }]) => {
      const [ca, cert, ownKey] = [caFile, admin.certFile, admin.keyFile].map((file) => readFileSync(file));
      return [`Bearer ${token}`, { server, agent: new Agent({ keepAlive: true, ca, cert, key: ownKey }) }];
    }),
  );
  const proxy = createServer({ cert: certificate, key }, (incoming, answer) => {
    const { authorization = '', host: _, ...headers } = incoming.headers;
    const chosen = behind.get(authorization);
    if (chosen === undefined) return void answer.writeHead(401).end();
    const { server, agent } = chosen;
    const passed = request(new URL(incoming.url ?? '', server), { method: incoming.method, headers, agent });
    passed.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 0, response.headers);
      response.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    incoming.pipe(passed);
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  return { server: `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`, close: () => close(proxy, behind) };
}

async function close(proxy: Server, behind: ReadonlyMap<string, { readonly agent: Agent }>): Promise<void> {
  for (const { agent } of behind.values()) agent.destroy();
  proxy.closeAllConnections();
  await new Promise((done) => proxy.close(done));
}
