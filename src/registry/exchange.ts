/** One question to one registry: its requests share a deadline, and none takes a credential to another host. */
import { encodeBase64 } from '../domain/go/base64.ts';
import { encodeUtf8 } from '../domain/go/utf8.ts';
import type { Credential } from '../domain/keyring/credential.ts';
import type { HttpClient } from '../http/http-client.ts';
import type { HttpResponse } from '../http/message.ts';
import { targetProblem } from './realm.ts';

export interface Exchange {
  readonly http: HttpClient;
  readonly signal: AbortSignal;
  /** By the clock of `performance.now()`. */
  readonly deadline: number;
  /** Where the registry is: what it may send us to depends on that. */
  readonly registry: URL;
}

export interface Ask {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly authorization?: string | undefined;
  /** The credential is in it. */
  readonly form?: URLSearchParams | undefined;
  readonly accept?: readonly string[] | undefined;
}

export interface RegistryResponse extends HttpResponse {
  /** Who answered, after redirects. */
  readonly url: URL;
}

/** It sends us where we do not go; the message is a phrase for people. */
export class TargetRefused extends Error {}

/** Answers are small; a larger one is not from a registry. */
const MAX_BYTES = 64 * 1024;
const MAX_REDIRECTS = 5;

/** Sends one request and follows redirects. Throws NetworkError and {@link TargetRefused}. */
export async function send(exchange: Exchange, ask: Ask): Promise<RegistryResponse> {
  let { url, authorization } = ask;
  for (let redirects = 0; ; redirects += 1) {
    const response = await sendOnce(exchange, { ...ask, url, authorization });
    const target = redirectOf(response, url, ask.method);
    if (target === undefined) return { ...response, url };
    if (redirects === MAX_REDIRECTS) throw new TargetRefused('it sends us from one place to another without end');
    const problem = targetProblem(target, exchange.registry);
    if (problem !== undefined) throw new TargetRefused(`the place that it sends us to ${problem}`);
    if (!isSameHost(ask.url, target)) {
      // A manifest may lie elsewhere, and who sends us there has judged the credential; nothing else may.
      if (ask.method !== 'HEAD' && (authorization !== undefined || ask.form !== undefined)) {
        throw new TargetRefused(`it sends us to ${target.host}, which does not get the credential`);
      }
      authorization = undefined;
    }
    url = target;
  }
}

/** The value of an Authorization header, undefined for what is no user name and password (RFC 7617). */
export function basicAuth(credential: Credential | undefined): string | undefined {
  if (credential === undefined || !('password' in credential)) return undefined;
  const { username, password } = credential;
  return `Basic ${encodeBase64(encodeUtf8(`${username}:${password}`))}`;
}

function sendOnce({ http, signal, deadline }: Exchange, { method, url, authorization, form, accept }: Ask) {
  const headers = {
    ...(authorization === undefined ? {} : { authorization }),
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(accept === undefined ? {} : { accept }),
  };
  const timeoutMs = Math.max(1, deadline - performance.now());
  return http.send({ method, url, headers, body: form?.toString(), signal, timeoutMs, maxBytes: MAX_BYTES });
}

/** Where the answer sends us; a POST is repeated only where the answer says so (RFC 9110 section 15.4). */
function redirectOf({ status, headers }: HttpResponse, url: URL, method: Ask['method']): URL | undefined {
  const statuses = method === 'POST' ? [307, 308] : [301, 302, 303, 307, 308];
  if (!statuses.includes(status) || headers.location === undefined) return undefined;
  return URL.canParse(headers.location, url.href) ? new URL(headers.location, url) : undefined;
}

/** The same name and port; or the same name on the default ports, from http to https. */
export function isSameHost(from: URL, to: URL): boolean {
  if (from.hostname !== to.hostname) return false;
  if (from.protocol === to.protocol) return from.port === to.port;
  return to.protocol === 'https:' && (from.port === to.port || (from.port === '' && to.port === ''));
}
