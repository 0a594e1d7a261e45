/** Shared by the tests of `doctor -f`: the run, its JSON, and manifests as text. */
import { join } from 'node:path';
import type { FindingView } from '../../src/diagnosis/view.ts';
import { CANARY } from './canary.ts';
import { here, type RanHere } from './here.ts';

const folder = join(import.meta.dirname, '..', 'manifests');
export const broken = join(folder, 'broken');
export const clean = join(folder, 'clean');

/** Runs `doctor` with a kubeconfig that does not exist, so that no cluster is contacted. */
export function doctor(args: readonly string[], stdin: string | Uint8Array = ''): Promise<RanHere> {
  return here(['doctor', ...args], { stdin, env: { KUBECONFIG: '/nope' } });
}

/** The part of the JSON that tests read. */
interface Report {
  readonly healthy: boolean;
  readonly findings: readonly (Omit<FindingView, 'fix'> & { readonly fix: { readonly command?: string } })[];
}

export async function report(args: readonly string[], stdin = ''): Promise<Report> {
  return JSON.parse((await doctor([...args, '-o', 'json'], stdin)).stdout);
}

export const pod = (list: string, image = 'ghcr.io/acme/web'): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  imagePullSecrets: [${list}]\n  containers: [{name: app, image: ${image}}]\n`;
export const secret = (name: string): string =>
  `---\napiVersion: v1\nkind: Secret\nmetadata: {name: ${name}}\ntype: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: '{"auths":{"ghcr.io":{"username":"janedoe","password":"${CANARY}"}}}'}\n`;

export function secretOf(metadata: object, config: string): object {
  const type = 'kubernetes.io/dockerconfigjson';
  return { apiVersion: 'v1', kind: 'Secret', metadata, type, stringData: { '.dockerconfigjson': config } };
}
