/**
 * Runs a command in one cluster, or with `--to-context` in several: each is examined, the user agrees once, and the writes follow
 * in one cluster after the other.
 */
import { connect, connectContexts, type Transport } from '../../cluster/client/transport.ts';
import type { ContextFlags } from '../../cluster/config/contexts.ts';
import { withoutPassword } from '../../credentials/credential-flags.ts';
import type { Io } from '../../io.ts';
import { type Agreement, agreeOn } from '../../prompt.ts';
import { type ClusterRun, type Printer, printerFor } from '../printer.ts';
import { formatJson } from '../structured.ts';
import { contextIo, runContexts, type Work } from './run-contexts.ts';

export interface ClustersOptions extends ContextFlags, Agreement {
  readonly output?: 'name' | 'json' | undefined;
  readonly passwordEnv?: string;
}

export interface ClustersWork {
  /** Whether something is first read in the cluster that the other flags select. */
  readonly hasSource: boolean;
  /**
   * Does the work that needs no cluster, or only the `source`. A wrong context is reported before. With several contexts, the
   * returned work runs once for each.
   */
  prepare(printer: Printer, source: Transport | undefined): Promise<Work>;
}

/** Returns the exit code; throws UserError. */
export async function inClusters(
  options: ClustersOptions,
  io: Io,
  { hasSource, prepare }: ClustersWork,
): Promise<number> {
  const printer = await printerFor(io);
  if (options.toContext !== undefined) return inContexts(options, io, { hasSource, prepare }, printer);
  const work = await prepare(printer, undefined);
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
    ioOf: (context) => contextIo(context, inner, hasSource),
  });
  try {
    return await runContexts(contexts, await prepare(printer, source), { ...options, hasSource }, { io, printer });
  } finally {
    source?.close();
    for (const { transport } of contexts) transport.close();
  }
}
