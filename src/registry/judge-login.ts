/** Whether a registry knows a login, as `docker login` asks it; and whether its answer shows that at all. */
import { claimsOf } from '../domain/pull-secret/jwt.ts';
import { knownRegistry } from '../domain/verify/known-registries.ts';
import type { RegistryLogin, RegistryToken } from '../domain/verify/login-permission.ts';
import type { Verdict } from '../domain/verify/verdict.ts';
import type { Challenge } from './challenge.ts';
import { type Ask, type Exchange, type RegistryResponse, send } from './exchange.ts';
import type { Registry } from './ping.ts';
import { requestToken, type TokenSource } from './token.ts';
import { rateLimited, refused, unclear } from './verdicts.ts';

export interface Case {
  readonly exchange: Exchange;
  readonly registry: Registry;
  readonly host: string;
  readonly login: RegistryLogin;
}

/** Throws NetworkError and TargetRefused. */
export async function judgeLogin({ exchange, registry, host, login }: Case): Promise<Verdict> {
  const { base, challenge } = registry;
  if (challenge === undefined) return { kind: 'anonymous', why: 'asks for none' };
  if (challenge.scheme === 'basic') return judgeBasic(await get(exchange, base, login));
  const source = tokenSource(challenge);
  const grant = await requestToken(exchange, source, login, []);
  if ('kind' in grant) return grant;
  const answer = await get(exchange, base, grant);
  if (answer.status !== 200) return judgeToken(answer);
  if (isPersonal(grant, login, host)) return { kind: 'accepted' };
  const differs = await differsFromAnonymous({ exchange, registry, grant, source });
  return differs ? { kind: 'accepted' } : { kind: 'anonymous', why: 'same answer' };
}

export function tokenSource({ params }: Challenge): TokenSource {
  return { realm: params.get('realm'), service: params.get('service') };
}

/**
 * Whether a token shows by itself that the login is good: it is in the name of the user, or the registry is known to give
 * none to a wrong login. Token servers that ignore a wrong login and give everybody a weak token do exist.
 */
export function isPersonal({ token }: RegistryToken, { credential }: RegistryLogin, host: string): boolean {
  if (knownRegistry(host)?.refusal !== undefined) return true;
  const subject = claimsOf(token)?.sub;
  return 'username' in credential && subject === credential.username;
}

/** Whether two tokens are for different people. */
export function isForAnother(one: RegistryToken, other: RegistryToken): boolean {
  const [subject, otherSubject] = [claimsOf(one.token)?.sub, claimsOf(other.token)?.sub];
  return typeof subject === 'string' && subject !== '' && subject !== otherSubject;
}

export interface Comparison {
  readonly exchange: Exchange;
  readonly registry: Registry;
  readonly grant: RegistryToken;
  readonly source: TokenSource;
}

/** Whether it makes a difference to send the credential. */
export async function differsFromAnonymous({ exchange, registry, grant, source }: Comparison): Promise<boolean> {
  const anonymous = await requestToken(exchange, source, undefined, []);
  if ('kind' in anonymous) return anonymous.kind === 'rejected';
  if (isForAnother(grant, anonymous)) return true;
  return (await get(exchange, registry.base, anonymous)).status === 401;
}

/** What `/v2/` says to a user name and password. */
export function judgeBasic(answer: RegistryResponse): Verdict {
  if (answer.status === 200) return { kind: 'accepted' };
  if (answer.status === 429) return rateLimited(answer);
  if (answer.status === 401 || answer.status === 403) return refused(answer);
  return unclear(`it answers with HTTP ${answer.status}`);
}

/** What it means that a registry does not take a token which its own token server has just given out. */
export function judgeToken(answer: RegistryResponse): Verdict {
  if (answer.status === 429) return rateLimited(answer);
  if (answer.status !== 401 && answer.status !== 403) return unclear(`it answers with HTTP ${answer.status}`);
  return unclear(`it does not take the token that its token server has just given out (HTTP ${answer.status})`);
}

export function get(exchange: Exchange, url: URL, credential: Ask['credential']): Promise<RegistryResponse> {
  return send(exchange, { method: 'GET', url, credential });
}
