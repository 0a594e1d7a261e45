/**
 * Combines kubeconfig, flags and pod into one server and one user (client-go tools/clientcmd/client_config.go), and checks them.
 */
import { accessSync, constants } from 'node:fs';
import { resolve } from 'node:path';
import { parseDuration } from '../codec/go/duration.ts';
import { type WebUrl, webUrl } from '../codec/go/web-url.ts';
import { UsageError, UserError } from '../errors.ts';
import { clusterCommand, configCommand } from '../line/command.ts';
import { shownAddress } from '../line/given-flags.ts';
import { prose } from '../line/hint.ts';
import { isNamespaceName, nameRule } from '../line/object-name.ts';
import { ownNamespace, type SelectedNamespace } from '../secret/selected-namespace.ts';
import { systemReason } from '../system/errno.ts';
import type { Io } from '../system/io.ts';
import type { InCluster } from './in-cluster.ts';
import type { KubeConfig } from './kube-config.ts';
import type { Cluster, ExecConfig, KubeContext, User } from './kube-file.ts';
import { type KubeFlags, MISPLACED_USER } from './kube-flags.ts';

export interface Connection {
  /** Without user info, query, fragment and final slash; its path is a prefix of every request. */
  readonly server: URL;
  /** The user info of the server's address. */
  readonly serverUser: Server['user'];
  readonly namespace: SelectedNamespace;
  /** The namespace without `-n`. */
  readonly contextNamespace: string;
  readonly cluster: Cluster;
  readonly user: User;
  /** The time limit of one request; 0 for none. */
  readonly timeoutMs: number;
}

/** As clientcmd `DirectClientConfig.ClientConfig` and `DeferredLoadingClientConfig`. Throws UserError. */
export function resolveConnection(
  config: KubeConfig,
  flags: KubeFlags,
  pod: InCluster | undefined,
  env: Io['env'],
): Connection {
  const context = chosenContext(config, flags);
  const clusterName = flags.cluster || context.cluster || '';
  const userName = flags.user || context.user || '';
  if (flags.user && !config.users.has(flags.user)) {
    throw new UserError(`auth info "${flags.user}" does not exist`, configCommand`kubectl config get-users`, [
      MISPLACED_USER,
      'list -o wide shows the users of registries',
    ]);
  }
  if (flags.cluster && !config.clusters.has(flags.cluster)) {
    throw new UserError(`cluster "${flags.cluster}" does not exist`, configCommand`kubectl config get-clusters`);
  }
  const named = overrideCluster(config.clusters.get(clusterName) ?? {}, flags);
  // A pod's own account is used only when nothing names a server. This differs from kubectl, which stops using the pod's cluster
  // as soon as --as or --request-timeout is given, and ignores --insecure-skip-tls-verify and --tls-server-name there.
  const inPod = named.server === undefined ? pod : undefined;
  const chosen = inPod === undefined ? named : overrideCluster(inPod.cluster, flags);
  const cluster = { ...chosen, server: chosen.server ?? (env.KUBERNETES_MASTER || undefined) };
  const user = overrideUser(inPod?.user ?? config.users.get(userName) ?? {}, flags);
  if (cluster.server === undefined) throw noServer(config, flags, clusterName);
  checkCluster(cluster, clusterName);
  checkUser(user, userName);
  const { url, user: serverUser, text } = parseServer(cluster.server);
  const contextNamespace = namespaceOf(context, pod);
  return {
    server: url,
    serverUser,
    namespace: chosenNamespace(flags.namespace || contextNamespace),
    contextNamespace,
    cluster: { ...cluster, server: text },
    user,
    timeoutMs: parseTimeout(flags.requestTimeout),
  };
}

/** `getContext` and `ConfirmUsable`. */
function chosenContext(config: KubeConfig, flags: KubeFlags): KubeContext {
  const name = flags.context || config.currentContext || '';
  // A context may have the empty name.
  const context = config.contexts.get(name) ?? (name === '' ? {} : undefined);
  if (context !== undefined) return context;
  if (flags.context)
    throw new UserError(`context "${name}" does not exist`, configCommand`kubectl config get-contexts`);
  throw new UserError(
    `context was not found for specified context: ${name}`,
    configCommand`kubectl config get-contexts`,
  );
}

/** As `Namespace` of merged_client_builder.go: inside a pod, the pod's own namespace, unless the context sets one. */
function namespaceOf(context: KubeContext, pod: InCluster | undefined): string {
  return context.namespace || pod?.namespace || 'default';
}

function chosenNamespace(namespace: string): SelectedNamespace {
  if (isNamespaceName(namespace)) return ownNamespace(namespace);
  throw new UserError(nameRule('namespace'), clusterCommand`kubectl get namespaces`);
}

