/** Vitest's global set-up of project `cluster`: one control plane and two registries for all tests of a run. */
import type { TestProject } from 'vitest/node';
import type { ClusterInfo } from './control-plane.ts';
import type { RegistriesInfo } from './registries.ts';
import { shareSupervisor } from './shared-supervisor.ts';

declare module 'vitest' {
  interface ProvidedContext {
    cluster: ClusterInfo;
    registries: RegistriesInfo;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { supervisor, leave } = await shareSupervisor();
  try {
    const [cluster, registries] = await Promise.all([supervisor.cluster(), supervisor.registries()]);
    project.provide('cluster', cluster);
    project.provide('registries', registries);
    return leave;
  } catch (error) {
    await leave();
    throw error;
  }
}
