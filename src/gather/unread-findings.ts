/** Findings for objects that the API server did not return, or on which our own code failed. */
import type { UnreadObjects } from '../cluster/unread-objects.ts';
import { type Finding, finding } from '../findings/finding.ts';
import type { FindingObject } from '../findings/finding-record.ts';
import { PULL_KINDS } from '../workloads/kind.ts';

/** One finding for each object. */
export function unreadFindings(unread: UnreadObjects): Finding[] {
  return unread.list().map(({ resource: { plural }, reason, isBug, ...place }) => {
    return finding('unread-object', { kind: kindOf(plural), ...place }, { reason, bug: isBug || undefined });
  });
}

function kindOf(plural: string): FindingObject['kind'] {
  const kind = PULL_KINDS.find((one) => one.plural === plural)?.kind;
  return kind ?? (plural === 'nodes' ? 'Node' : 'Secret');
}
