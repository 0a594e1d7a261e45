/** Who has a finding, in words. */
import type { Affected } from '../../domain/diagnosis/view.ts';
import { many, plural } from '../../domain/text/enumerate.ts';

/** Who has a finding. */
export function formatAffected({ pods, examples, others, namespaces }: Affected): string {
  const names = many(examples, { total: examples.length + others });
  const where = namespaces === undefined ? '' : ` in namespaces ${many(namespaces)}`;
  if (pods === 0) return `affects ${names}${where}`;
  const count = plural(pods, 'pod');
  return names === '' ? `affects ${count}${where}` : `affects ${count}${where}: ${names}`;
}
