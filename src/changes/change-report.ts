/** What a command that writes many Secrets prints in one cluster: the question, each result, the failures, the counts. */

import { EXIT, type UserError } from '../errors.ts';
import { type ClusterRun, DRY_RUN, orSayDone, shownError } from '../output/printer.ts';
import type { Intent } from '../system/prompt.ts';
import { summaryLine } from '../text/enumerate.ts';
import { type ManifestRef, nameLine, resultName } from '../workloads/object-ref.ts';
import type { SecretName } from '../workloads/references.ts';
import { printFailures } from './failure-printer.ts';

export interface ReportOptions {
  readonly output?: 'name' | 'json' | undefined;
  readonly dryRun: 'none' | 'client' | 'server';
  /** The one namespace of the command; undefined where there may be several. */
  readonly only: string | undefined;
}

/** What stayed as it is, and why. */
export interface NotDone {
  readonly ref: SecretName;
  readonly error: UserError;
}

export interface ChangeReport {
  /** Prints what was done to `ref`, such as `deleted`: with `-o name` its name. */
  done(ref: ManifestRef, what: string): void;
  failed(ref: SecretName, error: UserError): void;
  readonly failures: readonly NotDone[];
  /** Prints the failures since the last call, one error for each reason. */
  flush(): void;
  /**
   * Asks, then runs `work`. When that is cut short, prints the failures so far, and on Ctrl-C also how much is done. Throws
   * UserError where nobody agrees.
   */
  perform(intent: Intent, work: () => Promise<void>): Promise<void>;
  /** The failures as they appear in JSON. */
  errors(): (SecretName & ReturnType<typeof shownError>)[];
  /** Prints the failures that are left, and the counts. Returns the exit code. */
  end(totals: Totals): number;
}

interface Totals {
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Whether the counts are said where there is only one Secret, too. */
  readonly always?: boolean;
  /** Follows the counts. */
  readonly remark?: string;
}

export function changeReport({ output, dryRun, only }: ReportOptions, run: ClusterRun): ChangeReport {
  const { agree, printer, io } = run;
  const failures: NotDone[] = [];
  let [said, count] = [0, 0];
  const flush = (): number => {
    const fresh = failures.slice(said).map(({ ref, error }) => ({ ...ref, error }));
    said = failures.length;
    printFailures(fresh, printer);
    return count;
  };
  return {
    failures,
    flush,
    done(ref, what) {
      count += 1;
      const text = `${resultName(ref)} ${what} in ${ref.namespace}${DRY_RUN[dryRun]}`;
      if (output !== 'json') printer.result(output === 'name' ? nameLine(ref, only) : text);
    },
    errors: () => failures.map(({ ref, error }) => ({ ...ref, ...shownError(error, io) })),
    failed: (ref, error) => void failures.push({ ref, error }),
    async perform(intent, work) {
      await agree?.(intent);
      await orSayDone(work, flush, run);
    },
    end({ total, counts, always = false, remark = '' }) {
      flush();
      run.counted({ noun: 'Secret', total, counts });
      if (always || total > 1) printer.say(`${summaryLine(total, 'Secret', counts)}${DRY_RUN[dryRun]}${remark}`);
      return failures.length > 0 ? EXIT.failed : EXIT.ok;
    },
  };
}
