/** One question to one registry. All its requests share a deadline, and a login is sent only with a permission. */

import type { HttpClient } from '../http/http-client.ts';
import type { HttpResponse } from '../http/message.ts';
import { NetworkError } from '../http/network-error.ts';
import type { Clock } from '../system/clock.ts';
import { type Destination, destinationProblem, isSameHost, type Trust, urlHost } from '../verify/destination.ts';
import {
  type LoginPermission,
  type LoginRequest,
  permit,
  type RegistryLogin,
  type RegistryToken,
} from '../verify/login-permission.ts';
import type { Locate } from './locate.ts';
import { secondsUntilRetry, type TimedAnswer } from './verdicts.ts';

export interface Exchange {
  readonly http: HttpClient;
  readonly locate: Locate;
  readonly trust: Trust;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** A monotonic time of the clock. */
  readonly deadline: number;
  /** Where the registry is, once that is known. It limits where the registry may send us. */
  readonly registry: Destination | undefined;
}

export interface Ask {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  /** The registry when left out. */
  readonly purpose?: LoginRequest['purpose'];
  readonly credential?: RegistryLogin | RegistryToken | undefined;
  /** Form fields in addition to those of the login. */
  readonly form?: Readonly<Record<string, string>> | undefined;
  readonly accept?: string | undefined;
  /**
   * What to do about a redirect to another host. `follow`: the answer from there counts; the credential is not sent there.
   * `stop`: the redirect itself is the answer. When left out, a request without a credential follows the redirect, and for one
   * with a credential it is an error.
   */
  readonly elsewhere?: 'follow' | 'stop' | undefined;
}

export interface RegistryResponse extends HttpResponse {
  /** The server that answered, after redirects. */
  readonly from: Destination;
  /** When it arrived, in milliseconds since 1970. */
  readonly at: number;
}

/** The registry directs us to a server that is not contacted. The message is a phrase for the user. */
export class TargetRefused extends Error {}

/** Turns a failure into undefined, for a question whose answer only adds detail. */
export function unanswered(error: unknown): undefined {
  if (error instanceof NetworkError || error instanceof TargetRefused) return undefined;
  throw error;
}

/** Answers are small. A larger one does not come from a registry. */
const MAX_BYTES = 64 * 1024;
/** Go's net/http gives up at the tenth redirect, and so does containerd (core/remotes/docker/resolver.go `do`). */
const MAX_REDIRECTS = 9;

/**
 * Sends one request and follows redirects. A request to a registry, but not to its token server, is sent a second time when
 * {@link secondTryDelay} says so. Throws NetworkError and {@link TargetRefused}.
 */
export async function send(exchange: Exchange, ask: Ask): Promise<RegistryResponse> {
  const result = await sendOnce(exchange, ask).catch((error: unknown) => {
    if (error instanceof NetworkError) return error;
    throw error;
  });
  const hasPassword = ask.credential !== undefined && !('token' in ask.credential);
  // A password is sent again only where containerd does so: with a request for a manifest.
  const isRepeatable = ask.purpose !== 'token server' && (!hasPassword || ask.elsewhere === 'follow');
  const delay = isRepeatable ? secondTryDelay(result, hasPassword) : undefined;
  if (delay !== undefined && exchange.clock.monotonic() + delay < exchange.deadline) {
    await exchange.clock.pause(delay, exchange.signal);
    return sendOnce(exchange, ask);
  }
  if (result instanceof NetworkError) throw result;
  return result;
}

/** Whether the login of `ask` may be sent with it. Throws NetworkError and {@link TargetRefused}. */
export async function maySend(exchange: Exchange, ask: Ask): Promise<boolean> {
  const { method, purpose = 'registry', credential } = ask;
  const to = await reach(exchange, ask.url, subjectOf(ask));
  const places = { to, registry: exchange.registry ?? to };
  return credential === undefined || !('refused' in permit(credential, { method, purpose, ...places }, exchange.trust));
}

async function sendOnce(exchange: Exchange, original: Ask): Promise<RegistryResponse> {
  // `first` goes to the host that was asked first, `ask` to the host of the latest redirect.
  let [first, ask] = [original, original];
  let subject = subjectOf(ask);
  let to = await reach(exchange, ask.url, subject);
  const registry = exchange.registry ?? to;
  for (let redirects = 0; ; redirects += 1) {
    const permission = permissionFor(ask, { to, registry }, exchange.trust, subject);
    const response = await transmit(exchange, ask, to, permission);
    const target = redirectOf(response, to.url);
    if (target === undefined || (ask.elsewhere === 'stop' && !isSameHost(first.url, target))) {
      return { ...response, from: to, at: exchange.clock.now() };
    }
    if (redirects === MAX_REDIRECTS) throw new TargetRefused('it redirects without end');
    // A form is sent again only when the status says so (RFC 9110 section 15.4). Otherwise the redirect is followed with GET.
    if (ask.method === 'POST' && ![307, 308].includes(response.status)) {
      first = { ...first, method: 'GET', credential: undefined, form: undefined };
    }
    subject = 'the place that it redirects to';
    to = await reach({ ...exchange, registry }, target, subject);
    ask = isSameHost(first.url, target) ? first : withoutLogin(first, target);
  }
}

