/** Why a request got no answer, in kinds that allow a message to name the cause. */

export type NetworkErrorKind =
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'reset'
  | 'tls'
  | 'timeout'
  | 'proxy'
  | 'too-large'
  | 'protocol';

/** Holds no header, no body, no URL, and no cause that could hold one. */
export class NetworkError extends Error {
  readonly kind: NetworkErrorKind;
  /** The code of the runtime, such as ECONNREFUSED or CERT_HAS_EXPIRED. */
  readonly code: string;
  /** Whether the request may have reached the server, so that repeating it may do its work twice. */
  readonly sent: boolean;

  constructor(kind: NetworkErrorKind, code: string, sent: boolean, detail: string = code) {
    super(detail.slice(0, 300));
    this.name = 'NetworkError';
    this.kind = kind;
    this.code = code;
    this.sent = sent;
  }
}

const KINDS: Readonly<Record<string, NetworkErrorKind>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ENODATA: 'dns',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  ETIMEDOUT: 'timeout',
};

const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH|EE_)/;

/** Classifies an error of node:http, node:tls or node:dns. */
export function networkError(error: unknown, sent: boolean): NetworkError {
  if (error instanceof NetworkError) return error;
  const { code, message } = withCode(error);
  if (code === 'EPROTO' || TLS_CODE.test(code)) return new NetworkError('tls', code, sent, message);
  return new NetworkError(KINDS[code] ?? 'protocol', code, sent, KINDS[code] === undefined ? message : code);
}

/**
 * When every address of a name fails, the runtime wraps their errors into one that has no meaning of its own. The first of them
 * is used.
 */
function withCode(error: unknown): { code: string; message: string } {
  const { code, message, errors } = error as NodeJS.ErrnoException & { errors?: readonly unknown[] };
  if (Array.isArray(errors) && errors.length > 0) return withCode(errors[0]);
  return { code: code ?? 'UNKNOWN', message: message ?? '' };
}
