/** `regsecret doctor`, alias `why`: from a pod that cannot pull to the cause and the command that fixes it. */

import type { KubeFlags } from '../cluster/config/kube-flags.ts';
import { checkScope } from '../cluster/secret-scope.ts';
import { forEachLimit, inPortions } from '../concurrency.ts';
import type { Answer, Observed } from '../domain/diagnosis/facts.ts';
import { judgeAll, openQuestions } from '../domain/diagnosis/puller-report.ts';
import { type Diagnosed, type DoctorReport, isHealthy, reportOf, UNSEEN } from '../domain/diagnosis/report.ts';
import { askedSecrets, secretQuestions } from '../domain/diagnosis/secret-checks.ts';
import {
  type FindingSelection,
  type SelectionFlags,
  selectFindings,
  selectionOf,
} from '../domain/findings/selection.ts';
import { ALL_NAMESPACES, type Command, clusterCommand, command, pathWord, words } from '../domain/text/command.ts';
import { againWith, againWithout, prose, type Retyped } from '../domain/text/hint.ts';
import { type Question, questionKey } from '../domain/verify/question.ts';
import { type DoctorTarget, filesApart, imagesApart, parseDoctorTargets } from '../domain/workloads/target.ts';
import { EXIT, UsageError } from '../errors.ts';
import { isFolder, isPath } from '../files/file.ts';
import type { Io } from '../io.ts';
import type { ObservedTargets } from '../operations/doctor/gather.ts';
import { printDoctor } from '../output/doctor/doctor-printer.ts';
import { again, sayMore, whatToWatch } from '../output/doctor/remarks.ts';
import type { ReportFormat } from '../output/doctor/report-writer.ts';
import { printerFor } from '../output/printer.ts';
import { withProgress } from '../output/progress.ts';
import type { RegistryFlags } from '../registry/registry-client.ts';

export interface DoctorOptions extends RegistryFlags, KubeFlags, SelectionFlags {
  readonly targets: readonly string[];
  readonly allNamespaces?: boolean | undefined;
  /** Labels of namespaces. */
  readonly selector?: string | undefined;
  readonly image?: readonly string[] | undefined;
  readonly serviceaccount?: string | undefined;
  readonly secret?: readonly string[] | undefined;
  readonly filename?: readonly string[] | undefined;
  readonly recursive?: boolean | undefined;
  readonly offline?: boolean | undefined;
  /** Registries on this machine are asked although the cluster is elsewhere. */
  readonly allowLocalRegistries?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  /** Goes on until everything is well, or something else is wrong. */
  readonly watch?: boolean | undefined;
  readonly output?: ReportFormat | undefined;
}

/** Questions that are under way at a time. */
const CONCURRENCY = 16;

/** Time after which no further question is put; those under way then take their own `--timeout`. */
const ASKING_MS = 50_000;

/**
 * Prints what is wrong; 0 when nothing is but what is ignored, 1 when something keeps an image away, 3 when that is not known.
 * Throws UserError.
 */
export async function doctor(typed: DoctorOptions, io: Io): Promise<number> {
  const options = imagesApart(filesApart(typed, isPath));
  const selection = selectionOf(options);
  if (options.watch === true) checkWatch(options);
  if (options.filename !== undefined) return lint(options.filename, selection, options, io);
  if (options.watch === true) return watch(options, io);
  const gathered = await gather(options, io);
  for (const error of gathered.errors) (await printerFor(io)).error(error);
  const isNothing = gathered.pullers.length + (gathered.secrets ?? []).length === 0;
  if (gathered.errors.length > 0 && isNothing) return EXIT.failed;
  const { report, now } = await examine(gathered, new Map(), options, io);
  const selected = { ...report, ...selectFindings(report.findings, selection) };
  await show({ report: selected, now }, options, io);
  return gathered.errors.length > 0 ? EXIT.failed : exitCode(selected, options);
}

interface Examined {
  readonly report: DoctorReport;
  readonly now: number;
}

async function examine(
  gathered: Observed,
  answers: Map<string, Answer>,
  options: DoctorOptions,
  io: Io,
): Promise<Examined> {
  const diagnosed = await diagnose(gathered, answers, options, io);
  const report = await inPortions(reportOf(gathered, diagnosed, options.strict === true), io.signal);
  return { report, now: diagnosed.facts.now };
}

