/** Whether an image may be pulled with a credential, and whether it is the credential that makes it so. */
import { type OncePerKey, oncePerKey } from '../concurrency.ts';
import type { ImageReference } from '../domain/keyring/image.ts';
import type { RegistryLogin, RegistryToken } from '../domain/verify/login-permission.ts';
import type { Verdict } from '../domain/verify/verdict.ts';
import type { Challenge } from './challenge.ts';
import type { Ask, Exchange, RegistryResponse } from './exchange.ts';
import { differsFromAnonymous, get, isForAnother, isPersonal, judgeBasic, tokenSource } from './judge-login.ts';
import { explainNotFound, headManifest } from './manifest.ts';
import { challengeOf, type Registry } from './ping.ts';
import { requestToken } from './token.ts';
import { rateLimited, refused, unclear } from './verdicts.ts';

export interface ImageCase {
  readonly exchange: Exchange;
  readonly registry: Registry;
  readonly host: string;
  /** Undefined: only what is said to anybody. */
  readonly login: RegistryLogin | undefined;
}

/** Throws NetworkError and TargetRefused. */
export async function judgeImage(question: ImageCase, image: ImageReference): Promise<Verdict> {
  const { exchange, registry, login } = question;
  if (registry.challenge === undefined) return judgeOpen(question, image);
  if (login === undefined) return judgeAnonymous(exchange, registry, image);
  if (registry.challenge.scheme === 'bearer') {
    return judgeBearer({ ...question, login }, registry.challenge, image);
  }
  const [verdict, answer, open] = await Promise.all([
    basicLogin(exchange, registry, login),
    headManifest(exchange, registry, image, login),
    accessOfNobody(exchange, registry, image),
  ]);
  if (verdict.kind !== 'accepted') return verdict;
  if (answer.status !== 200) return judgeFailure({ exchange, registry, credential: login }, image, answer);
  return { kind: 'accepted', ...('answer' in open && open.answer.status === 200 ? { public: true } : {}) };
}

/** Some registries ask for nothing at `/v2/`, and then for a credential at the image. */
async function judgeOpen(question: ImageCase, image: ImageReference): Promise<Verdict> {
  const { exchange, registry, login } = question;
  const answer = await headManifest(exchange, registry, image, undefined);
  if (answer.status === 200) return { kind: 'anonymous', why: 'asks for none', result: 'pulls' };
  const challenge = answer.status === 401 ? challengeOf(answer) : undefined;
  if (challenge === undefined) return judgeFailure({ exchange, registry, credential: undefined }, image, answer);
  const late = { ...registry, challenge };
  if (login === undefined) return judgeAnonymous(exchange, late, image);
  if (challenge.scheme === 'bearer') return judgeBearer({ ...question, registry: late, login }, challenge, image);
  const second = await headManifest(exchange, registry, image, login);
  if (second.status === 200) return { kind: 'accepted' };
  if (second.status === 401) return refused(second);
  return judgeFailure({ exchange, registry, credential: login }, image, second);
}

/** What becomes of a pull without a credential. */
async function judgeAnonymous(exchange: Exchange, registry: Registry, image: ImageReference): Promise<Verdict> {
  const access = await accessOfNobody(exchange, registry, image);
  if (!('answer' in access))
    return access.kind === 'rejected' ? { kind: 'anonymous', why: 'empty', result: 'fails' } : access;
  if (access.answer.status === 200) return { kind: 'anonymous', why: 'empty', result: 'pulls' };
  const verdict = await judgeFailure({ exchange, registry, credential: access.credential }, image, access.answer);
  return verdict.kind === 'no access' ? { kind: 'anonymous', why: 'empty', result: 'fails' } : verdict;
}

