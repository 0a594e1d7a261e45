/**
 * The intended differences between our verdict about a registry and the clients of nodes. docs/dev/registries.md gives the reason
 * for each; a test checks that its tables contain the titles here.
 */
import type { Verdict } from '../../src/verify/verdict.ts';
import type { RegistryCase } from './registry-cases.ts';
import type { Result } from './registry-oracle.ts';
import type { RegistryProgram } from './registry-program.ts';

/** The result of a pull, in the terms of a verdict. */
export type Outcome = 'pulls' | 'denied' | 'not found' | 'rate limited' | 'unreachable';

export interface Compared {
  readonly one: RegistryCase;
  readonly node: Outcome;
  readonly ours: Outcome;
  readonly verdict: Verdict;
  /** Whether containerd has the descriptor, so that only the manifest itself is missing. */
  readonly isResolved: boolean;
  /** The result of go-containerregistry for the login alone. */
  readonly check: Result;
  /** How often the password was sent: by us, containerd, go-containerregistry. */
  readonly sends: number;
  readonly nodeSends: number;
  readonly checkSends: number;
}

export interface Difference {
  readonly title: string;
  /**
   * The subject of the difference: the result of the pull, the statement about the login, or the number of times the password is
   * sent.
   */
  readonly about: 'pull' | 'login' | 'sends';
  readonly applies: (compared: Compared, program: RegistryProgram) => boolean;
}

const breaks = ({ manifest, v2 }: RegistryProgram): boolean =>
  [manifest, v2].some(({ first }) => first?.includes('reset'));
const isBasic = ({ manifest }: RegistryProgram): boolean =>
  manifest.challenge.some((line) => /^(basic|digest)/i.test(line));

/** Whether the challenge names an error after another answer: containerd then gives up (authorizer.go `invalidAuthorization`). */
const namesError = ({ manifest }: RegistryProgram): boolean =>
  manifest.challenge.some((line) => line.includes('error=')) && (manifest.first?.length ?? 0) > 0;

/** Whether `/v2/` accepts tokens of logins only. */
const showsLogins = ({ v2 }: RegistryProgram): boolean =>
  v2.answer === 200 && v2.wrong === 401 && !v2.open && v2.redirect === undefined && v2.always === undefined;

/** The forms of a token that a client can read from the answer to GET. */
const READABLE = ['both', 'token', 'access_token', 'different', 'gzip', 'other case', 'trailing text'];

/** Whether the challenge that a client answers is Basic. */
const asksBasic = (challenge: readonly string[]): boolean =>
  challenge.some((line) => /^\s*basic/i.test(line)) && !challenge.some((line) => /^bearer/i.test(line));

/** Whether the status refuses a login, even if it is sent to everybody. */
const saysNo = (status: unknown): boolean => [400, 401, 403].includes(status as number);

