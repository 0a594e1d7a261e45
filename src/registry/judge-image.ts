/**
 * Decides whether a node would pull an image with a login. Requests and their order are those of containerd
 * (core/remotes/docker/resolver.go `Resolve`, authorizer.go). containerd does not use `/v2/`: it asks for the manifest without a
 * login, and answers the challenge that it gets there. docs/dev/registries.md lists the differences.
 */
import type { ImageReference } from '../secret/image.ts';
import type { RegistryLogin, RegistryToken } from '../verify/login-permission.ts';
import type { Verdict } from '../verify/verdict.ts';
import type { Challenge } from './challenge.ts';
import { type Ask, type Exchange, type RegistryResponse, unanswered } from './exchange.ts';
import { isBetter, isForEverybody, isPersonal, judgeLogin } from './judge-login.ts';
import {
  askManifest,
  checkHost,
  explainNotFound,
  isThere,
  type ManifestResponse,
  manifestProblem,
} from './manifest.ts';
import { challengeOf, greet, oncePerRegistry, type Registry } from './ping.ts';
import { requestPullToken, requestToken, type TokenRequest, takesForms, tokenSource } from './token.ts';
import { rateLimited, refused, unclear } from './verdicts.ts';

export interface ImageCase {
  readonly exchange: Exchange;
  readonly registry: Registry;
  readonly host: string;
  /** When undefined, the verdict is about a pull without a login. */
  readonly login: RegistryLogin | undefined;
}

/** Throws NetworkError and TargetRefused. */
export async function judgeImage(question: ImageCase, image: ImageReference): Promise<Verdict> {
  const { exchange, registry, login } = question;
  const first = await askAnybody(exchange, registry, image);
  const challenge = challengeOf(first);
  if (challenge === undefined) return judgeUnasked(question, image, first);
  if (login === undefined) return judgeAnonymous(question, image);
  checkHost(registry.base, first);
  const attempt: ImageAttempt = { ...question, login, image, challenge, method: first.method };
  return challenge.scheme === 'bearer' ? judgeBearer(attempt) : judgeBasic(attempt);
}

/** The answer about the manifest without a token or a login. Every attempt with a login begins with it. */
export const askAnybody = oncePerRegistry((exchange, registry, image: ImageReference) =>
  askManifest(exchange, registry, image, {}),
);

/** The verdict when the registry asks for no login. A runtime then sends none, whether a login would help or not. */
async function judgeUnasked(question: ImageCase, image: ImageReference, answer: ManifestResponse): Promise<Verdict> {
  const { exchange, registry, login } = question;
  const problem = isThere(answer) ? manifestProblem(answer, image) : undefined;
  if (problem !== undefined) return unclear(`it ${problem}`);
  const why = login === undefined && (await challengeAtV2(question)) ? 'empty' : 'asks for none';
  if (!isThere(answer)) {
    if (![401, 403].includes(answer.status)) return judgeFailure({ ...question, image }, answer, undefined);
    return { kind: 'anonymous', why, result: 'fails', ...(answer.status === 403 && { status: 403 }) };
  }
  // The image is pulled without the login. Whether the login is good is checked all the same.
  const known = login && (await judgeLogin({ exchange, registry, host: question.host, login }).catch(unanswered));
  if (known?.kind === 'accepted' || known?.kind === 'rejected') return { ...known, public: true };
  return { kind: 'anonymous', why: 'asks for none', result: 'pulls' };
}

/** The challenge of `/v2/`; undefined when it does not answer. */
async function challengeAtV2({ exchange, registry }: ImageCase): Promise<Challenge | undefined> {
  const greeting = await greet(exchange, registry).catch(unanswered);
  return greeting && challengeOf(greeting);
}

/** The verdict on a pull without a credential. */
async function judgeAnonymous(question: ImageCase, image: ImageReference): Promise<Verdict> {
  const access = await accessOfNobody(question.exchange, question.registry, image);
  if (!('answer' in access)) {
    return access.kind === 'rejected' ? { kind: 'anonymous', why: 'empty', result: 'fails' } : access;
  }
  const { answer, grant } = access;
  const verdict = isThere(answer)
    ? judgeThere(answer, image, { kind: 'anonymous', why: 'empty', result: 'pulls' })
    : await judgeFailure({ ...question, image }, answer, grant);
  return verdict.kind === 'no access' ? { kind: 'anonymous', why: 'empty', result: 'fails' } : verdict;
}

/** A login, and the challenge of the registry that it has to answer. */
interface ImageAttempt extends ImageCase {
  readonly login: RegistryLogin;
  readonly image: ImageReference;
  readonly challenge: Challenge;
  readonly method: Ask['method'];
}

async function judgeBasic(attempt: ImageAttempt): Promise<Verdict> {
  const { exchange, registry, login, image, method } = attempt;
  const answer = await askManifest(exchange, registry, image, { method, credential: login });
  if (isThere(answer)) return judgeThere(answer, image, { kind: 'accepted' });
  if (answer.status !== 401 && answer.status !== 403) return judgeFailure(attempt, answer, login);
  // Only `/v2/` tells a wrong login from one that may not pull this image: ECR answers 403 to both.
  const isAsked = (await challengeAtV2(attempt))?.scheme === 'basic';
  const known = isAsked ? await judgeLogin(attempt).catch(unanswered) : undefined;
  if (known?.kind === 'accepted') return { kind: 'no access', repository: image.path, status: answer.status };
  return known?.kind === 'rejected' ? known : refused(answer);
}

