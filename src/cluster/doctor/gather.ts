/** Everything about the targets of a diagnosis, from the cluster. */
import type { DoctorTarget } from '../../domain/doctor-target.ts';
import type { Gathered } from '../../domain/gathered.ts';
import type { Io } from '../../io.ts';
import type { KubeFlags } from '../flags.ts';
import { connect } from '../transport.ts';
import { createCollector } from './collector.ts';
import { gatherPod } from './pod.ts';

export interface GatherOptions extends KubeFlags {
  readonly offline?: boolean | undefined;
}

/** Throws UserError. */
export async function gatherTargets(
  targets: readonly DoctorTarget[],
  options: GatherOptions,
  io: Io,
): Promise<Gathered> {
  const transport = await connect(options, io);
  try {
    const collector = createCollector(transport);
    const { namespace } = transport;
    const pullers = await Promise.all(
      targets.map(({ name }) => gatherPod({ kind: 'Pod', namespace, name }, collector)),
    );
    const facts = collector.facts(Date.now(), options.offline !== true);
    return { pullers, facts, findings: [], unchecked: [...collector.unchecked].sort() };
  } finally {
    transport.close();
  }
}
