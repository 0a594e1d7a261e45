/**
 * The effective client configuration from kubeconfig, flags and environment, from kubectl's code and from ours, in one format.
 */
import { createHash } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { httpRequest } from '../../src/cluster/api-request.ts';
import { createClients } from '../../src/cluster/clients.ts';
import { createAuthenticator } from '../../src/kubeconfig/auth.ts';
import { checkKeyPair, pem } from '../../src/kubeconfig/config-file.ts';
import { type Connection, resolveConnection } from '../../src/kubeconfig/connection.ts';
import type { Credentials } from '../../src/kubeconfig/credentials.ts';
import { execInfo } from '../../src/kubeconfig/exec-plugin.ts';
import { loadKubeConfig } from '../../src/kubeconfig/kube-config.ts';
import type { KubeFlags } from '../../src/kubeconfig/kube-flags.ts';
import { fakeIo } from './io.ts';
import { type LineProgram, startLineProgram } from './line-program.ts';

export interface ClientQuestion {
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whether the request is really sent, which needs a server on loopback. */
  readonly send?: boolean;
}

/**
 * The settings of the first request; certificates and keys appear as hashes. Only `error` is set where no request is possible.
 */
export interface ClientAnswer {
  readonly error?: string;
  readonly namespace?: string;
  readonly url?: string;
  /** Authorization and Impersonate-*. */
  readonly headers?: Readonly<Record<string, readonly string[]>>;
  /** In nanoseconds. */
  readonly timeout?: number;
  readonly proxy?: string;
  readonly tls?: object;
  /** The plugin that would be run. */
  readonly exec?: object;
  /** The settings of the auth-provider that would be called. */
  readonly authProvider?: object;
}

/** Starts kubectl's code, test/environment/go/kubernetes/clientconfig. */
export function startClientGo(): Promise<LineProgram<ClientQuestion, ClientAnswer>> {
  return startLineProgram('clientconfig');
}

const FLAG_NAMES: Readonly<Record<string, string>> = { server: 'apiServer', 'tls-server-name': 'tlsServerName' };

/** The flags in the form in which the command line passes them to a command. */
export function kubeFlags(flags: readonly string[]): KubeFlags {
  const read: Record<string, unknown> = {};
  for (const flag of flags) {
    const [, name = '', value = ''] = /^--([a-z-]+)=(.*)$/s.exec(flag) ?? [];
    const key = FLAG_NAMES[name] ?? name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (name === 'as-group') read.asGroup = [...((read.asGroup as string[]) ?? []), value];
    else read[key] = name === 'insecure-skip-tls-verify' ? /^(1|t|true)$/i.test(value) : value;
  }
  return read;
}

/** Our answer. No plugin is run and no issuer is called, because neither exists. */
export async function ourAnswer({ flags, env }: ClientQuestion): Promise<ClientAnswer> {
  try {
    const io = fakeIo({ env });
    const read = kubeFlags(flags);
    const connection = resolveConnection(await loadKubeConfig(read.kubeconfig, io), read, undefined, env);
    const authenticator = await createAuthenticator(connection, io);
    const { proxy } = await createClients(connection, io);
    const { credentials, ask } = await authenticator.current().then(
      (credentials: Credentials) => ({ credentials, ask: {} }),
      (error: Error) => whoIsAsked(error, connection),
    );
    const { url, headers } = httpRequest(
      { method: 'GET', path: '/api/v1/secrets' },
      connection,
      credentials,
      io.signal,
    );
    return {
      namespace: connection.namespace,
      url: `${url.protocol}//${url.host}${url.pathname}`,
      headers: sent(headers),
      timeout: connection.timeoutMs * 1e6,
      proxy: proxy ?? '',
      ...ask,
      ...(url.protocol === 'https:' ? { tls: await tlsOf(connection, credentials) } : {}),
    };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

async function whoIsAsked(error: Error, connection: Connection): Promise<{ credentials: Credentials; ask: object }> {
  const { exec, authProvider } = connection.user;
  if (/^getting credentials: exec/.test(error.message) && exec !== undefined) {
    const { command, args, env, interactiveMode: mode } = exec;
    const info = await execInfo(exec, connection, false, NEVER);
    return {
      credentials: {},
      ask: { exec: { command, args, env: env.map(({ name, value }) => `${name}=${value}`), mode, info } },
    };
  }
  if (/refresh/.test(error.message) && authProvider !== undefined) {
    return { credentials: await certificateOf(connection), ask: { authProvider: authProvider.config } };
  }
  throw error;
}

/** The Authorization and Impersonate-* headers as sent, sorted by name as Go prints a map. */
export function sent(headers: Readonly<Record<string, string | readonly string[] | undefined>>) {
  const all = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value ?? []].flat()] as const);
  const kept = all.filter(([name]) => name === 'authorization' || name.startsWith('impersonate-'));
  return Object.fromEntries(kept.sort(([one], [other]) => (one < other ? -1 : 1)));
}

const NEVER = new AbortController().signal;

async function certificateOf({ user }: Connection): Promise<Credentials> {
  return {
    certificate: await pem(user.clientCertificateData, user.clientCertificate, NEVER),
    key:
      user.clientCertificate || user.clientCertificateData
        ? await pem(user.clientKeyData, user.clientKey, NEVER)
        : undefined,
  };
}

/** Throws where certificate and key are invalid or do not match, as the first request would. */
async function tlsOf({ cluster }: Connection, { certificate, key }: Credentials): Promise<object> {
  const ca = await pem(cluster.certificateAuthorityData, cluster.certificateAuthority, NEVER);
  checkKeyPair(certificate, key);
  createSecureContext({ ca, cert: certificate, key });
  return {
    serverName: cluster.tlsServerName ?? '',
    insecure: cluster.insecureSkipTlsVerify ?? false,
    ca: hash(ca),
    certificate: hash(certificate),
    key: hash(key),
  };
}

function hash(content: string | undefined): string {
  return content ? createHash('sha256').update(content).digest('hex').slice(0, 16) : '';
}
