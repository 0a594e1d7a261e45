/** What else keeps an image away, on the way to it or on the node: for each code its arguments, its sentence and its fix. */

import { clusterCommand, command } from '../line/command.ts';
import { nameWord, nodeWord, scope } from '../line/object-name.ts';
import type { ShownServer } from '../secret/display-server.ts';
import { imageError } from '../secret/image.ts';
import { imageServer } from '../secret/server.ts';
import { describeTags, type NearTags, withNearTag } from '../verify/near-tags.ts';
import { nearness } from '../verify/nearness.ts';
import { AT_NODE, type NodeTrouble, type PullError } from '../workloads/pull-error.ts';
import type { Remedy } from '../workloads/remedy.ts';
import {
  ANY,
  describeLacked,
  error,
  type LackedAnnotations,
  type MeantImage,
  NO_LOGIN,
  REFUSED,
  type Reporter,
  saying,
  some,
  warning,
} from './finding-record.ts';
import {
  allowPull,
  askAbout,
  editKept,
  editMaker,
  giveLogin,
  isTyped,
  setImage,
  undone,
  watch,
} from './pod-commands.ts';
import { removeEntry, replaceSecret } from './secret-commands.ts';

/** The image of a container, or of a volume, which `kubectl set image` does not know. */
export interface WrittenImage {
  readonly image: string;
  readonly container: string;
  readonly volume?: true | undefined;
  readonly remedy: Remedy;
}

const UNREACHABLE: readonly PullError[] = [
  'name',
  'connection',
  'timeout',
  'tls',
  'authority',
  'dates',
  'out of order',
  'layers',
];