/** `ask` for another host, without the credential, which goes only to the host it was meant for. Throws {@link TargetRefused}. */
function withoutLogin(ask: Ask, target: URL): Ask {
  if (ask.elsewhere !== 'follow' && (ask.credential !== undefined || ask.form !== undefined)) {
    throw new TargetRefused(`it redirects to ${urlHost(target)}, which does not get the login`);
  }
  return { ...ask, credential: undefined, form: undefined };
}

function subjectOf({ purpose }: Ask): string {
  return purpose === 'token server' ? 'its token server' : 'it';
}

/**
 * Where `url` leads. Throws TargetRefused for a place that is not contacted. When the name alone rules it out, no lookup is made.
 */
export async function reach(exchange: Exchange, url: URL, subject: string): Promise<Destination> {
  const { registry, trust, locate } = exchange;
  const named = { url, addresses: undefined };
  const to = destinationProblem(named, registry ?? named, trust) ? named : await inTime(exchange, locate(url));
  const problem = destinationProblem(to, registry ?? to, trust);
  if (problem !== undefined) throw new TargetRefused(`${subject} ${problem}`);
  return to;
}

function permissionFor(
  { method, purpose = 'registry', credential }: Ask,
  places: Pick<LoginRequest, 'to' | 'registry'>,
  trust: Trust,
  subject: string,
): LoginPermission | undefined {
  if (credential === undefined) return undefined;
  const permission = permit(credential, { method, purpose, ...places }, trust);
  if (!('refused' in permission)) return permission;
  throw new TargetRefused(`${subject} ${permission.refused}`);
}

/** The only function that sends anything to a registry. */
async function transmit(
  { http, signal, clock, deadline }: Exchange,
  { method, purpose = 'registry', form, accept }: Ask,
  { url, addresses }: Destination,
  permission: LoginPermission | undefined,
): Promise<HttpResponse> {
  if (permission !== undefined && permission.origin !== url.origin) throw new TargetRefused('the login is for another');
  const { authorization, form: login } = permission ?? {};
  const fields = form === undefined && login === undefined ? undefined : new URLSearchParams({ ...login, ...form });
  const headers = {
    ...(authorization === undefined ? {} : { authorization }),
    ...(fields === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(accept === undefined ? {} : { accept }),
  };
  const timeoutMs = Math.max(1, deadline - clock.monotonic());
  // Only the head of a registry's answer counts, except for lists of errors and tags.
  const cut = purpose === 'registry';
  const body = fields?.toString();
  const request = { method, url, addresses, headers, body, signal, timeoutMs, maxBytes: MAX_BYTES, cut };
  const response = await http.send(request);
  return cut ? response : unzipped(response);
}

/** Go's clients decode gzip, and some servers send it even to clients that do not ask for it. */
async function unzipped(response: HttpResponse): Promise<HttpResponse> {
  if (response.headers['content-encoding']?.toLowerCase() !== 'gzip' || response.body.length === 0) return response;
  const { gunzipSync } = await import('node:zlib');
  try {
    return { ...response, body: gunzipSync(response.body, { maxOutputLength: MAX_BYTES }) };
  } catch (error) {
    throw new NetworkError(
      'protocol',
      'GZIP',
      true,
      error instanceof RangeError ? 'its gzip content is too large' : 'broken gzip',
    );
  }
}

/** Limits `work` to the deadline and the signal, because a DNS lookup takes no signal. */
async function inTime<T>({ signal, clock, deadline }: Exchange, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  const timer = setTimeout(
    () => reject(new NetworkError('timeout', 'ETIMEDOUT', false)),
    Math.max(1, deadline - clock.monotonic()),
  );
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** The target of a redirect. */
function redirectOf({ status, headers }: HttpResponse, url: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined) return undefined;
  return URL.canParse(headers.location, url.href) ? new URL(headers.location, url) : undefined;
}

/** The statuses after which containerd retries at once (core/remotes/docker/resolver.go `retryRequest`). */
const STATUSES = [408, 429, 500, 503, 504];
const PAUSE_MS = 100;
const MAX_SECONDS = 2;

/**
 * Milliseconds until the second and last try; undefined for none. A broken connection is retried only without a password, because
 * containerd does not send a password again in that case.
 */
function secondTryDelay(result: TimedAnswer | NetworkError, hasPassword: boolean): number | undefined {
  if (result instanceof NetworkError) return result.kind === 'reset' && !hasPassword ? PAUSE_MS : undefined;
  if (!STATUSES.includes(result.status)) return undefined;
  const seconds = secondsUntilRetry(result);
  if (seconds === undefined) return PAUSE_MS;
  return seconds <= MAX_SECONDS ? seconds * 1000 : undefined;
}
