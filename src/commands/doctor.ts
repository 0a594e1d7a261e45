/** `regsecret doctor`, alias `why`: from a pod that cannot pull to the cause and the command that mends it. */
import type { KubeFlags } from '../cluster/flags.ts';
import { inLanes } from '../cluster/lanes.ts';
import { type DoctorReport, UNSEEN } from '../domain/doctor-report.ts';
import { parseDoctorTargets } from '../domain/doctor-target.ts';
import type { Gathered } from '../domain/gathered.ts';
import type { Answer, Puller, PullFacts } from '../domain/pull-facts.ts';
import { openQuestions, reportOn } from '../domain/pull-report.ts';
import { findingViews, pullerView } from '../domain/pull-view.ts';
import { type Question, questionKey } from '../domain/question.ts';
import { shellWord } from '../domain/shell-word.ts';
import { EXIT } from '../errors.ts';
import type { Io } from '../io.ts';
import { printDoctor } from '../output/doctor-printer.ts';
import { printerFor } from '../output/printer.ts';
import type { RegistryFlags } from '../registry/client.ts';

export interface DoctorOptions extends RegistryFlags, KubeFlags {
  readonly targets: readonly string[];
  readonly offline?: boolean | undefined;
  readonly strict?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly output?: 'json' | 'yaml' | undefined;
}

/** Questions that are under way at a time. */
const LANES = 16;

/** Prints what is wrong; 0 when nothing is, 1 when something keeps an image away. Throws UserError. */
export async function doctor(options: DoctorOptions, io: Io): Promise<number> {
  const { pullers, facts, findings: others, unchecked } = await gather(options, io);
  const answered = await askRegistries(pullers, facts, options, io);
  const reports = pullers.map((puller) => reportOn(puller, answered));
  const findings = findingViews(reports, others);
  const healthy = !findings.some(({ severity }) => severity === 'error' || options.strict === true);
  const report: DoctorReport = {
    healthy,
    asked: answered.answers.size > 0,
    pullers: reports.map((one) => pullerView(one, answered)),
    findings,
    unchecked,
    unseen: UNSEEN,
  };
  await printDoctor(report, { output: options.output, verbose: options.verbose ?? false, now: facts.now }, io);
  await sayMore(report, options, io);
  return healthy ? EXIT.ok : EXIT.failed;
}

/** From wherever it is asked for. */
async function gather(options: DoctorOptions, io: Io): Promise<Gathered> {
  const targets = parseDoctorTargets(options.targets);
  const { gatherTargets } = await import('../cluster/doctor/gather.ts');
  return gatherTargets(targets, options, io);
}

/** The facts with what registries say, asked as long as an answer may change what is said. */
async function askRegistries(
  pullers: readonly Puller[],
  facts: PullFacts,
  options: DoctorOptions,
  io: Io,
): Promise<PullFacts> {
  let open = openQuestions(pullers, facts);
  if (open.length === 0) return facts;
  const { createRegistryClient } = await import('../registry/client.ts');
  const client = await createRegistryClient(options, io);
  const answers = new Map<string, Answer>();
  const answered = { ...facts, answers };
  try {
    while (open.length > 0) {
      await inLanes(LANES, open, async (question) => {
        const verdict = await client.verify({ ...question, credential: question.login });
        answers.set(questionKey(question), { verdict, at: Date.now() });
      });
      open = openQuestions(pullers, answered).filter((question) => isNew(question, answers));
    }
    return answered;
  } finally {
    client.close();
  }
}

function isNew(question: Question, answers: ReadonlyMap<string, Answer>): boolean {
  return !answers.has(questionKey(question));
}

/** What is said to a person beside the result. */
async function sayMore(report: DoctorReport, options: DoctorOptions, io: Io): Promise<void> {
  const { verbose, offline } = options;
  const printer = await printerFor(io);
  if (report.unchecked.length > 0) printer.warn(`not read, for lack of rights: ${report.unchecked.join(', ')}`);
  if (offline === true) printer.say('registries were not asked (--offline)');
  if (!report.healthy && verbose !== true) printer.hint(`${again(options)} -v`);
}

/** The command line that was typed. */
function again({ targets, namespace, context, kubeconfig }: DoctorOptions): string {
  const flags = Object.entries({ '-n': namespace, '--context': context, '--kubeconfig': kubeconfig });
  const given = flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, shellWord(value)]));
  return ['regsecret', 'why', ...targets, ...given].join(' ');
}
