/** Expressions in CEL, the language of admission policies (https://kubernetes.io/docs/reference/using-api/cel/). */

/** `text` as a string of CEL. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

export function listOf(texts: readonly string[]): string {
  return `[${texts.map(quoted).join(', ')}]`;
}

/** All of `expressions`; true where there are none. */
export function allOf(expressions: readonly string[]): string {
  return joined(expressions, ' && ') || 'true';
}

/** One of `expressions`; false where there are none. */
export function someOf(expressions: readonly string[]): string {
  return joined(expressions, ' || ') || 'false';
}

function joined(expressions: readonly string[], operator: string): string {
  const isCompound = (text: string): boolean => / (&&|\|\||\?) /.test(text);
  if (expressions.length === 1) return expressions.join('');
  return expressions.map((one) => (isCompound(one) ? `(${one})` : one)).join(operator);
}

/** The member at `path` of an object of any kind; `missing` where there is none. */
export function memberAt(object: string, path: readonly string[], missing: string): string {
  if (path.length === 0) return `dyn(${object})`;
  return `dyn(${object})${path.map((name) => `.?${name}`).join('')}.orValue(${missing})`;
}

/** Whether two maps are equal in every member but `members`. That includes the members that Kubernetes adds one day. */
export function sameBut(members: readonly string[], before: string, after: string): string {
  const isFree = `key in ${listOf(members)}`;
  return `[${before}, ${after}].all(side, side.all(key, ${isFree} || ${before}[?key] == ${after}[?key]))`;
}
