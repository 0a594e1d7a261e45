/** The pod with which a node is asked whether it can pull an image. Its kubelet pulls the image, and nothing of it can run. */
import { millisecondsOf } from '../text/time.ts';
import { type ApiObject, fieldOf, isObject, itemsOf, textOf } from './api-object.ts';
import { containerStatuses, type ImageUse, imageUses } from './container-images.ts';
import { conditionText } from './pod-state.ts';

const NAME = 'regsecret-pull-test';
const MANAGER = 'app.kubernetes.io/managed-by';
/** The label of all test pods. Others may set it, too. */
export const TEST_LABEL = `${MANAGER}=regsecret`;

/** Keeps known webhooks from adding containers, whose images the kubelet would pull first. */
const NOT_INJECTED = {
  'sidecar.istio.io/inject': 'false',
  'linkerd.io/inject': 'disabled',
  'kuma.io/sidecar-injection': 'disabled',
  'consul.hashicorp.com/connect-inject': 'false',
  'vault.hashicorp.com/agent-inject': 'false',
  'dapr.io/enabled': 'false',
  'admission.datadoghq.com/enabled': 'false',
};

export interface PullTest {
  /** At least eight random letters and digits. Nobody can make an image with a program of that name. */
  readonly id: string;
  readonly image: string;
  /** The pull secrets by name. Left out for those of the service account. */
  readonly secrets?: readonly string[] | undefined;
  readonly account: string;
  /** Left out where the scheduler chooses. */
  readonly node?: string | undefined;
  /** The kubelet ends the pod after this time, should the program that waits for it be killed. */
  readonly deadlineSeconds: number;
}

export function testPodName(id: string): string {
  return `${NAME}-${id}`;
}

function commandOf(id: string): string {
  return `/${NAME}/${id}`;
}

/**
 * The pod of `test`, as Pod Security `restricted` wants it. It names no user: an image that runs as root is pulled, and its
 * container is not even created. A chosen node is asked whatever taints it has.
 */
export function testPod({ id, image, secrets, account, node, deadlineSeconds }: PullTest): ApiObject {
  const little = { cpu: '10m', memory: '32Mi' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: testPodName(id), labels: { ...NOT_INJECTED, [MANAGER]: 'regsecret' }, annotations: NOT_INJECTED },
    spec: {
      ...(node === undefined
        ? { nodeSelector: { 'kubernetes.io/os': 'linux' } }
        : { nodeName: node, tolerations: [{ operator: 'Exists' }] }),
      os: { name: 'linux' },
      serviceAccountName: account,
      ...(secrets && { imagePullSecrets: secrets.map((name) => ({ name })) }),
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      activeDeadlineSeconds: deadlineSeconds,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: NAME,
          image,
          imagePullPolicy: 'Always',
          command: [commandOf(id)],
          resources: { requests: little, limits: little },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  };
}

/**
 * Whether `pod` is a test pod whose deadline was over at `now`, so that nobody waits for it any more. The label alone proves
 * nothing.
 */
export function isLeftOver(pod: unknown, now: number): boolean {
  const [, id = ''] = /^regsecret-pull-test-([a-z0-9]{8,})$/.exec(textOf(fieldOf(pod, 'metadata', 'name'))) ?? [];
  const deadline = fieldOf(pod, 'spec', 'activeDeadlineSeconds');
  const created = millisecondsOf(fieldOf(pod, 'metadata', 'creationTimestamp'));
  const [program, ...more] = itemsOf(fieldOf(ownContainer(pod), 'command'));
  return (
    fieldOf(pod, 'metadata', 'labels', MANAGER) === 'regsecret' &&
    id !== '' &&
    program === commandOf(id) &&
    more.length === 0 &&
    typeof deadline === 'number' &&
    created > 0 &&
    created + deadline * 1000 < now
  );
}

