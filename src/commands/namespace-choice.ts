/** The values of flags that choose namespaces by name and pattern. */
import { isGlob } from '../codec/go/glob.ts';
import { UsageError } from '../errors.ts';
import { words } from '../line/command.ts';
import { isNamespaceChoice, isPattern, nameRule } from '../line/object-name.ts';
import type { NamespaceSelection } from '../secret/selected-namespace.ts';

/** Each name and pattern once. Throws UsageError for a text that is neither the name of a namespace nor a pattern. */
export function chosenNames(texts: readonly string[], flag: '--to' | '--exclude'): string[] {
  const given = flag === '--to' ? words`--to` : words`--exclude`;
  const found = new Set(
    texts
      .flatMap((text) => text.split(','))
      .map((text) => text.trim())
      .filter(Boolean),
  );
  for (const text of found) {
    if (isNamespaceChoice(text)) {
      if (isGlob(text)) continue;
      throw new UsageError(`the pattern ${text} of ${flag} has a [ without its ]`, words`${given} ${'team-[a-c]'}`);
    }
    throw new UsageError(nameRule('namespace'), words`${given} NAMESPACE`);
  }
  return [...found];
}

export function namesAndPatterns(chosen: readonly string[]): Pick<NamespaceSelection, 'names' | 'globs'> {
  return { names: chosen.filter((text) => !isPattern(text)), globs: chosen.filter(isPattern) };
}
