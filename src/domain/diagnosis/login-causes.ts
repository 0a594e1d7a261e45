/** Why none of the logins that are tried opens an image. */
import { finding } from '../findings/catalog.ts';
import { type Finding, withSeverity } from '../findings/finding.ts';
import type { Reporter } from '../findings/finding-arguments.ts';
import { type ShownServer, shownServer } from '../keyring/display-server.ts';
import { isAnonymous } from '../keyring/entry.ts';
import { imageName, parseImage } from '../keyring/image.ts';
import { isDockerHub } from '../keyring/match.ts';
import { rfc3339 } from '../text/time.ts';
import { pullResult } from '../verify/verdict.ts';
import { fieldOf } from '../workloads/api-object.ts';
import type { Candidate } from './attempt.ts';
import { findingsInSecret, foundIn, type ImagePull, nextOf, readable, secretObject, stateOf } from './image-pull.ts';

type Rule = (pull: ImagePull) => Finding | undefined;

export const candidateRules: readonly Rule[] = [
  retryPending,
  publicImageRefused,
  newerList,
  noAccess,
  endedLogin,
  whiteSpaceLogin,
  shadowedEntry,
  credentialRejected,
  emptyCandidate,
];

/** The kubelet waits up to 5 minutes between two attempts, and a little longer where it is busy. */
const BACK_OFF_MS = 310_000;

/** Since its last attempt something was put right: that it failed then says nothing. */
function retryPending(pull: ImagePull): Finding | undefined {
  const { object, use, attempt, applied, pullError, facts } = pull;
  const { image, state } = use;
  if (state.status !== 'missing' || attempt.result === 'fails' || pullError === 'other') return undefined;
  const pulls = attempt.result === 'pulls';
  const isUndecodable = pullError === 'undecodable';
  const failedAt = lastFailure(pull) ?? (pulls ? earliestFailure(pull) : facts.now);
  const secret = applied.names.find((name) => {
    const at = changedAt(name, pull);
    // Times are whole seconds, and what is good now was not before.
    const isLater = pulls || isUndecodable ? at >= failedAt : at > failedAt;
    return isLater && (isUndecodable || attempt.candidates.some((candidate) => candidate.secret === name));
  });
  if (secret !== undefined) return finding('retry-pending', object, { image, secret });
  return pulls && pullError === 'not found' ? finding('retry-pending', object, { image }) : undefined;
}

/** By the events; undefined where there are none, or not yet. */
function lastFailure({ puller, use: { image } }: ImagePull): number | undefined {
  const others = puller.images.filter((use) => use.image !== image);
  const failed = (puller.pod?.events ?? []).filter(({ reason, message }) => {
    if (reason !== 'Failed') return false;
    if (message.includes(`"${image}"`)) return true;
    // "Error: ImagePullBackOff" is said while nothing is tried.
    const isNoAttempt = /^Error: (ErrImagePull|ImagePullBackOff)$/.test(message);
    return !isNoAttempt && !others.some((use) => message.includes(`"${use.image}"`));
  });
  return failed.length === 0 ? undefined : Math.max(...failed.map(({ at }) => at));
}

function earliestFailure({ puller, facts }: ImagePull): number {
  return Math.max(facts.now - BACK_OFF_MS, puller.pod?.createdAt ?? 0);
}

/** When somebody last wrote to a Secret, as far as it says. */
function changedAt(name: string, pull: ImagePull): number {
  const state = stateOf(pull, name);
  if (state?.status !== 'there') return 0;
  const managed = fieldOf(state.secret, 'metadata', 'managedFields');
  const times = (Array.isArray(managed) ? managed : []).map((entry) => fieldOf(entry, 'time'));
  return Math.max(0, ...[...times, state.secret.metadata.creationTimestamp].map(milliseconds));
}

function milliseconds(time: unknown): number {
  const parsed = typeof time === 'string' ? Date.parse(time) : Number.NaN;
  return Number.isNaN(parsed) ? 0 : parsed;
}