export const DIFFERENCES: readonly Difference[] = [
  {
    title: 'The manifest itself is not requested after a successful HEAD.',
    about: 'pull',
    applies: ({ ours, isResolved }, { get }) => ours === 'pulls' && isResolved && get !== undefined,
  },
  {
    title: 'HEAD reports too little about the manifest, and GET fails.',
    about: 'pull',
    applies: ({ ours, node }, { head, digest, get }) =>
      (head !== undefined || (digest === 'none' && get !== undefined)) && node !== 'pulls' && ours !== 'pulls',
  },
  {
    title: 'An invalid digest is an error, even if only GET returns it.',
    about: 'pull',
    applies: ({ ours }, { head, digest }) => ours === 'unreachable' && head === 200 && digest === 'broken',
  },
  {
    title: 'A broken connection is tried again.',
    about: 'pull',
    applies: ({ node }, program) => node === 'unreachable' && breaks(program),
  },
  {
    title: 'A registry that asks us to wait is not asked again.',
    about: 'pull',
    applies: ({ ours }, { manifest }) =>
      ['rate limited', 'unreachable'].includes(ours) &&
      (manifest.first?.length ?? 0) > 0 &&
      manifest.headers?.['retry-after'] === '3600',
  },
  {
    title: 'A login or a token never follows a redirect to another host.',
    about: 'pull',
    applies: ({ verdict }, { manifest, tokens }) =>
      [manifest, tokens].some(({ redirect }) => redirect?.to === 'elsewhere') &&
      ['unreachable', 'anonymous'].includes(verdict.kind),
  },
  {
    title: 'A token is rejected right after it was issued.',
    about: 'pull',
    applies: ({ node, verdict }) =>
      node === 'denied' && verdict.kind === 'unreachable' && verdict.reason.includes('does not accept the new token'),
  },
  {
    title: 'A challenge with an error is answered, even as the second answer to a request.',
    about: 'pull',
    applies: ({ node }, program) => node === 'denied' && namesError(program),
  },
  {
    title: 'A registry or token server that refuses every login also rejects this one.',
    about: 'login',
    applies: ({ verdict }, { tokens, manifest, v2, head, get }) =>
      verdict.kind === 'rejected' &&
      ([tokens.get, tokens.post, head, get].some(saysNo) ||
        [manifest, v2].some(({ basic, answer, challenge }) => saysNo(answer) || (!basic && asksBasic(challenge)))),
  },
  {
    title: 'A 401 or 403 to user and password counts as a rejection unless `/v2/` shows more.',
    about: 'login',
    applies: ({ one, verdict }, program) =>
      one.login === 'stranger' && verdict.kind === 'rejected' && (isBasic(program) || !showsLogins(program)),
  },
  {
    title: 'A pull that works counts as accepted if it is not known what a client without a login gets.',
    about: 'login',
    applies: ({ one, verdict, node }, { tokens }) =>
      one.withImage && verdict.kind === 'accepted' && node === 'pulls' && tokens.wrong === 'anonymous token',
  },
  {
    title: 'A login counts as good if it gets a token and a client without a login gets none.',
    about: 'login',
    applies: (_, { tokens }) => tokens.wrong === 'anonymous token' && tokens.anonymous !== 'token',
  },
  {
    title: 'If there are several challenges, Bearer is answered, as in containerd.',
    about: 'login',
    applies: ({ one }, { v2 }) => !one.withImage && v2.challenge.length > 1 && /^basic/i.test(v2.challenge[0] ?? ''),
  },
  {
    title: 'A redirect of `/v2/` to another host proves nothing about a login.',
    about: 'login',
    applies: ({ verdict }, { v2, tokens }) =>
      [v2, tokens].some(({ redirect }) => redirect?.to === 'elsewhere') && verdict.kind === 'unreachable',
  },
  {
    title: 'After a temporary error, `/v2/` is asked again.',
    about: 'login',
    applies: ({ one }, { v2, tokens }) => !one.withImage && (v2.first ?? []).concat(tokens.first ?? []).length > 0,
  },
  {
    title: 'The answer of a token server is read as containerd reads it.',
    about: 'login',
    applies: ({ one, verdict }, { tokens: { form } }) =>
      one.withImage
        ? verdict.kind === 'rejected' && !READABLE.includes(form)
        : ['trailing text', 'issued as nonsense'].includes(form),
  },
  {
    title: 'A registry that asks for no login, or in a form that no runtime understands, gets none.',
    about: 'login',
    applies: ({ one, verdict }) =>
      verdict.kind === 'anonymous'
        ? verdict.why === 'asks for none'
        : !one.withImage && verdict.kind === 'unreachable' && verdict.reason.includes('HTTP 401 at /v2/'),
  },
  {
    title: 'A token server that supports only POST is asked with POST.',
    about: 'login',
    applies: ({ check }, { tokens }) => check.kind === 'status' && tokens.get !== 'works' && tokens.post === 'works',
  },
  {
    title: 'the image is public, and `/v2/` asks for a login',
    about: 'sends',
    applies: ({ one, nodeSends, sends, ours }) => one.withImage && nodeSends === 0 && sends <= 2 && ours === 'pulls',
  },
  {
    title: 'Basic, and the registry accepts the login but answers 404',
    about: 'sends',
    applies: ({ one, verdict, sends, nodeSends }, program) =>
      one.withImage && isBasic(program) && verdict.kind === 'not found' && sends === nodeSends + 1,
  },
  {
    title: 'Basic, and the registry answers 403 to the login',
    about: 'sends',
    applies: ({ one, verdict, sends, nodeSends }, program) =>
      one.withImage && isBasic(program) && ['rejected', 'no access'].includes(verdict.kind) && sends === nodeSends + 1,
  },
  {
    title: 'Bearer, and the token server refuses a token for the repository',
    about: 'sends',
    applies: ({ one, verdict, sends, nodeSends }, { tokens }) =>
      one.withImage &&
      ['rejected', 'no access'].includes(verdict.kind) &&
      sends - nodeSends <=
        (tokens.get !== 'works' || tokens.wrong === 400 ? 2 : 1) * (tokens.redirect === undefined ? 1 : 2),
  },
  {
    title: 'about a login alone, and the token server does not support GET',
    about: 'sends',
    applies: ({ one, sends }, { tokens }) =>
      // A token server that redirects receives the password twice per request.
      !one.withImage &&
      sends <= (tokens.redirect === undefined ? 2 : 4) &&
      (tokens.get !== 'works' || typeof tokens.wrong === 'number'),
  },
  {
    title: 'a connection broke before, or a challenge has an error',
    about: 'sends',
    applies: (_, program) => breaks(program) || namesError(program),
  },
];

export function outcomeOf(verdict: Verdict): Outcome {
  switch (verdict.kind) {
    case 'accepted':
      return 'pulls';
    case 'rejected':
      return verdict.public ? 'pulls' : 'denied';
    case 'no access':
      return 'denied';
    case 'anonymous':
      return verdict.result === 'fails' ? 'denied' : 'pulls';
    case 'not found':
    case 'rate limited':
    case 'unreachable':
      return verdict.kind;
    case 'not asked':
      throw new Error(verdict.reason);
  }
}
