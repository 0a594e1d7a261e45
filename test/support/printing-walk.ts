/** Many command lines with one hostile text, and what in their output does something else than show. */
import { CANARY } from './canary.ts';
import { here } from './here.ts';
import { misprinted } from './shown.ts';

export const HOSTILE_TEXTS = [
  ['a sequence of a terminal', 'evil\u001b[2J\u001b]0;x\u0007'],
  ['one of the C1 controls', 'evil\u009b2J\u0085x'],
  ['a line break', 'evil\nerror: no'],
  ['a line break and a command', 'evil\n::error::x\r\n  ::stop-commands::x'],
  ['a carriage return and a command', 'evil\r::error::x\t'],
  ['a command', '::error::evil'],
  ['a command behind white space', ' \u3000::add-mask::evil'],
  ['an old command', 'evil##[error]x'],
  ['other line breaks', 'evil\u2028::error::x\u2029y\vz\fz'],
  ['marks of direction', '\u202eevil\u2066\u061c\u200f'],
  ['what has no width', '\u200be\u200cv\u200di\u2060l\ufeff evil\u00ad\u180e'],
  ['tags', 'evil\u{e0041}\u{e007f}'],
  ['half a character', 'evil\ud800'],
] as const;

/** Every way to print of a command that has such flags. */
export const outputs = (args: readonly string[], formats: readonly string[]): string[][] => [
  [...args],
  ...formats.map((format) => [...args, '-o', format]),
];
interface Walk {
  /** What `T` stands for in a command line. */
  readonly text: string;
  /** What `DIR` stands for. */
  readonly folder?: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What is printed in all of these runs, on GitHub's runner and elsewhere, and must not be. */
export async function walk(
  commands: readonly (readonly string[])[],
  { text, folder = '', env }: Walk,
): Promise<{ misprints: string[]; runs: number; shown: number }> {
  const misprints: string[] = [];
  let shown = 0;
  for (const command of commands) {
    const args = command.map((word) => word.replaceAll('T', text).replace('DIR', folder));
    for (const runner of [{}, { GITHUB_ACTIONS: 'true' }]) {
      const { stdout, stderr } = await here(args, { env: { ...env, ...runner }, stdin: CANARY });
      const found = misprinted(stdout + stderr, 'GITHUB_ACTIONS' in runner);
      misprints.push(...found.slice(0, 3).map((line) => `${command.join(' ')}: ${line}`));
      if (`${stdout}${stderr}`.includes('evil')) shown += 1;
    }
  }
  return { misprints, runs: 2 * commands.length, shown };
}
