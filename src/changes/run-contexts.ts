/**
 * Runs a command in one cluster, or with `--to-context` in several: each is examined, one question covers them all, and the
 * writes follow in one cluster after the other. Each line names its context, and a failure in one does not stop the others.
 */
import { type AreOneCluster, clusterIdentity } from '../cluster/cluster-identity.ts';
import { type ContextTransport, connect, connectContexts, type Transport } from '../cluster/transport.ts';
import { type PasswordVariables, withoutPassword } from '../credentials/credential-flags.ts';
import { EXIT, Interrupted, UserError } from '../errors.ts';
import type { ContextFlags } from '../kubeconfig/contexts.ts';
import { flagWords, words } from '../line/command.ts';
import type { CommandContext } from '../line/format-command.ts';
import { clusterWords } from '../line/given-flags.ts';
import { scope } from '../line/object-name.ts';
import { quoteFor } from '../line/shell.ts';
import { TypedLine } from '../line/typed-line.ts';
import { type ClusterRun, DRY_RUN, type Printer, printerFor, shownError, type Tally } from '../output/printer.ts';
import { formatJson } from '../output/structured.ts';
import type { Io, Output } from '../system/io.ts';
import { type Agreement, agreeOn, agreeTo, canPrompt, type Intent, isQuestion } from '../system/prompt.ts';
import { many, plural, summaryLine } from '../text/enumerate.ts';
import { type Printable, printable, printed, withPrefix, withSuffix } from '../text/printable.ts';

/**
 * Does the work in one cluster. `here` is left out where it is the only one. Returns the exit code; throws UserError when nothing
 * is done at all.
 */
export type Work = (transport: Transport, run: ClusterRun, here?: ContextTransport) => Promise<number>;

interface RunOptions extends Agreement {
  readonly hasSource?: boolean;
  readonly output?: 'name' | 'json' | undefined;
}

/**
 * `io` for one context: every line begins with the context's name, and every proposed command names it. A line of `-o name` ends
 * with it instead, as a flag for kubectl.
 */
function contextIo(context: string, io: Io, { hasSource = false, output }: Partial<RunOptions>): Io {
  const named = (text: Printable): Printable => withPrefix(printed`${printable(context)}: `, text);
  const flag = printable(`--context ${quoteFor('posix', context) ?? context}`);
  const asName = (text: Printable): Printable => withSuffix(printed` ${flag}`, text);
  return {
    ...io,
    stdout: through(io.stdout, output === 'name' ? asName : named),
    stderr: through(io.stderr, named),
    commands: {
      ...io.commands,
      // The contexts may have different namespaces.
      home: {},
      get given() {
        return { ...io.commands.given, context };
      },
      get typed() {
        return typedIn(context, io.commands, hasSource);
      },
    },
  };
}

/** The typed line for one of several contexts. With a source, its cluster stays that of the other flags. */
function typedIn(context: string, { typed, given }: CommandContext, hasSource: boolean): CommandContext['typed'] {
  if (!hasSource) return typed?.without('--to-context');
  if (typed === undefined) return undefined;
  const from = flagWords(clusterWords({ ...given, kubeconfig: undefined }, 'regsecret'));
  const { verb, names, flags } = typed.with(words`${scope(given.namespace)} ${from} --to-context ${context}`);
  return new TypedLine(verb, names, flags, 'kubeconfig');
}

/** `output`, with each text changed by `change`. */
function through(output: Output, change: (text: Printable) => Printable): Output {
  return { ...output, write: (text) => output.write(change(text)) };
}

/** The work in one context, which waits before its first write. */
interface Part {
  readonly context: string;
  /** What will be done, once the work waits; undefined when the work has ended instead. */
  readonly intent: Promise<Intent | undefined>;
  /** Lets the work write. */
  go(): void;
  readonly end: Promise<{ readonly code: number } | { readonly error: unknown }>;
  readonly io: Io;
  readonly answers: object[];
  readonly tallies: Tally[];
}

/** The result in one context. */
interface ContextResult {
  readonly part: Part;
  readonly code: number;
  readonly error?: UserError;
}

