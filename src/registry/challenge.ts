/** The WWW-Authenticate header as the clients of registries read it, which is less than RFC 9110 section 11.6.1 allows. */

export interface Challenge {
  readonly scheme: 'bearer' | 'basic';
  /** Names in lower case. */
  readonly params: ReadonlyMap<string, string>;
}

/** go-containerregistry and podman have the same grammar, from docker/distribution. */
const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]*/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/sy;
const SPACE = /[ \t\r\n]*/y;

/**
 * One challenge for each header line: a second one in the same line is not seen, a line that begins with a comma has none,
 * and a value without quotes ends where a token ends. Bearer first, then Basic; others are left out. Never throws.
 * (containerd core/remotes/docker/auth/parse.go `ParseAuthHeader`)
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

  /** A token or a quoted string; one whose end is missing is empty, and so is all that follows. */
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
