/** Prints what `attach` and `detach` did to manifests. */
import { type Command, eachWith, pathWord, words } from '../../line/command.ts';
import { againWith, prose } from '../../line/hint.ts';
import type { ChangedFile } from '../../manifests/change.ts';
import type { ManifestLoss } from '../../manifests/losses.ts';
import type { Printer } from '../../output/printer.ts';
import { sayUnreadFolders } from '../../output/recursion-hint.ts';
import { formatJson } from '../../output/structured.ts';
import { many } from '../../text/enumerate.ts';
import { resultName } from '../../workloads/object-ref.ts';

export interface ManifestPrinterOptions {
  /** Whether the files are changed in place, so that stdout is free for results. */
  readonly write?: boolean;
  readonly dryRun: 'none' | 'client' | 'server';
  readonly output?: 'name' | 'json';
  /** Whether stdout is read by a program. */
  readonly isPiped?: boolean;
  /** Whether only pods with an image that the Secret opens are changed. */
  readonly auto?: boolean;
  /** The images that are left without a login. */
  readonly losses?: readonly ManifestLoss[];
  /** The command that shows whether the cluster has the Secret; left out when that is known. */
  readonly check?: Command | undefined;
  /** The arguments of -f. */
  readonly filename?: readonly string[];
  readonly recursive?: boolean;
}

export function printManifests(files: readonly ChangedFile[], options: ManifestPrinterOptions, printer: Printer): void {
  const { write = false, dryRun, output, auto = false, losses = [], check } = options;
  const { filename = [], recursive = false } = options;
  const line = write ? printer.result : printer.say;
  const suffix = dryRun === 'none' ? '' : ' (dry run)';
  // Without --write, the file is not changed.
  const from = (name: string): string => {
    const file = name === '-' ? 'stdin' : name;
    return write ? ` in ${file}` : `, from ${file} to stdout`;
  };
  const hiding = files.flatMap((file) => file.hiding.map(resultName));
  const isBrief = options.isPiped && !write && output === undefined;
  if (isBrief) sayBriefly(files, hiding, suffix, printer);
  else
    for (const { ref, action, name } of files.flatMap(({ name, objects }) =>
      objects.map((one) => ({ ...one, name })),
    )) {
      if (output === 'name') line(resultName(ref));
      if (output === undefined) line(`${resultName(ref)} ${action}${from(name)}${suffix}`);
    }
  if (hiding.length > 0 && !isBrief) {
    const hides =
      hiding.length === 1
        ? 'now has its own imagePullSecrets, so those of its service account no longer apply'
        : 'now have their own imagePullSecrets, so those of their service accounts no longer apply';
    printer.say(`${many(hiding)} ${hides}`);
  }
  if (output === 'json') {
    const results = files.flatMap(({ name, objects }) =>
      objects.map(({ ref, ...rest }) => ({ file: name, ...ref, ...rest })),
    );
    const notes = losses.map((loss) => ({ code: 'loses-login', ...loss }));
    for (const text of formatJson({ results, notes }).trimEnd().split('\n')) line(text);
  }
  if (files.length > 0 && files.every(({ objects }) => objects.length === 0)) {
    printer.warn(
      auto
        ? 'the Secret has no login for any image in these manifests'
        : 'no object in these manifests can have pull secrets',
    );
  }
  if (isBrief) return;
  if (check !== undefined) printer.hint(prose`to check that the cluster has the Secret: ${check}`);
  if (write && !recursive) {
    sayUnreadFolders(filename, printer);
  }
  const changed = files.filter(
    ({ name, objects }) => name !== '-' && objects.some(({ action }) => action === 'patched'),
  );
  if (write || dryRun !== 'none' || changed.length === 0) return;
  // These lines come last, because many users expect the files to be changed.
  printer.say(`nothing was written to ${many(changed.map(({ name }) => name))}`);
  // What comes from stdin cannot be written in place.
  const named = filename.filter((name) => name !== '-');
  const onDisk = named.length === filename.length ? words`` : eachWith('-f', named.map(pathWord));
  printer.hint(
    prose`to change ${changed.length === 1 ? 'the file' : 'the files'}: ${againWith(words`${onDisk} --write`)}`,
  );
}

/** One line: whoever writes a pipeline reads the rest once, on a terminal. */
function sayBriefly(files: readonly ChangedFile[], hiding: readonly string[], suffix: string, printer: Printer): void {
  const objects = files.flatMap((file) => file.objects);
  const patched = objects.filter(({ action }) => action === 'patched');
  const [some, action] = patched.length > 0 ? [patched, 'patched'] : [objects, 'unchanged'];
  if (some.length === 0) return;
  const from = many(files.map(({ name }) => (name === '-' ? 'stdin' : name)));
  const hides =
    hiding.length === 0 ? '' : `; the imagePullSecrets of the service account no longer apply to ${many(hiding)}`;
  printer.say(`${many(some.map(({ ref }) => resultName(ref)))} ${action}, from ${from} to stdout${suffix}${hides}`);
}
