/** Checks whether a registry accepts a login, with the requests of `docker login`, and whether its answer proves that at all. */
import { claimsOf } from '../secret/expiry.ts';
import { knownRegistry } from '../verify/known-registries.ts';
import type { RegistryLogin, RegistryToken } from '../verify/login-permission.ts';
import type { Verdict } from '../verify/verdict.ts';
import { type Ask, type Exchange, type RegistryResponse, send, unanswered } from './exchange.ts';
import { challengeOf, greet, greetingProblem, oncePerRegistry, type Registry } from './ping.ts';
import { requestToken, type TokenRequest, tokenSource } from './token.ts';
import { rateLimited, refused, unclear } from './verdicts.ts';

export interface Case {
  readonly exchange: Exchange;
  readonly registry: Registry;
  readonly host: string;
  readonly login: RegistryLogin;
}

/**
 * Checks each login only once, however many images it is tried on: registries lock out users after too many wrong logins. Throws
 * NetworkError and TargetRefused.
 */
export function judgeLogin({ exchange, registry, host, login }: Case): Promise<Verdict> {
  return judgeOnce(exchange, registry, { host, login });
}

const judgeOnce = oncePerRegistry(
  async (exchange, registry, { host, login }: Pick<Case, 'host' | 'login'>): Promise<Verdict> => {
    const greeting = await greet(exchange, registry);
    const problem = greetingProblem(greeting);
    if (problem !== undefined) return problem;
    // Of a redirect target, only the origin is used.
    const base = new URL('/v2/', greeting.from.url);
    const challenge = challengeOf(greeting);
    if (challenge === undefined) return { kind: 'anonymous', why: 'asks for none' };
    if (challenge.scheme === 'basic') return judgeBasic(await get(exchange, base, login));
    const request = { source: tokenSource(challenge), login, scopes: [] };
    const grant = await requestToken(exchange, request);
    if ('kind' in grant) return grant;
    const answer = await get(exchange, base, grant);
    if (answer.status !== 200) return judgeToken(answer);
    return isPersonal(grant, login, host) || !(await isForEverybody(exchange, registry, request, grant))
      ? { kind: 'accepted' }
      : { kind: 'anonymous', why: 'same answer' };
  },
);

/**
 * Whether a token shows by itself that the login is good: its subject is the user, or the registry is known to refuse wrong
 * logins. Some token servers ignore a wrong login and give everybody a weak token.
 */
export function isPersonal({ token }: RegistryToken, { credential }: RegistryLogin, host: string): boolean {
  if (knownRegistry(host)?.refusal !== undefined) return true;
  const subject = claimsOf(token)?.sub;
  return 'username' in credential && subject === credential.username;
}

/** Whether an anonymous request gets a token that is as good as `grant`. No answer counts as no. */
export async function isForEverybody(
  exchange: Exchange,
  registry: Registry,
  request: TokenRequest,
  grant: RegistryToken,
): Promise<boolean> {
  const anonymous = await requestToken(exchange, { ...request, login: undefined }).catch(unanswered);
  return anonymous !== undefined && 'token' in anonymous && !(await isBetter(exchange, registry, grant, anonymous));
}

/** Whether `grant` is worth more than `anonymous`: it has another subject, or `/v2/` accepts only `grant`. */
export async function isBetter(
  exchange: Exchange,
  { base }: Pick<Registry, 'base'>,
  grant: RegistryToken,
  anonymous: RegistryToken,
): Promise<boolean> {
  if (grant.token === anonymous.token) return false;
  const [subject, other] = [claimsOf(grant.token)?.sub, claimsOf(anonymous.token)?.sub];
  if (typeof subject === 'string' && subject !== '' && subject !== other) return true;
  const answers = await Promise.all([grant, anonymous].map((token) => get(exchange, base, token).catch(unanswered)));
  return answers[0]?.status === 200 && answers[1]?.status === 401;
}

/** The verdict on the answer of `/v2/` to a user name and password. */
function judgeBasic(answer: RegistryResponse): Verdict {
  if (answer.status === 200) return { kind: 'accepted' };
  if (answer.status === 429) return rateLimited(answer);
  if (answer.status === 401 || answer.status === 403) return refused(answer);
  return unclear(`it answers with HTTP ${answer.status}`);
}

/** The verdict on a registry that rejects a token which its own token server has just issued. */
function judgeToken(answer: RegistryResponse): Verdict {
  if (answer.status === 429) return rateLimited(answer);
  if (answer.status !== 401 && answer.status !== 403) return unclear(`it answers with HTTP ${answer.status}`);
  return unclear(`it does not accept the new token of its token server (HTTP ${answer.status})`);
}

function get(exchange: Exchange, url: URL, credential: Ask['credential']): Promise<RegistryResponse> {
  return send(exchange, { method: 'GET', url, credential });
}
