/** Asks registries what decides whether images are pulled, and judges the images with their answers. */
import type { Answer, Observation } from '../diagnosis/facts.ts';
import { judgeAll, openQuestions } from '../diagnosis/puller-report.ts';
import type { Conclusion } from '../diagnosis/report.ts';
import { askedSecrets, secretQuestions } from '../diagnosis/secret-checks.ts';
import { withProgress } from '../output/progress.ts';
import type { RegistryClient, RegistryFlags } from '../registry/registry-client.ts';
import { forEachLimit, inPortions } from '../system/concurrency.ts';
import type { Io } from '../system/io.ts';
import { type Question, questionKey } from '../verify/question.ts';

export interface AskingFlags extends RegistryFlags {
  /** Whether registries on this machine are asked although the cluster is elsewhere. */
  readonly allowLocalRegistries?: boolean | undefined;
}

/** The number of questions asked at the same time. */
const CONCURRENCY = 16;

/** After this time, no further question is asked. The questions under way may still take their own `--timeout`. */
const ASKING_MS = 50_000;

/**
 * Judges every image. Registries are asked as long as an answer may change the result. `answers` has what they said before, and
 * receives their new answers.
 */
export async function conclude(
  gathered: Observation,
  answers: Map<string, Answer>,
  options: AskingFlags,
  io: Io,
): Promise<Conclusion> {
  const facts = { ...gathered.facts, answers };
  const before = answers.size;
  let diagnosed: Conclusion = { facts, judged: await inPortions(judgeAll(gathered, facts), io.signal) };
  const openNow = async (): Promise<Question[]> =>
    [
      ...(await inPortions(secretQuestions(askedSecrets(gathered), facts), io.signal)),
      ...openQuestions(diagnosed.judged),
    ].filter((question) => !answers.has(questionKey(question)));
  let open = await openNow();
  if (open.length === 0) return diagnosed;
  const client = await registryClientFor(gathered.server, options, io);
  let total = 0;
  let unasked = 0;
  const end = io.clock.monotonic() + ASKING_MS;
  const ask = async (): Promise<void> => {
    while (open.length > 0) {
      total += open.length;
      await forEachLimit(CONCURRENCY, open, async (question) => {
        if (io.clock.monotonic() > end) {
          unasked += 1;
          return;
        }
        const verdict = await client.verify(question);
        answers.set(questionKey(question), { verdict, at: io.clock.now() });
      });
      diagnosed = { facts, judged: await inPortions(judgeAll(gathered, facts), io.signal) };
      if (unasked > 0) return;
      open = await openNow();
    }
  };
  try {
    await withProgress(() => `checking registries: ${answers.size - before} of ${total}`, io, ask);
    return { ...diagnosed, unasked };
  } finally {
    client.close();
  }
}

async function registryClientFor(cluster: string | undefined, options: AskingFlags, io: Io): Promise<RegistryClient> {
  const [{ createRegistryClient }, { ownRegistries }] = await Promise.all([
    import('../registry/registry-client.ts'),
    import('../credentials/own-registries.ts'),
  ]);
  const { allowLocalRegistries } = options;
  const origin = { from: 'cluster', cluster, ownRegistries: await ownRegistries(io), allowLocalRegistries } as const;
  return createRegistryClient(options, origin, io);
}