async function judgeBearer(attempt: ImageAttempt): Promise<Verdict> {
  const { exchange, registry, host, login, image, challenge, method } = attempt;
  const source = tokenSource(challenge);
  const request = { source, login, scopes: scopesOf(challenge, image) };
  // Starts the request for the anonymous answer early, so that it runs at the same time.
  accessOfNobody(exchange, registry, image).catch(unanswered);
  // An identity token can only be sent with POST.
  const knowsForms =
    'identityToken' in login.credential || (await askForms(exchange, registry, { source, login, scopes: [] }));
  const grant = await requestPullToken(exchange, request, knowsForms);
  if ('kind' in grant) {
    if (grant.kind !== 'rejected') return grant;
    // Many token servers refuse a token for a repository in the same words as they refuse a wrong login.
    const unscoped = { source, login, scopes: [] };
    const known = await requestOnce(exchange, registry, unscoped).catch(unanswered);
    if (known === undefined || 'kind' in known) return grant;
    const isGood = isPersonal(known, login, host) || !(await isForEverybody(exchange, registry, unscoped, known));
    return isGood ? { kind: 'no access', repository: image.path, status: grant.status } : grant;
  }
  const answer = await askManifest(exchange, registry, image, { method, credential: grant });
  if (isThere(answer)) return judgeThere(answer, image, await judgePulled(attempt, grant));
  const verdict = await judgeFailure(attempt, answer, grant);
  if (verdict.kind !== 'no access' || isPersonal(grant, login, host) || (await isKnown(attempt, grant))) return verdict;
  return { kind: 'anonymous', why: 'same answer', result: 'fails' };
}

/** A login is asked about without a repository only once, however many images it is tried on. */
const requestOnce = oncePerRegistry((exchange, _registry, request: TokenRequest) => requestToken(exchange, request));

/**
 * The verdict when the manifest came with the token: was it because of the login? Failures of the further requests do not change
 * that it came.
 */
async function judgePulled(attempt: ImageAttempt, grant: RegistryToken): Promise<Verdict> {
  const { exchange, registry, image } = attempt;
  const open = await accessOfNobody(exchange, registry, image).catch(unanswered);
  if (open === undefined || !('answer' in open) || !isThere(open.answer)) return { kind: 'accepted' };
  return (await isKnown(attempt, grant))
    ? { kind: 'accepted', public: true }
    : { kind: 'anonymous', why: 'same answer', result: 'pulls' };
}

/** Whether a token shows that the login is good, by itself or compared with what everybody gets, if that is known. */
async function isKnown(
  { exchange, registry, host, login, image }: ImageAttempt,
  grant: RegistryToken,
): Promise<boolean> {
  if (isPersonal(grant, login, host)) return true;
  const open = await accessOfNobody(exchange, registry, image).catch(unanswered);
  if (open === undefined || !('answer' in open)) return true;
  return open.grant !== undefined && isBetter(exchange, registry, grant, open.grant);
}

const askForms = oncePerRegistry((exchange, _registry, request: TokenRequest) => takesForms(exchange, request));

interface Access {
  readonly answer: RegistryResponse;
  readonly grant: RegistryToken | undefined;
}

/**
 * The answer about the manifest without a login, with an anonymous token if the registry uses tokens. Requested once for each
 * image.
 */
const accessOfNobody = oncePerRegistry(async (exchange, registry, image: ImageReference): Promise<Access | Verdict> => {
  const first = await askAnybody(exchange, registry, image);
  const challenge = challengeOf(first);
  if (challenge?.scheme !== 'bearer') return { answer: first, grant: undefined };
  const scopes = scopesOf(challenge, image);
  const grant = await requestToken(exchange, { source: tokenSource(challenge), login: undefined, scopes });
  if ('kind' in grant) return grant;
  const answer = await askManifest(exchange, registry, image, { method: first.method, credential: grant });
  return { answer, grant };
});

/** The scope of the repository and those of the challenge (containerd core/remotes/docker/scope.go `GetTokenScopes`). */
function scopesOf({ params }: Challenge, { path }: ImageReference): string[] {
  const scopes = params.get('scope')?.split(' ') ?? [];
  return [...new Set([`repository:${path}:pull`, ...scopes])].sort();
}

function judgeThere(answer: ManifestResponse | RegistryResponse, image: ImageReference, otherwise: Verdict): Verdict {
  const problem = manifestProblem(answer, image);
  return problem === undefined ? otherwise : unclear(`it ${problem}`);
}

/** The verdict when the answer is not the manifest. */
function judgeFailure(
  { exchange, registry, image }: Pick<ImageAttempt, 'exchange' | 'registry' | 'image'>,
  answer: RegistryResponse,
  credential: Ask['credential'],
): Promise<Verdict> | Verdict {
  const { status } = answer;
  if (status === 404) return explainNotFound(exchange, registry, image, credential);
  if (status === 429) return rateLimited(answer);
  const error = challengeOf(answer)?.params.get('error');
  if (status === 401 && error === 'invalid_token') {
    return unclear('it does not accept the new token of its token server (HTTP 401)');
  }
  if (status === 401 || status === 403) return { kind: 'no access', repository: image.path, status };
  return unclear(`it answers with HTTP ${status}`);
}
