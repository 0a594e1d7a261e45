/** One question to one registry: its requests share a deadline, and a login goes with one only by permission. */
import { pause } from '../concurrency.ts';
import { type Destination, destinationProblem, isSameHost, type Trust, urlHost } from '../domain/verify/destination.ts';
import {
  type LoginPermission,
  type LoginRequest,
  permit,
  type RegistryLogin,
  type RegistryToken,
} from '../domain/verify/login-permission.ts';
import type { HttpClient } from '../http/http-client.ts';
import type { HttpResponse } from '../http/message.ts';
import { NetworkError } from '../http/network-error.ts';
import type { Locate } from './locate.ts';
import { secondTryDelay } from './second-try.ts';

export interface Exchange {
  readonly http: HttpClient;
  readonly locate: Locate;
  readonly trust: Trust;
  readonly signal: AbortSignal;
  /** By the clock of `performance.now()`. */
  readonly deadline: number;
  /** Where the registry is, once that is known: what it may send us to depends on that. */
  readonly registry: Destination | undefined;
}

export interface Ask {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  /** Left out: the registry. */
  readonly purpose?: LoginRequest['purpose'];
  readonly credential?: RegistryLogin | RegistryToken | undefined;
  /** Beside what the login adds to it. */
  readonly form?: Readonly<Record<string, string>> | undefined;
  readonly accept?: string | undefined;
  /**
   * What a redirect to another host means. `follow`: the answer from there counts, which gets no credential. `stop`: the
   * redirect is the answer. Left out: one without a credential is followed, and one with it is an error.
   */
  readonly elsewhere?: 'follow' | 'stop' | undefined;
}

export interface RegistryResponse extends HttpResponse {
  /** Who answered, after redirects. */
  readonly from: Destination;
}

/** It sends us where we do not go; the message is a phrase for people. */
export class TargetRefused extends Error {}

/** For a question whose answer only adds to what is known. */
export function unanswered(error: unknown): undefined {
  if (error instanceof NetworkError || error instanceof TargetRefused) return undefined;
  throw error;
}

/** Answers are small; a larger one is not from a registry. */
const MAX_BYTES = 64 * 1024;
/** Go's net/http gives up at the tenth, and so does containerd (core/remotes/docker/resolver.go `do`). */
const MAX_REDIRECTS = 9;

/**
 * Sends one request and follows redirects. A registry, not its token server, is asked a second time where {@link secondTryDelay}
 * says so. Throws NetworkError and {@link TargetRefused}.
 */
export async function send(exchange: Exchange, ask: Ask): Promise<RegistryResponse> {
  const result = await sendOnce(exchange, ask).catch((error: unknown) => {
    if (error instanceof NetworkError) return error;
    throw error;
  });
  const hasPassword = ask.credential !== undefined && !('token' in ask.credential);
  // A password is sent again only where containerd does that: with a request for a manifest.
  const isRepeatable = ask.purpose !== 'token server' && (!hasPassword || ask.elsewhere === 'follow');
  const delay = isRepeatable ? secondTryDelay(result, hasPassword) : undefined;
  if (delay !== undefined && performance.now() + delay < exchange.deadline) {
    await pause(delay, exchange.signal);
    return sendOnce(exchange, ask);
  }
  if (result instanceof NetworkError) throw result;
  return result;
}

/** Whether the login of `ask` may go with it. Throws NetworkError and {@link TargetRefused}. */
export async function maySend(exchange: Exchange, ask: Ask): Promise<boolean> {
  const { method, purpose = 'registry', credential } = ask;
  const to = await reach(exchange, ask.url, subjectOf(ask));
  const places = { to, registry: exchange.registry ?? to };
  return credential === undefined || !('refused' in permit(credential, { method, purpose, ...places }, exchange.trust));
}

async function sendOnce(exchange: Exchange, original: Ask): Promise<RegistryResponse> {
  // What goes to the host that was asked first, and what goes to the one that we are sent to.
  let [first, ask] = [original, original];
  let subject = subjectOf(ask);
  let to = await reach(exchange, ask.url, subject);
  const registry = exchange.registry ?? to;
  for (let redirects = 0; ; redirects += 1) {
    const permission = permissionFor(ask, { to, registry }, exchange.trust, subject);
    const response = await transmit(exchange, ask, to, permission);
    const target = redirectOf(response, to.url);
    if (target === undefined || (ask.elsewhere === 'stop' && !isSameHost(first.url, target))) {
      return { ...response, from: to };
    }
    if (redirects === MAX_REDIRECTS) throw new TargetRefused('it redirects without end');
    // A form is sent again only where the answer says so (RFC 9110 section 15.4), else we are to get something there.
    if (ask.method === 'POST' && ![307, 308].includes(response.status)) {
      first = { ...first, method: 'GET', credential: undefined, form: undefined };
    }
    subject = 'the place that it redirects to';
    to = await reach({ ...exchange, registry }, target, subject);
    ask = isSameHost(first.url, target) ? first : withoutLogin(first, target);
  }
}

/** `ask` for another host: the credential goes to nobody but the one that it was for. Throws {@link TargetRefused}. */
function withoutLogin(ask: Ask, target: URL): Ask {
  if (ask.elsewhere !== 'follow' && (ask.credential !== undefined || ask.form !== undefined)) {
    throw new TargetRefused(`it redirects to ${urlHost(target)}, which does not get the credential`);
  }
  return { ...ask, credential: undefined, form: undefined };
}

function subjectOf({ purpose }: Ask): string {
  return purpose === 'token server' ? 'its token server' : 'it';
}

/** Where `url` is. Throws TargetRefused where nothing goes to; what its name already says is not looked up. */
async function reach(exchange: Exchange, url: URL, subject: string): Promise<Destination> {
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

/** The only place from which anything goes to a registry. */
async function transmit(
  { http, signal, deadline }: Exchange,
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
  const timeoutMs = Math.max(1, deadline - performance.now());
  // Of a registry's answers only the head counts, but for lists of errors.
  const cut = purpose === 'registry';
  const body = fields?.toString();
  const request = { method, url, addresses, headers, body, signal, timeoutMs, maxBytes: MAX_BYTES, cut };
  const response = await http.send(request);
  return cut ? response : unzipped(response);
}

/** Go's clients read gzip, and some servers send it to those who do not ask for it. */
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

/** Looking up a name takes no signal. */
async function inTime<T>({ signal, deadline }: Exchange, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason);
  const timer = setTimeout(
    () => reject(new NetworkError('timeout', 'ETIMEDOUT', false)),
    Math.max(1, deadline - performance.now()),
  );
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** Where the answer sends us. */
function redirectOf({ status, headers }: HttpResponse, url: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined) return undefined;
  return URL.canParse(headers.location, url.href) ? new URL(headers.location, url) : undefined;
}
