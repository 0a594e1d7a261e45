/** The first request to a registry: where its API is, and how it wants to be asked. */
import type { Verdict } from '../domain/verify/verdict.ts';
import type { HttpResponse } from '../http/message.ts';
import { NetworkError } from '../http/network-error.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { type Exchange, isSameHost, type RegistryResponse, send } from './exchange.ts';
import { isLoopback } from './realm.ts';
import { rateLimited, unclear } from './verdicts.ts';

export interface Registry {
  /** Ends in `/v2/`. */
  readonly base: URL;
  /** Bearer where there is a choice, as containerd has it; undefined where it asks for nothing. */
  readonly challenge: Challenge | undefined;
}

/**
 * Asks `https://HOST/v2/` without a credential. A registry on this machine that does not speak TLS is asked in plain
 * HTTP, and so is any with `plainHttp`. Throws NetworkError and TargetRefused.
 */
export async function ping(
  host: string,
  exchange: Omit<Exchange, 'registry'>,
  plainHttp: boolean,
): Promise<Registry | Verdict> {
  const urls = [`https://${host}/v2/`, `http://${host}/v2/`].map((url) => new URL(url));
  const [secure, plain] = urls as [URL, URL];
  if (plainHttp) return read(await get(plain, exchange), plain);
  try {
    return read(await get(secure, exchange), secure);
  } catch (error) {
    if (!isLoopback(host) || !(error instanceof NetworkError) || !speaksNoTls(error)) throw error;
    return read(await get(plain, exchange), plain);
  }
}

/** The challenge of an answer, undefined for one that has none that we know. */
export function challengeOf({ headers }: HttpResponse): Challenge | undefined {
  const challenges = parseChallenges([headers['www-authenticate'] ?? ''].flat().join(', '));
  return challenges.find(({ scheme }) => scheme === 'bearer') ?? challenges.find(({ scheme }) => scheme === 'basic');
}

function read(answer: RegistryResponse, asked: URL): Registry | Verdict {
  if (answer.status === 429) return rateLimited(answer);
  const challenge = answer.status === 401 ? challengeOf(answer) : undefined;
  if (answer.status !== 200 && challenge === undefined) {
    return unclear(`it does not answer like a registry (HTTP ${answer.status} at ${asked.pathname})`);
  }
  if (!isSameHost(asked, answer.url)) {
    return {
      kind: 'unreachable',
      cause: 'target',
      reason: `it sends us to ${answer.url.host}, which does not get the credential`,
    };
  }
  return { base: new URL(answer.url.href.replace(/[?#].*$/s, '').replace(/\/?$/, '/')), challenge };
}

function get(url: URL, exchange: Omit<Exchange, 'registry'>): Promise<RegistryResponse> {
  return send({ ...exchange, registry: url }, { method: 'GET', url });
}

/** Whether the other side answered, but not in TLS; a certificate that is not trusted is TLS. */
function speaksNoTls({ kind, code }: NetworkError): boolean {
  return ['tls', 'reset', 'protocol'].includes(kind) && !/CERT|SELF_SIGNED|UNABLE_TO|HOSTNAME|ALTNAME/.test(code);
}
