/** A command line of `sync` with target namespaces put right. */
import type { Command } from '../../domain/text/command.ts';

/** `typed` with what is meant in place of what `--to` has. */
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
