/** Kubeconfigs with several contexts. */
import { join } from 'node:path';
import { clientCertificate, cluster } from '../environment/use.ts';
import type { Fault, SeenRequest } from './fault-proxy.ts';
import { newFolder, writeFile } from './kube-world.ts';

/** One context. Left out fields default to the cluster of this run and its administrator. */
export interface ContextOf {
  readonly server?: string;
  readonly caFile?: string;
  readonly certificate?: { readonly certFile: string; readonly keyFile: string };
  /** A user who has no rights except those that a test grants. */
  readonly user?: string;
  /** In place of a certificate. */
  readonly token?: string;
  readonly namespace?: string;
}

/** A server at whose port nothing listens. */
export const DEAD: ContextOf = { server: 'https://127.0.0.1:1' };

/** For a fault proxy that stands for another cluster than the one behind it. */
export function anotherCluster({ method, path }: Pick<SeenRequest, 'method' | 'path'>): Fault | undefined {
  if (method !== 'GET' || path !== '/api/v1/namespaces/kube-system') return undefined;
  const metadata = { name: 'kube-system', uid: '00000000-0000-4000-8000-000000000000' };
  const headers = { 'content-type': 'application/json' };
  return { status: 200, headers, body: JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata }) };
}

/** Writes a kubeconfig with these contexts and returns its path. The first context is the current one. */
export function contextsFile(contexts: Readonly<Record<string, ContextOf>>): string {
  const names = Object.keys(contexts);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: names.map((name) => {
      const { server = cluster().server, caFile = cluster().caFile } = contexts[name] ?? {};
      return { name, cluster: { server, 'certificate-authority': caFile } };
    }),
    users: names.map((name) => {
      const { user, token, certificate = cluster().admin } = contexts[name] ?? {};
      if (token !== undefined) return { name, user: { token } };
      const { certFile, keyFile } = user === undefined ? certificate : clientCertificate(user);
      return { name, user: { 'client-certificate': certFile, 'client-key': keyFile } };
    }),
    contexts: names.map((name) => {
      const { namespace } = contexts[name] ?? {};
      return { name, context: { cluster: name, user: name, ...(namespace === undefined ? {} : { namespace }) } };
    }),
    'current-context': names[0],
  };
  return writeFile(join(newFolder(), 'config'), JSON.stringify(config));
}
