/** The commands that a run proposes, and whether shells start what they say. */
import { SHELLS, startedBy } from './stand-ins.ts';

/** By the text of a command: its programs with their arguments, where the run says them. */
export type Proposed = Map<string, readonly (readonly string[])[] | undefined>;

/** Adds what a JSON output proposes, wherever in it. */
export function collectJson(value: unknown, into: Proposed): void {
  if (typeof value !== 'object' || value === null) return;
  if ('command' in value && typeof value.command === 'string') {
    const { command, argv } = value as { command: string; argv?: readonly (readonly string[])[] };
    into.set(command, argv ?? into.get(command));
  }
  for (const inner of Object.values(value)) collectJson(inner, into);
}

/** Adds what a text output proposes: lines that begin with a label and a program. */
export function collectText(text: string, into: Proposed): void {
  for (const [, line = ''] of text.matchAll(/^\s*(?:fix|hint|next):\s+((?:regsecret|kubectl|docker|curl|vi) .*)$/gm)) {
    if (!into.has(line)) into.set(line, undefined);
  }
}

/** Differences between what is proposed and what the shells of this machine start. */
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

/** The manifest of a pod that is to be changed, and made again. */
function savedPod(line: string): string[] {
  return [...line.matchAll(/ > ([a-z0-9][a-z0-9.-]*-live\.yaml) && vi /g)].flatMap(([, file]) => file ?? []);
}

/** What takes a shell has no arguments to compare with: one program for each that stands outside of quotes. */
function isLikely(text: string, programs: readonly (readonly string[])[]): boolean {
  const bare = text.replace(/'[^']*'|\\./g, '');
  const meant = bare.split(/ \| | && /).map((part) => part.trim().split(' ')[0] ?? '');
  return JSON.stringify(programs.map(([name]) => name).sort()) === JSON.stringify(meant.sort());
}
