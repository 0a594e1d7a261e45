/** Which images the logins that are left cannot pull when one goes, as their registries say. */
import { simulatePull } from '../../domain/diagnosis/attempt.ts';
import type { Answer, PullFacts } from '../../domain/diagnosis/facts.ts';
import { many } from '../../domain/text/enumerate.ts';
import { type Question, questionKey } from '../../domain/verify/question.ts';
import { secretKey } from '../../domain/workloads/references.ts';
import type { Io } from '../../io.ts';
import type { RegistryClient } from '../../registry/registry-client.ts';

/** A login that is left, and of no use for an image. */
export interface RefusedLogin {
  /** `namespace/name`. */
  readonly secret: string;
  readonly username: string;
  readonly why: 'rejected' | 'no access';
}

/** What somebody loses with a login. */
export interface LostLogins {
  readonly images: readonly string[];
  /** All that are left for them, where some are. */
  readonly refused?: readonly RefusedLogin[] | undefined;
}

/** Of a list, before and after it changes. */
interface SecretNames {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/**
 * Those of `images` that are pulled `before`, as far as that is known, and surely not `after`, with all that is left. What no
 * registry says clearly, and in time, is no loss.
 */
export type FindRefused = (
  images: readonly string[],
  change: SecretNames,
  namespace: string,
  secrets: PullFacts['secrets'],
) => Promise<LostLogins[]>;

/** In all, as somebody waits. */
const MAX_QUESTIONS = 20;
const ASKING_MS = 5_000;

/** Registries are asked when `work` wants to know. `cluster` is the URL of its API server. */
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

  /** False where there is no time for it. */
  async function ask(question: Question): Promise<boolean> {
    if (client === undefined) {
      const { createRegistryClient } = await import('../../registry/registry-client.ts');
      client = await createRegistryClient({ timeout: '3s' }, { from: 'cluster', cluster }, io);
      end = performance.now() + ASKING_MS;
    }
    asked += 1;
    if (asked > MAX_QUESTIONS || performance.now() > end) return false;
    const verdict = await client.verify(question);
    const answer = { verdict, at: Date.now() };
    answers.set(questionKey(question), answer);
    // For whatever image: a registry may lock out who comes with a wrong password again and again.
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

  // One after the other, so that what is known of a login is known before it is asked about again.
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

/** What there is no other login for. */
export function describeLost({ images, refused }: LostLogins): string {
  if (refused === undefined) return many(images);
  const logins = refused.map(({ secret, username, why }) =>
    why === 'rejected'
      ? `it rejects that of ${username} in secret ${secret}`
      : `that of ${username} in secret ${secret} has no access`,
  );
  return `${many(images)} that the registry accepts (${many(logins)})`;
}
