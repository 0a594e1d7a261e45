/** What a person can do next: a command to paste, or a sentence with some in it. */
import { type Command, words } from './command.ts';
import { type CommandContext, formatCommand } from './format-command.ts';

/** Our own words, and commands or flags between them. */
export interface Prose {
  readonly prose: readonly (string | Hint)[];
}

/** The command line that was typed, put right. */
export interface Retyped {
  /** What it needs, also in place of what it has: words`-n team-a`. */
  readonly add: Command;
  /** Flags and arguments that it has and that do not go with its others. */
  readonly drop?: readonly string[];
  /** A name in it that is another one. */
  readonly rename?: { readonly from: string; readonly to: string };
  /** A file in it that is another one. */
  readonly file?: { readonly from: string; readonly to: string };
  /** What is proposed where the line is not at hand, or may hold a password at the wrong place. */
  readonly otherwise: Command | Prose;
}

export type Hint = Command | Prose | Retyped;

/** A hint to type the same again with the flags `add`. */
export function againWith(add: Command): Retyped {
  return { add, otherwise: add };
}

/** A hint to type the same again without these flags and arguments. */
export function againWithout(drop: string | readonly string[], otherwise: Command | Prose): Retyped {
  return { add: words``, drop: [drop].flat(), otherwise };
}

/** A hint to type the same again with only one of these two. */
export function eitherOf(one: string, other: string): Prose {
  const without = (flag: string): Retyped => againWithout(flag, prose`leave out ${flag}`);
  return prose`${without(other)}, or ${without(one)}`;
}

/** prose`choose with ${words`--image ${image}`}, or take all`. A text that is put in is said, not pasted. */
export function prose(texts: TemplateStringsArray, ...parts: readonly (string | Hint)[]): Prose {
  return { prose: texts.flatMap((text, index) => [text, parts[index] ?? '']) };
}

/** For an empty stdin: what follows its name, and what to do. */
export const EMPTY_STDIN = {
  reason: 'is empty: the command before the pipe printed nothing',
  hint: prose`see its error above`,
};

/** `hint` as one line; undefined where a command in it cannot be pasted. What is not quoted in it may hold anything. */
export function formatHint(hint: Hint, context: CommandContext): string | undefined {
  if ('add' in hint) return formatHint(hint.otherwise, context);
  if (!('prose' in hint)) return formatCommand(hint, context);
  const pieces = hint.prose.map((piece) => (typeof piece === 'string' ? piece : formatHint(piece, context)));
  return pieces.every((piece) => piece !== undefined) ? pieces.join('') : undefined;
}
