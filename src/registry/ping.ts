/** The first request to a registry: where its API is, and how it wants to be asked. */
import { type Destination, urlHost } from '../domain/verify/destination.ts';
import { nearness } from '../domain/verify/nearness.ts';
import { describeRefusal, type Verdict } from '../domain/verify/verdict.ts';
import type { HttpResponse } from '../http/message.ts';
import { NetworkError } from '../http/network-error.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { type Exchange, type RegistryResponse, send } from './exchange.ts';
import { rateLimited, unclear } from './verdicts.ts';

export interface Registry {
  /** Ends in `/v2/`. */
  readonly base: URL;
  readonly at: Destination;
  /** What it says at `/v2/` without a credential. A runtime does not ask there, so for an image it means nothing. */
  readonly greeting: RegistryResponse;
}

/**
 * Asks `https://HOST/v2/` without a credential. A registry on this machine that does not speak TLS is asked in plain
 * HTTP, and so is one that `--plain-http` names. Throws NetworkError and TargetRefused.
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
    // The port of https is another one where none is named.
    if (!isPlain && !(isNamed && ['refused', 'unreachable'].includes(error.kind))) throw error;
    return ask(plain, exchange);
  }
}

/** The challenge that a client answers, undefined where there is none that it knows (containerd `AddResponses`). */
export function challengeOf({ status, challenges }: HttpResponse): Challenge | undefined {
  return status === 401 ? parseChallenges(challenges)[0] : undefined;
}

/** Why the registry cannot be checked about a login, by what it says at `/v2/`; undefined where it can. */
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
        reason: `it redirects to ${urlHost(target)}, which does not get the credential`,
      }
    : unclear(`it does not answer like a registry (HTTP ${status} at /v2/)`);
}

/** From a redirect nothing but the scheme is taken: manifests are where the specification has them. */
async function ask(url: URL, exchange: Omit<Exchange, 'registry'>): Promise<Registry> {
  const asked = { method: 'GET', url, elsewhere: 'stop' } as const;
  const greeting = await send({ ...exchange, registry: undefined }, asked);
  return { base: new URL('/v2/', greeting.from.url), at: greeting.from, greeting };
}

/** Whether the other side answered, but not in TLS; a certificate that is not trusted is TLS. */
function speaksNoTls({ kind, code }: NetworkError): boolean {
  return ['tls', 'reset', 'protocol'].includes(kind) && !/CERT|SELF_SIGNED|UNABLE_TO|HOSTNAME|ALTNAME/.test(code);
}
