/** Prints the progress of `delete`: each changed list and each deleted Secret, what stays and why, and the counts. */

import { noteBook } from '../../attaching/attach-printer.ts';
import { changeReport, type ReportOptions } from '../../changes/change-report.ts';
import type { ListResult } from '../../changes/list-write.ts';
import type { ClusterRun } from '../../output/printer.ts';
import { plural } from '../../text/enumerate.ts';
import { resultName } from '../../workloads/object-ref.ts';
import type { Deleted, DeleteListener } from './delete-secrets.ts';

type Ref = Deleted['ref'];

/** `about` returns the listener for one Secret; `end` prints the summary and returns the exit code. */
export function deletePrinter(options: ReportOptions, run: ClusterRun) {
  const { output, dryRun } = options;
  const { printer, answer } = run;
  const report = changeReport(options, run);
  const [deleted, lists]: [Ref[], ListResult[]] = [[], []];
  return {
    ...report,
    about(ref: Ref): DeleteListener {
      const context = { verb: 'detach', secret: ref.name, output, dryRun, namespaces: true } as const;
      const notes = noteBook(context, printer);
      return {
        outcome(list) {
          lists.push(list);
          if (list.action === 'unchanged') return;
          report.done(resultName(list.ref), `${resultName(list.ref)} ${list.action} in ${list.ref.namespace}`);
        },
        note(note) {
          notes.add(note);
          notes.flush();
        },
        problem: (error) => report.failed(ref, error),
        deleted() {
          deleted.push(ref);
          report.done(`secret/${ref.name}`, `secret/${ref.name} deleted in ${ref.namespace}`);
        },
      };
    },
    end(planned: readonly Deleted[]) {
      const { length: total } = planned.filter(({ secret }) => secret !== undefined);
      const changed = lists.map(({ ref, ...rest }) => ({ ...ref, ...rest }));
      if (output === 'json') answer({ dryRun, deleted, lists: changed, errors: report.errors() });
      return report.end({ total, counts: { deleted: deleted.length, failed: total - deleted.length } });
    },
  };
}

/** Says what will be done, for the question before anything is deleted. */
export function deleteIntent(planned: readonly Deleted[]): string {
  const meant = planned.filter(({ error }) => error === undefined);
  const [first] = meant;
  if (meant.length === 1 && first !== undefined) {
    return `Take secret ${first.ref.namespace}/${first.ref.name} out of every list that names it, and delete it`;
  }
  const namespaces = new Set(meant.map(({ ref }) => ref.namespace)).size;
  return `Take ${plural(meant.length, 'Secret')} in ${plural(namespaces, 'namespace')} out of every list that names them, and delete them`;
}
