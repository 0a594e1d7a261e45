/** Names that completion meets in kubeconfigs and clusters: those that are offered, and those that others chose to harm. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** As `aws eks`, gcloud, kops, Azure and OpenShift name contexts, and what kubectl users write themselves. */
export const PLAIN_NAMES: readonly string[] = [
  'prod',
  'kind-dev_2.eu',
  'arn:aws:eks:eu-west-1:123456789012:cluster/prod',
  'gke_project_europe-west1-b_prod',
  'jane@cluster.k8s',
  'kubernetes-admin@kubernetes',
  'clusterUser_group_aks',
  'team/api-crc-testing:6443/kube:admin',
  '/api-crc-testing:6443/kube:admin',
  'a+b=c',
];

/** Plain but for their first character. */
const HOSTILE_STARTS: readonly string[] = ['-oname', '--all-namespaces', '=ls', '@args', '+x', ':0', ':4', ''];

/** Each has an effect, or splits, in at least one of bash, zsh, fish and PowerShell, or stands for nothing that can be seen. */
export const HOSTILE_NAMES: readonly string[] = [
  ...HOSTILE_STARTS,
  'prod;id>ran',
  'x;{id,-u}>ran',
  'x|id>ran',
  'x&id>ran',
  'x>ran',
  'x<ran',
  'x<(id>ran)',
  '(id>ran)',
  'x(id>ran)',
  '$(id>ran)',
  '$HOME',
  '`id>ran`',
  "';id>ran;'",
  '";id>ran;"',
  '\u2019;id>ran;\u2019',
  '\u2018x',
  '\u201a;id>ran',
  '\u201b;id>ran',
  '\u201c;id>ran;\u201d',
  '\u201ex',
  'x\nid>ran',
  'x\r',
  'x\u001b[2J',
  'x\tdescription',
  'x y',
  'x\u00a0y',
  'x\u0085id>ran',
  '*',
  '?',
  '[a-z]',
  '**/x',
  'x{a,b}',
  '{a,b}',
  'x,y',
  '!!',
  '!history',
  'x!y',
  '\u2013oname',
  '\u2014oname',
  '~',
  '~root',
  '@(id)',
  '%self',
  '%1',
  '#x',
  'x#y',
  '^x',
  'x^y',
  'x\\y',
  'x\u202ey',
  'x\u200by',
  'pr\u043ed',
];

/** Writes a kubeconfig for each name, which has a context, a cluster and a user of that name and no other. Returns their paths. */
export function kubeconfigsNaming(
  names: readonly string[],
  folder: string,
  server = 'https://127.0.0.1:9',
): readonly string[] {
  mkdirSync(folder, { recursive: true });
  return names.map((name, index) => {
    const path = join(folder, `${index}`);
    const config = {
      kind: 'Config',
      apiVersion: 'v1',
      clusters: [{ name, cluster: { server } }],
      users: [{ name, user: {} }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
    };
    writeFileSync(path, JSON.stringify(config));
    return path;
  });
}
