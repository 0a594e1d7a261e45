/** `regsecret doctor`, alias `why`: finds the reason why a pod cannot pull, and the command that fixes it. */

import { checkSelector } from '../../cluster/secret-scope.ts';
import { parseDuration } from '../../codec/go/duration.ts';
import type { Answer, Observation } from '../../diagnosis/facts.ts';
import { decidingNodes, isWithheld } from '../../diagnosis/present-image.ts';
import { judgeAll } from '../../diagnosis/puller-report.ts';
import { type Conclusion, type DoctorReport, isHealthy, reportOf, UNSEEN } from '../../diagnosis/report.ts';
import { usersIn } from '../../diagnosis/secret-checks.ts';
import { EXIT, UsageError } from '../../errors.ts';
import { type Finding, reachableFix } from '../../findings/finding.ts';
import { type FindingSelection, selectFindings, selectionOf } from '../../findings/selection.ts';
import { type AskingFlags, conclude } from '../../gather/answers.ts';
import type { Collector } from '../../gather/collector.ts';
import type { TargetFacts } from '../../gather/doctor-facts.ts';
import { againWithout } from '../../line/hint.ts';
import { printerFor, shownError } from '../../output/printer.ts';
import { withProgress } from '../../output/progress.ts';
import { inPortions } from '../../system/concurrency.ts';
import { isPath } from '../../system/file.ts';
import type { Io } from '../../system/io.ts';
import { filesApart, imagesApart } from '../../workloads/target.ts';
import { chosenNames } from '../namespace-choice.ts';
import { checkFiles, checkLook, checkWatch, type DoctorLine, targetsOf, wideFlag } from './doctor-line.ts';
import { printDoctor, sayMore } from './doctor-printer.ts';
import type { Grouping } from './report-sections.ts';
import type { ReportFormat } from './report-writer.ts';

export interface DoctorOptions extends AskingFlags, DoctorLine {
  readonly recursive?: boolean | undefined;
  /** Whether doctor goes on until everything is well, or something else is wrong. */
  readonly watch?: boolean | undefined;
  readonly output?: ReportFormat | undefined;
  readonly groupBy?: Grouping | undefined;
  readonly summary?: boolean | undefined;
}

/**
 * Prints what is wrong. Returns 0 when nothing is wrong or all of it is ignored, 1 when something keeps an image from being
 * pulled, and 3 when that is not known. Throws UserError.
 */
export async function doctor(typed: DoctorOptions, io: Io): Promise<number> {
  const options = imagesApart(filesApart(typed, isPath));
  const selection = selectionOf(options);
  checkLook(options);
  if (options.watch === true) checkWatch(options);
  if (options.filename !== undefined) return lint(options.filename, selection, options, io);
  if (options.watch === true) return watch(selection, options, io);
  const observe = await observerOf(options);
  const { withCollector } = await import('../../gather/collector.ts');
  const seen = await withCollector(options, io, async (collector) => {
    const gathered = await observe(collector);
    const { errors } = gathered;
    for (const error of errors) (await printerFor(io)).error(error);
    const isNothing = gathered.pullers.length + (gathered.secrets ?? []).length === 0;
    if (errors.length > 0 && isNothing) return undefined;
    return { failed: errors, ...(await examine(gathered, new Map(), collector, options, io)) };
  });
  if (seen === undefined) return EXIT.failed;
  const { failed, report, ...rest } = seen;
  const selected = { ...report, ...selectFindings(report.findings, selection) };
  if (failed.length === 0) {
    await show({ report: selected, ...rest }, options, io);
    return exitCode(selected, options);
  }
  const errors = failed.map((error) => shownError(error, io));
  await show({ report: { ...selected, healthy: selected.healthy && null, errors }, ...rest }, options, io);
  return EXIT.failed;
}

interface Examination {
  readonly report: DoctorReport;
  readonly now: number;
  /** The URL of the API server. */
  readonly server: string | undefined;
}

async function examine(
  gathered: Observation,
  answers: Map<string, Answer>,
  collector: Collector,
  options: DoctorOptions,
  io: Io,
): Promise<Examination> {
  const diagnosed = await withNodes(gathered, await conclude(gathered, answers, options, io), collector);
  const report = await inPortions(reportOf(gathered, diagnosed, options.strict === true), io.signal);
  const users = usersIn(gathered.home, diagnosed.facts);
  return { report: await withProposals(report, users, io), now: diagnosed.facts.now, server: gathered.server };
}

/** `diagnosed` with the settings of the nodes that decide what is said of pods whose images are there. */
async function withNodes(gathered: Observation, diagnosed: Conclusion, collector: Collector): Promise<Conclusion> {
  const nodes = decidingNodes(diagnosed.judged);
  if (nodes.length === 0) return diagnosed;
  const { withVerification } = await import('../../gather/verification.ts');
  const facts = await withVerification(nodes, diagnosed.facts, collector);
  if (![...diagnosed.judged.values()].flat().some(isWithheld)) return { ...diagnosed, facts };
  return { ...diagnosed, facts, judged: await inPortions(judgeAll(gathered, facts), collector.transport.signal) };
}

