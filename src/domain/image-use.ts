/** The images that a pod or a template uses, and how far a pod has come with each. */
import { fieldOf, isObject } from './holder.ts';
import { type Symptom, symptomOf } from './symptom.ts';

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
  | { readonly is: 'not used' }
  /** The kubelet has not come to it. */
  | { readonly is: 'not tried' }
  /** The container runs, has run, or fails for another reason. */
  | { readonly is: 'there' }
  | { readonly is: 'missing'; readonly reason: string; readonly message: string; readonly symptom: Symptom };

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
  const found = CONTAINERS.flatMap((list) => items(fieldOf(spec, list))).map((container) => {
    const name = text(fieldOf(container, 'name'));
    return useOf(text(fieldOf(container, 'image')), name, fieldOf(container, 'imagePullPolicy'), states.get(name));
  });
  const volumes = items(fieldOf(spec, 'volumes')).flatMap((volume) => {
    const reference = text(fieldOf(volume, 'image', 'reference'));
    const name = text(fieldOf(volume, 'name'));
    return reference === '' ? [] : [useOf(reference, name, fieldOf(volume, 'image', 'pullPolicy'), undefined)];
  });
  return merge(
    [...found, ...volumes].map((use) => (isPod || use.state.is !== 'not tried' ? use : { ...use, state: NOT_USED })),
  );
}

const NOT_USED: ImageState = { is: 'not used' };
const NOT_TRIED: ImageState = { is: 'not tried' };

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

function rank({ is }: ImageState): number {
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
  if (!isObject(waiting) || LATER.test(reason)) return isObject(fieldOf(status, 'state')) ? { is: 'there' } : NOT_TRIED;
  if (reason === '' || BUSY.test(reason)) return isThere ? { is: 'there' } : NOT_TRIED;
  const message = text(fieldOf(waiting, 'message'));
  return { is: 'missing', reason, message, symptom: symptomOf(reason, message) };
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
