/**
 * What a kubelet does with one list of pull secrets and one image, step by step (kubernetes pkg/kubelet:
 * kubelet_pods.go `getPullSecretsForPod`, kuberuntime_image.go `PullImage`).
 */
import { type ShownServer, shownServer } from '../secret/display-server.ts';
import { type ImageReference, ImageReferenceError, parseImage } from '../secret/image.ts';
import { isAnonymous, type KeyringEntry, KeyringError, lookupIn } from '../secret/keyring.ts';
import type { Secret } from '../secret/secret.ts';
import { type AssignedLogin, assignLogin } from '../verify/login-permission.ts';
import { imageQuestion, MAX_LOGINS_ASKED, type Question, questionKey } from '../verify/question.ts';
import { pullResult } from '../verify/verdict.ts';
import { secretKey } from '../workloads/references.ts';
import type { Answer, PullFacts } from './facts.ts';

/** A login that is tried. */
export interface Candidate {
  /** The name of its Secret. */
  readonly secret: string;
  /** As it is written in the Secret. */
  readonly server: ShownServer;
  readonly username: string;
  /** The entry has no user name or no password, so the image is pulled anonymously with it. */
  readonly anonymous: boolean;
  readonly answer?: Answer | undefined;
}

export type PullAttempt = Trial & PullResult;

interface Trial {
  /** In the order in which they are tried. */
  readonly candidates: readonly Candidate[];
  /** Secrets of the list that may not be read, so that the rest is guesswork. */
  readonly forbidden: readonly string[];
  /** The answer to a pull without a login. Left out when it was not asked for. */
  readonly anonymous?: Answer | undefined;
  /** The question to ask a registry next. */
  readonly open?: Question | undefined;
  /** How many logins no registry is asked about, because there are too many. */
  readonly unasked?: number | undefined;
}

/** Whether the image is pulled, and how that is known. */
export type PullResult =
  | { readonly result: 'pulls'; readonly reason: 'login accepted' | 'no login needed' }
  | { readonly result: 'fails'; readonly reason: 'invalid image' | 'logins refused' | 'refused without a login' }
  /** The kubelet stops decoding there, and can pull nothing. */
  | { readonly result: 'fails'; readonly reason: 'undecodable'; readonly undecodable: UndecodableSecret }
  | { readonly result: 'unknown'; readonly reason: 'list not known' | 'unread secrets' | 'not asked' | 'no answer' };

interface UndecodableSecret {
  readonly secret: string;
  readonly server?: ShownServer | undefined;
  readonly error: string;
}

/** What is known of Secrets and registries. */
type KnownLogins = Pick<PullFacts, 'secrets' | 'answers' | 'online'>;

const NOTHING = { candidates: [], forbidden: [] } as const;

/** Never throws: an invalid image name is a failed pull. `names` are the Secrets of the list, in order. */
export function simulatePull(
  names: readonly string[],
  namespace: string,
  image: string,
  facts: KnownLogins,
): PullAttempt {
  const reference = parse(image);
  if (reference === undefined) return { ...NOTHING, result: 'fails', reason: 'invalid image' };
  const states = names.map((name) => ({ name, state: facts.secrets.get(secretKey(namespace, name)) }));
  const forbidden = states.flatMap(({ name, state }) => (state?.status === 'forbidden' ? [name] : []));
  const secrets = states.flatMap(({ state }) => (state?.status === 'there' ? [state.secret] : []));
  const found = candidatesFor(secrets, image);
  if ('undecodable' in found) return { ...NOTHING, forbidden, result: 'fails', reason: 'undecodable', ...found };
  return ask(found.entries, { image: reference, namespace }, forbidden, facts);
}

type Lookup = { readonly entries: readonly KeyringEntry[] } | { readonly undecodable: UndecodableSecret };

function candidatesFor(secrets: readonly Secret[], image: string): Lookup {
  try {
    return { entries: lookupIn(secrets, image) };
  } catch (error) {
    if (!(error instanceof KeyringError)) throw error;
    const { source, server, message } = error;
    return {
      undecodable: {
        secret: source.name,
        error: message,
        server: server === undefined ? undefined : shownServer(server),
      },
    };
  }
}

/** Tries each login until one is accepted. The kubelet tries without a login only when it has none; we also ask when all fail. */
function ask(
  entries: readonly KeyringEntry[],
  { image, namespace }: { readonly image: ImageReference; readonly namespace: string },
  forbidden: readonly string[],
  facts: KnownLogins,
): PullAttempt {
  const candidates: Candidate[] = [];
  const asked = new Set<string>();
  for (const entry of entries) {
    const anonymous = isAnonymous(entry);
    const login = anonymous ? undefined : loginFor(entry, image, namespace);
    const question = imageQuestion(image, login);
    const answer = answerTo(question, facts);
    const shown = {
      secret: entry.source.name,
      server: shownServer(entry.server),
      username: entry.username,
      anonymous,
    };
    candidates.push({ ...shown, answer });
    if (resultOf(answer) === 'pulls') return { candidates, forbidden, result: 'pulls', reason: 'login accepted' };
    if (answer !== undefined) asked.add(questionKey(question));
    else if (facts.online && asked.size < MAX_LOGINS_ASKED)
      return { ...rest(candidates, entries), forbidden, result: 'unknown', reason: 'not asked', open: question };
  }
  const question = imageQuestion(image, undefined);
  const anonymous = facts.answers.get(questionKey(question));
  const tried: Trial = {
    candidates,
    forbidden,
    anonymous,
    open: anonymous === undefined && facts.online ? question : undefined,
    unasked: facts.online ? candidates.filter(({ answer }) => answer === undefined).length || undefined : undefined,
  };
  return { ...tried, ...(candidates.length > 0 ? resultOfLogins(tried) : resultOfNone(tried)) };
}

