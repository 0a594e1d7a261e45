/** Turns answers and failures into verdicts. */

import type { HttpResponse } from '../http/message.ts';
import type { NetworkError, NetworkErrorKind } from '../http/network-error.ts';
import type { Cause, Verdict } from '../verify/verdict.ts';

export function refused({ status }: HttpResponse): Verdict {
  return { kind: 'rejected', status };
}

/** For a server that answered, but not like a registry. */
export function unclear(reason: string): Verdict {
  return { kind: 'unreachable', cause: 'protocol', reason };
}

/** An answer, and when it arrived in milliseconds since 1970. */
export type TimedAnswer = HttpResponse & { readonly at: number };

export function rateLimited(answer: TimedAnswer): Verdict {
  return { kind: 'rate limited', retryAfterSeconds: secondsUntilRetry(answer) };
}

/**
 * The seconds of Retry-After, which may be a date (RFC 9110 section 10.2.3), otherwise of the reset time that Docker Hub sends.
 */
export function secondsUntilRetry({ headers, at }: TimedAnswer): number | undefined {
  const retryAfter = headers['retry-after'] ?? '';
  const date = /[A-Za-z]{3}/.test(retryAfter) ? Date.parse(retryAfter) / 1000 : Number.NaN;
  return (
    [number(retryAfter), date, number([headers['x-ratelimit-reset']].flat()[0])]
      // A number this large is a point in time, not a duration.
      .map((value) => Math.ceil(value > 1e9 ? value - at / 1000 : value))
      .find((value) => value > 0)
  );
}

function number(text = ''): number {
  return /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
}

const CAUSES: Readonly<Record<NetworkErrorKind, Cause>> = {
  dns: 'dns',
  refused: 'tcp',
  unreachable: 'tcp',
  reset: 'tcp',
  tls: 'tls',
  timeout: 'timeout',
  proxy: 'proxy',
  'too-large': 'protocol',
  protocol: 'protocol',
};

export function unreachable(error: NetworkError, timeoutMs: number): Verdict {
  return { kind: 'unreachable', cause: CAUSES[error.kind], reason: reasonOf(error, timeoutMs) };
}

function reasonOf({ kind, code, message }: NetworkError, timeoutMs: number): string {
  switch (kind) {
    case 'dns':
      return 'its name cannot be resolved';
    case 'refused':
      return 'connection refused';
    case 'unreachable':
      return `there is no route to it from here (${code})`;
    case 'reset':
      return 'it closed the connection without an answer';
    case 'timeout':
      return `no answer within ${timeoutMs / 1000} s`;
    case 'tls':
      return tlsReason(code, message);
    case 'proxy':
      return `the proxy refuses the connection (${message})`;
    case 'too-large':
      return 'its answer is too large for a registry';
    case 'protocol':
      return `it does not speak HTTP as expected (${message})`;
  }
}

/** Codes of OpenSSL and BoringSSL. */
function tlsReason(code: string, message: string): string {
  if (/^(SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|CERT_UNTRUSTED|INVALID_CA)/.test(code)) {
    return 'its certificate is signed by an unknown authority';
  }
  if (code === 'CERT_HAS_EXPIRED') return 'its certificate has expired';
  if (code === 'CERT_NOT_YET_VALID') return 'its certificate is not valid yet';
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'its certificate is for another name';
  if (/wrong.version.number/i.test(message)) return 'it speaks http, not https';
  return `TLS failed (${code})`;
}
