/** Parses the WWW-Authenticate header as registry clients do, which accept less than RFC 9110 section 11.6.1 allows. */

export interface Challenge {
  readonly scheme: 'bearer' | 'basic';
  /** Names in lower case. */
  readonly params: ReadonlyMap<string, string>;
}

/** The grammar of docker/distribution, which go-containerregistry and podman use as well. */
const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;
const SPACE = /[ \t\r\n]*/y;

/**
 * Reads one challenge from each header line. A second challenge in the same line is ignored, a line that begins with a comma has
 * none, and an unquoted value ends where a token ends. Bearer challenges come first, then Basic; other schemes are left out.
 * Never throws. (containerd core/remotes/docker/auth/parse.go `ParseAuthHeader`)
 */
export function parseChallenges(lines: readonly string[]): Challenge[] {
  const challenges = lines.map(parseLine).filter((challenge) => challenge !== undefined);
  return [
    ...challenges.filter(({ scheme }) => scheme === 'bearer'),
    ...challenges.filter(({ scheme }) => scheme === 'basic'),
  ];
}

function parseLine(line: string): Challenge | undefined {
  const text = new Text(line);
  const scheme = text.take(TOKEN).toLowerCase();
  const params = new Map<string, string>();
  if (scheme !== 'bearer' && scheme !== 'basic') return undefined;
  for (;;) {
    text.take(SPACE);
    const name = text.take(TOKEN).toLowerCase();
    if (name === '' || !text.skip('=')) return { scheme, params };
    params.set(name, text.value());
    text.take(SPACE);
    if (!text.skip(',')) return { scheme, params };
  }
}

class Text {
  readonly #text: string;
  #index = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(pattern: RegExp): string {
    return this.#match(pattern)?.[0] ?? '';
  }

  skip(character: string): boolean {
    if (this.#text[this.#index] !== character) return false;
    this.#index += 1;
    return true;
  }

  /** A token or a quoted string. A string without its closing quote is empty, and the rest of the line is skipped. */
  value(): string {
    if (this.#text[this.#index] !== '"') return this.take(TOKEN);
    const [, quoted] = this.#match(QUOTED) ?? [];
    if (quoted === undefined) this.#index = this.#text.length;
    return quoted?.replace(/\\(.)/gs, '$1') ?? '';
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#index;
    const found = pattern.exec(this.#text);
    this.#index += found?.[0].length ?? 0;
    return found ?? undefined;
  }
}
