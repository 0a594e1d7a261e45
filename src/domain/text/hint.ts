/** What a person can do next: a command to paste, or a sentence with commands in it. */
import { type Command, words } from './command.ts';
import { type CommandContext, formatCommand } from './format-command.ts';

/** A sentence, with commands or flags in it. */
export interface Prose {
  readonly prose: readonly (string | Hint)[];
}

/** The typed command line, corrected. */
export interface Retyped {
  /** Flags that the line lacks, or has with another value: words`-n team-a`. */
  readonly add: Command;
  /** Flags and arguments of the line that do not go with the rest. */
  readonly drop?: readonly string[];
  /** A name in the line to replace. */
  readonly rename?: { readonly from: string; readonly to: string };
  /** A file in the line to replace. */
  readonly file?: { readonly from: string; readonly to: string };
  /** The hint where the line is not at hand, or may hold a password at the wrong place. */
  readonly otherwise: Command | Prose;
}

export type Hint = Command | Prose | Retyped;

/** A hint to repeat the command line with the flags `add`. */
export function againWith(add: Command): Retyped {
  return { add, otherwise: add };
}

/** A hint to repeat the command line without these flags and arguments. */
export function againWithout(drop: string | readonly string[], otherwise: Command | Prose): Retyped {
  return { add: words``, drop: [drop].flat(), otherwise };
}

/** A hint to repeat the command line with only one of these two flags. */
export function eitherOf(one: string, other: string): Prose {
  const without = (flag: string): Retyped => againWithout(flag, prose`leave out ${flag}`);
  return prose`${without(other)}, or ${without(one)}`;
}

/** prose`choose with ${words`--image ${image}`}, or take all`. A text that is put in is shown, but is not pasted. */
export function prose(texts: TemplateStringsArray, ...parts: readonly (string | Hint)[]): Prose {
  return { prose: texts.flatMap((text, index) => [text, parts[index] ?? '']) };
}

/** For an empty stdin: the reason, to follow its name, and the hint. */
export const EMPTY_STDIN = {
  reason: 'is empty: the command before the pipe printed nothing',
  hint: prose`see its error above`,
};

/** `hint` as one line. Undefined where a command in it cannot be pasted. Unquoted parts of a hint may hold anything. */
export function formatHint(hint: Hint, context: CommandContext): string | undefined {
  if ('add' in hint) return formatHint(hint.otherwise, context);
  if (!('prose' in hint)) return formatCommand(hint, context);
  const pieces = hint.prose.map((piece) => (typeof piece === 'string' ? piece : formatHint(piece, context)));
  return pieces.every((piece) => piece !== undefined) ? pieces.join('') : undefined;
}
