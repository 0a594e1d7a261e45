/** Judges the images of pods and templates, and collects the questions for registries that are still open. */
import { isBug } from '../errors.ts';
import { type Finding, finding, withSeverity } from '../findings/finding.ts';
import { withoutStep } from '../findings/pod-commands.ts';
import type { Contents } from '../secret/contents.ts';
import { nearEntries } from '../secret/coverage.ts';
import { shownServer } from '../secret/display-server.ts';
import { isSlip } from '../text/closest.ts';
import { type Question, questionKey } from '../verify/question.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { ImageUse } from '../workloads/container-images.ts';
import type { ManifestRef } from '../workloads/object-ref.ts';
import { listedNames } from '../workloads/pull-spec.ts';
import { secretKey } from '../workloads/references.ts';
import { hasLogin, simulatePull, triesEntry } from './attempt.ts';
import {
  type AppliedList,
  accountOf,
  decodeAhead,
  effectiveList,
  isOutdated,
  isTypedList,
  type ListedEntry,
  listContents,
  remedyOfList,
} from './effective-list.ts';
import type { Observation, Puller, PullFacts } from './facts.ts';
import { nearName, objectOf } from './image-pull.ts';
import { isAwaited, type Judgement, judge } from './judgement.ts';
import { loginAnswer } from './secret-checks.ts';

export interface PullerReport {
  readonly puller: Puller;
  /** One for each image. */
  readonly judgements: readonly Judgement[];
  readonly notes: readonly Finding[];
}

/** What is said of `puller`: a judgement for each image, and notes on the rest. */
export function reportOn(puller: Puller, facts: PullFacts, judgements = judgementsOf(puller, facts)): PullerReport {
  return { puller, judgements, notes: notesOn(puller, judgements, facts) };
}

/**
 * The judgements on the images of each puller. When a whole namespace is examined, only those that matter are kept, and a pod or
 * template is missing when a bug in our code prevents its judgement.
 */
export type Judgements = ReadonlyMap<Puller, readonly Judgement[]>;

/** Judges all `pullers`. Yields after each one. */
export function* judgeAll(
  { pullers, scope }: Pick<Observation, 'pullers' | 'scope'>,
  facts: PullFacts,
): Generator<void, Judgements> {
  yield* decodeAhead(pullers, facts);
  const judged = new Map<Puller, readonly Judgement[]>();
  for (const puller of pullers) {
    try {
      const judgements = judgementsOf(puller, facts);
      judged.set(puller, scope === undefined ? judgements : judgements.filter(matters));
    } catch (error) {
      // The report judges this puller once more, and contains the bug as a finding.
      if (scope === undefined || !isBug(error)) throw error;
    }
    yield;
  }
  return judged;
}

function matters(judgement: Judgement): boolean {
  const { cause, open, unjudged } = judgement;
  return cause !== undefined || open.length > 0 || unjudged.length > 0 || isAwaited(judgement);
}

/** One judgement for each of its images, in their order. */
export function judgementsOf(puller: Puller, facts: PullFacts): readonly Judgement[] {
  return puller.images.map((use) => judge(puller, use, facts));
}

/** The questions to ask registries now, each once. Their answers may open further questions. */
export function openQuestions(judged: Judgements): Question[] {
  const open = [...judged.values()].flatMap((judgements) => judgements.flatMap((judgement) => judgement.open));
  return [...new Map(open.map((question) => [questionKey(question), question])).values()];
}

/** The notes on `puller`, except what `judgements` already say. Without judgements, its Secrets get no notes. */
export function notesOn(puller: Puller, judgements: readonly Judgement[], facts: PullFacts): Finding[] {
  const said = new Set(judgements.flatMap(({ cause, notes }) => [cause, ...notes]).map(findingKey));
  const applied = effectiveList(puller, facts);
  const ofList =
    isTypedList(puller) || isOutdated(puller, facts)
      ? []
      : [emptyName, duplicateNames, misspeltNames, spareNames, differentCredentials];
  const rules = [...ofList, ...(judgements.length === 0 ? [] : [secretNotes])];
  const found = rules.flatMap((rule) => rule({ puller, applied, judgements, facts }));
  return found.filter((one) => said.size !== said.add(findingKey(one)).size).map((one) => withSeverity(one, 'warning'));
}

