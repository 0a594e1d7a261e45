/** What is wrong with a copy of a pull secret as such. */
import type { CopyOrigin } from '../pull-secret/copy-origin.ts';
import { finding } from './catalog.ts';
import type { Finding, FindingObject } from './finding.ts';

/** Nothing of a source that may not be read, or is in another cluster: it may be as the copy is. */
export function originFindings(copy: FindingObject, { namespace, name, state }: CopyOrigin): Finding[] {
  const source = { namespace, name };
  if (state === 'different') return [finding('stale-copy', copy, { source })];
  return state === 'missing' ? [finding('orphaned-copy', copy, { source })] : [];
}