/** Our container in the pod as it was created. Webhooks may have added others, and changed the image of this one. */
function ownContainer(pod: unknown): unknown {
  return itemsOf(fieldOf(pod, 'spec', 'containers')).find((one) => fieldOf(one, 'name') === NAME);
}

/** How far the kubelet has come with a test pod. */
export type TestState =
  | { readonly is: 'pulled' }
  | { readonly is: 'failed' }
  /** The kubelet has not pulled, and will not. */
  | { readonly is: 'ended'; readonly reason: string }
  /** `reason` is why it is not on a node; empty while it is on its way. */
  | { readonly is: 'waiting'; readonly reason: string };

/** The image in the pod as it was created, and its state. */
export function testedImage(pod: unknown): ImageUse {
  const [use] = imageUses({ containers: [ownContainer(pod)] }, fieldOf(pod, 'status') ?? {});
  // No container of the user has it.
  return { ...(use as ImageUse), containers: [''] };
}

export function testState(pod: unknown): TestState {
  const status = fieldOf(pod, 'status');
  const own = containerStatuses(status).find((one) => fieldOf(one, 'name') === NAME);
  const { state } = testedImage(pod);
  if (state.status === 'there' && !isLost(own)) return { is: 'pulled' };
  if (fieldOf(status, 'phase') === 'Failed') {
    const [reason, message] = [textOf(fieldOf(status, 'reason')), textOf(fieldOf(status, 'message'))];
    return { is: 'ended', reason: [reason, message].filter((text) => text !== '').join(': ') || 'the pod has failed' };
  }
  if (state.status === 'missing' && state.pullError !== 'postponed') return { is: 'failed' };
  return { is: 'waiting', reason: conditionText(pod, 'PodScheduled', 'False') ?? '' };
}

/** Whether the kubelet only closes the books of a pod that it has ended (kubelet_pods.go `convertStatusToAPIStatus`). */
function isLost(own: unknown): boolean {
  const ended = fieldOf(own, 'state', 'terminated');
  return isObject(ended) && ended.reason === 'ContainerStatusUnknown' && textOf(fieldOf(own, 'imageID')) === '';
}

export interface PullCost {
  /** As the kubelet writes it: `1.2s`. */
  readonly time: string;
  readonly bytes: number;
}

/** What the pull needed, by the event of the kubelet (pkg/kubelet/images/image_manager.go). Undefined for any other event. */
export function pullCost({
  reason,
  message,
}: {
  readonly reason: string;
  readonly message: string;
}): PullCost | undefined {
  const [, time, bytes] = /^Successfully pulled image .* in (\S+) \(.*Image size: (\d+) bytes/.exec(message) ?? [];
  return reason === 'Pulled' && time !== undefined ? { time, bytes: Number(bytes) } : undefined;
}

interface KubeletEvent {
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly at: number;
}

/**
 * Whether the failed attempt had all Secrets that there are. Undefined until the events tell. The kubelet tries without a Secret
 * that it has not got yet, and then again with it (kubelet_pods.go `getPullSecretsForPod`). `events` are in order of time.
 */
export function hadSecrets(
  events: readonly KubeletEvent[],
  isMissing: (secret: string) => boolean,
): boolean | undefined {
  const count = (text: RegExp): number =>
    events.reduce((sum, one) => sum + (text.test(`${one.reason} ${one.message}`) ? one.count : 0), 0);
  const isTold = count(/^(Failed|InspectFailed) /) > 0 && count(/^Failed Failed to pull /) >= count(/^Pulling /);
  if (!isTold) return undefined;
  const unread = events.findLast(({ reason }) => reason === 'FailedToRetrieveImagePullSecret');
  const attempt = events.findLast(({ reason }) => reason === 'Pulling');
  // Times are whole seconds, and two attempts are ten seconds apart.
  if (unread === undefined || attempt === undefined || unread.at < attempt.at - 1000) return true;
  const [, names = ''] = /\(([^)]*)\)/.exec(unread.message) ?? [];
  return names.split(', ').every(isMissing);
}
