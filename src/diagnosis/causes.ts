/** Why an image is not pulled: one small rule for each cause, in the order of their precedence. The first one decides. */

import { type Finding, finding } from '../findings/finding.ts';
import { ImageReferenceError, imageError, parseImage } from '../secret/image.ts';
import { registryHost } from '../secret/server.ts';
import { rfc3339 } from '../text/time.ts';
import { mirrorIn, nodeTimeIn } from '../workloads/pull-error.ts';
import { hasLogin } from './attempt.ts';
import { accountOf } from './effective-list.ts';
import { mayWithhold } from './facts.ts';
import {
  answersToNext,
  findingsInSecret,
  foundIn,
  type ImagePull,
  nextOf,
  secretObject,
  usableSecret,
} from './image-pull.ts';
import { lackingLogin, listRules, missingTags } from './list-causes.ts';
import { candidateRules, unlessChanged } from './login-causes.ts';
import { lackedAnnotations } from './provider-annotations.ts';

export type PullRule = (pull: ImagePull) => Finding | undefined;

/** The cause of a failing pull. Undefined when no rule finds one. */
export function causeOf(pull: ImagePull): Finding | undefined {
  for (const rule of RULES) {
    const found = rule(pull);
    if (found !== undefined) return found;
  }
  return undefined;
}

const RULES: readonly PullRule[] = [
  unlessChanged(invalidImage),
  missingAccount,
  notMountable,
  undecodable,
  undecodableList,
  unlessChanged(wrongPlatform),
  diskFull,
  pullPostponed,
  nodeCannotReach,
  unlessChanged(neverPulled),
  mirrorRefuses,
  unlessChanged(imageNotFound),
  unlessChanged(rateLimited),
  ...candidateRules,
  ...listRules.map(unlessChanged),
  unexplained,
];

function invalidImage({ object, puller: { remedy }, use, pullError }: ImagePull): Finding | undefined {
  const { image, containers, volume, state } = use;
  // CRI-O rejects a name without a registry when several registries could be meant.
  const said =
    state.status === 'missing' && pullError === 'invalid name' ? lastPart(state.message || state.reason) : undefined;
  const error = imageError(image) ?? (said && `the kubelet reports: ${said}`);
  return error === undefined
    ? undefined
    : finding('invalid-image', object, { image, error, container: containers[0] ?? '', volume, remedy });
}

/** plugin/pkg/admission/serviceaccount `getServiceAccount`: a pod is admitted only if its service account exists. */
function missingAccount(pull: ImagePull): Finding | undefined {
  const { object, puller, facts } = pull;
  if (puller.pod !== undefined || accountOf(puller, facts).status !== 'missing') return undefined;
  // Pods with their own list take none from the new service account.
  const isLacking = pull.denied && (puller.imagePullSecrets ?? []).length === 0;
  return finding('missing-account', object, { account: puller.account, ...(isLacking ? lackingLogin(pull) : {}) });
}

/** plugin/pkg/admission/serviceaccount `limitSecretReferences` */
function notMountable({ object, puller, facts, applied }: ImagePull): Finding | undefined {
  const account = accountOf(puller, facts);
  if (puller.pod !== undefined || account.status !== 'there' || !account.enforced) return undefined;
  const allowed = (account.imagePullSecrets ?? []).map((entry) => Object(entry).name);
  const secret = applied.names.find((name) => !allowed.includes(name));
  return secret === undefined ? undefined : finding('not-mountable', object, { secret, account: puller.account });
}

function undecodable(pull: ImagePull): Finding | undefined {
  if (pull.attempt.reason !== 'undecodable') return undefined;
  const { secret, server, error } = pull.attempt.undecodable;
  const object = secretObject(pull, secret);
  const [entry] = findingsInSecret(pull, secret, ['unreadable-entry'], server);
  return entry ?? finding('unreadable-payload', object, { error });
}

function undecodableList({ object, applied, attempt, pullError, use: { state } }: ImagePull): Finding | undefined {
  if (pullError !== 'undecodable' || attempt.forbidden.length === 0) return undefined;
  const error = state.status === 'missing' ? lastPart(state.message || state.reason) : '';
  return finding('undecodable-list', object, { secrets: applied.names, error });
}

function wrongPlatform({ object, puller, use: { image }, pullError }: ImagePull): Finding | undefined {
  if (pullError !== 'platform') return undefined;
  return finding('wrong-platform', object, { image, node: puller.pod?.node ?? '', remedy: puller.remedy });
}

function diskFull({ object, puller, pullError }: ImagePull): Finding | undefined {
  return pullError === 'disk' ? finding('disk-full', object, { node: puller.pod?.node ?? '' }) : undefined;
}

function pullPostponed({ object, use: { image }, pullError }: ImagePull): Finding | undefined {
  return pullError === 'postponed' ? finding('pull-postponed', object, { image }) : undefined;
}

function nodeCannotReach(pull: ImagePull): Finding | undefined {
  const { object, puller, pullError } = pull;
  const { image, state } = pull.use;
  const trouble = TROUBLES.find((one) => one === pullError);
  if (trouble === undefined || state.status !== 'missing') return undefined;
  return finding('node-cannot-reach', object, {
    registry: registryHost(image),
    trouble: isClockWrong(pull) ? 'clock' : trouble,
    node: puller.pod?.node ?? '',
    mirror: mirrorIn(state.message),
  });
}

