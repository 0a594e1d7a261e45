/** Warns about old logins that `kubectl apply` has left in annotations. Everybody who may read the Secrets can see them. */

import { heldInAnnotation } from '../findings/secret-findings.ts';
import { ALL_NAMESPACES, command } from '../line/command.ts';
import { prose } from '../line/hint.ts';
import type { Printer } from '../output/printer.ts';
import { forgetApplied } from '../secret/last-applied.ts';
import { many, plural } from '../text/enumerate.ts';
import { compareNames, type SecretName } from '../workloads/references.ts';

/** How many commands are shown. One command takes the Secrets of a namespace. */
const SHOWN = 10;
/** How many Secrets one command names. */
const NAMES = 20;

/**
 * One warning for all Secrets, and a command for each namespace. With `would`, the warning is about what a real run would leave.
 */
export function warnOfAnnotations(refs: readonly SecretName[], would: boolean, printer: Printer): void {
  const sorted = refs.toSorted(compareNames);
  const [first] = sorted;
  if (first === undefined) return;
  const named = sorted.map(({ namespace, name }) => `${namespace}/${name}`);
  const isOne = named.length === 1;
  const subject = isOne ? `secret ${named[0]}` : plural(named.length, 'Secret');
  printer.warn(`${subject} ${heldInAnnotation({ several: !isOne, would })}${isOne ? '' : `: ${many(named)}`}`);
  const commands = [...Map.groupBy(sorted, ({ namespace }) => namespace)].flatMap(([namespace, here]) =>
    Array.from({ length: Math.ceil(here.length / NAMES) }, (_, index) => {
      const names = here.slice(index * NAMES, (index + 1) * NAMES).map(({ name }) => name);
      return { command: forgetApplied(names, namespace), count: names.length };
    }),
  );
  for (const one of commands.slice(0, SHOWN)) printer.hint(one.command);
  const rest = commands.slice(SHOWN).reduce((sum, { count }) => sum + count, 0);
  if (rest === 0) return;
  const doctor = command`regsecret doctor ${ALL_NAMESPACES} --only login-in-annotation`;
  printer.hint(prose`${doctor} also has a command for each of the other ${String(rest)}`);
}
