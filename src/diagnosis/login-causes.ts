/** Why none of the logins that are tried opens an image. */
import { type Finding, type FindingCode, finding, withSeverity } from '../findings/finding.ts';
import type { Reporter } from '../findings/finding-record.ts';
import { shownServer } from '../secret/display-server.ts';
import { imageName, parseImage } from '../secret/image.ts';
import { isAnonymous, isDockerHub } from '../secret/keyring.ts';
import { registryHost } from '../secret/server.ts';
import { rfc3339 } from '../text/time.ts';
import { describeRefusal, pullResult } from '../verify/verdict.ts';
import { DENIALS, isBareForbidden } from '../workloads/pull-error.ts';
import { type Candidate, triesEntry } from './attempt.ts';
import { changedAt, createdAt } from './facts.ts';
import {
  earliestFailure,
  findingsInSecret,
  foundIn,
  type ImagePull,
  isFirstAttempt,
  lastFailure,
  nextOf,
  readable,
  refusedNext,
  secretObject,
  stateOf,
  usableSecret,
} from './image-pull.ts';

type Rule = (pull: ImagePull) => Finding | undefined;

export const candidateRules: readonly Rule[] = [
  unlessChanged(nodeLoginRefused),
  staleSecret,
  retryPending,
  publicImageRefused,
  newerList,
  noAccess,
  explainedBy('expired'),
  explainedBy('white-space'),
  explainedBy('ignored-login'),
  shadowedEntry,
  credentialRejected,
  emptyCandidate,
  turnsAway,
];

/** Credential providers and docker configs of a node are tried after the Secrets (credentialprovider `MakeDockerKeyring`). */
function nodeLoginRefused(pull: ImagePull): Finding | undefined {
  const { object, puller, use, attempt, pullError } = pull;
  const isAsked = attempt.anonymous?.verdict.kind === 'anonymous';
  if (pullError !== 'refused' || attempt.candidates.length > 0 || attempt.forbidden.length > 0 || !isAsked)
    return undefined;
  const { remedy, pod } = puller;
  const usable = foundIn(usableSecret(pull));
  return finding('node-login-refused', object, { image: use.image, node: pod?.node ?? '', usable, remedy });
}

/**
 * By default a kubelet watches Secrets, but it stops watching an immutable one. It keeps what it read as long as a pod on its
 * node names the Secret, even when the Secret is deleted and created again (watch_based_manager.go `Get`).
 */
function staleSecret(pull: ImagePull): Finding | undefined {
  const { use, attempt, pullError, puller } = pull;
  const { pod, remedy } = puller;
  if (attempt.result !== 'pulls' || pullError === undefined || pod === undefined) return undefined;
  if (!DENIALS.includes(pullError) && pullError !== 'undecodable') return undefined;
  const name = attempt.candidates.at(-1)?.secret;
  const state = name === undefined ? undefined : stateOf(pull, name);
  if (name === undefined || state?.status !== 'there' || state.secret.immutable !== true) return undefined;
  const tried = (lastFailure(pull) ?? 0) > changedAt(stateOf(pull, name)) && !isFirstAttempt(pull);
  // An earlier Secret of this name existed, and was read before this one was created.
  const wasRead = createdAt(stateOf(pull, name)) > pod.createdAt && pullError !== 'no credential';
  if (!tried && !wasRead) return undefined;
  const { dataKey } = state.contents;
  const args = { image: use.image, node: pod.node, tried, dataKey, remedy };
  return finding('stale-secret', secretObject(pull, name), args, tried ? 'error' : 'warning');
}

