/** Kubeconfig files for the test cluster. */
import { writeFileSync } from 'node:fs';
import type { CertificateFiles } from './certificate.ts';

export interface KubeconfigOptions {
  server: string;
  caFile: string;
  /** The user: a client certificate, a bearer token, or anonymous with neither. */
  certificate?: CertificateFiles;
  token?: string;
  namespace?: string;
}

/** Writes a kubeconfig with one context, `test`, and returns its path. JSON is YAML, so nothing needs quoting. */
export function writeKubeconfig(path: string, options: KubeconfigOptions): string {
  const { server, caFile, certificate, token, namespace } = options;
  const user = {
    ...(certificate ? { 'client-certificate': certificate.certFile, 'client-key': certificate.keyFile } : {}),
    ...(token ? { token } : {}),
  };
  const context = { cluster: 'test', user: 'test', ...(namespace ? { namespace } : {}) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': caFile } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context }],
    'current-context': 'test',
  };
  writeFileSync(path, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
  return path;
}
