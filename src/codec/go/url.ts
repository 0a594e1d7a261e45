/**
 * Go's net/url for `https://` and `http://` texts, as far as the kubelet's keyring needs it.
 *
 * WHATWG `URL` cannot stand in: it lower-cases hosts, drops `:443`, rewrites `\`, `..`, numbers and non-ASCII names, and
 * accepts what Go rejects. Behaviour is Go 1.26's (colons in a host are strict), with which Kubernetes 1.36 is built.
 */
import { isIPv6 } from './ip-address.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

export interface GoUrl {
  /** Name and port as written. */
  readonly host: string;
  /** User info, percent-decoded. */
  readonly user: { readonly name: string; readonly password: string } | undefined;
  /** Percent-decoded, begins with `/` unless empty. */
  readonly path: string;
}

/** Go's url.Error, with the text of its cause. */
export class GoUrlError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GoUrlError';
  }
}

/** A host, perhaps with a port and a path, without escapes and without any possible error. Nearly all URLs are like this. */
const PLAIN = /^https?:\/\/([-A-Za-z0-9._*]*(?::[0-9]*)?)((?:\/[-A-Za-z0-9._*/]*)?)$/;

/** User info, host and path of `text`, which begins with `https://` or `http://`; throws {@link GoUrlError} (net/url `Parse`). */
export function parseGoUrl(text: string): GoUrl {
  const [, host, plainPath = ''] = PLAIN.exec(text) ?? [];
  if (host !== undefined) return { host, user: undefined, path: plainPath };
  const [beforeFragment, fragment] = cut(text, '#');
  if (/[\0-\x1f\x7f]/.test(beforeFragment)) throw new GoUrlError('net/url: invalid control character in URL');
  const [beforeQuery] = cut(beforeFragment, '?');
  const rest = beforeQuery.slice(beforeQuery.indexOf('//') + 2);
  const slash = rest.indexOf('/');
  const authority = slash < 0 ? rest : rest.slice(0, slash);
  const url = { ...parseAuthority(authority), path: percentDecode(slash < 0 ? '' : rest.slice(slash), 'path') };
  percentDecode(fragment, 'path');
  return url;
}

/** Host and port of `host` (net `SplitHostPort`); the whole with an empty port where Go reports an error. */
export function splitHostPort(host: string): { name: string; port: string } {
  const colon = host.lastIndexOf(':');
  const whole = { name: host, port: '' };
  if (colon < 0) return whole;
  const port = host.slice(colon + 1);
  if (host.startsWith('[')) {
    const close = host.indexOf(']');
    if (close + 1 !== colon) return whole;
    const name = host.slice(1, close);
    return /[[\]]/.test(name + port) ? whole : { name, port };
  }
  const name = host.slice(0, colon);
  return /[:[\]]/.test(name) || /[[\]]/.test(port) ? whole : { name, port };
}

function parseAuthority(authority: string): Pick<GoUrl, 'host' | 'user'> {
  const at = authority.lastIndexOf('@');
  const host = parseHost(authority.slice(at + 1));
  if (at < 0) return { host, user: undefined };
  const userInfo = authority.slice(0, at);
  if (!/^[-A-Za-z0-9._:~!$&'()*+,;=%@]*$/.test(userInfo)) throw new GoUrlError('net/url: invalid userinfo');
  const [name, password] = cut(userInfo, ':');
  return { host, user: { name: percentDecode(name, 'path'), password: percentDecode(password, 'path') } };
}

function parseHost(host: string): string {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) throw new GoUrlError('invalid IP-literal');
  if (bracket === 0) return parseIpLiteral(host);
  const colon = host.indexOf(':');
  if (colon >= 0) checkPort(host.slice(colon));
  return percentDecode(host, 'host');
}

function parseIpLiteral(host: string): string {
  const close = host.lastIndexOf(']');
  if (close < 0) throw new GoUrlError("missing ']' in host");
  const port = host.slice(close + 1);
  checkPort(port);
  const inner = host.slice(1, close);
  const zone = inner.indexOf('%25');
  const name =
    zone < 0
      ? percentDecode(inner, 'host')
      : percentDecode(inner.slice(0, zone), 'host') + percentDecode(inner.slice(zone), 'zone');
  if (!isIPv6(name)) throw new GoUrlError(`invalid host: ParseAddr(${JSON.stringify(name)}): unable to parse IP`);
  return `[${name}]${port}`;
}

function checkPort(port: string): void {
  if (!/^(:[0-9]*)?$/.test(port)) throw new GoUrlError(`invalid port ${JSON.stringify(port)} after host`);
}

/** What a host may hold unescaped, besides bytes above 0x7f (net/url encoding table, `encodeHost`). */
const HOST_CHARACTER = /[-A-Za-z0-9._~!$&'()*+,;=:[\]<>"]/;
/** Any character that is neither one of these, nor above 0x7f, nor the beginning of an escape. */
const NO_HOST_CHARACTER = /[^-A-Za-z0-9._~!$&'()*+,;=:[\]<>"%\x80-\u{10ffff}]/u;

function percentDecode(text: string, mode: 'host' | 'zone' | 'path'): string {
  if (mode !== 'path') {
    const [wrong] = NO_HOST_CHARACTER.exec(text) ?? [];
    if (wrong !== undefined) throw new GoUrlError(`invalid character ${JSON.stringify(wrong)} in host name`);
  }
  if (!text.includes('%')) return text;
  const source = encodeUtf8(text);
  const bytes = new Uint8Array(source.length);
  let length = 0;
  for (let index = 0; index < source.length; index += 1) {
    const byte = source[index] ?? 0;
    if (byte !== 0x25) {
      bytes[length++] = byte;
      continue;
    }
    const value = hexValue(source[index + 1]) * 16 + hexValue(source[index + 2]);
    if (Number.isNaN(value) || !mayEscape(value, mode)) {
      const wrong = decodeUtf8(source.subarray(index, index + 3));
      throw new GoUrlError(`invalid URL escape ${JSON.stringify(wrong)}`);
    }
    bytes[length++] = value;
    index += 2;
  }
  return decodeUtf8(bytes.subarray(0, length));
}

/** NaN for a byte that is not a hexadecimal digit. */
function hexValue(byte: number | undefined): number {
  const digit = String.fromCharCode(byte ?? 0);
  return /[0-9A-Fa-f]/.test(digit) ? Number.parseInt(digit, 16) : Number.NaN;
}

/**
 * In a host, only bytes above 0x7f and `%` itself may be escaped. In a zone, host characters and a space may be escaped as well.
 */
function mayEscape(value: number, mode: 'host' | 'zone' | 'path'): boolean {
  if (mode === 'path' || value === 0x25) return true;
  if (mode === 'host') return value >= 0x80;
  return value === 0x20 || HOST_CHARACTER.test(String.fromCharCode(value));
}

function cut(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + 1)];
}
