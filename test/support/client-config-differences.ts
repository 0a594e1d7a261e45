/**
 * The intended differences between kubectl and us. docs/dev/comparisons.md gives the reason for each; the texts returned here are its
 * headings. Any difference without an entry here is a mistake.
 */
import type { ClientAnswer, ClientQuestion } from './client-config.ts';

/** The heading of the intended difference, or undefined for an unintended one. */
export function intended(asked: ClientQuestion, ours: ClientAnswer, theirs: ClientAnswer): string | undefined {
  if (ours.error !== undefined) return refusedHere(ours.error, theirs);
  if (theirs.error !== undefined) return takenHere(asked, ours, theirs.error);
  return otherRequest(asked, ours, theirs);
}

/** Configurations that we refuse and kubectl accepts, recognized by our error message. */
function refusedHere(error: string, theirs: ClientAnswer): string | undefined {
  const isLocalhost =
    theirs.url === 'http://localhost:8080/api/v1/secrets' || theirs.url?.startsWith('https://master.');
  if (/^(no kubeconfig|KUBECONFIG has no file|no context is chosen|no server found for|cluster )/.test(error)) {
    return isLocalhost ? 'Without a server' : undefined;
  }
  if (/^the name of a namespace has only/.test(error)) return 'Names that cannot be';
  if (error.startsWith('the server must be a URL')) return isUnreachable(theirs.url ?? '') ? 'Addresses' : undefined;
  if (/invalid 'proxy-url'.*could not parse/.test(error) || /^HTTPS?_PROXY is not|^https?_proxy is not/.test(error)) {
    return isUnreachable(theirs.proxy ?? '') || theirs.proxy === '' ? 'Proxies' : undefined;
  }
  if (error.startsWith('invalid --request-timeout')) return Math.abs(theirs.timeout ?? 0) > 0 ? 'Timeouts' : undefined;
  if (error.startsWith('unable to load root certificates: no certificate in')) return 'An empty file of authorities';
  if (/: yaml: /.test(error)) return 'YAML';
  return undefined;
}

/**
 * Whether nothing can be reached at the address: it has no host name, no valid port or no known scheme, or Go and WHATWG read its
 * host differently.
 */
function isUnreachable(address: string): boolean {
  const [, scheme = '', host = '', path = ''] = /^([a-z0-9]+):\/\/(?:[^/]*@)?([^/]*)(.*)$/s.exec(address) ?? [];
  const name = host.replace(/:[0-9]*$/, '').normalize('NFKC');
  const port = Number(/:([0-9]*)$/.exec(host)?.[1] ?? 0);
  const isWide = !/^[\0-\x7f]*$/.test(host) && /^[0-9.]*$/.test(name);
  const isNumeric =
    isWide || (/(^|\.)(\d+|0x[0-9a-f]*)\.?$/i.test(name) && !/^((0|[1-9]\d{0,2})(\.|$)){4}$/.test(name));
  // `http://http://a b` is what Go makes of a proxy called `http://a b`.
  const isDouble = name === 'http' && path.startsWith('//');
  const isOdd = name === '' || isNumeric || isDouble || /[%<>"]/.test(name) || path.includes('%23');
  return !['http', 'https', 'socks5'].includes(scheme) || port > 65_535 || isOdd;
}

/** Configurations that kubectl refuses and we accept, recognized by kubectl's error message. */
function takenHere(asked: ClientQuestion, ours: ClientAnswer, error: string): string | undefined {
  if (/error loading config file.*: yaml: /s.test(error)) return 'YAML';
  // kubectl prefers the token file, whose token cannot be sent in a header.
  if (/invalid header field value for Authorization/.test(error)) return ofCommandLine(asked, ours);
  return undefined;
}

function otherRequest(asked: ClientQuestion, ours: ClientAnswer, theirs: ClientAnswer): string | undefined {
  const { timeout = 0 } = theirs;
  // A JavaScript timer counts whole milliseconds, up to this many.
  const milliseconds = Math.min(Math.ceil(timeout / 1e6), 2 ** 31 - 1);
  if (ours.timeout !== timeout && ours.timeout === milliseconds * 1e6) return 'Timeouts';
  return ofCommandLine(asked, ours);
}

function ofCommandLine(asked: ClientQuestion, ours: ClientAnswer): string | undefined {
  const token = asked.flags.findLast((flag) => /^--token=./.test(flag))?.slice('--token='.length);
  const [authorization] = ours.headers?.authorization ?? [];
  return token !== undefined && authorization === `Bearer ${token}` ? 'A token on the command line' : undefined;
}
