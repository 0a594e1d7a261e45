/** Tokens of a registry's token server (distribution docs/content/spec/auth/token.md and oauth.md). */
import type { Credential } from '../domain/keyring/credential.ts';
import type { Verdict } from '../domain/verify/verdict.ts';
import { tokenIn } from './answer.ts';
import { basicAuth, type Exchange, type RegistryResponse, send } from './exchange.ts';
import { checkRealm } from './realm.ts';
import { rateLimited, refused, unclear } from './verdicts.ts';

/** What the registry's challenge says of its token server. */
export interface TokenSource {
  readonly realm: string | undefined;
  readonly service: string | undefined;
}

export interface Grant {
  readonly token: string;
}

const CLIENT = 'regsecret';

/**
 * A token for `scopes`, or why there is none. A token with fewer rights than asked for is no error. Without a credential
 * it is asked for anonymously. Throws NetworkError and TargetRefused.
 */
export async function requestToken(
  exchange: Exchange,
  source: TokenSource,
  credential: Credential | undefined,
  scopes: readonly string[],
): Promise<Grant | Verdict> {
  const realm = checkRealm(source.realm, exchange.registry);
  if (!(realm instanceof URL)) return { kind: 'unreachable', cause: 'target', reason: realm.refused };
  if (credential !== undefined && 'identityToken' in credential) {
    const form = { grant_type: 'refresh_token', refresh_token: credential.identityToken };
    return grantIn(await post(exchange, realm, source, scopes, form));
  }
  const answer = await get(exchange, realm, source, credential, scopes);
  // Some servers know only the younger way. Theirs is no word on the credential, so it is asked again.
  if (credential === undefined || ![400, 404, 405, 501].includes(answer.status)) return grantIn(answer);
  const { username, password } = credential;
  return grantIn(await post(exchange, realm, source, scopes, { grant_type: 'password', username, password }));
}

function get(
  exchange: Exchange,
  realm: URL,
  { service }: TokenSource,
  credential: Credential | undefined,
  scopes: readonly string[],
): Promise<RegistryResponse> {
  // Parameters that the realm has already stay.
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set('service', service);
  for (const scope of scopes) url.searchParams.append('scope', scope);
  if (credential !== undefined && 'username' in credential) url.searchParams.set('account', credential.username);
  url.searchParams.set('client_id', CLIENT);
  return send(exchange, { method: 'GET', url, authorization: basicAuth(credential) });
}

function post(
  exchange: Exchange,
  url: URL,
  { service }: TokenSource,
  scopes: readonly string[],
  grant: Record<string, string>,
): Promise<RegistryResponse> {
  const form = new URLSearchParams({ ...grant, client_id: CLIENT });
  if (service !== undefined) form.set('service', service);
  if (scopes.length > 0) form.set('scope', scopes.join(' '));
  return send(exchange, { method: 'POST', url, form });
}

function grantIn(answer: RegistryResponse): Grant | Verdict {
  if (answer.status === 429) return rateLimited(answer);
  // RFC 6749 section 5.2 has 400 for a wrong password; GHCR answers 403.
  if ([400, 401, 403].includes(answer.status)) return refused(answer);
  if (answer.status !== 200) return unclear(`its token server answers with HTTP ${answer.status}`);
  const token = tokenIn(answer.body);
  return token === undefined ? unclear('its token server sent no token') : { token };
}
