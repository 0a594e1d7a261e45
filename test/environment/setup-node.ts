/** Vitest's global set-up of project `node`: everything from project `cluster`, and nodes. */
import type { TestProject } from 'vitest/node';
import type { NodeInfo, NodeSettings } from './node.ts';
import { shareSupervisor } from './shared-supervisor.ts';

/** How a kubelet reads Secrets. The default is `Watch`. */
export type Strategy = 'Watch' | 'Get';

const GET: NodeSettings = { label: 'get', kubelet: { configMapAndSecretChangeDetectionStrategy: 'Get' } };

declare module 'vitest' {
  interface ProvidedContext {
    nodes: Record<Strategy, NodeInfo>;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { supervisor, leave } = await shareSupervisor();
  try {
    project.provide('cluster', await supervisor.cluster());
    project.provide('registries', await supervisor.registries());
    const [Watch, Get] = await Promise.all([supervisor.node(), supervisor.node(GET)]);
    project.provide('nodes', { Watch, Get });
    return leave;
  } catch (error) {
    await leave();
    throw error;
  }
}
