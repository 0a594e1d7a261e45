/** Asks a registry whether it accepts a credential (distribution docs/content/spec/auth/token.md). */

import { encodeBase64 } from '../domain/base64.ts';
import { proxyFor } from '../domain/proxy.ts';
import { registryOf } from '../domain/server.ts';
import { encodeUtf8 } from '../domain/utf8.ts';
import type { Verdict } from '../domain/verdict.ts';
import { createHttpClient, type HttpClient, type HttpResponse } from '../http.ts';
import type { Io } from '../io.ts';
import { NetworkError } from '../network-error.ts';
import { VERSION } from '../version.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { checkRealm, isLoopback } from './realm.ts';

interface Login {
  readonly username: string;
  readonly password: string;
}

interface Exchange {
  readonly http: HttpClient;
  readonly io: Io;
}

const TIMEOUT_MS = 10_000;
/** Answers are small; a larger one is not from a registry. */
const MAX_BYTES = 64 * 1024;

/** What the registry of `server` says of `login`. Throws only when `io.signal` is aborted. */
export async function verifyLogin(server: string, login: Login, io: Io): Promise<Verdict> {
  const host = registryOf(server);
  if (host === undefined) return { kind: 'unreachable', reason: 'the server is no host' };
  const http = createHttpClient({
    userAgent: `regsecret/${VERSION}`,
    env: io.env,
    proxy: (url) => proxyFor(url, io.env),
    tls: { rejectUnauthorized: true },
  });
  try {
    return await verify(host, login, { http, io });
  } catch (error) {
    if (error instanceof NetworkError) return { kind: 'unreachable', reason: describe(error) };
    throw error;
  } finally {
    http.close();
  }
}

async function verify(host: string, login: Login, exchange: Exchange): Promise<Verdict> {
  const { response, url } = await ping(host, exchange);
  if (response.status === 429) return rateLimited(response);
  if (response.status === 200) return { kind: 'anonymous' };
  const challenges = parseChallenges([response.headers['www-authenticate'] ?? ''].flat().join(', '));
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  const basic = challenges.find(({ scheme }) => scheme === 'basic');
  if (response.status !== 401 || (bearer ?? basic) === undefined) {
    return {
      kind: 'unreachable',
      reason: `it does not answer like a registry (HTTP ${response.status} at ${url.pathname})`,
    };
  }
  if (bearer === undefined) return judge(await get(url, basicAuth(login), exchange));
  return verifyBearer(url, bearer, login, exchange);
}

async function verifyBearer(url: URL, challenge: Challenge, login: Login, exchange: Exchange): Promise<Verdict> {
  const realm = checkRealm(challenge.params.get('realm'), url);
  if (!(realm instanceof URL)) return { kind: 'unreachable', reason: realm.refused };
  const service = challenge.params.get('service');
  if (service !== undefined) realm.searchParams.set('service', service);
  realm.searchParams.set('account', login.username);
  const response = await get(realm, basicAuth(login), exchange);
  const token = response.status === 200 ? tokenIn(response.body) : undefined;
  if (response.status !== 200) return judge(response);
  if (token === undefined) return { kind: 'unreachable', reason: 'its token server sent no token' };
  return judge(await get(url, `Bearer ${token}`, exchange));
}

function judge(response: HttpResponse): Verdict {
  if (response.status === 200) return { kind: 'accepted' };
  if (response.status === 429) return rateLimited(response);
  // GHCR answers 403 to a wrong token.
  if (response.status === 401 || response.status === 403) return { kind: 'rejected', status: response.status };
  return { kind: 'unreachable', reason: `it answers with HTTP ${response.status}` };
}

function rateLimited(response: HttpResponse): Verdict {
  const seconds = Number(response.headers['retry-after']);
  return { kind: 'rate limited', ...(seconds > 0 ? { retryAfterSeconds: seconds } : {}) };
}

/** The first request, without a credential. On this machine plain HTTP is tried when nothing speaks TLS. */
async function ping(host: string, exchange: Exchange): Promise<{ response: HttpResponse; url: URL }> {
  const url = new URL(`https://${host}/v2/`);
  try {
    return { response: await get(url, undefined, exchange), url };
  } catch (error) {
    if (!isLoopback(host) || !(error instanceof NetworkError) || !speaksNoTls(error)) throw error;
    const plain = new URL(`http://${host}/v2/`);
    return { response: await get(plain, undefined, exchange), url: plain };
  }
}

/** Whether the other side answered, but not in TLS; a certificate that is not trusted is TLS. */
function speaksNoTls({ kind, code }: NetworkError): boolean {
  return ['tls', 'reset', 'protocol'].includes(kind) && !/CERT|SELF_SIGNED|UNABLE_TO|HOSTNAME|ALTNAME/.test(code);
}

function get(url: URL, authorization: string | undefined, { http, io }: Exchange): Promise<HttpResponse> {
  const headers = authorization === undefined ? {} : { authorization };
  return http.send({ method: 'GET', url, headers, signal: io.signal, timeoutMs: TIMEOUT_MS, maxBytes: MAX_BYTES });
}

function basicAuth({ username, password }: Login): string {
  return `Basic ${encodeBase64(encodeUtf8(`${username}:${password}`))}`;
}

function tokenIn(body: Uint8Array): string | undefined {
  try {
    const answer: unknown = JSON.parse(new TextDecoder().decode(body));
    const { token, access_token: accessToken } = Object(answer) as Record<string, unknown>;
    const found = token || accessToken;
    // A token goes into a header line.
    return typeof found === 'string' && /^[\x21-\x7e]+$/.test(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function describe(error: NetworkError): string {
  switch (error.kind) {
    case 'dns':
      return 'its name cannot be resolved';
    case 'refused':
      return 'nothing listens there';
    case 'tls':
      return `TLS failed: ${error.message}`;
    case 'timeout':
      return `no answer within ${TIMEOUT_MS / 1000} s`;
    case 'proxy':
      return `the proxy refuses: ${error.message}`;
    case 'too-large':
      return 'its answer is too large for a registry';
    case 'reset':
    case 'unreachable':
    case 'protocol':
      return `the connection failed: ${error.message}`;
  }
}
