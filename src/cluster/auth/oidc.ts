/**
 * The legacy auth-provider `oidc`: an id-token that is renewed with a refresh-token (client-go
 * plugin/pkg/client/auth/oidc/oidc.go).
 *
 * OpenIDConnectAuth of @kubernetes/client-node 2.0.1 is not used: every renewal in it ends in a TypeError (openid-client 6 wants
 * a URL where it passes a string), it leaves out the client secret, and it does not store the new tokens. With an issuer that
 * accepts a refresh-token only once, the user would then be logged out of kubectl.
 */
import { clusterCommand } from '../../domain/text/command.ts';
import { prose } from '../../domain/text/hint.ts';
import { UserError } from '../../errors.ts';
import { createHttpClient, type HttpClient } from '../../http/http-client.ts';
import { proxyFor } from '../../http/proxy.ts';
import type { Io } from '../../io.ts';
import { VERSION } from '../../version.ts';
import { FieldError, parseDocument, text } from '../config/fields.ts';
import type { AuthProvider } from '../config/kube-file.ts';
import { pem } from '../config/pem.ts';
import type { Authenticator } from './credentials.ts';
import { updateTokens } from './token-store.ts';

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

interface TokenRequest {
  readonly url: URL;
  readonly config: Config;
  /** Where the client id and secret are sent. */
  readonly style: 'header' | 'form';
  readonly signal: AbortSignal;
}

async function exchange(
  client: HttpClient,
  { url, config, style, signal }: TokenRequest,
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
