/**
 * The legacy auth-provider `oidc`: an id-token that is renewed with a refresh-token (client-go
 * plugin/pkg/client/auth/oidc/oidc.go).
 *
 * OpenIDConnectAuth of @kubernetes/client-node 2.0.1 is not used: every renewal in it ends in a TypeError (openid-client 6 wants
 * a URL where it passes a string), it leaves out the client secret, and it does not store the new tokens. With an issuer that
 * accepts a refresh-token only once, the user would then be logged out of kubectl.
 */

import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../errors.ts';
import { createHttpClient, type HttpClient } from '../http/http-client.ts';
import { proxyFor } from '../http/proxy.ts';
import { clusterCommand, command, pathWord } from '../line/command.ts';
import { prose } from '../line/hint.ts';
import { errnoOf } from '../system/errno.ts';
import { LockedError, withLock } from '../system/file-lock.ts';
import { replaceFile } from '../system/file-write.ts';
import type { Io } from '../system/io.ts';
import { VERSION } from '../version.ts';
import { pem, readConfigFile } from './config-file.ts';
import type { Authenticator } from './credentials.ts';
import { FieldError, parseDocument, text } from './fields.ts';
import { type AuthProvider, parseKubeFile } from './kube-file.ts';

/** A token this close to its expiry counts as expired, because clocks differ. */
const EXPIRY_DELTA_MS = 10_000;
const TIMEOUT_MS = 30_000;
const MAX_BYTES = 1024 * 1024;

function createOidc(provider: AuthProvider, io: Io): Authenticator {
  let { config } = provider;
  for (const name of ['idp-issuer-url', 'client-id']) {
    if (!config[name]) throw new UserError(`must provide ${name}`, clusterCommand`kubectl config view --minify`);
  }
  let renewing: Promise<void> | undefined;

  async function renew(): Promise<void> {
    if (!config['refresh-token']) {
      throw new UserError('no valid id-token, and cannot refresh without refresh-token', RELOGIN);
    }
    config = await updateTokens(
      provider,
      async (current) => (isValid(current['id-token'], io) ? current : { ...current, ...(await refresh(current, io)) }),
      io.signal,
    );
  }

  return {
    current: async () => {
      if (!isValid(config['id-token'], io)) {
        renewing ??= renew().finally(() => {
          renewing = undefined;
        });
        await renewing;
      }
      return { authorization: `Bearer ${config['id-token']}` };
    },
    renew: async () => false,
  };
}

/** `idTokenExpired` */
function isValid(token: string | undefined, { clock }: Io): boolean {
  if (!token) return false;
  const [, payload = '', signature, more] = token.split('.');
  if (signature === undefined || more !== undefined) throw new UserError('ID Token is not a valid JWT', RELOGIN);
  try {
    const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return clock.now() + EXPIRY_DELTA_MS < Number(exp) * 1000;
  } catch {
    throw new UserError('ID Token is not a valid JWT', RELOGIN);
  }
}

const RELOGIN = prose`log in to the identity provider again`;

type Config = Readonly<Record<string, string>>;

async function refresh(config: Config, io: Io): Promise<Record<string, string>> {
  const data = config['idp-certificate-authority-data'];
  const ca = await pem(
    data ? Buffer.from(data, 'base64') : undefined,
    config['idp-certificate-authority'] || undefined,
    io.signal,
  );
  const client = createHttpClient({
    userAgent: `regsecret/${VERSION}`,
    env: io.env,
    tls: { ca, rejectUnauthorized: true },
    proxy: (url) => proxyFor(url, io.env),
    log: io,
  });
  try {
    const url = await tokenEndpoint(client, config['idp-issuer-url'] ?? '', io.signal);
    const request = { url, config, signal: io.signal };
    // golang.org/x/oauth2 tries the header first, then the form.
    const answer =
      (await exchange(client, { ...request, style: 'header' }).catch((error) => {
        if (io.signal.aborted) throw error;
      })) ?? (await exchange(client, { ...request, style: 'form' }));
    return answer;
  } catch (error) {
    if (io.signal.aborted) throw io.signal.reason;
    throw new UserError(`failed to refresh token: ${(error as Error).message}`, RELOGIN);
  } finally {
    client.close();
  }
}