/** As `getCluster`: flags about trust replace all trust settings of the file. */
function overrideCluster(cluster: Cluster, flags: KubeFlags): Cluster {
  const trust =
    flags.insecureSkipTlsVerify || flags.certificateAuthority
      ? {
          insecureSkipTlsVerify: flags.insecureSkipTlsVerify ?? false,
          certificateAuthority: flags.certificateAuthority ? resolve(flags.certificateAuthority) : undefined,
          certificateAuthorityData: undefined,
        }
      : {};
  // A different server has a different name, so --api-server alone drops the TLS server name of the file.
  const name = flags.tlsServerName || flags.apiServer ? { tlsServerName: flags.tlsServerName || undefined } : {};
  return { ...cluster, server: flags.apiServer || cluster.server, ...trust, ...name };
}

/**
 * As `getAuthInfo`, with one difference. With `--token`, client-go still prefers the file's `tokenFile`, so the flag would be
 * ignored. cli-runtime's `toRawKubeConfigLoader`, which clears that field among the flags, shows that the opposite is meant.
 */
function overrideUser(user: User, flags: KubeFlags): User {
  return {
    ...user,
    ...(flags.token ? { token: flags.token, tokenFile: undefined } : {}),
    ...(flags.clientCertificate
      ? { clientCertificate: resolve(flags.clientCertificate), clientCertificateData: undefined }
      : {}),
    ...(flags.clientKey ? { clientKey: resolve(flags.clientKey), clientKeyData: undefined } : {}),
    as: flags.as || user.as,
    asUid: flags.asUid || user.asUid,
    asUserExtra: flags.asUserExtra?.length ? extraFields(flags.asUserExtra) : user.asUserExtra,
    asGroups: flags.asGroup?.length ? flags.asGroup : user.asGroups,
  };
}

/** The values for each key; a key may have several (cli-runtime pkg/genericclioptions/config_flags.go). Throws UsageError. */
function extraFields(texts: readonly string[]): Record<string, string[]> {
  const fields = new Map<string, string[]>();
  for (const text of texts) {
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (key === '') throw new UsageError('--as-user-extra takes a key and a value', prose`--as-user-extra KEY=VALUE`);
    fields.set(key, [...(fields.get(key) ?? []), value]);
  }
  return Object.fromEntries(fields);
}

/** The error for a missing server. kubectl would go on with localhost:8080, where nothing listens. */
function noServer(config: KubeConfig, flags: KubeFlags, cluster: string): UserError {
  const context = flags.context || config.currentContext;
  if (config.clusters.has(cluster)) return new UserError(`no server found for cluster "${cluster}"`, VIEW);
  if (context !== undefined) {
    const message = cluster ? `cluster "${cluster}" was not found for` : 'cluster was not specified for';
    return new UserError(`${message} context "${context}"`, VIEW);
  }
  if (config.missing.length < config.files.length) {
    const [example = 'NAME'] = config.contexts.keys();
    return new UserError(
      'no context is chosen in the kubeconfig',
      configCommand`kubectl config use-context ${example}`,
    );
  }
  if (config.files.length === 0) return new UserError('KUBECONFIG has no file', configCommand`kubectl config view`);
  const files = config.files.join(', ');
  return new UserError(
    `no kubeconfig: ${files} ${config.files.length === 1 ? 'does' : 'do'} not exist`,
    prose`give one with --kubeconfig or KUBECONFIG, or a server with --api-server`,
  );
}

const VIEW = configCommand`kubectl config view`;

/** About 24 days. A longer timer fires at once in Node and Bun. */
const LONGEST_MS = 2 ** 31 - 1;

/** As clientcmd `ParseTimeout`. Go's http.Client treats a negative timeout as none. Go's durations end at 292 years. */
function parseTimeout(timeout: string | undefined): number {
  if (!timeout) return 0;
  const milliseconds = parseDuration(timeout);
  if (milliseconds !== undefined && Math.abs(milliseconds) < 2 ** 63 / 1e6) {
    return Math.min(Math.max(0, Math.ceil(milliseconds)), LONGEST_MS);
  }
  throw new UsageError(
    `invalid --request-timeout "${timeout}"`,
    prose`--request-timeout takes seconds or units: 30, 30s, 2m, 1h`,
  );
}

export interface Server {
  /** Without user info, query and final slash; its path is a prefix of every request. */
  readonly url: URL;
  /** From `https://name:password@host`. Go sends these in every request, in preference to any other credentials. */
  readonly user: WebUrl['user'];
  /** The address as passed to credential plugins. It may hold a password. */
  readonly text: string;
}

