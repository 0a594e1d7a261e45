/** Vitest's global set-up of project `node`: the control plane of project `cluster`, registries, and a node. */
import type { TestProject } from 'vitest/node';
import type { NodeInfo } from './node.ts';
import type { RegistriesInfo } from './registries.ts';
import { shareSupervisor } from './shared-supervisor.ts';

declare module 'vitest' {
  interface ProvidedContext {
    node: NodeInfo & { registries: RegistriesInfo };
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { supervisor, leave } = await shareSupervisor();
  try {
    project.provide('cluster', await supervisor.cluster());
    project.provide('node', { ...(await supervisor.node()), registries: await supervisor.registries() });
    return leave;
  } catch (error) {
    await leave();
    throw error;
  }
}
