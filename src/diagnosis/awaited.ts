/** The pods that are awaited until every workload has the pods that it asks for, and every pod has its images. */
import type { Observation, Puller } from './facts.ts';
import { nameKey } from './groups.ts';

/** What is awaited of one workload, or of one pod without a workload. */
export interface Awaited {
  /** Pods that lack an image although their node has tried to pull it. */
  readonly failing: number;
  /** Pods whose node has not come to all of their images yet. */
  readonly starting: number;
  /** Pods that the workload has yet to create. */
  readonly toCome: number;
}

/** What is awaited, by {@link nameKey}. An object that has all it asks for is left out. */
export function awaitedPods({ pullers, unchecked }: Pick<Observation, 'pullers' | 'unchecked'>): Map<string, Awaited> {
  // Nobody knows how many pods are to come if those that there are may not be listed.
  const isCounted = !unchecked.includes('list pods');
  const found = new Map<string, Awaited>();
  for (const puller of pullers) {
    const [lacking, toCome] = [lackOf(puller), isCounted ? (puller.toCome ?? 0) : 0];
    if (lacking === undefined && toCome === 0) continue;
    const name = nameKey(puller);
    const before = found.get(name) ?? { failing: 0, starting: 0, toCome: 0 };
    found.set(
      name,
      lacking === undefined ? { ...before, toCome } : { ...before, [lacking]: before[lacking] + puller.count },
    );
  }
  return found;
}

function lackOf({ pod, images }: Puller): 'failing' | 'starting' | undefined {
  if (pod === undefined || pod.done) return undefined;
  const states = images.map(({ state }) => state.status);
  return states.includes('missing') ? 'failing' : states.includes('not tried') ? 'starting' : undefined;
}