async function tokenEndpoint(client: HttpClient, issuer: string, signal: AbortSignal): Promise<URL> {
  const wellKnown = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  if (!URL.canParse(wellKnown)) throw new FieldError('idp-issuer-url is not a URL');
  const request = { method: 'GET', url: new URL(wellKnown), headers: {}, signal };
  const { status, body } = await client.send({ ...request, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES });
  if (status !== 200) throw new FieldError(`oidc: failed to query metadata endpoint: HTTP ${status}`);
  const endpoint = text({ value: await parseDocument(Buffer.from(body).toString('utf8')), path: '' }, 'token_endpoint');
  if (endpoint === undefined || !URL.canParse(endpoint)) {
    throw new FieldError("oidc: discovery object doesn't contain a token_endpoint");
  }
  const url = new URL(endpoint);
  if (url.protocol !== 'https:' && issuer.startsWith('https:')) {
    throw new FieldError('oidc: the issuer speaks https, but its token_endpoint does not, so no token is sent there');
  }
  return url;
}

interface RefreshRequest {
  readonly url: URL;
  readonly config: Config;
  /** Where the client id and secret are sent. */
  readonly style: 'header' | 'form';
  readonly signal: AbortSignal;
}

async function exchange(
  client: HttpClient,
  { url, config, style, signal }: RefreshRequest,
): Promise<Record<string, string>> {
  const { 'client-id': id = '', 'client-secret': secret = '', 'refresh-token': refreshToken = '' } = config;
  const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken });
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  if (style === 'header') {
    const pair = `${escapeQuery(id)}:${escapeQuery(secret)}`;
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  } else {
    form.set('client_id', id);
    if (secret) form.set('client_secret', secret);
  }
  const request = { method: 'POST', url, headers, body: form.toString(), signal };
  const { status, body } = await client.send({ ...request, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES });
  const answer = { value: await parseDocument(Buffer.from(body).toString('utf8')).catch(() => undefined), path: '' };
  if (status < 200 || status > 299) {
    const reason = /^[a-z_]{1,40}$/.exec(text(answer, 'error') ?? '')?.[0];
    throw new FieldError(`the issuer answered HTTP ${status}${reason ? ` (${reason})` : ''}`);
  }
  const idToken = text(answer, 'id_token');
  if (idToken === undefined) throw new FieldError('token response did not contain an id_token');
  return { 'id-token': idToken, 'refresh-token': text(answer, 'refresh_token') ?? refreshToken };
}

