/** Tokens of a registry's token server (distribution docs/content/spec/auth/token.md and oauth.md). */
import type { RegistryLogin, RegistryToken } from '../domain/verify/login-permission.ts';
import type { Verdict } from '../domain/verify/verdict.ts';
import { NetworkError } from '../http/network-error.ts';
import { tokenIn } from './answer.ts';
import type { Challenge } from './challenge.ts';
import { type Exchange, maySend, type RegistryResponse, send, TargetRefused } from './exchange.ts';
import { rateLimited, refused, unclear } from './verdicts.ts';

/** What a challenge says of the registry's token server. */
export interface TokenSource {
  readonly realm: string | undefined;
  readonly service: string | undefined;
}

export interface TokenRequest {
  readonly source: TokenSource;
  /** Undefined: a token for anybody. */
  readonly login: RegistryLogin | undefined;
  readonly scopes: readonly string[];
}

const CLIENT = 'regsecret';

export function tokenSource({ params }: Challenge): TokenSource {
  return { realm: params.get('realm'), service: params.get('service') };
}

/**
 * A token, or why there is none, asked for as `docker login` does: with GET. A token with fewer rights than asked for is no
 * error. Throws NetworkError and TargetRefused.
 */
export async function requestToken(exchange: Exchange, request: TokenRequest): Promise<RegistryToken | Verdict> {
  const { login } = request;
  if (login !== undefined && 'identityToken' in login.credential) return grantIn(await post(exchange, request), 'POST');
  const answer = await get(exchange, request);
  // Some servers know only the younger kind of request. Theirs is no word on the credential, so it is asked again.
  if (login === undefined || ![400, 404, 405, 501].includes(answer.status)) return grantIn(answer, 'GET');
  return grantIn(await post(exchange, request), 'POST');
}

/**
 * The same as containerd asks for a pull: with POST, and with GET where that is not known (core/remotes/docker/authorizer.go
 * `doBearerAuth`). `knowsForms`: what {@link takesForms} says. Throws NetworkError and TargetRefused.
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
 * Whether a password may be posted to the token server, and whether that knows POST at all, which is asked without the
 * password: to one that does not, containerd sends it in vain. Throws NetworkError and TargetRefused.
 */
export async function takesForms(exchange: Exchange, request: TokenRequest): Promise<boolean> {
  const { source, login } = request;
  const url = realmOf(source);
  if (!(await maySend(exchange, { method: 'POST', url, purpose: 'token server', credential: login }))) return false;
  try {
    const { status, from } = await post(exchange, { source, login: undefined, scopes: [] });
    // Behind a redirect it may be another method that is not known.
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
    realm === '' ? 'the registry names no token server' : 'the registry names a token server without its host',
  );
}

function get(exchange: Exchange, { source, scopes, login }: TokenRequest): Promise<RegistryResponse> {
  // Parameters that the realm has already stay.
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

/** docker and podman ask with GET, so there a server may work that does not for nodes with containerd. */
const TO_POST = 'to a POST, with which containerd asks';

function grantIn(answer: RegistryResponse, method: 'GET' | 'POST'): RegistryToken | Verdict {
  const { status, body } = answer;
  if (status === 429) return rateLimited(answer);
  // RFC 6749 section 5.2 has 400 for a wrong password; GHCR answers 403.
  if ([400, 401, 403].includes(status)) return refused(answer);
  const words = method === 'POST' ? ` ${TO_POST}` : '';
  if (status < 200 || status > 399) return unclear(`its token server answers with HTTP ${status}${words}`);
  const found = tokenIn(body, method);
  if ('token' in found) return found;
  return found.problem === 'no token'
    ? unclear(`its token server sent no token${words && ` in its answer ${words.trim()}`}`)
    : unclear('its token server sent an answer that container runtimes cannot read');
}