/** Something was corrected after the last attempt of the kubelet, so that failure proves nothing. */
function retryPending(pull: ImagePull): Finding | undefined {
  const { object, puller, use, attempt, applied, pullError, facts } = pull;
  const { image, state } = use;
  if (puller.pod?.isTest || state.status !== 'missing' || attempt.result === 'fails' || pullError === 'other')
    return undefined;
  const pulls = attempt.result === 'pulls';
  const isUndecodable = pullError === 'undecodable';
  const failedAt = lastFailure(pull) ?? (pulls ? earliestFailure(pull) : facts.now);
  const secret = applied.names.find((name) => {
    const at = changedAt(stateOf(pull, name));
    // Times are whole seconds. What works now did not work at the failure, so a change in the same second came after it.
    const isLater = pulls || isUndecodable ? at >= failedAt : at > failedAt;
    return isLater && (isUndecodable || attempt.candidates.some((candidate) => candidate.secret === name));
  });
  if (secret !== undefined) return finding('retry-pending', object, { image, secret });
  // The kubelet may see a Secret only a moment after its first attempt.
  const isNext = pullError === 'not found' || (pull.attempt.candidates.length > 0 && isFirstAttempt(pull));
  return pulls && isNext ? finding('retry-pending', object, { image }) : undefined;
}

/** While a login fits, no pull is tried without one (containerd/cri issue 668). */
function publicImageRefused(pull: ImagePull): Finding | undefined {
  const { use, attempt } = pull;
  const refused = rejected(pull);
  const open = attempt.anonymous?.verdict;
  if (refused?.answer === undefined || open?.kind !== 'anonymous' || open.result !== 'pulls') return undefined;
  const { server, username, secret, answer } = refused;
  const at = rfc3339(answer.at);
  return finding('public-image-refused', secretObject(pull, secret), { server, username, image: use.image, at });
}

/** A pod keeps the list that it was created with, although its template or service account has another one now. */
function newerList(pull: ImagePull): Finding | undefined {
  const { object, puller, use, denied, applied, attempt } = pull;
  const opened = denied ? foundIn(nextOf(pull)) : undefined;
  const { name = '', rollout, stuck } = puller.pod?.template ?? {};
  const shared = { image: use.image, remedy: puller.remedy };
  if (opened === undefined) {
    // The template has another list, which is judged by itself, so it need not get what this one lacks.
    const template = denied && attempt.candidates.length === 0 ? refusedNext(pull) : undefined;
    if (template === undefined) return undefined;
    return newerImage(pull) ?? finding('outdated-pod', object, { ...shared, template, newFails: true });
  }
  if (opened.from === 'template') return finding('outdated-pod', object, { ...shared, rollout, stuck, template: name });
  const added = opened.names.filter((name) => !applied.names.includes(name));
  const secrets = added.length > 0 ? added : opened.names;
  return finding('attached-later', object, { ...shared, rollout, stuck, account: puller.account, secrets });
}

/** Reports what `rule` finds. If the template has another image now, reports an outdated pod instead: a pod keeps its image. */
export function unlessChanged(rule: Rule): Rule {
  return (pull) => {
    const found = rule(pull);
    return found && (newerImage(pull) ?? found);
  };
}

function newerImage({ object, puller, use: { image, containers } }: ImagePull): Finding | undefined {
  const { name, changed = [], rollout, stuck } = puller.pod?.template ?? {};
  if (name === undefined || !containers.some((container) => changed.includes(container))) return undefined;
  const shared = { image, remedy: puller.remedy, rollout, stuck };
  return finding('outdated-pod', object, { ...shared, template: name, changed: 'image' });
}

function noAccess(pull: ImagePull): Finding | undefined {
  const { attempt, pullError, denied } = pull;
  if (!denied) return undefined;
  const closed = attempt.candidates.find(({ answer }) => answer?.verdict.kind === 'no access');
  if (closed?.answer !== undefined) return noAccessOf(closed, pull, { by: 'registry', at: rfc3339(closed.answer.at) });
  const meant = meantByKubelet(pull);
  return pullError === 'no access' && meant !== undefined ? noAccessOf(meant, pull, { by: 'kubelet' }) : undefined;
}

function noAccessOf({ secret, server, username }: Candidate, pull: ImagePull, said: Reporter): Finding {
  const { image, state } = pull.use;
  const isBare = said.by === 'kubelet' && state.status === 'missing' && isBareForbidden(state.message);
  const status = isBare ? 403 : undefined;
  return finding('no-access', secretObject(pull, secret), { server, username, image, status, said });
}