/** A key that is equal for two findings that say the same. */
export function findingKey(found: Finding | undefined): string {
  if (found === undefined) return '';
  // The arguments of these two only add detail.
  const args = ['missing-secret', 'empty-name'].includes(found.code) ? {} : found.arguments;
  return JSON.stringify([found.code, found.object, args]);
}

interface NoteFacts {
  readonly puller: Puller;
  readonly applied: AppliedList;
  readonly judgements: readonly Judgement[];
  readonly facts: PullFacts;
}

/** pkg/api/pod/warnings.go */
function emptyName({ puller, facts }: NoteFacts): Finding[] {
  const { ref, remedy } = puller;
  const isEmpty = writtenList(puller, facts).some((entry) => listedNames([entry]).length === 0);
  return isEmpty ? [finding('empty-name', objectOf(ref), { remedy })] : [];
}

/** pkg/api/pod/warnings.go */
function duplicateNames({ puller, facts }: NoteFacts): Finding[] {
  const { ref, remedy } = puller;
  const names = listedNames(writtenList(puller, facts));
  const seen = new Set<string>();
  const twice = names.filter((name) => seen.size === seen.add(name).size);
  return [...new Set(twice)].map((secret) => finding('duplicate-name', objectOf(ref), { secret, remedy }));
}

/** Missing Secrets whose name is a typo of an existing one. That one must have a login for an image of the pod, if it has any. */
function misspeltNames({ puller, facts }: NoteFacts): Finding[] {
  const { images } = puller;
  const { namespace } = puller.ref;
  const isFitting = (near: string): boolean =>
    images.some(({ image }) => hasLogin(simulatePull([near], namespace, image, { ...facts, online: false })));
  const names = listedNames(writtenList(puller, facts));
  return names.flatMap((name) => {
    if (facts.secrets.get(secretKey(namespace, name))?.status !== 'missing') return [];
    const near = nearName({ namespace, name }, facts);
    if (near === undefined || !isSlip(name, near) || (images.length > 0 && !isFitting(near))) return [];
    const args = { near, listed: names.includes(near) || undefined, remedy: remedyOfList(puller, facts) };
    return [finding('missing-secret', objectOf({ kind: 'Secret', namespace, name }), args)];
  });
}

/** Names that can be removed: no namespace has such a Secret, and other Secrets of the list have a login for every image. */
function spareNames({ puller, applied, facts }: NoteFacts): Finding[] {
  const { namespace } = puller.ref;
  const gone = applied.names.filter((name) => {
    const state = facts.secrets.get(secretKey(namespace, name));
    return state?.status === 'missing' && state.elsewhere === undefined && !nearName({ namespace, name }, facts);
  });
  // Pods pull as before, so none has to be recreated.
  const remedy = withoutStep(remedyOfList(puller, facts));
  if (gone.length === 0 || (remedy.how !== 'template' && remedy.how !== 'account')) return [];
  const opening = puller.images.map(({ image }) =>
    applied.names.find((name) => {
      const attempt = simulatePull([name], namespace, image, facts);
      return hasLogin(attempt) && attempt.result !== 'fails';
    }),
  );
  const [usable] = opening;
  if (usable === undefined || opening.includes(undefined)) return [];
  const args = { usable, listed: true, remedy } as const;
  return gone.map((name) => finding('missing-secret', objectOf({ kind: 'Secret', namespace, name }), args));
}

/** The list that is written in the object itself. */
function writtenList(puller: Puller, facts: PullFacts): readonly unknown[] {
  const account = puller.ref.kind === 'ServiceAccount' ? accountOf(puller, facts) : undefined;
  return puller.imagePullSecrets ?? (account?.status === 'there' ? account.imagePullSecrets : undefined) ?? [];
}

