/** A registry that people reach at all times, and the node only while its gate is open. */
import { type Front, startFront } from './registry-front.ts';

export interface NodeGate extends Pick<Front, 'host'> {
  /** What the node asks from now on is answered when the gate opens again. */
  close(): void;
  open(): void;
  stop(): Promise<void>;
}

/** Starts one in front of the registry `behind`, with the gate open. */
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
