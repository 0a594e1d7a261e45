/** The images that a pod or a template uses, and how far a pod has come with each. */
import { ImageReferenceError, readImage } from '../secret/image.ts';
import { fieldOf, isObject, itemsOf, textOf } from './api-object.ts';
import { type PullError, pullErrorOf } from './pull-error.ts';
import { waitingReason } from './waiting-reason.ts';

/** The fields of a pod spec that hold containers. */
export const CONTAINER_LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const;
/** The fields of a pod's status that have the state of those containers. */
export const STATUS_LISTS = ['initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'] as const;

/** All containers of a pod spec. */
export function containersIn(spec: unknown): unknown[] {
  return CONTAINER_LISTS.flatMap((list) => itemsOf(fieldOf(spec, list)));
}

/** What the status of a pod says of each container. */
export function containerStatuses(status: unknown): unknown[] {
  return STATUS_LISTS.flatMap((list) => itemsOf(fieldOf(status, list)));
}

export type ImagePolicy = 'Always' | 'IfNotPresent' | 'Never';

export interface ImageUse {
  /** As it is written in the object. */
  readonly image: string;
  /** The names of the containers and volumes that use it. */
  readonly containers: readonly string[];
  /** Set if a volume is among them. */
  readonly volume?: true | undefined;
  readonly policy: ImagePolicy;
  readonly state: ImageState;
}

export type ImageState =
  /** A template has no state. */
  | { readonly status: 'not used' }
  /** The kubelet has not come to the image yet. */
  | { readonly status: 'not tried' }
  /** The container runs, has run, or fails for another reason. */
  | { readonly status: 'there' }
  | { readonly status: 'missing'; readonly reason: string; readonly message: string; readonly pullError: PullError };

/** One use for each image and policy, in the order of the containers. The worst state of several containers counts. */
export function imageUses(spec: unknown, status?: unknown): ImageUse[] {
  const states = statesIn(status);
  const isPod = status !== undefined;
  const volumes = itemsOf(fieldOf(spec, 'volumes')).filter((volume) => fieldOf(volume, 'image', 'reference'));
  const references = volumes.map((volume) => textOf(fieldOf(volume, 'image', 'reference')));
  // A container also waits for the images of its volumes (kuberuntime_image.go). Its state is then about such an image.
  const others = new Map<string, ImageState>();
  const found = containersIn(spec).map((container): ImageUse => {
    const [name, image] = [textOf(fieldOf(container, 'name')), textOf(fieldOf(container, 'image'))];
    const state = states.get(name);
    const other = references.find((reference) => reference !== image && isAbout(state, reference));
    if (state !== undefined && other !== undefined) others.set(other, state);
    const isOlder = other !== undefined || isAboutAnother(state, image);
    return useOf(image, name, fieldOf(container, 'imagePullPolicy'), isOlder ? NOT_TRIED : state);
  });
  const mounted = volumes.map((volume, index) => {
    const reference = references[index] ?? '';
    const policy = fieldOf(volume, 'image', 'pullPolicy');
    const use = useOf(reference, textOf(fieldOf(volume, 'name')), policy, others.get(reference));
    return { ...use, volume: true as const };
  });
  return merge(
    [...found, ...mounted].map((use) =>
      isPod || use.state.status !== 'not tried' ? use : { ...use, state: NOT_USED },
    ),
  );
}

const NOT_USED: ImageState = { status: 'not used' };
const NOT_TRIED: ImageState = { status: 'not tried' };

/** Whether `state` is about `image`. Runtimes write the whole name, and the kubelet the name in the pod. */
function isAbout(state: ImageState | undefined, image: string): boolean {
  return state?.status === 'missing' && [image, wholeName(image)].some((name) => state.message.includes(`"${name}"`));
}

/** The image of a pod can change. The kubelet then has not tried the new one, and its message still names the old one. */
function isAboutAnother(state: ImageState | undefined, image: string): boolean {
  if (state?.status !== 'missing') return false;
  // pkg/kubelet/images/image_manager.go and containerd; the runtime may quote the text once more.
  const named = [...state.message.matchAll(/\bimage(?: name| tag)? \\?"([^"\\]+)\\?"/g)].map(([, name = '']) => name);
  return named.length > 0 && !named.some((name) => name === image || wholeName(name) === wholeName(image));
}

function wholeName(image: string): string {
  const read = readImage(image);
  if (read instanceof ImageReferenceError) return image;
  const { domain, path, tag = 'latest', digest } = read;
  return `${domain}/${path}${digest === undefined ? `:${tag}` : `@${digest}`}`;
}

function useOf(image: string, container: string, policy: unknown, state: ImageState = NOT_TRIED): ImageUse {
  return { image, containers: [container], policy: policyOf(policy, image), state };
}

/** apis/core/v1/defaults.go `SetDefaults_Container`: by the tag, and a digest counts as one. */
function policyOf(policy: unknown, image: string): ImagePolicy {
  if (policy === 'Always' || policy === 'IfNotPresent' || policy === 'Never') return policy;
  const name = image.slice(image.lastIndexOf('/') + 1);
  const isLatest = !name.includes('@') && (!name.includes(':') || name.endsWith(':latest'));
  return isLatest ? 'Always' : 'IfNotPresent';
}

function merge(uses: readonly ImageUse[]): ImageUse[] {
  const groups = Map.groupBy(uses, ({ image, policy }) => `${policy} ${image}`);
  return [...groups.values()].map((same) => {
    const worst = same.toSorted((one, other) => rank(other.state) - rank(one.state))[0] as ImageUse;
    const volume = same.find((use) => use.volume)?.volume;
    return { ...worst, volume, containers: same.flatMap(({ containers }) => containers) };
  });
}

function rank({ status: is }: ImageState): number {
  return ['not used', 'there', 'not tried', 'missing'].indexOf(is);
}

/** The states by the name of the container. */
function statesIn(status: unknown): Map<string, ImageState> {
  return new Map(containerStatuses(status).map((one) => [textOf(fieldOf(one, 'name')), stateOf(one)]));
}

function stateOf(status: unknown): ImageState {
  const waiting = fieldOf(status, 'state', 'waiting');
  const reason = textOf(fieldOf(waiting, 'reason'));
  const isThere = textOf(fieldOf(status, 'imageID')) !== '' || isObject(fieldOf(status, 'lastState', 'terminated'));
  if (!isObject(waiting)) return isObject(fieldOf(status, 'state')) ? { status: 'there' } : NOT_TRIED;
  const { image } = waitingReason(reason);
  if (image !== 'missing') return image === 'there' || isThere ? { status: 'there' } : NOT_TRIED;
  const message = textOf(fieldOf(waiting, 'message'));
  return { status: 'missing', reason, message, pullError: pullErrorOf(reason, message) };
}
