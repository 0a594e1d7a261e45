/** Prints the progress of `delete`: each changed list and each deleted Secret, what stays and why, and the counts. */
import { plural } from '../../domain/text/enumerate.ts';
import { summaryLine } from '../../domain/text/summary.ts';
import { resultName } from '../../domain/workloads/object-ref.ts';
import { EXIT } from '../../errors.ts';
import type { ListResult } from '../../operations/attach/request.ts';
import type { Deleted, DeleteListener } from '../../operations/removal/delete-secrets.ts';
import { noteBook } from '../attach-printer.ts';
import { type ClusterRun, DRY_RUN, shownError } from '../printer.ts';
import { failureBook } from './failure-printer.ts';
import type { RemovalPrinterOptions } from './remove-printer.ts';

export interface DeletePrinter extends DeleteListener {
  /** Prints the summary. Returns the exit code. */
  end(planned: readonly Deleted[]): number;
  /** Prints the failures so far. */
  flush(): void;
  readonly done: number;
}

type Ref = Deleted['ref'];

export function deletePrinter({ output, dryRun }: RemovalPrinterOptions, run: ClusterRun): DeletePrinter {
  const { printer, io, answer } = run;
  const suffix = DRY_RUN[dryRun];
  const [deleted, lists]: [Ref[], ListResult[]] = [[], []];
  const problems = failureBook(printer);
  const result = (name: string, text: string): void => {
    if (output !== 'json') printer.result(output === 'name' ? name : `${text}${suffix}`);
  };
  return {
    lists(ref) {
      const context = { verb: 'detach', secret: ref.name, output, dryRun, namespaces: true } as const;
      const notes = noteBook(context, printer);
      return {
        list(list) {
          lists.push(list);
          if (list.action === 'unchanged') return;
          result(resultName(list.ref), `${resultName(list.ref)} ${list.action} in ${list.ref.namespace}`);
        },
        note(note) {
          notes.add(note);
          notes.flush();
        },
        problem: (error) => problems.add(ref, error),
      };
    },
    deleted(ref) {
      deleted.push(ref);
      result(`secret/${ref.name}`, `secret/${ref.name} deleted in ${ref.namespace}`);
    },
    problem: (ref, error) => problems.add(ref, error),
    flush: () => problems.flush(),
    end(planned) {
      problems.flush();
      const errors = problems.all.map(({ ref, error }) => ({ ...ref, ...shownError(error, io) }));
      const changed = lists.map(({ ref, ...rest }) => ({ ...ref, ...rest }));
      if (output === 'json') answer({ dryRun, deleted, lists: changed, errors });
      const there = planned.filter(({ secret }) => secret !== undefined).length;
      const counts = { deleted: deleted.length, failed: there - deleted.length };
      run.counted({ noun: 'Secret', total: there, counts });
      if (there > 1) printer.say(summaryLine(there, 'Secret', counts) + suffix);
      return problems.all.length > 0 ? EXIT.failed : EXIT.ok;
    },
    get done() {
      return deleted.length + lists.length;
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