async function show({ report, now }: Examined, options: DoctorOptions, io: Io): Promise<void> {
  await printDoctor(report, { output: options.output, verbose: options.verbose ?? false, now }, io);
  await sayMore(report, options, io);
}

function exitCode(report: DoctorReport, { strict = false }: DoctorOptions): number {
  // What is ignored does not count here, as people want it of a pipeline; the report says that it is there.
  if (!isHealthy(report.findings, strict)) return EXIT.failed;
  return (report.unjudged ?? []).length > 0 ? EXIT.unjudged : EXIT.ok;
}

/** 0 once everything is well. */
async function watch(options: DoctorOptions, io: Io): Promise<number> {
  const targets = targetsOf(options);
  const { followTargets } = await import('../operations/doctor/follow.ts');
  const { report } = await followTargets(targets, options, io, {
    judge: (gathered, answers) => examine(gathered, answers, options, io),
    show: (examined) => show(examined, options, io),
    waiting: (awaited, work) => withProgress(() => `waiting for ${awaited}; Ctrl-C stops waiting`, io, work),
  });
  return isHealthy(report.findings, options.strict === true) ? EXIT.ok : EXIT.failed;
}

/** Throws UsageError for what is too much to look at every moment, or does not change. */
function checkWatch(options: DoctorOptions): void {
  const { targets, image, filename, output } = options;
  if (filename !== undefined) {
    throw new UsageError(
      '--watch is for the cluster, not for files',
      againWithout('--watch', prose`leave out --watch`),
    );
  }
  if (targets.length === 0 && image === undefined) {
    throw new UsageError('--watch needs a target', whatToWatch(options, wideFlag(options)?.line));
  }
  const hint = command`${again(options)} --watch`;
  if (output !== undefined && output !== 'json') throw new UsageError(`--watch cannot print ${output}`, hint);
}

/** Manifests by themselves: neither cluster nor registries are asked. */
async function lint(
  files: readonly string[],
  selection: FindingSelection | undefined,
  options: DoctorOptions,
  io: Io,
): Promise<number> {
  const { targets, image, allNamespaces, selector, strict = false } = options;
  if (targets.length > 0 || image !== undefined || allNamespaces === true || selector !== undefined) {
    const inFiles: Retyped = {
      add: words``,
      drop: [...namesIn(options), ...ABOUT_TARGETS, '-A', '-l'],
      otherwise: files.reduce((line, file) => words`${line} -f ${pathWord(file)}`, words`regsecret doctor`),
    };
    const inCluster: Retyped = {
      add: words``,
      drop: [...files, '-f', '-R'],
      otherwise: wideFlag(options)?.line ?? again(options),
    };
    throw new UsageError(
      '-f cannot be combined with targets',
      prose`${inFiles} for the files, or ${inCluster} for the cluster`,
    );
  }
  const [{ lintManifests }, { isUnreadPipe, printLint }] = await Promise.all([
    import('../manifests/lint/lint-files.ts'),
    import('../output/doctor/lint-printer.ts'),
  ]);
  const { findings, isFilled, ...manifests } = await lintManifests(files, options, Date.now(), io);
  const unjudged = isFilled || !strict ? undefined : ['variables that are not filled in'];
  const healthy = isHealthy(findings, strict) && (unjudged === undefined || null);
  const shown = selectFindings(findings, selection);
  const report = { healthy, asked: false, manifests, ...shown, unchecked: [], unjudged, unseen: UNSEEN };
  await printLint(report, options, io);
  if (manifests.objects === 0 && !isUnreadPipe(report))
    (await printerFor(io)).warn('no pull secret in these files, and nothing that pulls images');
  return exitCode(report, options);
}

/** The flags of targets. */
const ABOUT_TARGETS = ['--image', '--serviceaccount', '--secret'];

/** The arguments that are no files. */
function namesIn({ targets, image = [] }: DoctorOptions): string[] {
  return [...targets, ...image];
}

/** From wherever it is asked for. */
async function gather(options: DoctorOptions, io: Io): Promise<ObservedTargets> {
  const targets = targetsOf(options);
  if (targets.length === 0 && options.image === undefined) return { ...(await gatherAll(options, io)), errors: [] };
  const { gatherTargets } = await import('../operations/doctor/gather.ts');
  return gatherTargets(targets, options, io);
}

