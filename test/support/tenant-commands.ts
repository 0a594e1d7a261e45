/** Collects the commands that a run proposes, and checks that shells start exactly those programs. */
import { SHELLS, startedBy } from './stand-ins.ts';

/** The argv of each program of a command, by the command's text. Undefined where the output does not contain them. */
export type Proposed = Map<string, readonly (readonly string[])[] | undefined>;

/** Adds the commands at any depth of a JSON output. */
export function collectJson(value: unknown, into: Proposed): void {
  if (typeof value !== 'object' || value === null) return;
  if ('command' in value && typeof value.command === 'string') {
    const { command, argv } = value as { command: string; argv?: readonly (readonly string[])[] };
    into.set(command, argv ?? into.get(command));
  }
  for (const inner of Object.values(value)) collectJson(inner, into);
}

/** Adds the commands of a text output: lines that begin with a label and a program. `all 4:` is a label for four findings. */
export function collectText(text: string, into: Proposed): void {
  for (const [, line = ''] of text.matchAll(
    /^\s*(?:fix|hint|next|all \d+|\d+ of \d+):\s+((?:regsecret|kubectl|docker|curl|vi) .*)$/gm,
  )) {
    if (!into.has(line)) into.set(line, undefined);
  }
}

/** Differences between the proposed programs and those that the shells of this machine start. */
export function misread(proposed: Proposed): string[] {
  const entries = [...proposed].filter(([text]) => text.length < 100_000);
  const lines = entries.map(([text]) => text);
  return SHELLS.flatMap((shell) => {
    const started = startedBy(shell, lines, lines.flatMap(savedPod));
    return entries.flatMap(([text, argv], index) => {
      const programs = started[index] ?? [];
      const isRight = argv === undefined ? isLikely(text, programs) : JSON.stringify(programs) === JSON.stringify(argv);
      return isRight ? [] : [`${shell}: ${text.slice(0, 300)} starts ${JSON.stringify(programs).slice(0, 300)}`];
    });
  });
}

/** The file to which a proposed command saves the manifest of a pod for editing. */
function savedPod(line: string): string[] {
  return [...line.matchAll(/ > ([a-z0-9][a-z0-9.-]*-live\.yaml) && vi /g)].flatMap(([, file]) => file ?? []);
}

/** A command that needs a shell has no argv to compare, so only its program names outside quotes are compared. */
function isLikely(text: string, programs: readonly (readonly string[])[]): boolean {
  const bare = text.replace(/'[^']*'|\\./g, '');
  const meant = bare.split(/ \| | && /).map((part) => part.trim().split(' ')[0] ?? '');
  return JSON.stringify(programs.map(([name]) => name).sort()) === JSON.stringify(meant.sort());
}
