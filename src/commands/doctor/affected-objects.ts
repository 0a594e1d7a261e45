/** Words for the objects that a finding affects, and for a finding by itself, at its place in a file. */
import type { AffectedObject, FindingView } from '../../diagnosis/view.ts';
import { describeObject } from '../../findings/finding-record.ts';
import { formatMore } from '../../findings/listed.ts';
import { hintText } from '../../output/printer.ts';
import type { Io } from '../../system/io.ts';
import { many, plural } from '../../text/enumerate.ts';

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

/**
 * The objects that a finding affects. A problem of a Secret need not affect the pods that use it, because their images may be in
 * another registry. Undefined when there are no such objects, or only the one that the sentence names.
 */
export function formatAffected({ affects, objects }: Pick<FindingView, 'affects' | 'objects'>): string | undefined {
  if (affects === undefined) return undefined;
  const { pods, examples, others, namespaces } = affects;
  const areSecrets = examples[0]?.startsWith('secret/') === true;
  const verb = objects === undefined && !areSecrets ? 'used by' : 'affects';
  // An object without pods is named, but apart from those whose pods are counted.
  const pullers = objects ?? [];
  const idle = pods === 0 ? [] : examples.filter((name) => isIdle(pullers.filter((one) => one.name === name)));
  const named = examples.filter((name) => !idle.includes(name));
  const names = many(named, { total: named.length + others });
  const next = idle.length === 0 ? '' : ` and new pods of ${many(idle)}`;
  const where = namespaces === undefined ? '' : ` in namespaces ${many(namespaces)}`;
  if (pods === 0) return `${verb} ${names}${where}`;
  const count = plural(pods, 'pod');
  // The count includes pods of objects that are not named.
  if (objects === undefined) return `${verb} ${[...(names === '' ? [] : [names]), count].join(', ')}${where}`;
  return `${verb} ${count}${where}${names === '' ? '' : `: ${names}`}${names === '' || next === '' ? next : `,${next}`}`;
}

/**
 * The objects that a finding affects, and their namespace unless the sentence names it; undefined when the sentence says all of
 * that.
 */
export function affectedOf(found: FindingView): string | undefined {
  const { affects, objects = [], message, object } = found;
  const [one] = objects;
  const { namespace } = one ?? object;
  const isPlaced = namespace === undefined || message.includes(`${namespace}/`);
  const text = ` ${message.split(/[\s,;:()]+/).join(' ')} `;
  const says = (words: string): boolean => text.includes(` ${words} `);
  if (affects !== undefined) {
    const { pods, examples, others, namespaces } = affects;
    if (others === 0 && examples.every(says) && (pods === 0 || says(plural(pods, 'pod')))) return undefined;
    const where = isPlaced || namespaces !== undefined ? '' : ` in namespace ${namespace}`;
    return `${formatAffected(found)}${where}`;
  }
  // A sentence that names a pod need not name the workload that makes it.
  const isNamed = one === undefined || says(one.name) || (object.kind !== 'Secret' && says(describeObject(object)));
  return isNamed ? undefined : `affects ${one.name}${isPlaced ? '' : ` in namespace ${namespace}`}`;
}

function isIdle(objects: readonly AffectedObject[]): boolean {
  return objects.length > 0 && objects.every(({ pods }) => pods === 0);
}
