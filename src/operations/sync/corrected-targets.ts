/** Corrects the target namespaces in a command line of `sync`. */
import type { Command } from '../../domain/text/command.ts';

/** `typed`, with the values of `--to` replaced by what was meant. */
export function correctedTargets(typed: Command, meant: ReadonlyMap<string, string>): Command {
  const corrected = (word: string): string =>
    word
      .split(',')
      .map((text) => meant.get(text.trim()) ?? text)
      .join(',');
  const words = typed.words.map((word, index, all) =>
    typeof word === 'string' && all[index - 1] === '--to' ? corrected(word) : word,
  );
  return { ...typed, words };
}