async function judgeBearer(
  { exchange, registry, host, login }: ImageCase & { readonly login: RegistryLogin },
  challenge: Challenge,
  image: ImageReference,
): Promise<Verdict> {
  const [access, open] = await Promise.all([
    accessOf(exchange, registry, login, image),
    accessOfNobody(exchange, registry, image),
  ]);
  if (!('answer' in access)) {
    if (access.kind !== 'rejected') return access;
    // GHCR, for one, refuses a token for a repository in the same words as a token for nobody.
    const source = tokenSource(challenge);
    const grant = await requestToken(exchange, source, login, []);
    if ('kind' in grant) return grant.kind === 'rejected' ? access : grant;
    const isGood =
      isPersonal(grant, login, host) || (await differsFromAnonymous({ exchange, registry, grant, source }));
    return isGood ? { kind: 'no access', repository: image.path, status: access.status } : access;
  }
  const { answer, credential, grant } = access;
  if (answer.status !== 200) return judgeFailure({ exchange, registry, credential }, image, answer);
  if (!('answer' in open)) return open.kind === 'rejected' ? { kind: 'accepted' } : open;
  if (open.answer.status === 429) return rateLimited(open.answer);
  if (open.answer.status !== 200) return { kind: 'accepted' };
  const isKnown =
    grant !== undefined &&
    (isPersonal(grant, login, host) || (open.grant !== undefined && isForAnother(grant, open.grant)));
  return isKnown ? { kind: 'accepted', public: true } : { kind: 'anonymous', why: 'same answer', result: 'pulls' };
}

interface Access {
  readonly answer: RegistryResponse;
  readonly credential: Ask['credential'];
  readonly grant: RegistryToken | undefined;
}

/** Asked once for each image: each try of a login asks it, too. */
const accessOfNobody = oncePerRegistry((exchange, registry, image: ImageReference) =>
  accessOf(exchange, registry, undefined, image),
);

/** Asked once for each login, however many images it is tried on: registries lock out who comes with a wrong one too often. */
const basicLogin = oncePerRegistry(async (exchange, { base }, login: RegistryLogin) =>
  judgeBasic(await get(exchange, base, login)),
);

function oncePerRegistry<Subject, Result>(
  ask: (exchange: Exchange, registry: Registry, subject: Subject) => Promise<Result>,
): typeof ask {
  const known = new WeakMap<Registry, OncePerKey<Result>>();
  return (exchange, registry, subject) => {
    const answers = known.get(registry) ?? oncePerKey<Result>();
    known.set(registry, answers);
    return answers(JSON.stringify(subject) ?? '', () => ask(exchange, registry, subject));
  };
}

/** The answer about the manifest, with a token for its repository where the registry works with tokens. */
async function accessOf(
  exchange: Exchange,
  registry: Registry,
  login: RegistryLogin | undefined,
  image: ImageReference,
): Promise<Access | Verdict> {
  const { challenge } = registry;
  if (challenge?.scheme !== 'bearer') {
    const answer = await headManifest(exchange, registry, image, login);
    return { answer, credential: login, grant: undefined };
  }
  const scope = `repository:${image.path}:pull`;
  const grant = await requestToken(exchange, tokenSource(challenge), login, [scope]);
  if ('kind' in grant) return grant;
  return { answer: await headManifest(exchange, registry, image, grant), credential: grant, grant };
}

interface Asked {
  readonly exchange: Exchange;
  readonly registry: Registry;
  readonly credential: Ask['credential'];
}

/** What it means that the manifest was not there for us. */
function judgeFailure(
  { exchange, registry, credential }: Asked,
  image: ImageReference,
  answer: RegistryResponse,
): Promise<Verdict> | Verdict {
  const { status } = answer;
  if (status === 404) return explainNotFound(exchange, registry, image, credential);
  if (status === 429) return rateLimited(answer);
  const error = challengeOf(answer)?.params.get('error');
  if (status === 401 && error === 'invalid_token') {
    return unclear('it does not take the token that its token server has just given out (HTTP 401)');
  }
  if (status === 401 || status === 403) return { kind: 'no access', repository: image.path, status };
  return unclear(`it answers with HTTP ${status}`);
}