/** `report` with commands that carry logins of this machine only where the command line went, and with the users of others. */
async function withProposals(
  report: DoctorReport,
  usual: (server: string) => string | undefined,
  io: Io,
): Promise<DoctorReport> {
  if (report.findings.length === 0) return report;
  const { proposer } = await import('../../gather/proposals.ts');
  const proposed = await proposer(io, usual);
  const pullers = report.pullers?.map((puller) => ({
    ...puller,
    images: puller.images.map((image) => ({ ...image, cause: image.cause && proposed(image.cause) })),
  }));
  return { ...report, pullers, findings: report.findings.map(proposed) };
}

async function show({ report, ...rest }: Examination, options: DoctorOptions, io: Io): Promise<void> {
  const { output, verbose = false, groupBy, summary } = options;
  await printDoctor(report, { output, verbose, groupBy, summary, ...rest }, io);
  await sayMore(report, options, io);
}

function exitCode(report: DoctorReport, { strict = false }: DoctorOptions): number {
  // Ignored findings do not count here, as users want it for pipelines. The report says that they exist.
  if (!isHealthy(report.findings, strict)) return EXIT.failed;
  return (report.unjudged ?? []).length > 0 ? EXIT.unjudged : EXIT.ok;
}

/** Returns 0 once everything is well. `--timeout` also limits the whole wait. */
async function watch(selection: FindingSelection | undefined, options: DoctorOptions, io: Io): Promise<number> {
  const { strict = false, offline = false, timeout } = options;
  const observe = await observerOf(options);
  const { follow } = await import('./follow.ts');
  const { say } = await printerFor(io);
  const until = io.clock.monotonic() + (parseDuration(timeout ?? '') ?? Number.POSITIVE_INFINITY);
  const demands = { strict, offline, until, timeout, isWide: wideFlag(options) !== undefined };
  const { look, end } = await follow(options, demands, io, {
    observe,
    judge: async (gathered, answers, collector) => {
      const { report, ...rest } = await examine(gathered, answers, collector, options, io);
      return { report: { ...report, ...selectFindings(report.findings, selection) }, ...rest };
    },
    async show(examined, { lines }) {
      if (examined !== undefined) await show(examined, options, io);
      for (const line of lines) say(line);
    },
    waiting: (awaited, work) => withProgress(() => `waiting for ${awaited}; Ctrl-C or --timeout ends it`, io, work),
  });
  // Running pods do not hide what could not be judged.
  if (end === 'well') return exitCode(look.report, options);
  return isHealthy(look.report.findings, strict) ? EXIT.unjudged : EXIT.failed;
}

/** Checks manifests by themselves: neither the cluster nor registries are asked. */
async function lint(
  files: readonly string[],
  selection: FindingSelection | undefined,
  options: DoctorOptions,
  io: Io,
): Promise<number> {
  checkFiles(files, options);
  const { strict = false } = options;
  const [{ lintManifests }, { isUnreadPipe, printLint, VARIABLES }] = await Promise.all([
    import('../../manifests/lint-files.ts'),
    import('./lint-printer.ts'),
  ]);
  const line = { ...options, typed: io.commands.typed };
  const { findings, isFilled, ...manifests } = await lintManifests(files, line, io.clock.now(), io);
  const reachable = findings.map((found) => ({ ...found, fix: reachableFix(found.fix, io.commands) }));
  const shown = selectFindings(reachable, selection);
  const variables = isFilled || !strict ? [] : [VARIABLES];
  const templates = shown.findings.some(isTemplate) ? ['templates of charts'] : [];
  const unjudged = [...variables, ...templates];
  const isKnown = variables.length === 0 && !findings.some(isTemplate);
  const healthy = isHealthy(findings, strict) && (isKnown || null);
  const report = { healthy, asked: false, manifests, ...shown, unchecked: [], unjudged, unseen: UNSEEN };
  await printLint(report, line, io);
  if (manifests.objects === 0 && !isUnreadPipe(report) && !findings.some(({ code }) => code === 'unreadable-file'))
    (await printerFor(io)).warn('no pull secret in these files, and nothing that pulls images');
  return exitCode(report, options);
}

function isTemplate({ code, arguments: args }: Finding): boolean {
  return code === 'unreadable-file' && args.chart;
}

/** Examines the targets, or everything in the chosen namespaces. */
async function observerOf(options: DoctorOptions): Promise<(collector: Collector) => Promise<TargetFacts>> {
  const targets = targetsOf(options);
  if (targets.length > 0 || options.image !== undefined) {
    const { observeTargets } = await import('../../gather/doctor-facts.ts');
    return (collector) => observeTargets(targets, options, collector);
  }
  checkSelector(options.selector);
  const wide = wideFlag(options);
  if (wide !== undefined && options.namespace !== undefined) {
    throw new UsageError(`${wide} and --namespace cannot be used together`, againWithout('-n'));
  }
  const { observeScope } = await import('../../gather/scope.ts');
  const exclude = chosenNames(options.exclude ?? [], '--exclude');
  return async (collector) => ({ ...(await observeScope({ ...options, exclude }, collector)), errors: [] });
}