/** None: a namespace, or all of them. Throws UsageError for flags that do not go with them. */
function targetsOf(options: DoctorOptions): readonly DoctorTarget[] {
  const { image, serviceaccount, secret, namespace } = options;
  const wide = wideFlag(options);
  // Files have no namespace, so with one a kind is meant, whatever a folder here is called.
  const mayBeFolder = (name: string): boolean => (wide?.flag ?? namespace) === undefined && isFolder(name);
  const targets = parseDoctorTargets(options.targets, mayBeFolder, wide?.line);
  if (image === undefined && (serviceaccount ?? secret) !== undefined) {
    throw new UsageError('--serviceaccount and --secret need --image', againWith(words`--image ghcr.io/org/app:v1`));
  }
  if (targets.length === 0 && image === undefined) return targets;
  if (options.errors === true || options.only !== undefined || options.ignore !== undefined) {
    throw new UsageError('--errors, --only and --ignore are for a namespace, -A or -f, not for single targets', {
      add: words``,
      drop: ['--errors', '--only', '--ignore'],
      otherwise: again(options),
    });
  }
  if (wide !== undefined) {
    throw new UsageError(`${wide.flag} cannot be combined with targets`, {
      add: words``,
      drop: [...namesIn(options), ...ABOUT_TARGETS, '--watch', '-n'],
      otherwise: wide.line,
    });
  }
  return targets;
}

/** The flag for several namespaces, and doctor with it alone. */
function wideFlag({ allNamespaces, selector }: DoctorOptions): { flag: string; line: Command } | undefined {
  if (selector !== undefined) return { flag: '-l', line: clusterCommand`regsecret doctor -l ${selector}` };
  if (allNamespaces !== true) return undefined;
  return { flag: '--all-namespaces', line: command`regsecret doctor ${ALL_NAMESPACES}` };
}

async function gatherAll(options: DoctorOptions, io: Io): Promise<Observed> {
  checkScope(options);
  const wide = wideFlag(options);
  if (wide !== undefined && options.namespace !== undefined) {
    throw new UsageError(`${wide.flag} and --namespace cannot be used together`, againWithout('-n', wide.line));
  }
  const { gatherScope } = await import('../operations/doctor/scope.ts');
  return gatherScope(options, io);
}

/**
 * What becomes of every image, with what registries say, who are asked as long as an answer may change that; `answers` gets
 * it, and has what they have said before.
 */
async function diagnose(
  gathered: Observed,
  answers: Map<string, Answer>,
  options: DoctorOptions,
  io: Io,
): Promise<Diagnosed> {
  const facts = { ...gathered.facts, answers };
  const before = answers.size;
  let diagnosed: Diagnosed = { facts, judged: await inPortions(judgeAll(gathered, facts), io.signal) };
  const openNow = async (): Promise<Question[]> =>
    (await questionsOf(gathered, diagnosed, io)).filter((question) => !answers.has(questionKey(question)));
  let open = await openNow();
  if (open.length === 0) return diagnosed;
  const { createRegistryClient } = await import('../registry/registry-client.ts');
  const client = await createRegistryClient(options, { from: 'cluster', cluster: gathered.server, ...options }, io);
  let total = 0;
  let unasked = 0;
  const end = performance.now() + ASKING_MS;
  const ask = async (): Promise<void> => {
    while (open.length > 0) {
      total += open.length;
      await forEachLimit(CONCURRENCY, open, async (question) => {
        if (performance.now() > end) {
          unasked += 1;
          return;
        }
        const verdict = await client.verify(question);
        answers.set(questionKey(question), { verdict, at: Date.now() });
      });
      diagnosed = { facts, judged: await inPortions(judgeAll(gathered, facts), io.signal) };
      if (unasked > 0) return;
      open = await openNow();
    }
  };
  try {
    await withProgress(() => `asking registries: ${answers.size - before} of ${total}`, io, ask);
    return { ...diagnosed, unasked };
  } finally {
    client.close();
  }
}

async function questionsOf(gathered: Observed, { facts, judged }: Diagnosed, io: Io): Promise<readonly Question[]> {
  const secrets = await inPortions(secretQuestions(askedSecrets(gathered), facts), io.signal);
  return [...secrets, ...openQuestions(judged)];
}
