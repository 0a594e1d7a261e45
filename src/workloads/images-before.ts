/** The template that a workload had before: pods of it may still run while those of the new one cannot pull. */
import type { ImageUse } from './container-images.ts';
import { type PodGroup, trouble } from './pod-group.ts';
import { conditionText } from './pod-state.ts';

/** The images of pods that are ready, if the template `now` has others: those of the template before. */
export function imagesBefore(now: readonly ImageUse[], groups: readonly PodGroup[]): readonly string[] | undefined {
  const current = now.map(({ image }) => image);
  const ready = groups.filter(
    (group) => trouble(group) === 0 && conditionText(group.pod.object, 'Ready', 'True') !== undefined,
  );
  return ready
    .map(({ images }) => images.map(({ image }) => image))
    .find((images) => images.length > 0 && images.some((image) => !current.includes(image)));
}