export const IMAGE_FINDINGS = {
  'invalid-image': error<WrittenImage & { readonly error: string }>({
    identity: ['image'],
    kubeletSays: ['invalid name'],
    isKubelets: ({ image }) => imageError(image) === undefined,
    isAdvice: true,
    says: ({ image, error, container }, object, { object: place }) =>
      `${image || 'an empty string'}${isTyped(place, container) ? '' : ` in ${object}`} is not a valid image name (${error})`,
    fix: ({ image, container, volume, remedy }, object) =>
      undone(remedy, image) ??
      (volume ? editKept(object, remedy) : setImage(object, remedy, container, 'REGISTRY/NAME:TAG')),
  }),
  'image-not-found': error<
    WrittenImage &
      MeantImage & {
        readonly missing?: 'repository' | 'tag' | undefined;
        readonly tags?: NearTags | undefined;
        /** The registry was asked without a login. Some registries hide images from such a client. */
        readonly anonymous?: true | undefined;
        readonly said: Reporter;
      }
  >({
    kubeletSays: ['not found'],
    isKubelets: ({ said }) => said.by === 'kubelet',
    subject: ({ image }, { namespace }) => [namespace, image],
    isAdvice: true,
    oneEach: true,
    says: ({ image, missing, tags, anonymous, said }) => {
      const shown = missing === 'repository' ? ', or does not show it to this login' : '';
      // A registry that lists the tags hides none.
      const hidden = anonymous ? (tags === undefined ? ', or its registry shows it only after a login' : '') : shown;
      const instead = tags === undefined ? '' : `; ${describeTags(tags)}`;
      return `image ${image} does not exist${missing === undefined ? '' : MISSING[missing]}${hidden} (${saying(said)})${instead}`;
    },
    fix: ({ image, missing, tags, container, volume, remedy }, object, { secrets }) => {
      if (isTyped(object, container)) return askAbout(object, image, tags, secrets);
      const before = undone(remedy, image);
      if (before !== undefined) return before;
      if (volume || missing === 'repository') return (volume ? editKept : editMaker)(object, remedy);
      return setImage(object, remedy, container, withNearTag(image, tags));
    },
  }),
  /** The policy is Never. */
  'never-pulled': error<{ readonly image: string; readonly volume?: true | undefined; readonly remedy: Remedy }>({
    identity: ['image'],
    kubeletSays: ['never'],
    isKubelets: () => true,
    isAdvice: true,
    says: ({ image, volume }, object) =>
      `${object} does not pull ${image} (${volume ? 'pullPolicy' : 'imagePullPolicy'} Never), and its node does not have it, or only for other logins`,
    fix: ({ volume, remedy }, object) => allowPull(object, remedy, volume),
  }),
  /** The node has the image, but only for pods with a credential that it was pulled with. */
  'unverified-image': error<{
    readonly image: string;
    readonly node: string;
    readonly version: string;
    readonly policy: string;
    readonly usable?: string | undefined;
    readonly remedy: Remedy;
  }>({
    identity: ['image'],
    kubeletSays: ['never', ...NO_LOGIN],
    says: ({ image, node, version, policy }, object) =>
      `${image} is cached on ${node}, but the kubelet (${version}) requires a valid login to use it (KubeletEnsureSecretPulledImages), and ${object} has none${policy === 'Never' ? ' and may not pull it (imagePullPolicy Never)' : ''}`,
    fix: ({ image, usable, remedy }) => giveLogin(remedy, image, usable),
  }),
  /**
   * The node has the Secret as it was before it was created again. `tried`: the kubelet has tried without the new one. Otherwise
   * it will do so if the old one was immutable, too.
   */
  'stale-secret': error<{
    readonly image: string;
    readonly node: string;
    readonly tried: boolean;
    readonly dataKey?: string | undefined;
    readonly remedy: Remedy;
  }>({
    identity: ['image'],
    kubeletSays: [...ANY, 'undecodable'],
    says: ({ image, node, tried }, object) =>
      `${object} matches ${image}, but ${tried ? '' : 'if it was also immutable before, '}${onNode(node)} still uses the deleted Secret of that name: a kubelet does not read an immutable Secret again while a pod on its node uses it`,
    fix: (args, object, context) => replaceSecret(object, args, context),
  }),
  /** The pod has no login for the image, but a login was refused: one of the node. */
  'node-login-refused': error<{
    readonly image: string;
    readonly node: string;
    readonly usable?: string | undefined;
    readonly remedy: Remedy;
  }>({
    identity: ['image'],
    kubeletSays: REFUSED,
    isKubelets: () => true,
    says: ({ image, node }, object) =>
      `${object} has no login for ${image}, so ${onNode(node)} sent its own (of a credential provider or a docker config), which was refused; a login in a pull secret is tried first`,
    fix: ({ image, usable, remedy }) => giveLogin(remedy, image, usable),
  }),
  'rate-limited': error<{
    readonly image: string;
    readonly anonymous: boolean;
    readonly said: Reporter;
    readonly remedy: Remedy;
  }>({
    kubeletSays: ['rate limited'],
    isKubelets: ({ said }) => said.by === 'kubelet',
    subject: ({ image }) => imageServer(image),
    isAdvice: true,
    says: ({ image, anonymous, said }) =>
      `the registry of ${image} limits the rate of pulls${anonymous ? ' without a login' : ''} (${saying(said)})`,
    fix: ({ image, anonymous, remedy }, object) => (anonymous ? giveLogin(remedy, image, undefined) : watch(object)),
  }),
  /** From here; the node may be on another network. */
  'registry-unreachable': warning<
    MeantImage & {
      readonly registry: string;
      readonly reason: string;
      readonly at: string;
      /** We do not ask it, so a command does not lead there either. */
      readonly unasked?: true | undefined;
      /** The server of the entry, if a login is the object. */
      readonly server?: ShownServer | undefined;
      /** Whether no image that is pulled with the Secret needs the entry. */
      readonly idle?: true | undefined;
    }
  >({
    outcome: 'cannot know',
    subject: ({ registry, idle }, { namespace, name }) => (idle ? [registry, namespace, name] : registry),
    isAdvice: true,
    says: ({ registry, reason, idle }, object, { severity }) =>
      `${registry} cannot be checked from here: ${reason}; ${severity === 'error' ? 'it also refuses the node (kubelet)' : idle ? `no image that is pulled with ${object} needs its entry` : 'the node may be on another network'}`,
    fix: ({ registry, unasked, idle, server }, object, context) =>
      (idle && server && removeEntry(object, server, context)) ||
      context.onNode ||
      (unasked
        ? command`regsecret doctor --help`
        : command`curl -sv ${nearness(registry.replace(/:\d+$/, '')) === 'loopback' ? 'http' : 'https'}://${registry}/v2/`),
  }),
  'node-cannot-reach': error<
    MeantImage & {
      readonly registry: string;
      readonly trouble: NodeTrouble;
      readonly node: string;
      /** The mirror that the node asks instead of the registry. */
      readonly mirror?: string | undefined;
    }
  >({
    // A mirror may also refuse.
    kubeletSays: [...UNREACHABLE, ...ANY],
    isKubelets: () => true,
    subject: ({ registry, trouble, mirror }) => [mirror ?? registry, trouble],
    isAdvice: true,
    says: ({ registry, trouble, mirror }) => {
      const place = mirror === undefined ? registry : `${mirror}, which it uses instead of ${registry}`;
      return trouble === 'mirror'
        ? `the node pulls from the mirror ${mirror}, which refuses, and not from ${registry}, which would allow it (kubelet)`
        : `the node cannot pull from ${place}: ${AT_NODE[trouble]} (kubelet); the login is not the problem`;
    },
    // No pod with an image of others on the node, and no address that a registry or its mirror may have written.
    fix: ({ node }) => clusterCommand`kubectl describe node ${nodeWord(node)}`,
  }),
  'wrong-platform': error<{ readonly image: string; readonly node: string; readonly remedy: Remedy }>({
    kubeletSays: ['platform'],
    isKubelets: () => true,
    subject: ({ image }) => image,
    isAdvice: true,
    says: ({ image }) =>
      `${image} is not available for the platform of the node (kubelet); the login is not the problem`,
    fix: ({ image, node, remedy }) =>
      undone(remedy, image) ?? clusterCommand`kubectl get node ${nodeWord(node)} --show-labels`,
  }),
  'disk-full': error<{ readonly node: string }>({
    kubeletSays: ['disk'],
    isKubelets: () => true,
    subject: ({ node }) => node,
    isAdvice: true,
    says: ({ node }) => `${onNode(node)} has no room left for the image (kubelet); the login is not the problem`,
    fix: ({ node }) => clusterCommand`kubectl describe node ${nodeWord(node)}`,
  }),
  'pull-postponed': warning<{ readonly image: string }>({
    kubeletSays: ['postponed'],
    isKubelets: () => true,
    outcome: 'will pull',
    subject: (_, { namespace }) => namespace,
    isAdvice: true,
    says: ({ image }) =>
      `the kubelet delays the pull of ${image}, because it pulls too many images at once (pull QPS exceeded); it retries automatically`,
    fix: (_, object) => watch(object),
  }),
  /** The kubelet could not decode one of the Secrets, and which is not known. */
  'undecodable-list': error<{ readonly secrets: readonly string[]; readonly error: string }>({
    kubeletSays: ['undecodable'],
    isKubelets: () => true,
    isAdvice: true,
    says: ({ secrets, error }, object) =>
      `one of the pull secrets of ${object} (${some(secrets)}) cannot be decoded (${error}), so the kubelet uses none of them`,
    fix: ({ secrets }, object) => command`regsecret inspect ${nameWord(secrets[0] ?? '')} ${scope(object.namespace)}`,
  }),
  /** The Secrets may not be read from here, so `sent` is all that is known, from the kubelet's error. */
  'unread-secrets': error<{
    readonly image: string;
    readonly secrets: readonly string[];
    readonly sent: 'nothing' | 'a login' | 'unknown';
  }>({
    identity: ['image'],
    kubeletSays: ANY,
    isKubelets: () => true,
    isAdvice: true,
    says: ({ image, secrets, sent }, object) =>
      `${SENT[sent]} for ${image} (kubelet), and you have no permission to read pull secrets of ${object}: ${some(secrets)}`,
    // What that command is refused with names the role that an administrator can apply.
    fix: ({ secrets }, object) => command`regsecret inspect ${nameWord(secrets[0] ?? '')} ${scope(object.namespace)}`,
  }),
  /** The last pull failed, but something was corrected after it. */
  'retry-pending': warning<{ readonly image: string; readonly secret?: string | undefined }>({
    identity: ['secret', 'image'],
    isAdvice: true,
    says: ({ image, secret }) =>
      secret === undefined
        ? `${image} can be pulled now; the kubelet tries again within 5 minutes; this fails only if its node uses a mirror that does not have it`
        : `secret ${secret} was changed after the last attempt to pull ${image}; the kubelet tries again within 5 minutes`,
    fix: (_, object) => watch(object),
  }),
  /** The pull fails, but nothing that can be seen from here is wrong. */
  unexplained: error<{
    readonly image: string;
    readonly message: string;
    readonly accepted: boolean;
    readonly lacks?: LackedAnnotations | undefined;
  }>({
    identity: ['image'],
    kubeletSays: [],
    outcome: 'cannot know',
    isAdvice: true,
    says: ({ image, message, accepted, lacks }, object) =>
      `${object} cannot pull ${image}; no cause found${accepted ? '; its registry accepts the login' : ''}; the kubelet reports: ${message}${describeLacked(lacks)}`,
    fix: (_, { kind, name, namespace }) =>
      command`kubectl describe ${kind.toLowerCase()} ${nameWord(name)} ${scope(namespace)}`,
  }),
  /** The pod runs, but no login that can be seen from here opens its image. */
  'unseen-credential': warning<{ readonly image: string; readonly remedy: Remedy }>({
    identity: ['image'],
    outcome: 'cannot know',
    isAdvice: true,
    says: ({ image }, object) =>
      `${object} runs, but no login found from here matches ${image}: its node has its own login, or still has the image`,
    fix: ({ image, remedy }) => giveLogin(remedy, image, undefined),
  }),
  /** The pod runs without a login, on a node on which another pod has pulled its image, while the kubelet verifies nothing. */
  'borrowed-image': warning<{
    readonly image: string;
    /** The other pod, as errors call it. */
    readonly pod: string;
    readonly node: string;
    readonly version: string;
    readonly usable?: string | undefined;
    readonly remedy: Remedy;
  }>({
    identity: ['image'],
    outcome: 'cannot know',
    says: ({ image, pod, node, version }, object) =>
      `${object} has no login for ${image}, and runs because ${pod} pulled it on node ${node} (kubelet ${version}), or because the node has its own login; from Kubernetes 1.35 on, the image of ${pod} is not enough`,
    fix: ({ image, usable, remedy }) => giveLogin(remedy, image, usable),
  }),
};

const MISSING = {
  repository: ': its registry has no such repository',
  tag: ': its registry has the repository, but not this tag or digest',
} as const;

function onNode(node: string): string {
  return node === '' ? 'the node of the pod' : `node ${node}`;
}

const SENT = {
  nothing: 'no login was sent',
  'a login': 'a login was sent and refused',
  unknown: 'the registry refused the pull',
} as const;
