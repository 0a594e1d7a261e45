/** Prints the progress of `remove`: each changed Secret with the entries that go, what stays and why, and the counts. */

import { warnOfAnnotations } from '../../changes/annotation-printer.ts';
import { changeReport, type ReportOptions } from '../../changes/change-report.ts';
import type { ClusterRun } from '../../output/printer.ts';
import { displayServer, shownServer } from '../../secret/display-server.ts';
import { many, plural } from '../../text/enumerate.ts';
import type { Removed } from './remove-entries.ts';

/** The listener of `remove`. Its `end` prints the summary and returns the exit code; `count` is the number of changed Secrets. */
export function removePrinter(options: ReportOptions, run: ClusterRun) {
  const { output, dryRun } = options;
  const { printer, answer } = run;
  const report = changeReport(options, run);
  const results: Removed[] = [];
  return {
    perform: report.perform,
    removed(one: Removed) {
      results.push(one);
      const { ref, servers } = one;
      report.done(`secret/${ref.name}`, `secret/${ref.name} configured in ${ref.namespace}`);
      if (output !== undefined) return;
      for (const server of servers) printer.say(`  ${displayServer(server)}  removed`);
    },
    problem: report.failed,
    end(planned: readonly Removed[]) {
      const removed = results.map(({ ref, servers }) => ({ ...ref, removed: servers.map(shownServer) }));
      if (output === 'json') answer({ dryRun, results: removed, errors: report.errors() });
      const counts = { updated: results.length, failed: report.failures.length };
      const code = report.end({ total: planned.length, counts });
      const leftOver = results.filter(({ holdsOldLogin }) => holdsOldLogin).map(({ ref }) => ref);
      warnOfAnnotations(leftOver, dryRun !== 'none', printer);
      return code;
    },
    get count() {
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
