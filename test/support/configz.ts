/** The configuration of a real kubelet, and an API server that passes it on. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { json } from 'node:stream/consumers';
import { api, cluster } from '../environment/use.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

/** What the kubelet answers to `/configz`. It is asked directly, because the API server refuses to ask an address of this machine. */
export async function kubeletConfigz(name: string): Promise<{ readonly kubeletconfig: Record<string, unknown> }> {
  const { status } = (await api('GET', `/api/v1/nodes/${name}`)).body;
  const { certFile, keyFile } = cluster().admin;
  const options = {
    host: '127.0.0.1',
    port: status.daemonEndpoints.kubeletEndpoint.Port,
    path: '/configz',
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    rejectUnauthorized: false, // its certificate is self-signed
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(options, resolve).once('error', reject);
  });
  return (await json(answer)) as { kubeletconfig: Record<string, unknown> };
}

/** The API server, and what its kubelets answer to `/configz`, as where it can reach them. */
export function startConfigzServer(): Promise<FaultProxy> {
  return startFaultProxy(cluster(), async ({ path }) => {
    const [, node] = CONFIGZ.exec(path) ?? [];
    if (node === undefined) return undefined;
    const body = JSON.stringify(await kubeletConfigz(node));
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  });
}

const CONFIGZ = /^\/api\/v1\/nodes\/([^/]+)\/proxy\/configz$/;
