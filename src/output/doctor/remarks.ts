/** What doctor and why tell the user in addition to the result. */
import type { DoctorReport } from '../../domain/diagnosis/report.ts';
import { ALL_NAMESPACES, command, words } from '../../domain/text/command.ts';
import { many, nounFor } from '../../domain/text/enumerate.ts';
import type { GivenFlags } from '../../domain/text/given-flags.ts';
import { prose } from '../../domain/text/hint.ts';
import type { Io } from '../../io.ts';
import { printerFor } from '../printer.ts';
import type { DoctorLine } from './doctor-line.ts';

export async function sayMore(
  report: DoctorReport,
  options: DoctorLine & Pick<GivenFlags, 'as'>,
  io: Io,
): Promise<void> {
  const { verbose, offline } = options;
  const printer = await printerFor(io);
  if (report.unchecked.length > 0) printer.warn(`not read, no permission to ${report.unchecked.join(', ')}`);
  // Kinds that may not be listed have just been named.
  const unjudged = (report.unjudged ?? []).filter((one) => !report.unchecked.includes(`list ${one.split(' ', 1)[0]}`));
  if (unjudged.length > 0) printer.warn(`not judged: ${many(unjudged)}`);
  const { ending = [] } = report;
  if (ending.length > 0) {
    const are = ending.length === 1 ? 'is' : 'are';
    printer.warn(
      `${nounFor(ending.length, 'namespace')} ${many(ending)} ${are} being deleted, so nothing can be created there`,
    );
  }
  if (offline === true) printer.say('registries were not asked (--offline)');
  const { counts } = report;
  const isWhole = report.unchecked.every((right) => !right.startsWith('list '));
  if (isWhole && counts !== undefined && counts.pods + counts.workloads === 0) {
    const { selector } = options;
    const isAll = options.allNamespaces === true && selector === undefined;
    const one = selector === undefined ? 'this namespace' : 'these namespaces';
    const none = counts.secrets === 0 ? 'pods, workloads or pull secrets' : 'pods or workloads';
    printer.say(`no ${none} in ${isAll ? 'any namespace' : one}`);
    if (!isAll) printer.hint(command`regsecret doctor ${ALL_NAMESPACES}`);
  }
  if (report.healthy === false && verbose !== true && counts === undefined) {
    printer.hint({ add: words`-v`, drop: ['-o'] });
  }
  // The impersonated user, with whose rights a pipeline is examined, may lack the right to make the change.
  if (report.healthy === false && options.as)
    printer.hint(prose`leave --as out of a command that ${options.as} may not run`);
}
