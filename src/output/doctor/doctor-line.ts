/** The command lines of doctor and why: which words and flags cannot be combined, and the line to use instead. */
import type { SelectionFlags } from '../../domain/findings/selection.ts';
import { ALL_NAMESPACES, type Command, clusterCommand, command, pathWord, words } from '../../domain/text/command.ts';
import { againWithout, prose } from '../../domain/text/hint.ts';
import { scope } from '../../domain/text/object-name.ts';
import { beginsWithKind, type DoctorTarget, parseDoctorTargets } from '../../domain/workloads/target.ts';
import { UsageError, UserError } from '../../errors.ts';
import { isFolder } from '../../files/file.ts';

/** The typed command line, as far as it matters here. */
export interface DoctorLine extends SelectionFlags {
  readonly targets: readonly string[];
  readonly image?: readonly string[] | undefined;
  readonly serviceaccount?: string | undefined;
  readonly secret?: readonly string[] | undefined;
  readonly namespace?: string | undefined;
  readonly allNamespaces?: boolean | undefined;
  /** A selector for labels of namespaces. */
  readonly selector?: string | undefined;
  readonly offline?: boolean | undefined;
  readonly verbose?: boolean | undefined;
  readonly filename?: readonly string[] | undefined;
  readonly output?: string | undefined;
}

/** The flags of targets. */
const ABOUT_TARGETS = ['--image', '--serviceaccount', '--secret'];

/** Throws UsageError when `files` are combined with objects or namespaces of a cluster. */
export function checkFiles(files: readonly string[], line: DoctorLine): void {
  const { targets, image = [], allNamespaces, selector } = line;
  if (targets.length + image.length === 0 && allNamespaces !== true && selector === undefined) return;
  const named = files.reduce((start, file) => words`${start} -f ${pathWord(file)}`, words`regsecret doctor`);
  const inFiles = againWithout([...targets, ...image, ...ABOUT_TARGETS, '-A', '-l'], named);
  const inCluster = againWithout([...files, '-f', '-R'], wideFlag(line)?.line ?? again(line));
  throw new UsageError(
    '-f cannot be combined with targets',
    prose`${inFiles} for the files, or ${inCluster} for the cluster`,
  );
}

/** Throws UsageError for files, which do not change, and for formats that hold a single report. */
export function checkWatch(options: DoctorLine): void {
  const { targets, image, filename, output } = options;
  if (filename !== undefined) {
    throw new UsageError(
      '--watch is for the cluster, not for files',
      againWithout('--watch', prose`leave out --watch`),
    );
  }
  const isWhole = targets.length === 0 && image === undefined;
  const all = wideFlag(options)?.line ?? command`regsecret doctor ${scope(options.namespace)}`;
  const hint = command`${isWhole ? all : again({ ...options, output: undefined })} --watch`;
  if (output !== undefined && output !== 'json') throw new UsageError(`--watch cannot print ${output}`, hint);
}

/** The targets; none for a namespace or all of them. Throws UsageError for flags that cannot be combined with targets. */
export function targetsOf(options: DoctorLine): readonly DoctorTarget[] {
  const { image, serviceaccount, secret, namespace } = options;
  const wide = wideFlag(options);
  // Files have no namespace. With one, a word means a kind of object, even if a folder here has the same name.
  const mayBeFolder = (name: string): boolean => (wide?.flag ?? namespace) === undefined && isFolder(name);
  const isOfImage = (serviceaccount ?? secret) !== undefined;
  if (image === undefined && isOfImage && !options.targets.some(beginsWithKind)) throw imageNeeded(options);
  // With -n, labels are meant for pods, not for namespaces.
  const all = namespace === undefined ? wide?.line : undefined;
  const targets = parseDoctorTargets(options.targets, mayBeFolder, all);
  if (image === undefined && isOfImage) throw imageNeeded({ ...options, targets: [] });
  if (targets.length === 0 && image === undefined) return targets;
  if (options.errors === true || options.only !== undefined || options.ignore !== undefined) {
    throw new UsageError(
      '--errors, --only and --ignore are for a namespace, -A or -f, not for single targets',
      againWithout(['--errors', '--only', '--ignore'], again(options)),
    );
  }
  if (wide !== undefined) {
    const without = [...options.targets, ...(image ?? []), ...ABOUT_TARGETS, '--watch', '-n'];
    throw new UsageError(`${wide.flag} cannot be combined with targets`, againWithout(without, wide.line));
  }
  return targets;
}

/** The error for a missing --image. A target that is not an object is taken for an image without its registry. */
function imageNeeded(line: DoctorLine): UsageError {
  const { targets } = line;
  const images = targets.length === 0 ? words`--image ghcr.io/org/app:v1` : imageFlags(targets);
  const otherwise = targets.length === 0 ? images : again({ ...line, targets: [], image: targets });
  return new UsageError('--serviceaccount and --secret need --image', { add: images, drop: targets, otherwise });
}

function imageFlags(images: readonly string[]): Command {
  return images.reduce((flags, image) => words`${flags} --image ${image}`, words``);
}

/** The flag for several namespaces, and the line of doctor with that flag only. */
export function wideFlag(typed: DoctorLine): { flag: string; line: Command } | undefined {
  const wide = namespaceWords(typed);
  if (wide === undefined) return undefined;
  if (typed.selector !== undefined) return { flag: '-l', line: clusterCommand`regsecret doctor ${wide}` };
  return { flag: '--all-namespaces', line: command`regsecret doctor ${wide}` };
}

/** The words that choose several namespaces. Other commands take them as well. */
export function namespaceWords({ allNamespaces, selector }: DoctorLine): Command | undefined {
  if (selector !== undefined) return words`-l ${selector}`;
  return allNamespaces === true ? words`${ALL_NAMESPACES}` : undefined;
}

/** The command line that was typed. */
export function again({
  targets,
  image = [],
  serviceaccount,
  secret = [],
  namespace,
  offline,
  output,
}: DoctorLine): Command {
  const flags = [
    imageFlags(image),
    ...(serviceaccount === undefined ? [] : [words`--serviceaccount ${serviceaccount}`]),
    ...secret.map((name) => words`--secret ${name}`),
    ...(offline === true ? [words`--offline`] : []),
    ...(output === undefined ? [] : [words`-o ${output}`]),
  ];
  const line = flags.reduce((start, more) => command`${start} ${more}`, command`regsecret why ${targets}`);
  return command`${line} ${scope(namespace)}`;
}

/**
 * `error` about one of several targets. When a target was misspelt, the hint becomes the whole line, because the command prints
 * the error itself.
 */
export function withWholeLine(error: UserError, line: DoctorLine): UserError {
  const { message, hint, details } = error;
  if (hint === undefined || !('add' in hint) || hint.rename === undefined) return error;
  const { from, to } = hint.rename;
  const targets = line.targets.map((word) => (word === from ? to : word));
  return new UserError(message, again({ ...line, targets }), details);
}
