/** Prints the progress of `remove`: each changed Secret with the entries that go, what stays and why, and the counts. */
import { displayServer, shownServer } from '../../domain/keyring/display-server.ts';
import { many, plural } from '../../domain/text/enumerate.ts';
import { summaryLine } from '../../domain/text/summary.ts';
import { EXIT } from '../../errors.ts';
import type { Removed, RemoveListener } from '../../operations/removal/remove-entries.ts';
import { type ClusterRun, DRY_RUN, shownError } from '../printer.ts';
import { warnOfAnnotations } from './annotation-printer.ts';
import { failureBook } from './failure-printer.ts';

/** How `remove` and `delete` print. */
export interface RemovalPrinterOptions {
  readonly output: 'name' | 'json' | undefined;
  readonly dryRun: 'none' | 'client' | 'server';
}

export interface RemovePrinter extends RemoveListener {
  /** Prints the summary. Returns the exit code. */
  end(planned: readonly Removed[]): number;
  /** Prints the failures so far. */
  flush(): void;
  readonly done: number;
}

export function removePrinter({ output, dryRun }: RemovalPrinterOptions, run: ClusterRun): RemovePrinter {
  const { printer, io, answer } = run;
  const suffix = DRY_RUN[dryRun];
  const results: Removed[] = [];
  const problems = failureBook(printer);
  return {
    removed(one) {
      results.push(one);
      const { ref, servers } = one;
      if (output === 'name') printer.result(`secret/${ref.name}`);
      if (output !== undefined) return;
      printer.result(`secret/${ref.name} configured in ${ref.namespace}${suffix}`);
      for (const server of servers) printer.say(`  ${displayServer(server)}  removed`);
    },
    problem: (ref, error) => problems.add(ref, error),
    flush: () => problems.flush(),
    end(planned) {
      problems.flush();
      if (output === 'json') {
        // Several Secrets are written at once, and finish in any order.
        const order = new Map(planned.map(({ ref }, index) => [ref, index]));
        const byPlan = <T extends Pick<Removed, 'ref'>>(list: readonly T[]): T[] =>
          list.toSorted((one, other) => (order.get(one.ref) ?? 0) - (order.get(other.ref) ?? 0));
        const shown = {
          dryRun,
          results: byPlan(results).map(({ ref, servers }) => ({ ...ref, removed: servers.map(shownServer) })),
          errors: byPlan(problems.all).map(({ ref, error }) => ({ ...ref, ...shownError(error, io) })),
        };
        answer(shown);
      }
      const counts = { updated: results.length, failed: problems.all.length };
      run.counted({ noun: 'Secret', total: planned.length, counts });
      if (planned.length > 1) printer.say(summaryLine(planned.length, 'Secret', counts) + suffix);
      const leftOver = results.filter(({ holdsOldLogin }) => holdsOldLogin).map(({ ref }) => ref);
      warnOfAnnotations(leftOver, dryRun !== 'none', printer);
      return problems.all.length > 0 ? EXIT.failed : EXIT.ok;
    },
    get done() {
      return results.length;
    },
  };
}

/** Says what will be done, for the question before more than one Secret is written. */
export function removeIntent(planned: readonly Removed[]): string {
  const servers = [...new Set(planned.flatMap((one) => one.servers.map(displayServer)))];
  const namespaces = new Set(planned.map(({ ref }) => ref.namespace)).size;
  const where = namespaces === 1 ? '' : ` in ${plural(namespaces, 'namespace')}`;
  return `Remove ${many(servers)} from ${plural(planned.length, 'Secret')}${where}`;
}
