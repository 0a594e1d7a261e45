/**
 * A URL that Go's net/url has read, as a WHATWG URL that leads to the same place.
 *
 * A WHATWG URL alone goes elsewhere: `0177.0.0.1` and `127.1` become 127.0.0.1, `https:///x` becomes https://x, `/a%2Fb` stays
 * one segment, and spaces at the ends are cut off.
 */
import { type GoUrl, GoUrlError, parseGoUrl } from './url.ts';
import { encodeUtf8 } from './utf8.ts';

export interface WebUrl {
  /** Without user info, query and fragment. Its path is clean (Go path `Clean`) and ends without a slash. */
  readonly url: URL;
  readonly user: { readonly name: string; readonly password: string } | undefined;
  /** As Go's `URL.String` writes it, without query and fragment. */
  readonly text: string;
}

/**
 * Reads `text` as Go does. Undefined where Go finds no `scheme://host…`, and where a WHATWG URL would change the host or port.
 */
export function webUrl(text: string): WebUrl | undefined {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(text) ?? [];
  try {
    const read = parseGoUrl(`${scheme}://${rest}`);
    const { host, path, user } = read;
    const authority = rest.replace(/[/?#].*$/s, '');
    const start = `${scheme.toLowerCase()}://`;
    const url = hostUrl(start, host);
    if (url === undefined) return undefined;
    url.pathname = escapeGo(cleanPath(path), PATH);
    const rawPath = rest.slice(authority.length).replace(/[?#].*$/s, '');
    const written = isEncodedPath(rawPath) ? rawPath : escapeGo(path, PATH);
    return { url, user, text: `${start}${userText(read, authority)}${escapeGo(host, HOST)}${written}` };
  } catch (error) {
    if (error instanceof GoUrlError) return undefined;
    throw error;
  }
}

/** Go resolves a name as it is written, so a name that a WHATWG URL would turn into an address is refused. */
function hostUrl(start: string, host: string): URL | undefined {
  // An unknown scheme would keep the host as it is.
  const probe = `http://${host}`;
  if (!URL.canParse(probe) || !URL.canParse(start + host)) return undefined;
  const { hostname } = new URL(probe);
  const name = host.replace(/:[0-9]*$/, '');
  const isWritten = /^[\0-\x7f]*$/.test(name) && !name.startsWith('[');
  if (isWritten ? hostname !== name.toLowerCase() : /^[0-9.]+$/.test(hostname)) return undefined;
  return new URL(start + host);
}

/** Go path `Clean` of an absolute path; empty for `/`. */
function cleanPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return segments.map((segment) => `/${segment}`).join('');
}

const PATH = /[A-Za-z0-9\-_.~$&+,/:;=@]/;
const HOST = /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/;
const USER = /[A-Za-z0-9\-_.~$&+,;=]/;

/** net/url `escape` */
function escapeGo(text: string, kept: RegExp): string {
  const escaped = [...encodeUtf8(text)].map((byte) => {
    const character = String.fromCharCode(byte);
    return kept.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  return escaped.join('');
}

/** net/url `validEncoded` */
function isEncodedPath(path: string): boolean {
  return /^[A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]%]*$/.test(path);
}

/** `Userinfo.String`: the colon is written even before an empty password. */
function userText({ user }: GoUrl, authority: string): string {
  if (user === undefined) return '';
  const hasPassword = authority.slice(0, authority.lastIndexOf('@')).includes(':');
  return `${escapeGo(user.name, USER)}${hasPassword ? `:${escapeGo(user.password, USER)}` : ''}@`;
}