/** One finding for each server with several logins. The last one says how many more servers there are. */
function differentCredentials(noted: NoteFacts): Finding[] {
  const { ref, remedy } = noted.puller;
  const { conflicts, moreConflicts } = listContents(noted.applied.names, ref.namespace, noted.facts);
  return conflicts.map(({ server, logins }, index) => {
    const secrets = logins.map(({ secret }) => secret);
    const usernames = logins.map(({ entry }) => entry.login?.username ?? '');
    const args = { server, secrets, usernames, works: acceptedOf(logins, noted), remedy };
    const isCut = index === conflicts.length - 1 && moreConflicts > 0;
    return finding('different-credentials', objectOf(ref), isCut ? { ...args, more: moreConflicts } : args);
  });
}

/** The Secrets whose login is accepted, for an image or by itself. Undefined when it is not known whether the others are needed. */
function acceptedOf(logins: readonly ListedEntry[], { judgements, facts }: NoteFacts): readonly string[] | undefined {
  const tried = judgements.flatMap(({ attempt }) => attempt.candidates);
  const answered = (kind: Verdict['kind']): readonly string[] =>
    logins.flatMap(({ secret, entry }) => {
      const own = tried.filter((one) => one.secret === secret && one.server === shownServer(entry.server));
      const answers = [...own.map(({ answer }) => answer), loginAnswer(entry, facts)];
      return answers.some((answer) => answer?.verdict.kind === kind) ? secret : [];
    });
  const [accepted, rejected] = [[...new Set(answered('accepted'))], answered('rejected')];
  // A login that is accepted by itself need not open the image: one of which nothing is known may be the one that does.
  const isJudged = ({ secret }: ListedEntry): boolean =>
    accepted.includes(secret) || rejected.includes(secret) || isSpare(secret, judgements);
  if (!logins.every(isJudged)) return undefined;
  return accepted.length > 0 || rejected.length === logins.length ? accepted : undefined;
}

/** Whether another Secret opens every image that a login of `secret` is for. Behind the one that opens it no other is tried. */
function isSpare(secret: string, judgements: readonly Judgement[]): boolean {
  const isOpened = ({ attempt }: Judgement): boolean =>
    attempt.candidates.some((one) => one.secret !== secret && one.answer?.verdict.kind === 'accepted');
  const isTriedFor = ({ attempt }: Judgement): boolean => attempt.candidates.some((one) => one.secret === secret);
  return judgements.some(isOpened) && judgements.every((one) => isOpened(one) || !isTriedFor(one));
}

/** What is wrong with the Secrets of the list. A finding about an entry counts only if the entry concerns one of the images. */
function secretNotes({ puller, applied, judgements, facts }: NoteFacts): Finding[] {
  const { ref, images } = puller;
  return applied.names.flatMap((name) => {
    const state = facts.secrets.get(secretKey(ref.namespace, name));
    if (state?.status === 'missing') return isOutdated(puller, facts) ? [] : [missing(name, ref)];
    if (state?.status !== 'there') return [];
    const near = nearServers(state.contents, images);
    const isStore = state.findings.some(({ code }) => code === 'credential-store');
    return state.findings.filter((one) => {
      // A credential store leaves empty entries behind.
      if (isStore && one.code === 'empty-entry') return false;
      if (!('server' in one.arguments)) return true;
      const { server } = one.arguments;
      const tried = judgements.some(({ attempt }) => triesEntry(attempt, name, server));
      // An entry that matches does no harm, however its server is written.
      if (tried && one.code === 'unusual-server') return false;
      return tried || near.has(server);
    });
  });
}

function nearServers(contents: Contents, images: readonly ImageUse[]): ReadonlySet<string> {
  const near = images.flatMap(({ image }) => nearEntries(contents, image));
  return new Set(near.map(({ server }) => shownServer(server)));
}

/** Without `elsewhere`: other namespaces with such a Secret matter only when it is the cause. */
function missing(name: string, { namespace }: ManifestRef): Finding {
  return finding('missing-secret', { kind: 'Secret', namespace: namespace || undefined, name }, {});
}
