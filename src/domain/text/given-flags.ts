/** The flags that proposed commands repeat. Without them, a command would go to another cluster, or as another user. */

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

const FLAGS = [
  ['kubeconfig', '--kubeconfig'],
  ['context', '--context'],
  ['cluster', '--cluster'],
  ['user', '--user'],
  ['apiServer', '--api-server'],
  ['as', '--as'],
  ['asGroup', '--as-group'],
  ['asUid', '--as-uid'],
  ['asUserExtra', '--as-user-extra'],
  ['certificateAuthority', '--certificate-authority'],
  ['clientCertificate', '--client-certificate'],
  ['clientKey', '--client-key'],
  ['tlsServerName', '--tls-server-name'],
  ['insecureSkipTlsVerify', '--insecure-skip-tls-verify'],
] as const satisfies readonly (readonly [keyof GivenFlags, string])[];

/** The flags for the cluster and the user, as `program` spells them. An empty text counts as not given. */
export function clusterWords(given: GivenFlags, program: 'kubectl' | 'regsecret'): string[] {
  return FLAGS.flatMap(([key, flag]) => {
    const spelled = flag === '--api-server' && program === 'kubectl' ? '--server' : flag;
    const value = given[key];
    if (value === true) return [spelled];
    const values = typeof value === 'object' ? value : [value || ''];
    // The password in an address is not shown either.
    const shown = (one: string): string => (key === 'apiServer' ? one.replace(/\/\/[^/]*@/, '//') : one);
    return values.flatMap((one) => (one === '' ? [] : [spelled, shown(one)]));
  });
}

/** The flags for a command that reads only the kubeconfig. */
export function configWords({ kubeconfig = '' }: GivenFlags): string[] {
  return kubeconfig === '' ? [] : ['--kubeconfig', kubeconfig];
}