/** The result when none of the candidates was accepted. */
function resultOfLogins({ candidates, forbidden, anonymous }: Trial): PullResult {
  // If the registry asks for no login at all, none is sent, and a wrong one does no harm.
  const { verdict } = anonymous ?? {};
  if (verdict?.kind === 'anonymous' && verdict.why === 'asks for none' && verdict.result === 'pulls') {
    return { result: 'pulls', reason: 'no login needed' };
  }
  if (forbidden.length > 0) return { result: 'unknown', reason: 'unread secrets' };
  if (candidates.some(({ answer }) => answer === undefined)) return { result: 'unknown', reason: 'not asked' };
  return candidates.every(({ answer }) => resultOf(answer) === 'fails')
    ? { result: 'fails', reason: 'logins refused' }
    : { result: 'unknown', reason: 'no answer' };
}

/** The result when there is no login for the image. */
function resultOfNone({ forbidden, anonymous }: Trial): PullResult {
  if (forbidden.length > 0) return { result: 'unknown', reason: 'unread secrets' };
  if (anonymous === undefined) return { result: 'unknown', reason: 'not asked' };
  const result = resultOf(anonymous);
  switch (result) {
    case 'pulls':
      return { result, reason: 'no login needed' };
    case 'fails':
      return { result, reason: 'refused without a login' };
    case 'unknown':
      return { result, reason: 'no answer' };
  }
}

function resultOf(answer: Answer | undefined): PullResult['result'] {
  return answer === undefined ? 'unknown' : pullResult(answer.verdict);
}

function loginFor(
  { username, password, server, source }: KeyringEntry,
  image: ImageReference,
  namespace: string,
): AssignedLogin {
  // A Secret in a manifest may name no namespace, but no registry is asked about manifests.
  const owner = { namespace: source.namespace ?? namespace };
  return assignLogin({ username, password }, { key: server, owner, namespace, image });
}

/** The answer about the image, or else that the registry rejects the login for any image. */
function answerTo(question: Question, { answers }: KnownLogins): Answer | undefined {
  const exact = answers.get(questionKey(question));
  if (exact !== undefined || question.login === undefined) return exact;
  const login = answers.get(questionKey({ server: question.server, login: question.login }));
  return login?.verdict.kind === 'rejected' ? login : undefined;
}

/** All candidates, including those that were not asked about. */
function rest(asked: readonly Candidate[], entries: readonly KeyringEntry[]): Pick<PullAttempt, 'candidates'> {
  const others = entries.slice(asked.length).map((entry) => ({
    secret: entry.source.name,
    server: shownServer(entry.server),
    username: entry.username,
    anonymous: isAnonymous(entry),
  }));
  return { candidates: [...asked, ...others] };
}

function parse(image: string): ImageReference | undefined {
  try {
    return parseImage(image);
  } catch (error) {
    if (error instanceof ImageReferenceError) return undefined;
    throw error;
  }
}

/** The answer of a registry that turns us away before it asks for a login. */
export function earlyRefusal({ candidates, anonymous }: PullAttempt): Answer | undefined {
  return [...candidates.map(({ answer }) => answer), anonymous].find(
    (answer) => answer?.verdict.kind === 'anonymous' && answer.verdict.status !== undefined,
  );
}

/** Whether the login that `secret` has for `server` is tried. */
export function triesEntry({ candidates }: Pick<Trial, 'candidates'>, secret: string, server: string): boolean {
  return candidates.some((one) => one.secret === secret && one.server === server);
}

/** Whether there is a login with both user name and password. */
export function hasLogin({ candidates }: PullAttempt): boolean {
  return candidates.some(({ anonymous }) => !anonymous);
}

/**
 * Those of `images` for which the Secrets `before` have a login, and the Secrets `after` have none. No registry is asked, so the
 * images may be public. While a Secret of `after` may not be read, no image counts as lost.
 */
export function lostImages(
  images: readonly string[],
  { before, after }: { readonly before: readonly string[]; readonly after: readonly string[] },
  namespace: string,
  secrets: PullFacts['secrets'],
): string[] {
  const facts = { secrets, online: false, answers: new Map<string, never>() };
  return images.filter((image) => {
    if (!hasLogin(simulatePull(before, namespace, image, facts))) return false;
    const then = simulatePull(after, namespace, image, facts);
    return !hasLogin(then) && then.forbidden.length === 0;
  });
}
