/** Go's strings.Trim and its kind, for one character: a pattern such as `x+$` would start again at each `x` in the text. */

/** `text` without any `character` at both ends. */
export function trim(text: string, character: string): string {
  let start = 0;
  while (text[start] === character) start += 1;
  return trimEnd(text.slice(start), character);
}

export function trimEnd(text: string, character: string): string {
  let end = text.length;
  while (text[end - 1] === character) end -= 1;
  return text.slice(0, end);
}
