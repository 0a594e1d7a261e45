/** Runs many command lines with one hostile text, and finds output that does more than display it. */
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

/** A command line, without `-o` and with each output format. */
export const outputs = (args: readonly string[], formats: readonly string[]): string[][] => [
  [...args],
  ...formats.map((format) => [...args, '-o', format]),
];
interface Walk {
  /** Replaces `T` in a command line. */
  readonly text: string;
  /** Replaces `DIR`. */
  readonly folder?: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs all command lines, on GitHub's runner and elsewhere, and returns the misprints. */
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