const TROUBLES = ['name', 'connection', 'timeout', 'tls', 'authority', 'dates', 'out of order', 'layers'] as const;

/** The kubelet's message may be as old as the longest wait between two attempts, so the limit is well above that. */
const CLOCK_MS = 3_600_000;

/** False unless the message contains the time of the node. */
function isClockWrong({ facts, use: { state } }: ImagePull): boolean {
  const time = state.status === 'missing' ? nodeTimeIn(state.message) : undefined;
  return time !== undefined && Math.abs(time - facts.now) > CLOCK_MS;
}

/** containerd sends the login of the registry to a mirror as well, and asks the registry itself only if configured to. */
function mirrorRefuses({ object, puller, use: { image, state }, attempt, pullError }: ImagePull): Finding | undefined {
  if (state.status !== 'missing' || pullError === undefined || attempt.result !== 'pulls') return undefined;
  const mirror = mirrorIn(state.message);
  if (mirror === undefined) return undefined;
  const node = puller.pod?.node ?? '';
  return finding('node-cannot-reach', object, { registry: registryHost(image), trouble: 'mirror', node, mirror });
}

/** pkg/kubelet/images/image_manager.go has one text for a missing image and for one that this pod may not use. */
function neverPulled(pull: ImagePull): Finding | undefined {
  const { object, puller, use, pullError } = pull;
  if (pullError !== 'never') return undefined;
  // The kubelet accepts a login of the pod only after the image was pulled once with it.
  const there = hasLogin(pull.attempt) ? undefined : unverified(pull);
  return there ?? finding('never-pulled', object, { image: use.image, volume: use.volume, remedy: puller.remedy });
}

/** The finding for a node that has the image, while its kubelet withholds it from a pod without an accepted login. */
export function unverified(pull: ImagePull): Finding | undefined {
  const { object, puller, use, facts } = pull;
  const name = puller.pod?.node ?? '';
  const node = facts.nodes.get(name);
  if (
    node === undefined ||
    !mayWithhold(use.image, node) ||
    use.state.status !== 'missing' ||
    use.policy === 'Always' ||
    !node.images.some((image) => isSame(image, use.image))
  ) {
    return undefined;
  }
  const usable = foundIn(usableSecret(pull));
  return finding('unverified-image', object, {
    image: use.image,
    node: name,
    version: node.version,
    policy: use.policy,
    remedy: puller.remedy,
    usable,
  });
}

function isSame(one: string, other: string): boolean {
  try {
    const [first, second] = [parseImage(one), parseImage(other)];
    if (first.domain !== second.domain || first.path !== second.path) return false;
    if (second.digest !== undefined) return first.digest === second.digest;
    return first.digest === undefined && (first.tag ?? 'latest') === (second.tag ?? 'latest');
  } catch (error) {
    if (error instanceof ImageReferenceError) return false;
    throw error;
  }
}

/** Some registries hide what exists from clients without a login, so there is no finding while a usable login is at hand. */
function imageNotFound(pull: ImagePull): Finding | undefined {
  const { object, puller, use, attempt, pullError } = pull;
  if (attempt.result === 'pulls') return undefined;
  const anonymous = !hasLogin(attempt);
  if (anonymous && pull.denied && [usableSecret(pull), nextOf(pull)].some(({ search }) => search === 'found'))
    return undefined;
  const { image, volume } = use;
  const shared = { image, container: use.containers[0] ?? '', volume, remedy: puller.remedy };
  const nobody = anonymous ? attempt.anonymous : undefined;
  const answers = [
    ...attempt.candidates.map(({ answer }) => answer),
    nobody,
    ...(pull.denied ? answersToNext(pull) : []),
    ...missingTags(pull),
  ];
  // A login that no registry was asked about may see the image.
  const answer = attempt.unasked === undefined ? answers.find((one) => one?.verdict.kind === 'not found') : undefined;
  if (answer?.verdict.kind === 'not found') {
    const { missing, tags } = answer.verdict;
    const said = { by: 'registry', at: rfc3339(answer.at) } as const;
    const hidden = answer === nobody ? ({ anonymous: true } as const) : {};
    return finding('image-not-found', object, { ...shared, ...hidden, said, missing, tags });
  }
  if (pullError !== 'not found') return undefined;
  return finding('image-not-found', object, {
    ...shared,
    anonymous: anonymous || undefined,
    said: { by: 'kubelet' },
  });
}

function rateLimited({ object, puller, use: { image }, attempt, pullError }: ImagePull): Finding | undefined {
  const anonymous = !hasLogin(attempt);
  const { remedy } = puller;
  if (pullError === 'rate limited')
    return finding('rate-limited', object, { image, anonymous, remedy, said: { by: 'kubelet' } });
  return undefined;
}

/** The pull fails, and no rule above explains it. */
function unexplained(pull: ImagePull): Finding | undefined {
  const { object, use, attempt, pullError } = pull;
  const { image, state } = use;
  if (state.status !== 'missing' || pullError === undefined) return undefined;
  const message = lastPart(state.message || state.reason);
  const accepted = attempt.result === 'pulls';
  return finding('unexplained', object, { image, message, accepted, lacks: lackedAnnotations(pull) });
}

const MAX_MESSAGE = 300;

/** Each layer puts its own error in front, so the original error is at the end. */
function lastPart(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `…${message.slice(-MAX_MESSAGE)}`;
}
