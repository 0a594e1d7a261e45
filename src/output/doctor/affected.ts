/** Who has a finding, in words. */
import type { FindingView } from '../../domain/diagnosis/view.ts';
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
  const names = many(examples, { total: examples.length + others });
  const where = namespaces === undefined ? '' : ` in namespaces ${many(namespaces)}`;
  if (pods === 0) return `${verb} ${names}${where}`;
  const count = plural(pods, 'pod');
  return names === '' ? `${verb} ${count}${where}` : `${verb} ${count}${where}: ${names}`;
}