/**
 * Returns the exit code. After an interruption, says in which contexts the work is done, and throws Interrupted. Also throws any
 * error that is not a UserError.
 */
export async function runContexts(
  contexts: readonly ContextTransport[],
  work: Work,
  options: RunOptions,
  { io, printer }: Pick<ClusterRun, 'io' | 'printer'>,
): Promise<number> {
  const parts: Part[] = [];
  const ends = new Map<Part, ContextResult>();
  for (const cluster of contexts) {
    io.signal.throwIfAborted();
    const part = await startPart(cluster, work, options, io);
    parts.push(part);
    // The contexts start one after the other, so that credential plugins do not prompt at the same time.
    if ((await part.intent) === undefined) ends.set(part, await endOf(part));
  }
  const waiting = parts.filter((part) => !ends.has(part));
  await askOnce(waiting, options, { io, printer });
  let begun: Part | undefined;
  try {
    for (const part of waiting) {
      io.signal.throwIfAborted();
      begun = part;
      part.go();
      ends.set(part, await endOf(part));
    }
  } catch (error) {
    const untouched = waiting.filter((part) => part !== begun && !ends.has(part));
    if (io.signal.aborted) sayInterrupted([...ends.values()], untouched, printer);
    throw error;
  }
  return report(
    parts.flatMap((part) => ends.get(part) ?? []),
    options,
    { io, printer },
  );
}

async function startPart(here: ContextTransport, work: Work, options: RunOptions, outer: Io): Promise<Part> {
  const { context, transport } = here;
  const io = contextIo(context, outer, options);
  const printer = await printerFor(io);
  const intent = Promise.withResolvers<Intent | undefined>();
  const gate = Promise.withResolvers<void>();
  const [answers, tallies]: [object[], Tally[]] = [[], []];
  const agree = (meant: Intent): Promise<void> => {
    intent.resolve(meant);
    return gate.promise;
  };
  const run: ClusterRun = {
    context,
    io,
    printer,
    agree,
    answer: (value) => void answers.push(value),
    counted: (tally) => void tallies.push(tally),
  };
  const end = work(transport, run, here).then(
    (code) => ({ code }),
    (error: unknown) => ({ error }),
  );
  void end.then(() => intent.resolve(undefined));
  return { context, intent: intent.promise, go: () => gate.resolve(), end, io, answers, tallies };
}

/** Asks one question about all contexts. Throws Interrupted, and UserError where the user does not agree. */
async function askOnce(
  parts: readonly Part[],
  agreement: Agreement,
  { io, printer }: Pick<ClusterRun, 'io' | 'printer'>,
): Promise<void> {
  if (!canPrompt(io)) return;
  const meant: { readonly part: Part; readonly intent: Intent }[] = [];
  for (const part of parts) {
    const intent = await part.intent;
    if (intent !== undefined && intent.changes > 0) meant.push({ part, intent });
  }
  const changes = meant.reduce((sum, { intent }) => sum + intent.changes, 0);
  if (!isQuestion({ changes, deletes: meant.some(({ intent }) => intent.deletes) }, agreement)) return;
  // Printed with -q too, because nobody can agree to what is not shown.
  for (const { part, intent } of meant) part.io.stderr.write(printed`${printable(intent.what)}\n`);
  try {
    await agreeTo(meant.length === 1 ? 'Do this?' : `Do this in ${plural(meant.length, 'context')}?`, io);
  } catch (error) {
    if (error instanceof Interrupted) printer.say('nothing was written');
    throw error;
  }
}

/** Waits for the end in one context, and says why nothing was done there. Throws any error that is not a UserError. */
async function endOf(part: Part): Promise<ContextResult> {
  const end = await part.end;
  if ('code' in end) return { part, code: end.code };
  const { error } = end;
  if (!(error instanceof UserError)) throw error;
  (await printerFor(part.io)).error(error);
  return { part, code: EXIT.failed, error };
}

/** Also has the fields of the command's answer in a single cluster. */
interface ContextAnswer {
  readonly context: string;
  /** Why nothing was done there. */
  readonly error?: ReturnType<typeof shownError>;
}

