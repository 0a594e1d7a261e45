/** Go's path/filepath `Match` on a system where `/` separates, for one label of a host. */

/**
 * Whether `pattern` matches all of `name`; a malformed pattern matches nothing (Go returns ErrBadPattern).
 *
 *   pattern = { "*" | "?" | "[" [ "^" ] { lo [ "-" hi ] } "]" | "\" c | c }
 */
export function matchesGlob(pattern: string, name: string): boolean {
  const expression = toRegExp(pattern);
  return expression?.test(name) ?? false;
}

function toRegExp(pattern: string): RegExp | undefined {
  let source = '';
  let index = 0;
  while (index < pattern.length) {
    const character = pattern.charAt(index);
    if (character === '*') source += source.endsWith('[^/]*') ? '' : '[^/]*';
    else if (character === '?') source += '[^/]';
    else if (character === '[') {
      const group = scanClass(pattern, index);
      if (group === undefined) return undefined;
      source += group.source;
      index = group.end - 1;
    } else if (character === '\\') {
      index += 1;
      if (index === pattern.length) return undefined;
      source += literal(pattern.charAt(index));
    } else source += literal(character);
    index += 1;
  }
  return new RegExp(`^(?:${source})$`, 's');
}

/** The class that begins at `start`; undefined where Go finds it malformed (`matchChunk`, `getEsc`). */
function scanClass(pattern: string, start: number): { source: string; end: number } | undefined {
  const negated = pattern.charAt(start + 1) === '^';
  let index = start + (negated ? 2 : 1);
  const ranges: string[] = [];
  for (;;) {
    if (pattern.charAt(index) === ']' && ranges.length > 0) break;
    const low = scanBound(pattern, index);
    if (low === undefined) return undefined;
    index = low.end;
    let high = low;
    if (pattern.charAt(index) === '-') {
      const bound = scanBound(pattern, index + 1);
      if (bound === undefined) return undefined;
      high = bound;
      index = bound.end;
    }
    // An empty range is no error in Go; it matches nothing.
    ranges.push(low.character <= high.character ? `${literal(low.character)}-${literal(high.character)}` : '');
  }
  const body = ranges.join('');
  if (body === '') return { source: negated ? '[^/]' : '(?!)', end: index + 1 };
  return { source: `[${negated ? '^' : ''}${body}]`, end: index + 1 };
}

/** One end of a range, which cannot be the last character of the pattern. */
function scanBound(pattern: string, start: number): { character: string; end: number } | undefined {
  const first = pattern.charAt(start);
  if (first === '' || first === '-' || first === ']') return undefined;
  const at = first === '\\' ? start + 1 : start;
  const character = pattern.charAt(at);
  return character === '' || at + 1 === pattern.length ? undefined : { character, end: at + 1 };
}

function literal(character: string): string {
  return /[\w/]/.test(character) ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
