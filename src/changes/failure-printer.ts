/** Prints failures of many places so that a person can read them: one error for each reason, with the places that have it. */

import { type UserError, withDetails } from '../errors.ts';
import { type Finding, fixFor, formatFinding } from '../findings/finding.ts';
import { isNamespaceName, isObjectName } from '../line/object-name.ts';
import type { Printer } from '../output/printer.ts';
import { many, plural } from '../text/enumerate.ts';

export interface Failure {
  readonly error: UserError;
  /** Left out for an error that is about no namespace. */
  readonly namespace?: string | undefined;
  /** The name of the Secret, when there may be several in a namespace. */
  readonly name?: string | undefined;
}

const SHOWN = 10;

/** Prints one error for each reason, because nobody reads a hundred errors when a hundred namespaces refuse. */
export function printFailures(failures: readonly Failure[], printer: Printer): void {
  const groups = takingTurns([...Map.groupBy(failures, reasonOf).values()], ([first]) => first?.namespace);
  for (const [first, ...others] of groups.slice(0, SHOWN)) {
    if (first === undefined) continue;
    const places = takingTurns(others, ({ namespace }) => namespace).map(placeOf);
    const more = places.length === 0 ? [] : [`the same in ${many(places)}`];
    printer.error(withDetails(first.error, more));
  }
  const rest = groups.slice(SHOWN).flat().length;
  if (rest > 0) printer.say(`and ${plural(rest, 'more error')}; -o json has them all`);
}

function placeOf({ namespace = '', name }: Failure): string {
  return name === undefined ? namespace : `${namespace}/${name}`;
}

/** The error text without the parts that differ in each place, such as its name, or how much of a quota is used. */
function reasonOf({ error, namespace, name }: Failure): string {
  const ofPlace = [name, namespace].flatMap((text) => (text === undefined || !isName(text) ? [] : [text]));
  return ofPlace
    .reduce(
      // Only whole words are replaced: a namespace may be called `a`.
      (text, word) =>
        text.replaceAll(new RegExp(`(?<![-a-z0-9])${word.replaceAll('.', '\\.')}(?![-a-z0-9])`, 'g'), '…'),
      [error.message, ...error.details.filter((detail) => typeof detail === 'string')].join('\n'),
    )
    .replaceAll(/\d+/g, '0');
}

function isName(text: string): boolean {
  return isNamespaceName(text) || isObjectName(text);
}

/**
 * Takes the first item of each namespace, then the second of each. So the owner of one namespace cannot push the others off a
 * list that is cut.
 */
function takingTurns<T>(items: readonly T[], namespaceOf: (item: T) => string | undefined): T[] {
  const turns = new Map<string, number>();
  const ranked = items.map((item) => {
    const namespace = namespaceOf(item) ?? '';
    const turn = turns.get(namespace) ?? 0;
    turns.set(namespace, turn + 1);
    return { item, turn };
  });
  return ranked.toSorted((one, other) => one.turn - other.turn).map(({ item }) => item);
}

/** Prints a problem of a Secret, and the command that helps. */
export function sayFinding(finding: Finding, printer: Printer): void {
  printer.warn(formatFinding(finding));
  printer.hint(fixFor(finding));
}
