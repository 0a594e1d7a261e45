/** What is wrong with a copy of a pull secret as a copy. */
import type { CopyOrigin } from '../pull-secret/copy-origin.ts';
import { type Finding, finding } from './finding.ts';
import type { FindingObject } from './finding-record.ts';

/** Says nothing about a source that may not be read, or is in another cluster: it may equal the copy. */
export function originFindings(copy: FindingObject, { namespace, name, state }: CopyOrigin): Finding[] {
  const source = { namespace, name };
  if (state === 'different') return [finding('stale-copy', copy, { source })];
  return state === 'missing' ? [finding('orphaned-copy', copy, { source })] : [];
}
