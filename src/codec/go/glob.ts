/** Go's path/filepath `Match` on a system where `/` separates, for one label of a host. */

/** Matches any run of characters but `/`; any one of them; or one that is in `ranges`, or is not. */
type Token = '*' | { readonly ranges: readonly (readonly [string, string])[]; readonly negated: boolean };

/** `?`: any one character but `/`. */
const ANY: Token = { ranges: [], negated: true };

/**
 * Whether `pattern` matches all of `name`; a malformed pattern matches nothing (Go returns ErrBadPattern).
 *
 *   pattern = { "*" | "?" | "[" [ "^" ] { lo [ "-" hi ] } "]" | "\" c | c }
 */
export function matchesGlob(pattern: string, name: string): boolean {
  return /[*?[\\]/.test(pattern) ? matchesTokens(pattern, name) : pattern === name;
}

/** Whether `pattern` is well-formed. */
export function isGlob(pattern: string): boolean {
  return tokenize(pattern) !== undefined;
}

/** Takes a time proportional to the product of both lengths. */
function matchesTokens(pattern: string, name: string): boolean {
  const tokens = tokenize(pattern);
  if (tokens === undefined) return false;
  let token = 0;
  let index = 0;
  // Where to retry when the tokens after the last star do not match: one character further on.
  let retry: { token: number; index: number } | undefined;
  while (index < name.length || token < tokens.length) {
    const expected = tokens[token];
    if (expected === '*') {
      token += 1;
      retry = { token, index };
    } else if (expected !== undefined && index < name.length && matchesOne(expected, name.charAt(index))) {
      token += 1;
      index += 1;
    } else if (retry !== undefined && retry.index < name.length && name[retry.index] !== '/') {
      retry = { token: retry.token, index: retry.index + 1 };
      ({ token, index } = retry);
    } else return false;
  }
  return true;
}

function matchesOne({ ranges, negated }: Exclude<Token, '*'>, character: string): boolean {
  if (ranges.length === 0 && character === '/') return false;
  return ranges.some(([low, high]) => low <= character && character <= high) !== negated;
}

function tokenize(pattern: string): Token[] | undefined {
  const tokens: Token[] = [];
  let index = 0;
  while (index < pattern.length) {
    const character = pattern.charAt(index);
    if (character === '[') {
      const scanned = scanClass(pattern, index);
      if (scanned === undefined) return undefined;
      tokens.push(scanned.token);
      index = scanned.end;
      continue;
    }
    if (character === '\\') index += 1;
    // After a trailing `\` the literal is empty and matches nothing, because Go refuses such a pattern.
    const literal = pattern.charAt(index);
    if (character === '*') tokens.push('*');
    else if (character === '?') tokens.push(ANY);
    else tokens.push({ ranges: [[literal, literal]], negated: false });
    index += 1;
  }
  return tokens;
}

/** The class that begins at `start`; undefined where Go finds it malformed (`matchChunk`). */
function scanClass(pattern: string, start: number): { token: Token; end: number } | undefined {
  const negated = pattern.charAt(start + 1) === '^';
  const ranges: [string, string][] = [];
  let index = start + (negated ? 2 : 1);
  while (pattern.charAt(index) !== ']' || ranges.length === 0) {
    const low = scanBound(pattern, index);
    if (low === undefined) return undefined;
    const isRange = pattern.charAt(low.end) === '-';
    const high = isRange ? scanBound(pattern, low.end + 1) : low;
    if (high === undefined) return undefined;
    ranges.push([low.character, high.character]);
    index = high.end;
  }
  return { token: { ranges, negated }, end: index + 1 };
}

/** One end of a range, which cannot be the last character of the pattern (`getEsc`). */
function scanBound(pattern: string, start: number): { character: string; end: number } | undefined {
  const first = pattern.charAt(start);
  if (first === '-' || first === ']') return undefined;
  const at = first === '\\' ? start + 1 : start;
  const character = pattern.charAt(at);
  return character === '' || at + 1 === pattern.length ? undefined : { character, end: at + 1 };
}
