/** Findings for objects that the API server did not return, or on which our own code failed. */
import type { UnreadObjects } from '../../cluster/client/unread-objects.ts';
import { type Finding, finding } from '../../domain/findings/finding.ts';
import type { FindingObject } from '../../domain/findings/finding-record.ts';
import { PULL_KINDS } from '../../domain/workloads/kind.ts';

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
