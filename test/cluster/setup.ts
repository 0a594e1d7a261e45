/** Vitest's global set-up of project `cluster`: one control plane for all tests of a run. */
import type { TestProject } from 'vitest/node';
import type { ClusterInfo } from './control-plane.ts';
import { shareSupervisor } from './shared-supervisor.ts';

declare module 'vitest' {
  interface ProvidedContext {
    cluster: ClusterInfo;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { supervisor, leave } = await shareSupervisor();
  try {
    project.provide('cluster', await supervisor.cluster());
    return leave;
  } catch (error) {
    await leave();
    throw error;
  }
}
