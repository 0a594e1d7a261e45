/** The flags that select the cluster and the user. Proposed commands repeat them, so that they go to the same place. */

/** As commander parses them. `--token` is left out, because a command on a screen must not show it. */
export interface GivenFlags {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly namespace?: string | undefined;
  readonly apiServer?: string | undefined;
  readonly as?: string | undefined;
  readonly asGroup?: readonly string[] | undefined;
  readonly asUid?: string | undefined;
  readonly asUserExtra?: readonly string[] | undefined;
  readonly tlsServerName?: string | undefined;
  readonly insecureSkipTlsVerify?: boolean | undefined;
  readonly certificateAuthority?: string | undefined;
  readonly clientCertificate?: string | undefined;
  readonly clientKey?: string | undefined;
}

/**
 * A flag: the name of its value where a proposed command repeats it, its form for commander, its help, and whether it may be
 * repeated or names another cluster or user than the one that a context sets.
 */
type ClusterFlag = readonly [
  key: keyof GivenFlags | 'token' | undefined,
  form: string,
  help: string,
  trait?: 'one cluster' | 'repeatable',
];

/** The flags of kubectl for the cluster, the user and the requests. Only its `-s, --server` is called --api-server here. */
export const CLUSTER_FLAGS: readonly ClusterFlag[] = [
  [undefined, '-n, --namespace <namespace>', 'work in this namespace (default: the namespace of the context)'],
  ['kubeconfig', '--kubeconfig <file>', 'use this kubeconfig, not KUBECONFIG and ~/.kube/config'],
  ['context', '--context <name>', 'use this context of the kubeconfig'],
  ['cluster', '--cluster <name>', 'use this cluster of the kubeconfig', 'one cluster'],
  ['user', '--user <name>', 'use this user of the kubeconfig', 'one cluster'],
  ['apiServer', '--api-server <url>', 'use the API server at this address', 'one cluster'],
  ['token', '--token <token>', 'send this bearer token to the API server', 'one cluster'],
  ['as', '--as <user>', 'impersonate this user'],
  ['asGroup', '--as-group <group>', 'impersonate this group (repeatable)', 'repeatable'],
  ['asUid', '--as-uid <uid>', 'impersonate this UID'],
  ['asUserExtra', '--as-user-extra <key=value>', 'impersonate with this extra field (repeatable)', 'repeatable'],
  [undefined, '--request-timeout <duration>', 'wait this long for one request, such as 30s; 0 waits without end'],
  [
    'certificateAuthority',
    '--certificate-authority <file>',
    'check the API server with these certificates',
    'one cluster',
  ],
  ['clientCertificate', '--client-certificate <file>', 'log in with this certificate', 'one cluster'],
  ['clientKey', '--client-key <file>', 'use this key of --client-certificate', 'one cluster'],
  ['tlsServerName', '--tls-server-name <name>', 'expect this name in the certificate of the API server', 'one cluster'],
  [
    'insecureSkipTlsVerify',
    '--insecure-skip-tls-verify',
    'do not check the certificate of the API server',
    'one cluster',
  ],
];

/** The name of a flag: `--context` of `--context <name>`. */
export function flagName(form: string): string {
  return /--[\w-]+/.exec(form)?.[0] ?? form;
}

/** The flags for the cluster and the user, as `program` spells them. An empty text counts as not given. */
export function clusterWords(given: GivenFlags, program: 'kubectl' | 'regsecret'): string[] {
  return CLUSTER_FLAGS.flatMap(([key, form]) => {
    if (key === undefined || key === 'token') return [];
    const spelled = key === 'apiServer' && program === 'kubectl' ? '--server' : flagName(form);
    const value = given[key];
    if (value === true) return [spelled];
    const values = typeof value === 'object' ? value : [value || ''];
    return values.flatMap((one) => (one === '' ? [] : [spelled, key === 'apiServer' ? shownAddress(one) : one]));
  });
}

/** The address of an API server without user info, which ends at the last `@`: a password may have slashes. */
export function shownAddress(address: string): string {
  return address.replace(/^([^/]*\/\/)?.*@/s, '$1');
}

/** The flags for a command that reads only the kubeconfig. */
export function configWords({ kubeconfig = '' }: GivenFlags): string[] {
  return kubeconfig === '' ? [] : ['--kubeconfig', kubeconfig];
}
