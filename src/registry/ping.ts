/** The first request to a registry: where its API is, and how it wants to be asked. */
import { type Destination, isSameHost } from '../domain/verify/destination.ts';
import { nearness } from '../domain/verify/nearness.ts';
import type { Verdict } from '../domain/verify/verdict.ts';
import type { HttpResponse } from '../http/message.ts';
import { NetworkError } from '../http/network-error.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { type Exchange, type RegistryResponse, send } from './exchange.ts';
import { rateLimited, unclear } from './verdicts.ts';

export interface Registry {
  /** Ends in `/v2/`. */
  readonly base: URL;
  readonly at: Destination;
  /** Bearer where there is a choice, as containerd has it; undefined where it asks for nothing. */
  readonly challenge: Challenge | undefined;
}

/**
 * Asks `https://HOST/v2/` without a credential. A registry on this machine that does not speak TLS is asked in plain
 * HTTP, and so is one that `--plain-http` names. Throws NetworkError and TargetRefused.
 */
export async function ping(host: string, exchange: Omit<Exchange, 'registry'>): Promise<Registry | Verdict> {
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

/** The challenge of an answer, undefined for one that has none that we know. */
export function challengeOf({ headers }: HttpResponse): Challenge | undefined {
  const challenges = parseChallenges([headers['www-authenticate'] ?? ''].flat().join(', '));
  return challenges.find(({ scheme }) => scheme === 'bearer') ?? challenges.find(({ scheme }) => scheme === 'basic');
}

async function ask(url: URL, exchange: Omit<Exchange, 'registry'>): Promise<Registry | Verdict> {
  return read(await send({ ...exchange, registry: undefined }, { method: 'GET', url }), url);
}

function read(answer: RegistryResponse, asked: URL): Registry | Verdict {
  if (answer.status === 429) return rateLimited(answer);
  const challenge = answer.status === 401 ? challengeOf(answer) : undefined;
  if (answer.status !== 200 && challenge === undefined) {
    return unclear(`it does not answer like a registry (HTTP ${answer.status} at ${asked.pathname})`);
  }
  if (!isSameHost(asked, answer.from.url)) {
    return {
      kind: 'unreachable',
      cause: 'target',
      reason: `it sends us to ${answer.from.url.host}, which does not get the credential`,
    };
  }
  const { href } = answer.from.url;
  return { base: new URL(href.replace(/[?#].*$/s, '').replace(/\/?$/, '/')), at: answer.from, challenge };
}

/** Whether the other side answered, but not in TLS; a certificate that is not trusted is TLS. */
function speaksNoTls({ kind, code }: NetworkError): boolean {
  return ['tls', 'reset', 'protocol'].includes(kind) && !/CERT|SELF_SIGNED|UNABLE_TO|HOSTNAME|ALTNAME/.test(code);
}
