/** Asks registries which images can no longer be pulled with the remaining logins once a login is gone. */
import { simulatePull } from '../diagnosis/attempt.ts';
import type { Answer, PullFacts } from '../diagnosis/facts.ts';
import type { RegistryClient } from '../registry/registry-client.ts';
import type { Io } from '../system/io.ts';
import { many } from '../text/enumerate.ts';
import { type Question, questionKey } from '../verify/question.ts';
import { secretKey } from '../workloads/references.ts';

/** A remaining login that its registry refuses for an image. */
export interface RefusedLogin {
  /** `namespace/name`. */
  readonly secret: string;
  readonly username: string;
  readonly why: 'rejected' | 'no access';
}

/** The images that an object can no longer pull once a login is gone. */
export interface LostLogins {
  readonly images: readonly string[];
  /** All remaining logins for the images, each of them refused. Undefined where no login remains. */
  readonly refused?: readonly RefusedLogin[] | undefined;
}

/** The names in a list before and after it changes. */
interface SecretNames {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * Finds those of `images` that can be pulled `before`, as far as known, and certainly not `after`, and their remaining logins. An
 * image does not count as lost where its registry gives no clear answer in time.
 */
export type FindRefused = (
  images: readonly string[],
  change: SecretNames,
  namespace: string,
  secrets: PullFacts['secrets'],
) => Promise<LostLogins[]>;

/** Limits for all questions together, because a person waits for the answers. */
const MAX_QUESTIONS = 20;
const ASKING_MS = 5_000;

/** Runs `work`, which asks registries through its argument. `cluster` is the URL of the API server. */
export async function withRegistries<T>(
  cluster: string,
  io: Io,
  work: (findRefused: FindRefused) => Promise<T>,
): Promise<T> {
  const answers = new Map<string, Answer>();
  const offline = { online: false, answers: new Map<string, never>() };
  let client: RegistryClient | undefined;
  let end = Number.POSITIVE_INFINITY;
  let asked = 0;

  /** Returns false where no time or no question is left. */
  async function ask(question: Question): Promise<boolean> {
    if (client === undefined) {
      const [{ createRegistryClient }, { ownRegistries }] = await Promise.all([
        import('../registry/registry-client.ts'),
        import('../credentials/own-registries.ts'),
      ]);
      const origin = { from: 'cluster', cluster, ownRegistries: await ownRegistries(io) } as const;
      client = await createRegistryClient({ timeout: '3s' }, origin, io);
      end = io.clock.monotonic() + ASKING_MS;
    }
    asked += 1;
    if (asked > MAX_QUESTIONS || io.clock.monotonic() > end) return false;
    const verdict = await client.verify(question);
    const answer = { verdict, at: io.clock.now() };
    answers.set(questionKey(question), answer);
    // The answer counts for every image: a registry may lock out a client that repeats a wrong password.
    if (verdict.kind === 'rejected' && !verdict.public)
      answers.set(questionKey({ ...question, image: undefined }), answer);
    return true;
  }

  async function refusedLogins(
    image: string,
    { before, after }: SecretNames,
    namespace: string,
    secrets: PullFacts['secrets'],
  ): Promise<RefusedLogin[]> {
    const loginsOf = (names: readonly string[]): string[] =>
      simulatePull(names, namespace, image, { secrets, ...offline }).candidates.flatMap(
        ({ anonymous, secret, server, username }) => (anonymous ? [] : [JSON.stringify([secret, server, username])]),
      );
    const left = new Set(loginsOf(after));
    if (left.size === 0 || loginsOf(before).every((login) => left.has(login))) return [];
    const pull = async (names: readonly string[]) => {
      for (;;) {
        const attempt = simulatePull(names, namespace, image, { secrets, answers, online: true });
        if (attempt.open === undefined) return attempt;
        if (!(await ask(attempt.open))) return undefined;
      }
    };
    const then = await pull(after);
    if (then?.result !== 'fails') return [];
    const logins = then.candidates.filter(({ anonymous }) => !anonymous);
    const refused = logins.flatMap(({ secret, username, answer }) => {
      const { kind: why } = answer?.verdict ?? {};
      return why === 'rejected' || why === 'no access' ? [{ secret: secretKey(namespace, secret), username, why }] : [];
    });
    if (refused.length < logins.length) return [];
    return (await pull(before))?.result === 'fails' ? [] : refused;
  }

  // One search after the other, so that the answer about a login is known before the next question about it.
  let last: Promise<unknown> = Promise.resolve();
  const findRefused: FindRefused = (images, change, namespace, secrets) => {
    const find = async (): Promise<LostLogins[]> => {
      const found: LostLogins[] = [];
      for (const image of images) {
        const refused = await refusedLogins(image, change, namespace, secrets);
        if (refused.length > 0) found.push({ images: [image], refused });
      }
      return found;
    };
    const finding = last.then(find);
    last = finding.catch(() => undefined);
    return finding;
  };
  try {
    return await work(findRefused);
  } finally {
    client?.close();
  }
}

/** The images as a text, to follow "no login for". */
export function describeLost({ images, refused }: LostLogins): string {
  if (refused === undefined) return many(images);
  const logins = refused.map(({ secret, username, why }) =>
    why === 'rejected'
      ? `it rejects the login of ${username} in secret ${secret}`
      : `the login of ${username} in secret ${secret} has no access`,
  );
  return `${many(images)} that the registry accepts (${many(logins)})`;
}
