/** A connection to read with, and what it was not allowed to read. */
import type { PullKind } from '../domain/workloads/kind.ts';
import type { Transport } from './client/transport.ts';

/** Of a command there is one, so that it can say at its end what it has not seen. */
export interface Reader {
  readonly transport: Transport;
  readonly missingRights: MissingRights;
}

export interface MissingRights {
  /** As in a role: `list` and `pods`. */
  note(verb: string, resource: string): void;
  /** Such as `list pods`, sorted. */
  list(): readonly string[];
  /** The resources of one verb, sorted. */
  resources(verb: string): readonly string[];
}

/** What requests and roles call a kind. */
export type Resource = Pick<PullKind, 'group' | 'plural'>;

export function createReader(transport: Transport): Reader {
  const rights = new Set<string>();
  const list = (): string[] => [...rights].sort();
  return {
    transport,
    missingRights: {
      note: (verb, resource) => void rights.add(`${verb} ${resource}`),
      list,
      resources: (verb) =>
        list().flatMap((right) => (right.startsWith(`${verb} `) ? [right.slice(verb.length + 1)] : [])),
    },
  };
}