/** Matches a fragment after a path. */
const IN_PATH = /^[^:]*:\/\/[^/?#]*\/[^?]*#/;

/**
 * Parses an address; one without a scheme means http. Refuses the addresses that Go refuses, and those that can only fail later
 * in Go: another scheme, a port above 65535, no host, an IPv6 zone. A fragment after a path is refused because kubectl makes it
 * part of the path. Throws UserError.
 */
export function parseServer(address: string): Server {
  const schemed = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i.test(address);
  const parsed = webUrl(schemed ? address : `http://${address}`);
  const isPrefix = schemed || parsed?.text.replace(/^http:\/\/[^/]*/, '').replace(/^\/$/, '') === '';
  if (parsed === undefined || !isPrefix || !/^https?:$/.test(parsed.url.protocol) || IN_PATH.test(address)) {
    throw new UserError(
      `the server must be a URL or a host:port pair: "${shownAddress(address)}"`,
      clusterCommand`kubectl config view --minify`,
    );
  }
  // client_config.go `ClientConfig` rewrites only an address with a path.
  const hasPath = /^[^:]*:\/\/[^/?]*\/[^?]/.test(address);
  return { url: parsed.url, user: parsed.user, text: schemed && hasPath ? parsed.text : address };
}

/** `validateClusterInfo`, in kubectl's words (client-go tools/clientcmd/validation.go); throws UserError. */
function checkCluster(cluster: Cluster, name: string): void {
  const { certificateAuthority, certificateAuthorityData, proxyUrl } = cluster;
  report([
    proxyUrl !== undefined && proxyProblem(proxyUrl, name),
    certificateAuthority &&
      certificateAuthorityData &&
      `certificate-authority-data and certificate-authority are both specified for ${name}`,
    unreadable('certificate-authority', certificateAuthority, name),
  ]);
}

/** As clientcmd/helpers.go `parseProxyURL`. The address is not repeated, because it may hold a password. */
function proxyProblem(proxyUrl: string, name: string): string | undefined {
  const proxy = webUrl(proxyUrl);
  if (proxy === undefined) return `invalid 'proxy-url' for cluster "${name}": could not parse`;
  const scheme = proxy.url.protocol.slice(0, -1);
  if (['http', 'https', 'socks5'].includes(scheme)) return undefined;
  return `invalid 'proxy-url' for cluster "${name}": unsupported scheme "${scheme}", must be http, https, or socks5`;
}

/** `validateAuthInfo`; throws UserError. */
function checkUser(user: User, name: string): void {
  const isBasic = user.username !== undefined || user.password !== undefined;
  const hasCertificate = user.clientCertificate !== undefined || user.clientCertificateData !== undefined;
  const impersonates = user.asUid || user.asGroups?.length || Object.keys(user.asUserExtra ?? {}).length > 0;
  report([
    user.token !== undefined &&
      isBasic &&
      `more than one authentication method found for ${name}; found [token basicAuth], only one is allowed`,
    ...(hasCertificate ? certificateProblems(user, name) : []),
    user.exec && user.authProvider && `authProvider cannot be provided in combination with an exec plugin for ${name}`,
    ...(user.exec ? execProblems(user.exec, name) : []),
    impersonates && !user.as && `requesting uid, groups or user-extra for ${name} without impersonating a user`,
  ]);
}

/** What is no text is no problem. */
type Problem = string | false | 0 | Uint8Array | undefined;

function certificateProblems(user: User, name: string): Problem[] {
  const { clientCertificate, clientCertificateData, clientKey, clientKeyData } = user;
  return [
    clientCertificate && clientCertificateData && `client-cert-data and client-cert are both specified for ${name}`,
    clientKey && clientKeyData && `client-key-data and client-key are both specified for ${name}`,
    !clientKey &&
      !clientKeyData &&
      `client-key-data or client-key must be specified for ${name} to use the clientCert authentication method`,
    unreadable('client-cert', clientCertificate, name),
    unreadable('client-key', clientKey, name),
  ];
}

function execProblems({ command, apiVersion, env, interactiveMode }: ExecConfig, name: string): Problem[] {
  const purpose = `must be specified for ${name} to use exec authentication plugin`;
  const isMode = interactiveMode === undefined || ['Never', 'IfAvailable', 'Always'].includes(interactiveMode);
  return [
    !command && `command ${purpose}`,
    !apiVersion && `apiVersion ${purpose}`,
    env.some((variable) => variable.name === '') && `env variable name ${purpose}`,
    interactiveMode === undefined && `interactiveMode ${purpose}`,
    !isMode && `invalid interactiveMode for ${name}: ${JSON.stringify(interactiveMode)}`,
  ];
}

function unreadable(what: string, file: string | undefined, name: string): Problem {
  if (file === undefined) return undefined;
  try {
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    return `unable to read ${what} ${file} for ${name} due to open ${file}: ${systemReason(error)}`;
  }
}

function report(problems: readonly Problem[]): void {
  const found = problems.filter((one) => typeof one === 'string' && one !== '');
  if (found.length === 0) return;
  throw new UserError(`invalid configuration: ${found.join('; ')}`, clusterCommand`kubectl config view --minify`);
}
