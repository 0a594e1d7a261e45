/**
 * A token server for registries with Bearer auth, as the distribution project specifies it:
 * https://distribution.github.io/distribution/spec/auth/token/ (GET) and …/spec/auth/oauth/ (POST).
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type Access, grantedAccess, parseScopes, type RegistryUser } from './registry-user.ts';

export interface TokenServerOptions {
  users: readonly RegistryUser[];
  /** Repositories that anyone may pull, as patterns such as `public/*`. */
  publicRepositories?: readonly string[];
  /** The service name of the registry, which is the audience of the tokens. */
  service?: string;
  /** The lifetime of tokens, in seconds. */
  expiresIn?: number;
  /** A port of 127.0.0.1. Any free one when absent. */
  port?: number;
}

export interface TokenServer {
  /** The realm that the registry names in its challenge. */
  url: string;
  service: string;
  issuer: string;
  /** The public key, as a JWK set in JSON, for the registry to trust. */
  jwks: string;
  /** All requests so far, oldest first. */
  requests: TokenRequest[];
  /** Issues an identity token for POST with `grant_type=refresh_token`. */
  issueRefreshToken(username: string): string;
  close(): Promise<void>;
}

export interface TokenRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  /** The fields of a POST. */
  form: Record<string, string>;
  status: number;
}

/** Starts a token server on 127.0.0.1. */
export async function startTokenServer(options: TokenServerOptions): Promise<TokenServer> {
  const { service = 'test-registry', expiresIn = 300 } = options;
  const issuer = 'regsecret-test-issuer';
  const keys = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(keys.publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const refreshTokens = new Map<string, string>();
  const requests: TokenRequest[] = [];

  const issueRefreshToken = (username: string): string => {
    const token = randomUUID();
    refreshTokens.set(token, username);
    return token;
  };
  const sign = (user: RegistryUser | undefined, access: readonly Access[]): Promise<string> =>
    new SignJWT({ access })
      .setProtectedHeader({ alg: 'ES256', typ: 'JWT', kid })
      .setIssuer(issuer)
      .setSubject(user?.username ?? '')
      .setAudience(service)
      .setJti(randomUUID())
      .setIssuedAt()
      .setNotBefore('-10s')
      .setExpirationTime(`${expiresIn}s`)
      .sign(keys.privateKey);

  const respond = async (request: IncomingMessage, form: Record<string, string>): Promise<Response> => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (url.pathname !== '/token') return { status: 404, body: {} };
    const asked = request.method === 'POST' ? postedLogin(form, refreshTokens) : basicLogin(request.headers);
    const user = asked && options.users.find(({ username }) => username === asked.username);
    if (asked && (!user || (asked.password !== undefined && asked.password !== user.password))) return unauthorized;
    if (request.method === 'POST' && !asked) return unauthorized;
    const scopes = parseScopes(request.method === 'POST' ? [form.scope ?? ''] : url.searchParams.getAll('scope'));
    const access = grantedAccess(scopes, user, options.publicRepositories ?? []);
    const wantsRefresh = form.access_type === 'offline' || url.searchParams.get('offline_token') === 'true';
    const token = await sign(user, access);
    const body = {
      token,
      access_token: token,
      expires_in: expiresIn,
      issued_at: new Date().toISOString(),
      ...(user && wantsRefresh ? { refresh_token: issueRefreshToken(user.username) } : {}),
    };
    return { status: 200, body };
  };

  const server = createServer(async (request, response) => {
    const form = Object.fromEntries(new URLSearchParams(request.method === 'POST' ? await text(request) : ''));
    const { status, body } = await respond(request, form);
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, form, status });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    // The URL uses the host name of the registries, because regsecret sends no login to a realm that names this machine
    // differently.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    service,
    issuer,
    jwks: JSON.stringify({ keys: [{ ...jwk, kid, alg: 'ES256', use: 'sig' }] }),
    requests,
    issueRefreshToken,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Response {
  status: number;
  body: object;
}

/** A claimed user. A refresh token needs no password. */
interface Login {
  username: string;
  password?: string;
}

const unauthorized: Response = {
  status: 401,
  body: { errors: [{ code: 'UNAUTHORIZED', message: 'incorrect username or password' }] },
};

/** https://www.rfc-editor.org/rfc/rfc7617#section-2: everything after the first colon is the password. */
function basicLogin({ authorization }: IncomingHttpHeaders): Login | undefined {
  const [, encoded] = /^Basic (\S+)$/i.exec(authorization ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const [, username = '', password = ''] = /^([^:]*):?(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
  return { username, password };
}

function postedLogin(form: Record<string, string>, refreshTokens: ReadonlyMap<string, string>): Login | undefined {
  if (form.grant_type === 'password') return { username: form.username ?? '', password: form.password ?? '' };
  const username = form.grant_type === 'refresh_token' && refreshTokens.get(form.refresh_token ?? '');
  return username ? { username } : undefined;
}
