/** Makes text safe to show. Everything that is printed passes through here. */

/** Text that may be written to a terminal as it is. This file makes it, and nothing else casts to it. */
export type Printable = string & { readonly isPrintable: true };

/**
 * C0 and C1 controls, line separators, direction marks, characters without width that hide in a name, the tags U+E0000 to
 * U+E007F, and lone surrogates.
 */
const UNSAFE =
  /[\0-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\u{e0000}-\u{e007f}]/gu;

/** `text` on one line, with everything that could move the cursor, hide, or reorder letters as an escape such as `\x1b`. */
export function printable(text: string): Printable {
  return text.replace(UNSAFE, escapeOf) as Printable;
}

/** Longer than the name of any object or image. A longer word is a key or an annotation that somebody made long. */
const LONGEST_WORD = /\S{513,}/g;
const SHOWN_WORD = 60;
const LONGEST_SENTENCE = 4000;

/** {@link printable} for a sentence, of which too long words and the end of a too long whole are left out. */
export function printableSentence(text: string): Printable {
  const brief = text.replace(LONGEST_WORD, (word) => `${word.slice(0, SHOWN_WORD)}…`);
  return printable(brief.length <= LONGEST_SENTENCE ? brief : `${brief.slice(0, LONGEST_SENTENCE)}…`);
}

/** {@link printable} for a text of several lines, whose line breaks stay. */
export function printableLines(text: string): Printable {
  return text.replace(UNSAFE, (character) => (character === '\n' ? character : escapeOf(character))) as Printable;
}

/** `json` with the same characters as JSON escapes, so that a parser reads the same value. Its own line breaks stay. */
export function printableJson(json: string): Printable {
  const safe = json.replace(UNSAFE, (character) => {
    if (character === '\n') return character;
    return Array.from({ length: character.length }, (_, index) => `\\u${hex(character.charCodeAt(index), 4)}`).join('');
  });
  return safe.replace(MARKED, '\\u0023#') as Printable;
}

/** {@link printableLines} for YAML in which each text that does not {@link showsAsItIs} stands in double quotes. */
export function printableYaml(yaml: string): Printable {
  return printableLines(yaml).replace(MARKED, '\\x23#') as Printable;
}

/** Puts our own words and printable texts together: printed`${label} ${printable(name)}\n`. */
export function printed(texts: TemplateStringsArray, ...pieces: readonly (Printable | number)[]): Printable {
  return texts.map((text, index) => `${text}${pieces[index] ?? ''}`).join('') as Printable;
}

/** `pieces`, joined. */
export function concat(pieces: readonly Printable[]): Printable {
  return pieces.join('') as Printable;
}

/** `text`, which consists of whole lines, with `prefix` before each of them. */
export function withPrefix(prefix: Printable, text: Printable): Printable {
  return text.replace(/(^|\n)(?=[^\n])/g, (start) => start + prefix) as Printable;
}

/** `text`, which consists of whole lines, with `suffix` behind each of them. */
export function withSuffix(suffix: Printable, text: Printable): Printable {
  return text.replace(/(?<=[^\n])(?=\n|$)/g, () => suffix) as Printable;
}

/** `text` in a colour. For output/style.ts. */
export function painted(text: Printable, paint: (text: string) => string): Printable {
  return paint(text) as Printable;
}

/** `##[`, which starts a workflow command anywhere in a line (actions/runner ActionCommand.cs `TryParse`). */
const MARKED = /##(?=\[)/g;
/** `::` at the beginning of a line, or after white space there (`TryParseV2`). */
const LEADING = /^([^\S\n]*):(?=:)/gm;

/** `text` for a log that GitHub's runner reads: an escape begins whatever the runner would take for a workflow command. */
export function withoutWorkflowCommands(text: Printable): Printable {
  return text.replace(MARKED, '\\x23#').replace(LEADING, '$1\\x3a') as Printable;
}

/** Whether `text` needs no escape anywhere, not even in a log of GitHub's runner. */
export function showsAsItIs(text: string): boolean {
  return withoutWorkflowCommands(printable(text)) === text;
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\n') return '\\n';
  if (code < 0x100) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
