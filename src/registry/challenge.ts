/**
 * The WWW-Authenticate header (RFC 9110 section 11.6.1).
 *
 *   WWW-Authenticate = #challenge
 *   challenge        = auth-scheme [ 1*SP ( token68 / #auth-param ) ]
 *   auth-param       = token BWS "=" BWS ( token / quoted-string )
 */

export interface Challenge {
  /** In lower case: `basic`, `bearer`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly params: ReadonlyMap<string, string>;
}

const SCHEME = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?=[ \t,]|$)/y;
const PARAM = /([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+\-.^_`|~0-9A-Za-z:/?=]+))/sy;
const TOKEN68 = /[ \t]+[-A-Za-z0-9._~+/]+=*(?=[ \t]*(?:,|$))/y;
const SEPARATORS = /[ \t,]*/y;

/** The challenges of one header line; what cannot be read ends the list. Never throws. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  let index = skip(header, 0);
  while (index < header.length) {
    const scheme = match(SCHEME, header, index)?.[0];
    if (scheme === undefined) return challenges;
    index += scheme.length;
    const params = new Map<string, string>();
    challenges.push({ scheme: scheme.toLowerCase(), params });
    const opaque = match(TOKEN68, header, index);
    if (opaque !== undefined) index += opaque[0].length;
    for (;;) {
      const next = skip(header, index);
      const [text = '', name = '', quoted, plain = ''] = match(PARAM, header, next) ?? [];
      if (text === '') {
        index = next;
        break;
      }
      params.set(name.toLowerCase(), quoted?.replace(/\\(.)/gs, '$1') ?? plain);
      index = next + text.length;
    }
  }
  return challenges;
}

function skip(header: string, index: number): number {
  return index + (match(SEPARATORS, header, index)?.[0].length ?? 0);
}

function match(pattern: RegExp, text: string, index: number): RegExpExecArray | undefined {
  pattern.lastIndex = index;
  return pattern.exec(text) ?? undefined;
}
