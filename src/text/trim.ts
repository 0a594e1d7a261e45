/** Cuts a character off the ends of a text in linear time. A regular expression would take quadratic time here. */

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