/** Go net/url `QueryEscape` */
function escapeQuery(value: string): string {
  return encodeURIComponent(value)
    .replaceAll('%20', '+')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The replacements for the providers that Kubernetes 1.26 removed. */
const SUCCESSORS: Readonly<Record<string, string>> = {
  gcp: 'gke-gcloud-auth-plugin: https://cloud.google.com/blog/products/containers-kubernetes/kubectl-auth-changes-in-gke',
  azure: 'kubelogin: https://github.com/Azure/kubelogin',
};

/**
 * Supports the `auth-provider` of a kubeconfig. Throws UserError for every provider but `oidc`: client-go has removed the others.
 */
export function createAuthProvider(provider: AuthProvider, io: Io): Authenticator {
  if (provider.name === 'oidc') return createOidc(provider, io);
  const successor = SUCCESSORS[provider.name];
  if (successor !== undefined) {
    throw new UserError(
      `the ${provider.name} auth plugin has been removed`,
      prose`use the credential plugin ${successor}`,
    );
  }
  throw new UserError(
    `no Auth Provider found for name "${provider.name}"`,
    clusterCommand`kubectl config view --minify`,
  );
}

const TOKENS = ['id-token', 'refresh-token'] as const;

/**
 * Passes the configuration that is in the file now to `renew`, and writes the tokens it returns in place of the old ones. The
 * lock is client-go's (tools/clientcmd/loader.go `lockFile`), which rewrites the whole file. Another program that holds the lock
 * is probably renewing the same tokens; `renew` then finds them in the file.
 *
 * Before `renew` is called, a trial replacement checks that the tokens can be replaced, because a refresh-token may work only
 * once.
 */
export async function updateTokens(
  provider: AuthProvider,
  renew: (current: Config) => Promise<Config>,
  signal: AbortSignal,
): Promise<Config> {
  // A pipe can be read only once.
  if (statSync(provider.file, { throwIfNoEntry: false })?.isFile() === false) throw stuck(provider.file);
  try {
    return await withLock(`${provider.file}.lock`, signal, () => updateLocked(provider, renew, signal));
  } catch (error) {
    if (error instanceof LockedError) {
      const { lock } = error;
      throw new UserError(`${lock} exists: another program is writing the kubeconfig`, command`rm ${pathWord(lock)}`);
    }
    if (signal.aborted || errnoOf(error) === undefined) throw error;
    throw stuck(provider.file);
  }
}

async function updateLocked(
  provider: AuthProvider,
  renew: (current: Config) => Promise<Config>,
  signal: AbortSignal,
): Promise<Config> {
  const content = read(provider.file);
  const current = (await parseKubeFile(content, provider.file)).users.get(provider.user)?.authProvider?.config;
  const probe = { 'id-token': 'a.b.c', 'refresh-token': 'd' };
  if (current === undefined || (await replaceTokens(content, current, probe)) === undefined) throw stuck(provider.file);
  const renewed = await renew(current);
  if (TOKENS.every((name) => renewed[name] === current[name])) return renewed;
  // An editor may have saved the file in the meantime, and the old refresh-token no longer works.
  for (let attempt = 1, before = content; attempt <= MAX_ATTEMPTS; attempt += 1, before = read(provider.file)) {
    const after = await replaceTokens(before, current, renewed);
    if (after === undefined) break;
    if (await replaceFile(provider.file, { before, after }, signal)) return renewed;
  }
  throw stuck(provider.file);
}

const MAX_ATTEMPTS = 10;

function read(file: string): string {
  return Buffer.from(readConfigFile(file)).toString('utf8');
}

/** The hint is a kubectl command: kubectl rewrites the whole file, so it can store tokens that cannot be replaced in place. */
function stuck(file: string): UserError {
  return new UserError(
    `the id-token in ${file} has expired and cannot be replaced there`,
    clusterCommand`kubectl auth whoami`,
  );
}

/** `content` with the new tokens; undefined when anything but the tokens would change. */
async function replaceTokens(content: string, current: Config, renewed: Config): Promise<string | undefined> {
  const replacements = TOKENS.map((name) => [current[name] ?? '', renewed[name] ?? ''] as const);
  if (replacements.some(([old, next]) => old === '' && next !== '')) return undefined;
  let replaced = content;
  for (const [old, next] of replacements.filter(([old]) => old !== '')) {
    const literal = old.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    replaced = replaced.replaceAll(new RegExp(`(["']?)(?<![\\w.~+/=-])${literal}(?![\\w.~+/=-])\\1`, 'g'), () =>
      JSON.stringify(next),
    );
  }
  const expected = substitute(await parseDocument(content), new Map(replacements));
  const actual = await parseDocument(replaced).catch(() => undefined);
  return isDeepStrictEqual(actual, expected) ? replaced : undefined;
}

function substitute(value: unknown, replacements: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return replacements.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => substitute(item, replacements));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, substitute(item, replacements)]));
}
