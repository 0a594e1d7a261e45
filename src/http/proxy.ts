/** Which proxy the environment selects: a port of golang.org/x/net/http/httpproxy, whose rules kubectl follows. */
import { addressBytes } from '../codec/go/ip-address.ts';
import { splitHostPort } from '../codec/go/url.ts';
import { webUrl } from '../codec/go/web-url.ts';
import { UserError } from '../errors.ts';
import { command } from '../line/command.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Matcher = (host: string, port: string, address: Uint8Array | undefined) => boolean;

/**
 * The proxy for requests to `url`, undefined for none (httpproxy `Config.ProxyFunc`). Loopback hosts never have one.
 * Throws UserError when HTTP_PROXY could have been set by a client of a CGI script (https://go.dev/s/cgihttpproxy).
 */
export function proxyFor(url: URL, env: Environment): string | undefined {
  const secure = url.protocol === 'https:';
  const name = first(env, secure ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy']);
  if (name === undefined || !(secure || url.protocol === 'http:')) return undefined;
  if (!secure && env.REQUEST_METHOD) {
    throw new UserError(
      'refusing to use HTTP_PROXY in a CGI environment',
      command`env -u REQUEST_METHOD regsecret ...`,
    );
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port || (secure ? '443' : '80');
  const noProxy = env[first(env, ['NO_PROXY', 'no_proxy']) ?? ''] ?? '';
  return usesProxy(host, port, noProxy) ? parseProxy(env[name] ?? '', name) : undefined;
}

/** The name of the first variable that is set. */
function first(env: Environment, names: readonly string[]): string | undefined {
  return names.find((name) => env[name]);
}

/**
 * As httpproxy `parseProxy`: `host:port` means `http://host:port`. Unlike there, an invalid address is an error, not a direct
 * connection. The value is not shown, because it may hold a password.
 */
function parseProxy(value: string, name: string): string {
  const address = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]/i.test(value) ? value : `http://${value}`;
  if (webUrl(address) === undefined)
    throw new UserError(`${name} is not the address of a proxy`, command`unset ${name}`);
  return address;
}

/** httpproxy `useProxy`. */
function usesProxy(host: string, port: string, noProxy: string): boolean {
  if (host === 'localhost') return false;
  const address = addressBytes(host);
  if (address !== undefined && isLoopback(address)) return false;
  return !parseNoProxy(noProxy).some((matches) => matches(host, port, address));
}

/** httpproxy `config.init`. */
function parseNoProxy(noProxy: string): Matcher[] {
  const entries = noProxy.split(',').map((entry) => entry.trim().toLowerCase());
  if (entries.includes('*')) return [() => true];
  return entries.map(parseEntry).filter((matcher) => matcher !== undefined);
}

function parseEntry(entry: string): Matcher | undefined {
  const network = parseNetwork(entry);
  if (network !== undefined) return (_host, _port, address) => address !== undefined && network(address);
  const { name, port } = splitHostPort(entry);
  const samePort = (other: string) => port === '' || port === other;
  const own = addressBytes(name);
  if (own !== undefined) {
    return (_host, otherPort, address) => address !== undefined && equal(own, address) && samePort(otherPort);
  }
  if (name === '') return undefined;
  const domain = toAscii(name.startsWith('*.') ? name.slice(1) : name);
  const suffix = domain.startsWith('.') ? domain : `.${domain}`;
  return (host, otherPort, address) =>
    address === undefined && (host.endsWith(suffix) || host === domain) && samePort(otherPort);
}

/** net `ParseCIDR` and `IPNet.Contains`. */
function parseNetwork(entry: string): ((address: Uint8Array) => boolean) | undefined {
  const [prefix = '', length = '', more] = entry.split('/');
  const network = addressBytes(prefix);
  if (network === undefined || more !== undefined || !/^[0-9]{1,3}$/.test(length)) return undefined;
  const bits = Number(length);
  if (bits > network.length * 8) return undefined;
  return (address) =>
    address.length === network.length &&
    network.every((byte, index) => sameBits(byte, address[index], bits - index * 8));
}

function sameBits(one: number, other: number | undefined, bits: number): boolean {
  const mask = bits >= 8 ? 0xff : bits <= 0 ? 0 : (0xff << (8 - bits)) & 0xff;
  return (one & mask) === ((other ?? 0) & mask);
}

function isLoopback(address: Uint8Array): boolean {
  if (address.length === 4) return address[0] === 127;
  return address.every((byte, index) => byte === (index === 15 ? 1 : 0));
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

/** Hosts of requests arrive in ASCII (punycode), so names in NO_PROXY are converted to it. */
function toAscii(name: string): string {
  if (/^[\0-\x7f]*$/.test(name)) return name;
  const [, dot = '', rest = ''] = /^(\.?)(.*)$/.exec(name) ?? [];
  return URL.canParse(`http://${rest}`) ? dot + new URL(`http://${rest}`).hostname : name;
}
