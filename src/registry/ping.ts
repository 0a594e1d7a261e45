/** The first request to a registry: finds where its API is, and which login it asks for. */

import type { HttpResponse } from '../http/message.ts';
import { NetworkError } from '../http/network-error.ts';
import { type OncePerKey, oncePerKey } from '../system/concurrency.ts';
import { type Destination, urlHost } from '../verify/destination.ts';
import { nearness } from '../verify/nearness.ts';
import { describeRefusal, type Verdict } from '../verify/verdict.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { type Exchange, type RegistryResponse, send } from './exchange.ts';
import { rateLimited, unclear } from './verdicts.ts';

export interface Registry {
  /** Ends in `/v2/`. */
  readonly base: URL;
  readonly at: Destination;
  /** The answer of `/v2/` without a credential. A runtime does not send this request, so for an image it means nothing. */
  readonly greeting: RegistryResponse;
}

/**
 * Asks `https://HOST/v2/` without a credential. Plain HTTP is tried for a registry on this machine, or one that `--plain-http`
 * names, when it does not speak TLS. Throws NetworkError and TargetRefused.
 */
export async function ping(host: string, exchange: Omit<Exchange, 'registry'>): Promise<Registry> {
  const urls = [`https://${host}/v2/`, `http://${host}/v2/`].map((url) => new URL(url));
  const [secure, plain] = urls as [URL, URL];
  try {
    return await ask(secure, exchange);
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const isNamed = exchange.trust.plainHttp.includes(plain.host);
    const isPlain = (isNamed || nearness(plain.hostname) === 'loopback') && speaksNoTls(error);
    // Without a port in the name, http uses another port than https, so a failed connection is no reason to give up.
    if (!isPlain && !(isNamed && ['refused', 'unreachable'].includes(error.kind))) throw error;
    return ask(plain, exchange);
  }
}

/** The challenge that a client answers; undefined when it knows none of them (containerd `AddResponses`). */
export function challengeOf({ status, challenges }: HttpResponse): Challenge | undefined {
  return status === 401 ? parseChallenges(challenges)[0] : undefined;
}

/** Why a login cannot be checked at this registry, judged by the answer of `/v2/`; undefined when it can. */
export function greetingProblem({ greeting }: Registry): Verdict | undefined {
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

/** Of a redirect target, only the origin is used: manifests are where the specification puts them. */
async function ask(url: URL, exchange: Omit<Exchange, 'registry'>): Promise<Registry> {
  const asked = { method: 'GET', url, elsewhere: 'stop' } as const;
  const greeting = await send({ ...exchange, registry: undefined }, asked);
  return { base: new URL('/v2/', greeting.from.url), at: greeting.from, greeting };
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
