/** Who has a finding, in words. */
import type { AffectedObject, FindingView } from '../../domain/diagnosis/view.ts';
import { describeObject } from '../../domain/findings/finding.ts';
import { many, plural } from '../../domain/text/enumerate.ts';

/**
 * Who has a finding. What is wrong with a Secret need not concern those who use it: their images may be in another registry. Undefined
 * where that is nobody, or just the one that the sentence names.
 */
export function formatAffected({ affects, objects }: Pick<FindingView, 'affects' | 'objects'>): string | undefined {
  if (affects === undefined) return undefined;
  const { pods, examples, others, namespaces } = affects;
  const areSecrets = examples[0]?.startsWith('secret/') === true;
  const verb = objects === undefined && !areSecrets ? 'used by' : 'affects';
  // Who has no pod is named, but not among those that were counted.
  const pullers = objects ?? [];
  const idle = pods === 0 ? [] : examples.filter((name) => isIdle(pullers.filter((one) => one.name === name)));
  const named = examples.filter((name) => !idle.includes(name));
  const names = many(named, { total: named.length + others });
  const next = idle.length === 0 ? '' : ` and new pods of ${many(idle)}`;
  const where = namespaces === undefined ? '' : ` in namespaces ${many(namespaces)}`;
  if (pods === 0) return `${verb} ${names}${where}`;
  const count = plural(pods, 'pod');
  // They are pods of others, too.
  if (objects === undefined) return `${verb} ${[...(names === '' ? [] : [names]), count].join(', ')}${where}`;
  return `${verb} ${count}${where}${names === '' ? '' : `: ${names}`}${names === '' || next === '' ? next : `,${next}`}`;
}

/** Who has it, and in which namespace where the sentence does not say; undefined where the sentence says all of that. */
export function affectedOf(found: FindingView): string | undefined {
  const { affects, objects = [], message, object } = found;
  const [one] = objects;
  const { namespace } = one ?? object;
  const isPlaced = namespace === undefined || message.includes(`${namespace}/`);
  const text = ` ${message.split(/[\s,;:]+/).join(' ')} `;
  const says = (words: string): boolean => text.includes(` ${words} `);
  if (affects !== undefined) {
    const { pods, examples, others, namespaces } = affects;
    if (others === 0 && examples.every(says) && (pods === 0 || says(plural(pods, 'pod')))) return undefined;
    const where = isPlaced || namespaces !== undefined ? '' : ` in namespace ${namespace}`;
    return `${formatAffected(found)}${where}`;
  }
  // A pod stands for what makes it.
  const isNamed = one === undefined || says(one.name) || (object.kind !== 'Secret' && says(describeObject(object)));
  return isNamed ? undefined : `affects ${one.name}${isPlaced ? '' : ` in namespace ${namespace}`}`;
}

function isIdle(objects: readonly AffectedObject[]): boolean {
  return objects.length > 0 && objects.every(({ pods }) => pods === 0);
}
