/** Detects text that must not appear in output. */

/** Control characters, and characters that reorder or hide text. */
const UNSEEN =
  /[\0-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\p{Cs}\u{e0000}-\u{e007f}]/u;

/** Whether GitHub's runner takes `line` for a command (actions/runner ActionCommand.cs `TryParseV2`, `TryParse`). */
export function workflowCommand(line: string): boolean {
  return line.trimStart().startsWith('::') || line.includes('##[');
}

/** The lines of `output` that do more than display text. */
export function misprinted(output: string, onRunner: boolean): string[] {
  const lines = output.split('\n').filter((line) => UNSEEN.test(line) || (onRunner && workflowCommand(line)));
  return lines.map((line) => JSON.stringify(line).slice(0, 300));
}