function sayInterrupted(ended: readonly ContextResult[], waiting: readonly Part[], printer: Printer): void {
  const done = ended.flatMap(({ part, error }) => (error === undefined ? [part.context] : []));
  const untouched = waiting.map(({ context }) => context);
  const texts = [
    ...(done.length === 0 ? [] : [`${all(done)} ${done.length === 1 ? 'is' : 'are'} done`]),
    ...(untouched.length === 0 ? [] : [`nothing was written in ${all(untouched)}`]),
  ];
  if (texts.length > 0) printer.warn(`interrupted: ${texts.join(', and ')}; run the same command again`);
}

function report(
  ended: readonly ContextResult[],
  { output, dryRun }: RunOptions,
  { io, printer }: Pick<ClusterRun, 'io' | 'printer'>,
): number {
  const failed = ended.filter(({ code }) => code !== EXIT.ok);
  if (output === 'json') {
    const contexts = ended.map(({ part, error }): ContextAnswer => {
      const shown = error === undefined ? {} : { error: shownError(error, part.io) };
      return Object.assign({ context: part.context }, ...part.answers, shown);
    });
    const shown = { contexts };
    io.stdout.write(formatJson(shown));
  }
  const counts = { done: ended.length - failed.length, failed: failed.length };
  const totals = sums(ended.flatMap(({ part }) => part.tallies));
  const lines = [summaryLine(ended.length, 'context', counts), ...totals];
  printer.say(`${lines.join('; ')}${DRY_RUN[dryRun]}`);
  return failed.length > 0 ? EXIT.failed : EXIT.ok;
}

/** Leaves no context out, because the user named them all. */
function all(contexts: readonly string[]): string {
  return many(contexts, { limit: contexts.length });
}

/** One line for each noun, with the sums of its counts. */
function sums(tallies: readonly Tally[]): string[] {
  return [...Map.groupBy(tallies, ({ noun }) => noun)].map(([noun, some]) => {
    const counts: Record<string, number> = {};
    for (const tally of some) {
      for (const [what, count] of Object.entries(tally.counts)) counts[what] = (counts[what] ?? 0) + count;
    }
    return summaryLine(
      some.reduce((sum, { total }) => sum + total, 0),
      noun,
      counts,
    );
  });
}

interface ClustersOptions extends ContextFlags, Agreement, PasswordVariables {
  readonly output?: 'name' | 'json' | undefined;
}

interface ClustersWork {
  /** Whether something is first read in the cluster that the other flags select. */
  readonly hasSource: boolean;
  /**
   * Does the work that needs no cluster, or only the `source`. A wrong context is reported before. With several contexts, the
   * returned work runs once for each, and `areOne` tells which of them lead to one cluster.
   */
  prepare(printer: Printer, areOne: AreOneCluster, source: ContextTransport | undefined): Promise<Work>;
}

/** Returns the exit code; throws UserError. */
export async function inClusters(options: ClustersOptions, io: Io, clusters: ClustersWork): Promise<number> {
  const printer = await printerFor(io);
  if (options.toContext !== undefined) return inContexts(options, io, clusters, printer);
  const work = await clusters.prepare(printer, clusterIdentity(options), undefined);
  const transport = await connect(options, withoutPassword(options, io));
  try {
    return await work(transport, soleRun(options, printer, io));
  } finally {
    transport.close();
  }
}

function soleRun(agreement: Agreement, printer: Printer, io: Io): ClusterRun {
  return {
    io,
    printer,
    agree: agreeOn(agreement, io),
    answer: (value) => io.stdout.write(formatJson(value)),
    counted: () => undefined,
  };
}

async function inContexts(
  options: ClustersOptions,
  io: Io,
  { hasSource, prepare }: ClustersWork,
  printer: Printer,
): Promise<number> {
  const inner = withoutPassword(options, io);
  const { source, contexts } = await connectContexts(options, {
    wantsSource: hasSource,
    io: inner,
    ioOf: (context) => contextIo(context, inner, { hasSource }),
  });
  try {
    const work = await prepare(printer, clusterIdentity(options), source);
    return await runContexts(contexts, work, { ...options, hasSource }, { io, printer });
  } finally {
    source?.transport.close();
    for (const { transport } of contexts) transport.close();
  }
}
