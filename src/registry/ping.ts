/** Where the API of a registry is, and which login it asks for at `/v2/`. */

import type { HttpResponse } from '../http/message.ts';
import { NetworkError } from '../http/network-error.ts';
import { type OncePerKey, oncePerKey } from '../system/concurrency.ts';
import { type Destination, urlHost } from '../verify/destination.ts';
import { nearness } from '../verify/nearness.ts';
import { describeRefusal, type Verdict } from '../verify/verdict.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { type Exchange, type RegistryResponse, reach, send, unanswered } from './exchange.ts';
import { rateLimited, unclear } from './verdicts.ts';

export interface Registry {
  /** Ends in `/v2/`. */
  readonly base: URL;
  readonly at: Destination;
}

/**
 * The registry at `https://HOST`. One on this machine, or one that `--plain-http` names, is at `http://HOST` if `probe`, the first
 * question to it, fails because it does not speak TLS. Any other failure is left to whoever asks that question. Throws NetworkError
 * and TargetRefused.
 */
export async function openRegistry(
  host: string,
  exchange: Omit<Exchange, 'registry'>,
  probe: (exchange: Exchange, registry: Registry) => Promise<unknown>,
): Promise<Registry> {
  const secure = await registryAt(new URL(`https://${host}/v2/`), exchange);
  const plain = new URL(`http://${host}/v2/`);
  const isNamed = exchange.trust.plainHttp.includes(plain.host);
  if (!isNamed && nearness(plain.hostname) !== 'loopback') return secure;
  try {
    await probe({ ...exchange, registry: secure.at }, secure);
  } catch (error) {
    unanswered(error);
    // Without a port in the name, http uses another port than https, so a failed connection is no reason to give up.
    const isPlain = (one: NetworkError): boolean =>
      speaksNoTls(one) || (isNamed && ['refused', 'unreachable'].includes(one.kind));
    if (error instanceof NetworkError && isPlain(error)) return registryAt(plain, exchange);
  }
  return secure;
}

async function registryAt(base: URL, exchange: Omit<Exchange, 'registry'>): Promise<Registry> {
  return { base, at: await reach({ ...exchange, registry: undefined }, base, 'it') };
}

/** The challenge that a client answers; undefined when it knows none of them (containerd `AddResponses`). */
export function challengeOf({ status, challenges }: HttpResponse): Challenge | undefined {
  return status === 401 ? parseChallenges(challenges)[0] : undefined;
}

/** Why a login cannot be checked at this registry, judged by the answer of `/v2/`; undefined when it can. */
export function greetingProblem(greeting: RegistryResponse): Verdict | undefined {
  const { status, headers, from } = greeting;
  if (status === 429) return rateLimited(greeting);
  if (status === 200 || challengeOf(greeting) !== undefined) return undefined;
  if (status === 403) return unclear(`it ${describeRefusal('HTTP 403 at /v2/')}`);
  const target = URL.canParse(headers.location ?? '', from.url.href) && new URL(headers.location ?? '', from.url);
  return target && status >= 300 && status < 400
    ? {
        kind: 'unreachable',
        cause: 'target',
        reason: `it redirects to ${urlHost(target)}, which does not get the login`,
      }
    : unclear(`it does not answer like a registry (HTTP ${status} at /v2/)`);
}

/** Whether the server answered, but not in TLS. A certificate that is not trusted counts as TLS. */
function speaksNoTls({ kind, code }: NetworkError): boolean {
  return ['tls', 'reset', 'protocol'].includes(kind) && !/CERT|SELF_SIGNED|UNABLE_TO|HOSTNAME|ALTNAME/.test(code);
}

/** Wraps `ask` so that it runs once for each registry and subject. Subjects are the same when their JSON is. */
export function oncePerRegistry<Subject, Result>(
  ask: (exchange: Exchange, registry: Registry, subject: Subject) => Promise<Result>,
): typeof ask {
  const known = new WeakMap<Registry, OncePerKey<Result>>();
  return (exchange, registry, subject) => {
    const answers = known.get(registry) ?? oncePerKey<Result>();
    known.set(registry, answers);
    return answers(JSON.stringify(subject) ?? '', () => ask(exchange, registry, subject));
  };
}

/**
 * The answer of `/v2/` without a credential, requested once. A runtime does not send this request, so it never decides about an
 * image. Throws NetworkError and TargetRefused.
 */
export const greet = oncePerRegistry<void, RegistryResponse>((exchange, { base }) =>
  send(exchange, { method: 'GET', url: base, elsewhere: 'stop' }),
);
