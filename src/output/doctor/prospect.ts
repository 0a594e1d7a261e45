/** Words for what happens to an image, and to the object that pulls it, in one sentence. */
import type { ImageView, PullerView } from '../../domain/diagnosis/view.ts';
import { many, nounFor } from '../../domain/text/enumerate.ts';
import { targetName } from '../../domain/workloads/object-ref.ts';

/** `image` is one of `puller`. */
export function formatProspect(puller: PullerView, image: ImageView): string {
  const { image: name, outcome, state, policy } = image;
  const who = whoOf(puller);
  switch (outcome) {
    case 'will pull':
      if (state === 'there')
        return policy === 'Never' ? `${who} has ${name}` : `${who} already has ${name}; a fresh pull would work, too`;
      return state === 'missing'
        ? `${who} could not pull ${name}, but will at its next attempt`
        : `${who} can pull ${name}`;
    case 'will not pull':
      if (isRejection(image.cause)) return `${who} is rejected before it can pull ${name}`;
      // A container that restarts on this node need not pull the image, unless its policy is Always.
      if (state === 'there')
        return `${who} has ${name}, but could not pull it again${policy === 'Always' ? '' : ' on another node'}`;
      return `${who} cannot pull ${name}`;
    case 'cannot know':
      if (state === 'there') return `${who} has ${name}`;
      if (policy === 'Never')
        return `${who} does not pull ${name}: its imagePullPolicy is Never, so it starts only on a node that has the image`;
      return state === 'missing' ? `${who} could not pull ${name}` : `cannot tell whether ${who} can pull ${name}`;
  }
}

/** Whether the API server refuses to create the pod. */
export function isRejection(cause: ImageView['cause']): boolean {
  return cause?.code === 'missing-account' || cause?.code === 'not-mountable';
}

/** Undefined for an object in an ordinary state. */
export function formatState({ object, state, node = '' }: PullerView): string | undefined {
  if (state === undefined) return undefined;
  const name = targetName(object);
  switch (state) {
    case 'done':
      return `${name} has finished, so it pulls no more images`;
    case 'terminating':
      return `${name} is being deleted`;
    case 'unscheduled':
      return `${name} is not on a node yet, so no image has been pulled for it`;
    case 'node gone':
      return `node ${node}, which ${name} is on, no longer exists, so nothing is pulled for it`;
  }
}

export function formatTrouble({ object, trouble }: PullerView): string | undefined {
  const what = object.kind === 'Pod' ? 'is not ready, and its' : 'cannot create pods, and their';
  return trouble && `${targetName(object)} ${what} images are not the reason: ${trouble}`;
}

function whoOf({ object, count, list }: PullerView): string {
  const name = targetName(object);
  if (object.kind === 'Pod') return count > 1 ? `${name} and ${count - 1} like it` : name;
  // The list has the Secrets that were typed.
  if (object.kind === 'ServiceAccount' && list.from === 'own')
    return `a new pod with ${nounFor(list.names.length, 'secret')} ${many(list.names)} in its list`;
  return object.kind === 'ServiceAccount' ? `a new pod with ${name}` : `a new pod of ${name}`;
}

/** What a new pod pulls with when no image was named; undefined for anything but a service account. */
export function formatAccount({ object, images, list: { names, from } }: PullerView): string | undefined {
  if (object.kind !== 'ServiceAccount' || images.length > 0) return undefined;
  const name = `a new pod with ${targetName(object)}`;
  if (from === 'not known') return `you have no permission to see what ${name} pulls with`;
  if (names.length === 0) return `${name} gets no pull secret, and can pull only public images`;
  return `${name} pulls with ${names.join(', ')}`;
}
