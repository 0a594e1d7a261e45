/** A registry that users reach at all times, and the node only while its gate is open. */
import { type Front, startFront } from './registry-front.ts';

export interface NodeGate extends Pick<Front, 'host'> {
  /** Holds the node's requests from now on until the gate opens again. */
  close(): void;
  open(): void;
  stop(): Promise<void>;
}

/** Starts a gate in front of the registry `behind`. The gate is open. */
export async function startNodeGate(behind: string): Promise<NodeGate> {
  let gate: PromiseWithResolvers<void> | undefined;
  const front = await startFront({
    behind,
    choose: ({ userAgent = '' }) =>
      gate !== undefined && userAgent.startsWith('containerd/') ? { after: gate.promise } : undefined,
  });
  const open = (): void => {
    gate?.resolve();
    gate = undefined;
  };
  return {
    host: front.host,
    close() {
      gate ??= Promise.withResolvers();
    },
    open,
    stop() {
      open();
      return front.close();
    },
  };
}