/** Explains a rejected login by a finding of this code about its entry. */
function explainedBy(code: FindingCode): Rule {
  return (pull) => {
    const refused = rejected(pull);
    const [found] = refused === undefined ? [] : findingsInSecret(pull, refused.secret, [code], refused.server);
    return found && withSeverity(found, 'error');
  };
}

/** When another key matches, the kubelet skips the entry `index.docker.io` of every Secret (keyring.go `Lookup`). */
function shadowedEntry(pull: ImagePull): Finding | undefined {
  const by = rejected(pull);
  if (by === undefined || !isDockerHub(imageName(parseImage(pull.use.image)))) return undefined;
  for (const { secret, contents } of readable(pull)) {
    const hub = contents.entries.find(
      ({ key, login }) => key === 'index.docker.io' && login !== undefined && !isAnonymous(login),
    );
    const name = secret.metadata.name ?? '';
    if (hub === undefined || triesEntry(pull.attempt, name, shownServer(hub.server))) continue;
    return finding(
      'shadowed-entry',
      secretObject(pull, name),
      { server: shownServer(hub.server), by: by.server, bySecret: by.secret === name ? undefined : by.secret },
      'error',
    );
  }
  return undefined;
}

function credentialRejected(pull: ImagePull): Finding | undefined {
  const refused = rejected(pull);
  if (refused === undefined) return undefined;
  const { secret, server, username, answer } = refused;
  const object = secretObject(pull, secret);
  if (answer?.verdict.kind !== 'rejected') {
    return finding('credential-rejected', object, { server, username, said: { by: 'kubelet' } });
  }
  const said = { by: 'registry', at: rfc3339(answer.at) } as const;
  return finding('credential-rejected', object, { server, username, status: answer.verdict.status, said });
}

/** An entry without user name or password matches an image, but is no login. Credential stores leave such entries behind. */
function emptyCandidate(pull: ImagePull): Finding | undefined {
  if (!pull.denied) return undefined;
  const codes = ['identity-token', 'incomplete-entry', 'empty-entry'] as const;
  for (const { secret, server, anonymous } of pull.attempt.candidates) {
    if (!anonymous) continue;
    const [found] = [
      ...findingsInSecret(pull, secret, ['credential-store']),
      ...findingsInSecret(pull, secret, codes, server),
    ];
    if (found !== undefined) return withSeverity(found, 'error');
  }
  return undefined;
}

/** The registry refuses before it asks for a login, so none is sent. With an error of the kubelet, the node is refused too. */
function turnsAway({ object, use, turnedAway, pullError }: ImagePull): Finding | undefined {
  if (turnedAway?.verdict.kind !== 'anonymous') return undefined;
  const reason = `it ${describeRefusal(`HTTP ${turnedAway.verdict.status}`)}`;
  const args = { registry: registryHost(use.image), reason, at: rfc3339(turnedAway.at) };
  return finding('registry-unreachable', object, args, pullError && 'error');
}

/** The login that is rejected, as the registry says, or else the kubelet. */
function rejected(pull: ImagePull): Candidate | undefined {
  if (!pull.denied) return undefined;
  const known = pull.attempt.candidates.find(({ answer }) => answer?.verdict.kind === 'rejected');
  if (known !== undefined) return known;
  return pull.pullError === 'refused' || pull.pullError === 'unauthorized' ? meantByKubelet(pull) : undefined;
}

/**
 * The login that the kubelet's error is about, unless the registry has judged it. With several logins, only when all of them had
 * the same error (apimachinery pkg/util/errors `aggregate` prints equal errors once, and different ones in brackets).
 */
function meantByKubelet({ attempt, use: { state } }: ImagePull): Candidate | undefined {
  const [first, ...more] = attempt.candidates.filter(({ anonymous }) => !anonymous);
  const isOne = more.length === 0 || (state.status === 'missing' && !/(?:^|: )\[/.test(state.message));
  return first !== undefined && isOne && !isKnown(first) ? first : undefined;
}

/** Whether the registry has judged the login. A registry that cannot be reached from here has not. */
function isKnown({ answer }: Candidate): boolean {
  return answer !== undefined && pullResult(answer.verdict) !== 'unknown';
}
