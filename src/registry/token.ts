/** Tokens of a registry's token server (distribution docs/content/spec/auth/token.md and oauth.md). */
import type { RegistryLogin, RegistryToken } from '../domain/verify/login-permission.ts';
import type { Verdict } from '../domain/verify/verdict.ts';
import { tokenIn } from './answer.ts';
import { type Exchange, type RegistryResponse, send, TargetRefused } from './exchange.ts';
import { rateLimited, refused, unclear } from './verdicts.ts';

/** What the registry's challenge says of its token server. */
export interface TokenSource {
  readonly realm: string | undefined;
  readonly service: string | undefined;
}

const CLIENT = 'regsecret';

/**
 * A token for `scopes`, or why there is none. A token with fewer rights than asked for is no error. Without a credential
 * it is asked for anonymously. Throws NetworkError and TargetRefused.
 */
export async function requestToken(
  exchange: Exchange,
  source: TokenSource,
  login: RegistryLogin | undefined,
  scopes: readonly string[],
): Promise<RegistryToken | Verdict> {
  const realm = URL.canParse(source.realm ?? '') ? new URL(source.realm ?? '') : undefined;
  if (realm === undefined) throw new TargetRefused('the registry names no token server');
  const request = { realm, service: source.service, scopes };
  if (login !== undefined && 'identityToken' in login.credential) {
    return grantIn(await post(exchange, { ...request, login }));
  }
  const answer = await get(exchange, { ...request, login });
  // Some servers know only the younger way. Theirs is no word on the credential, so it is asked again.
  if (login === undefined || ![400, 404, 405, 501].includes(answer.status)) return grantIn(answer);
  return grantIn(await post(exchange, { ...request, login }));
}

interface TokenRequest {
  readonly realm: URL;
  readonly service: string | undefined;
  readonly scopes: readonly string[];
  readonly login: RegistryLogin | undefined;
}

function get(exchange: Exchange, { realm, service, scopes, login }: TokenRequest): Promise<RegistryResponse> {
  // Parameters that the realm has already stay.
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (login !== undefined && 'username' in login.credential) url.searchParams.set('account', login.credential.username);
  url.searchParams.set('client_id', CLIENT);
  return send(exchange, { method: 'GET', url, purpose: 'token server', credential: login });
}

function post(exchange: Exchange, { realm, service, scopes, login }: TokenRequest): Promise<RegistryResponse> {
  const form = {
    client_id: CLIENT,
    ...(service === undefined ? {} : { service }),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
  };
  return send(exchange, { method: 'POST', url: realm, purpose: 'token server', credential: login, form });
}

function grantIn(answer: RegistryResponse): RegistryToken | Verdict {
  if (answer.status === 429) return rateLimited(answer);
  // RFC 6749 section 5.2 has 400 for a wrong password; GHCR answers 403.
  if ([400, 401, 403].includes(answer.status)) return refused(answer);
  if (answer.status !== 200) return unclear(`its token server answers with HTTP ${answer.status}`);
  const token = tokenIn(answer.body);
  return token === undefined ? unclear('its token server sent no token') : { token };
}
