/** The images that a pod or a template uses, and how far a pod has come with each. */
import { ImageReferenceError, parseImage } from '../keyring/image.ts';
import { fieldOf, isObject } from './api-object.ts';
import { type PullError, pullErrorOf } from './pull-error.ts';

export type ImagePolicy = 'Always' | 'IfNotPresent' | 'Never';

export interface ImageUse {
  /** As it is written. */
  readonly image: string;
  /** Names of containers, volumes included. */
  readonly containers: readonly string[];
  readonly policy: ImagePolicy;
  readonly state: ImageState;
}

export type ImageState =
  /** A template has no state. */
  | { readonly status: 'not used' }
  /** The kubelet has not come to it. */
  | { readonly status: 'not tried' }
  /** The container runs, has run, or fails for another reason. */
  | { readonly status: 'there' }
  | { readonly status: 'missing'; readonly reason: string; readonly message: string; readonly pullError: PullError };

/** What the kubelet says while it is busy (kubelet pkg/kubelet/kubelet_pods.go), and not about the image. */
const BUSY = /^(ContainerCreating|PodInitializing)$/;
/** The image is there when these come (kuberuntime_container.go). */
const LATER =
  /^(CrashLoopBackOff|Create\w*Error|RunContainerError|Post\w*Error|Pre\w*Error|\w*Hook\w*|\w*Sandbox\w*|Completed|Error)$/;

const CONTAINERS = ['initContainers', 'containers', 'ephemeralContainers'];

/** One for each image and policy, in the order of the containers; the worst state of several counts. */
export function imageUses(spec: unknown, status?: unknown): ImageUse[] {
  const states = statesIn(status);
  const isPod = status !== undefined;
  const volumes = items(fieldOf(spec, 'volumes')).filter((volume) => fieldOf(volume, 'image', 'reference'));
  const references = volumes.map((volume) => text(fieldOf(volume, 'image', 'reference')));
  // A container also waits for the images of its volumes (kuberuntime_image.go), and then its state is theirs.
  const others = new Map<string, ImageState>();
  const found = CONTAINERS.flatMap((list) => items(fieldOf(spec, list))).map((container) => {
    const [name, image] = [text(fieldOf(container, 'name')), text(fieldOf(container, 'image'))];
    const state = states.get(name);
    const other = references.find((reference) => reference !== image && isAbout(state, reference));
    if (state !== undefined && other !== undefined) others.set(other, state);
    return useOf(image, name, fieldOf(container, 'imagePullPolicy'), other === undefined ? state : NOT_TRIED);
  });
  const mounted = volumes.map((volume, index) => {
    const reference = references[index] ?? '';
    const policy = fieldOf(volume, 'image', 'pullPolicy');
    return useOf(reference, text(fieldOf(volume, 'name')), policy, others.get(reference));
  });
  return merge(
    [...found, ...mounted].map((use) =>
      isPod || use.state.status !== 'not tried' ? use : { ...use, state: NOT_USED },
    ),
  );
}

const NOT_USED: ImageState = { status: 'not used' };
const NOT_TRIED: ImageState = { status: 'not tried' };

/** Runtimes write the whole name, and the kubelet what is in the pod. */
function isAbout(state: ImageState | undefined, image: string): boolean {
  return state?.status === 'missing' && [image, wholeName(image)].some((name) => state.message.includes(`"${name}"`));
}

function wholeName(image: string): string {
  try {
    const { domain, path, tag, digest } = parseImage(image);
    return `${domain}/${path}${digest === undefined ? `:${tag ?? 'latest'}` : `@${digest}`}`;
  } catch (error) {
    if (error instanceof ImageReferenceError) return image;
    throw error;
  }
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
    return { ...worst, containers: same.flatMap(({ containers }) => containers) };
  });
}

function rank({ status: is }: ImageState): number {
  return ['not used', 'there', 'not tried', 'missing'].indexOf(is);
}

/** By the name of the container. */
function statesIn(status: unknown): Map<string, ImageState> {
  const statuses = CONTAINERS.flatMap((list) => items(fieldOf(status, `${list.slice(0, -1)}Statuses`)));
  return new Map(statuses.map((one) => [text(fieldOf(one, 'name')), stateOf(one)]));
}

function stateOf(status: unknown): ImageState {
  const waiting = fieldOf(status, 'state', 'waiting');
  const reason = text(fieldOf(waiting, 'reason'));
  const isThere = text(fieldOf(status, 'imageID')) !== '' || isObject(fieldOf(status, 'lastState', 'terminated'));
  if (!isObject(waiting) || LATER.test(reason))
    return isObject(fieldOf(status, 'state')) ? { status: 'there' } : NOT_TRIED;
  if (reason === '' || BUSY.test(reason)) return isThere ? { status: 'there' } : NOT_TRIED;
  const message = text(fieldOf(waiting, 'message'));
  return { status: 'missing', reason, message, pullError: pullErrorOf(reason, message) };
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