/** There is no attempt without a login where there is one that fits (containerd/cri issue 668). */
function publicImageRefused(pull: ImagePull): Finding | undefined {
  const { use, attempt } = pull;
  const refused = rejected(pull);
  const open = attempt.anonymous?.verdict;
  if (refused?.answer === undefined || open?.kind !== 'anonymous' || open.result !== 'pulls') return undefined;
  const { server, username, secret, answer } = refused;
  const at = rfc3339(answer.at);
  return finding('public-image-refused', secretObject(pull, secret), { server, username, image: use.image, at });
}

/** A pod keeps the list that it was made with. */
function newerList(pull: ImagePull): Finding | undefined {
  const { object, puller, use, denied, applied } = pull;
  const next = denied ? foundIn(nextOf(pull)) : undefined;
  if (next === undefined) return undefined;
  const shared = { image: use.image, remedy: puller.remedy };
  if (next.from === 'template') {
    return finding('outdated-pod', object, { ...shared, template: puller.pod?.template?.name ?? '' });
  }
  const added = next.names.filter((name) => !applied.names.includes(name));
  const secrets = added.length > 0 ? added : next.names;
  return finding('attached-later', object, { ...shared, account: puller.account, secrets });
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
  return finding('no-access', secretObject(pull, secret), { server, username, image: pull.use.image, said });
}

function endedLogin(pull: ImagePull): Finding | undefined {
  const refused = rejected(pull);
  return refused && findingsInSecret(pull, refused.secret, ['expired'], refused.server)[0];
}

function whiteSpaceLogin(pull: ImagePull): Finding | undefined {
  const refused = rejected(pull);
  return refused && findingsInSecret(pull, refused.secret, ['white-space'], refused.server)[0];
}

function isTried(server: ShownServer, name: string, { attempt }: ImagePull): boolean {
  return attempt.candidates.some((one) => one.server === server && one.secret === name);
}

/** Once another key matches, the entry under `index.docker.io` is left out, of whatever Secret (keyring.go `Lookup`). */
function shadowedEntry(pull: ImagePull): Finding | undefined {
  const by = rejected(pull);
  if (by === undefined || !isDockerHub(imageName(parseImage(pull.use.image)))) return undefined;
  for (const { secret, contents } of readable(pull)) {
    const hub = contents.entries.find(
      ({ key, login }) => key === 'index.docker.io' && login !== undefined && !isAnonymous(login),
    );
    const name = secret.metadata.name ?? '';
    if (hub === undefined || isTried(shownServer(hub.server), name, pull)) continue;
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

/** An entry without user name or password counts as one, and is no login; a credential store leaves them so. */
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

/** The login that its registry rejects. */
function rejected(pull: ImagePull): Candidate | undefined {
  if (!pull.denied) return undefined;
  const known = pull.attempt.candidates.find(({ answer }) => answer?.verdict.kind === 'rejected');
  if (known !== undefined) return known;
  return pull.pullError === 'refused' || pull.pullError === 'unauthorized' ? meantByKubelet(pull) : undefined;
}

/**
 * The login that the kubelet speaks of, where nobody else says what becomes of it: of several only when all of them came to
 * the same (apimachinery pkg/util/errors `aggregate` says that once, and different errors in brackets).
 */
function meantByKubelet({ attempt, use: { state } }: ImagePull): Candidate | undefined {
  const [first, ...more] = attempt.candidates.filter(({ anonymous }) => !anonymous);
  const isOne = more.length === 0 || (state.status === 'missing' && !/(?:^|: )\[/.test(state.message));
  return first !== undefined && isOne && !isKnown(first) ? first : undefined;
}

/** Whether its registry said what becomes of it; one that cannot be reached from here says nothing. */
function isKnown({ answer }: Candidate): boolean {
  return answer !== undefined && pullResult(answer.verdict) !== 'unknown';
}
