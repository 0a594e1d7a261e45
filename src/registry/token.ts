/** Gets tokens from a registry's token server (distribution docs/content/spec/auth/token.md and oauth.md). */

import { NetworkError } from '../http/network-error.ts';
import type { RegistryLogin, RegistryToken } from '../verify/login-permission.ts';
import type { Verdict } from '../verify/verdict.ts';
import { tokenIn } from './answer.ts';
import type { Challenge } from './challenge.ts';
import { type Exchange, maySend, type RegistryResponse, send, TargetRefused } from './exchange.ts';
import { rateLimited, refused, unclear } from './verdicts.ts';

/** The token server that a challenge names. */
export interface TokenSource {
  readonly realm: string | undefined;
  readonly service: string | undefined;
}

export interface TokenRequest {
  readonly source: TokenSource;
  /** When undefined, an anonymous token is requested. */
  readonly login: RegistryLogin | undefined;
  readonly scopes: readonly string[];
}

const CLIENT = 'regsecret';

export function tokenSource({ params }: Challenge): TokenSource {
  return { realm: params.get('realm'), service: params.get('service') };
}

/**
 * Returns a token, or why there is none. Asks with GET, as `docker login` does. A token with fewer rights than requested is no
 * error. Throws NetworkError and TargetRefused.
 */
export async function requestToken(exchange: Exchange, request: TokenRequest): Promise<RegistryToken | Verdict> {
  const { login } = request;
  if (login !== undefined && 'identityToken' in login.credential) return grantIn(await post(exchange, request), 'POST');
  const answer = await get(exchange, request);
  // Some servers support only POST, the newer kind of request. Their answer says nothing about the credential, so it is sent
  // again.
  if (login === undefined || ![400, 404, 405, 501].includes(answer.status)) return grantIn(answer, 'GET');
  return grantIn(await post(exchange, request), 'POST');
}

/**
 * Requests a token as containerd does for a pull: with POST, and with GET when the server does not support that
 * (core/remotes/docker/authorizer.go `doBearerAuth`). `knowsForms` is the result of {@link takesForms}. Throws NetworkError and
 * TargetRefused.
 */
export async function requestPullToken(
  exchange: Exchange,
  request: TokenRequest,
  knowsForms: boolean,
): Promise<RegistryToken | Verdict> {
  if (!knowsForms || request.login === undefined) return grantIn(await get(exchange, request), 'GET');
  const answer = await post(exchange, request);
  const isUnknown = [400, 401, 404, 405].includes(answer.status) && 'username' in request.login.credential;
  return isUnknown ? grantIn(await get(exchange, request), 'GET') : grantIn(answer, 'POST');
}

/**
 * Whether a password may be posted to the token server, and the server supports POST. The latter is tested without the password,
 * because containerd sends it in vain to a server that does not. Throws NetworkError and TargetRefused.
 */
export async function takesForms(exchange: Exchange, request: TokenRequest): Promise<boolean> {
  const { source, login } = request;
  const url = realmOf(source);
  if (!(await maySend(exchange, { method: 'POST', url, purpose: 'token server', credential: login }))) return false;
  try {
    // A part of the time is left for the pull itself.
    const now = exchange.clock.monotonic();
    const first = { ...exchange, deadline: now + (exchange.deadline - now) / 4 };
    const { status, from } = await post(first, { source, login: undefined, scopes: [] });
    // After a redirect, the status may be about another method.
    return (status !== 404 && status !== 405) || from.url.href !== url.href;
  } catch (error) {
    if (error instanceof NetworkError || error instanceof TargetRefused) return true;
    throw error;
  }
}

/** Throws TargetRefused. */
function realmOf({ realm = '' }: TokenSource): URL {
  if (URL.canParse(realm)) return new URL(realm);
  throw new TargetRefused(
    realm === '' ? 'the registry gives no token server' : 'the registry gives a token server without a host',
  );
}

function get(exchange: Exchange, { source, scopes, login }: TokenRequest): Promise<RegistryResponse> {
  // Query parameters that the realm already has are kept.
  const url = realmOf(source);
  if (source.service) url.searchParams.append('service', source.service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (login !== undefined && 'username' in login.credential) url.searchParams.set('account', login.credential.username);
  url.searchParams.set('client_id', CLIENT);
  return send(exchange, { method: 'GET', url, purpose: 'token server', credential: login });
}

function post(exchange: Exchange, { source, scopes, login }: TokenRequest): Promise<RegistryResponse> {
  const form = {
    client_id: CLIENT,
    ...(source.service === undefined ? {} : { service: source.service }),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
  };
  return send(exchange, { method: 'POST', url: realmOf(source), purpose: 'token server', credential: login, form });
}

/** docker and podman ask with GET, so a server may work for them and not for nodes with containerd. */
const TO_POST = 'to a POST, with which containerd asks';

function grantIn(answer: RegistryResponse, method: 'GET' | 'POST'): RegistryToken | Verdict {
  const { status, body } = answer;
  if (status === 429) return rateLimited(answer);
  // A wrong password gets 400 according to RFC 6749 section 5.2, and 403 from GHCR.
  if ([400, 401, 403].includes(status)) return refused(answer);
  const words = method === 'POST' ? ` ${TO_POST}` : '';
  if (status < 200 || status > 399) return unclear(`its token server answers with HTTP ${status}${words}`);
  const found = tokenIn(body, method);
  if ('token' in found) return found;
  return found.problem === 'no token'
    ? unclear(`its token server sent no token${words && ` in its answer ${words.trim()}`}`)
    : unclear('its token server sent an answer that container runtimes cannot read');
}
