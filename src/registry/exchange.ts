/** One question to one registry: its requests share a deadline, and a login goes with one only by permission. */
import { type Destination, destinationProblem, isSameHost, type Trust } from '../domain/verify/destination.ts';
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
  readonly accept?: readonly string[] | undefined;
}

export interface RegistryResponse extends HttpResponse {
  /** Who answered, after redirects. */
  readonly from: Destination;
}

/** It sends us where we do not go; the message is a phrase for people. */
export class TargetRefused extends Error {}

/** Answers are small; a larger one is not from a registry. */
const MAX_BYTES = 64 * 1024;
const MAX_REDIRECTS = 5;

/** Sends one request and follows redirects. Throws NetworkError and {@link TargetRefused}. */
export async function send(exchange: Exchange, ask: Ask): Promise<RegistryResponse> {
  let subject = ask.purpose === 'token server' ? 'its token server' : 'it';
  let to = await reach(exchange, ask.url, subject);
  const registry = exchange.registry ?? to;
  let { credential } = ask;
  for (let redirects = 0; ; redirects += 1) {
    const permission = permissionFor({ ...ask, credential }, { to, registry }, exchange.trust, subject);
    const response = await transmit(exchange, ask, to, permission);
    const target = redirectOf(response, to.url, ask.method);
    if (target === undefined) return { ...response, from: to };
    if (redirects === MAX_REDIRECTS) throw new TargetRefused('it sends us from one place to another without end');
    subject = 'the place that it sends us to';
    to = await reach({ ...exchange, registry }, target, subject);
    if (isSameHost(ask.url, target)) continue;
    // A manifest may lie elsewhere, and who sends us there has judged the credential; nothing else may.
    if (ask.method !== 'HEAD' && (credential !== undefined || ask.form !== undefined)) {
      throw new TargetRefused(`it sends us to ${target.host}, which does not get the credential`);
    }
    credential = undefined;
  }
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
function transmit(
  { http, signal, deadline }: Exchange,
  { method, form, accept }: Ask,
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
  return http.send({
    method,
    url,
    addresses,
    headers,
    body: fields?.toString(),
    signal,
    timeoutMs,
    maxBytes: MAX_BYTES,
  });
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

/** Where the answer sends us; a POST is repeated only where the answer says so (RFC 9110 section 15.4). */
function redirectOf({ status, headers }: HttpResponse, url: URL, method: Ask['method']): URL | undefined {
  const statuses = method === 'POST' ? [307, 308] : [301, 302, 303, 307, 308];
  if (!statuses.includes(status) || headers.location === undefined) return undefined;
  return URL.canParse(headers.location, url.href) ? new URL(headers.location, url) : undefined;
}
