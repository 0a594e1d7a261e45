/** The command lines of doctor and why: which words and flags cannot be combined. */

import type { ScopeFlags } from '../../cluster/secret-scope.ts';
import { UsageError } from '../../errors.ts';
import type { SelectionFlags } from '../../findings/selection.ts';
import type { ScopeOptions } from '../../gather/scope.ts';
import { ALL_NAMESPACES, eachWith, words } from '../../line/command.ts';
import { againWith, againWithout, prose } from '../../line/hint.ts';
import { isFolder } from '../../system/file.ts';
import { many } from '../../text/enumerate.ts';
import { beginsWithKind, type DoctorTarget, parseDoctorTargets } from '../../workloads/target.ts';

/** The typed command line of doctor: what is gathered, which findings are shown, and how. */
export interface DoctorLine extends SelectionFlags, ScopeOptions {
  readonly targets: readonly string[];
  readonly verbose?: boolean | undefined;
  readonly filename?: readonly string[] | undefined;
  readonly output?: string | undefined;
  readonly groupBy?: string | undefined;
  readonly summary?: boolean | undefined;
}

/** The flags of targets. */
const ABOUT_TARGETS = ['--image', '--serviceaccount', '--secret'];

/** The flags of reports on many objects. */
const ABOUT_MANY = ['--errors', '--only', '--ignore', '--summary', '--group-by'];

/** Throws UsageError when `files` are combined with objects or namespaces of a cluster. */
export function checkFiles(files: readonly string[], line: DoctorLine): void {
  const { targets, image = [] } = line;
  if (targets.length + image.length === 0 && wideFlag(line) === undefined) return;
  const inFiles = againWithout(...targets, ...image, ...ABOUT_TARGETS, '-A', '-l');
  const inCluster = againWithout(...files, '-f', '-R');
  throw new UsageError(
    '-f cannot be combined with targets',
    prose`${inFiles} for the files, or ${inCluster} for the cluster`,
  );
}

/** Throws UsageError for files, which do not change, and for formats that hold a single report. */
export function checkWatch({ filename, output }: DoctorLine): void {
  if (filename !== undefined)
    throw new UsageError('--watch is for the cluster, not for files', againWithout('--watch'));
  if (output !== undefined && output !== 'json')
    throw new UsageError(`--watch cannot print ${output}`, againWithout('-o'));
}

/** Formats that are read by programs, and list findings in one order. */
const ORDERED = ['json', 'yaml', 'github', 'sarif'];

/** Throws UsageError for flags of the output that contradict each other, and for --exclude without several namespaces. */
export function checkLook(line: DoctorLine): void {
  const { output = '', summary, groupBy, exclude } = line;
  if (summary === true && output !== '')
    throw new UsageError('--summary prints a table of its own', againWithout('-o'));
  if (groupBy !== undefined && (summary === true || ORDERED.includes(output)))
    throw new UsageError('--group-by is for text, html and markdown', againWithout('--group-by'));
  if (exclude !== undefined && wideFlag(line) === undefined)
    throw new UsageError('--exclude is for -A and -l', againWith(words`${ALL_NAMESPACES}`));
}

/** The targets; none for a namespace or all of them. Throws UsageError for flags that cannot be combined with targets. */
export function targetsOf(options: DoctorLine): readonly DoctorTarget[] {
  const { image, serviceaccount, secret, namespace } = options;
  const wide = wideFlag(options);
  // Files have no namespace. With one, a word means a kind of object, even if a folder here has the same name.
  const mayBeFolder = (name: string): boolean => (wide ?? namespace) === undefined && isFolder(name);
  const isOfImage = (serviceaccount ?? secret) !== undefined;
  if (image === undefined && isOfImage && !options.targets.some(beginsWithKind)) throw imageNeeded(options.targets);
  // With -n, labels are meant for pods, not for namespaces.
  const everything = againWithout(...options.targets, ...(namespace === undefined ? [] : ['-l', '-A']));
  const targets = parseDoctorTargets(options.targets, mayBeFolder, everything);
  if (image === undefined && isOfImage) throw imageNeeded([]);
  if (targets.length === 0 && image === undefined) return targets;
  const { errors, only, ignore, summary, groupBy } = options;
  if ([errors, only, ignore, summary, groupBy].some((flag) => flag !== undefined)) {
    throw new UsageError(
      `${many(ABOUT_MANY)} are for a namespace, -A or -f, not for single targets`,
      againWithout(...ABOUT_MANY),
    );
  }
  if (wide === undefined) return targets;
  const without = againWithout(...options.targets, ...(image ?? []), ...ABOUT_TARGETS, '--watch', '-n');
  throw new UsageError(`${wide} cannot be combined with targets`, without);
}

/** The error for a missing --image. A target that is not an object is taken for an image without its registry. */
function imageNeeded(targets: readonly string[]): UsageError {
  const add = eachWith('--image', targets.length === 0 ? ['ghcr.io/org/app:v1'] : targets);
  return new UsageError('--serviceaccount and --secret need --image', { add, drop: targets });
}

/** The flag for several namespaces. */
export function wideFlag({ allNamespaces, selector }: ScopeFlags): string | undefined {
  if (selector !== undefined) return '-l';
  return allNamespaces === true ? '--all-namespaces' : undefined;
}
