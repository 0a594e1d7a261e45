/** What is lost when a pod is deleted and created again. */
import { fieldOf, type Holder } from './holder.ts';
import { isRunning } from './pull-failure.ts';

/** Each completes "… loses"; empty for a pod that has not yet run. */
export function recreationLosses({ object }: Pick<Holder, 'object'>): string[] {
  const losses: string[] = [];
  const phase = fieldOf(object, 'status', 'phase');
  if (phase === 'Succeeded' || phase === 'Failed') losses.push('its result, and runs it once more');
  else if (isRunning(object)) losses.push('what its processes are doing now');
  const volumes = fieldOf(object, 'spec', 'volumes');
  const empty = Array.isArray(volumes) ? volumes.filter((volume) => fieldOf(volume, 'emptyDir') !== undefined) : [];
  if (phase !== 'Pending' && empty.length > 0) {
    losses.push(`what is in its emptyDir ${empty.map((volume) => fieldOf(volume, 'name')).join(', ')}`);
  }
  const debug = fieldOf(object, 'spec', 'ephemeralContainers');
  if (Array.isArray(debug) && debug.length > 0) losses.push('its ephemeral containers');
  return losses;
}
