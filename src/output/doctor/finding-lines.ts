/** A finding by itself, for formats that show it at its place in a file. */
import type { FindingView } from '../../domain/diagnosis/view.ts';
import { formatMore } from '../../domain/findings/listed.ts';
import type { Io } from '../../io.ts';
import { hintText } from '../printer.ts';
import { affectedOf } from './affected.ts';

/** The sentence, the affected objects, how many more there are, and the command. */
export function findingLines(found: FindingView, io: Io): string[] {
  const { message, more, fix } = found;
  return [
    message,
    affectedOf(found) ?? [],
    more === undefined ? [] : formatMore(more),
    fix.command.words.length === 0 ? [] : `${fix.sufficient ? 'fix' : 'next'}: ${hintText(fix.command, io)}`,
  ].flat();
}
