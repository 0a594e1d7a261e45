/** Vitest's global set-up of project `node`: what project `cluster` has, and a node. */
import type { TestProject } from 'vitest/node';
import type { NodeInfo } from './node.ts';
import { shareSupervisor } from './shared-supervisor.ts';

declare module 'vitest' {
  interface ProvidedContext {
    node: NodeInfo;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { supervisor, leave } = await shareSupervisor();
  try {
    project.provide('cluster', await supervisor.cluster());
    project.provide('registries', await supervisor.registries());
    project.provide('node', await supervisor.node());
    return leave;
  } catch (error) {
    await leave();
    throw error;
  }
}
