/**
 * Refuses values that no command takes: an empty one, from a shell variable that is not set, and one with the line break from the
 * end of a file.
 */
import type { Command, Option } from 'commander';
import { UsageError } from '../errors.ts';
import { clusterCommand } from '../line/command.ts';
import { CLUSTER_FLAGS, flagName } from '../line/given-flags.ts';
import { prose } from '../line/hint.ts';
import { isNamespaceName, nameRule } from '../line/object-name.ts';
import { EVERYWHERE, isKubectls } from './shared-flags.ts';

/** Flags whose value is a file. */
export const FILE_FLAGS = [
  ...['--filename', '--from-file', '--secret-file', '--password-file', '--registry-ca', '--cache-dir'],
  ...CLUSTER_FLAGS.flatMap(([, form]) => (form.endsWith('<file>') ? [flagName(form)] : [])),
];

/** Throws UsageError for the first flag of `command` whose value cannot have been meant. */
export function checkValues(command: Command): void {
  for (const option of command.options) {
    if (command.getOptionValueSource(option.attributeName()) !== 'cli') continue;
    for (const value of [command.getOptionValue(option.attributeName())].flat()) {
      if (typeof value === 'string') checkValue(command, option, value);
    }
  }
}

/** Commands whose arguments are names of Secrets. */
const NAMED = /^(create|attach|detach|sync|rotate|remove|delete|inspect|list|verify)$/;

/** Throws UsageError when `command` has too many arguments, or others than it takes. */
export async function checkArguments(command: Command): Promise<void> {
  const { args, registeredArguments } = command;
  const isOdd = NAMED.test(command.name()) && args.some((word) => /[/.:]|^secrets?$/.test(word));
  if (!isOdd && (registeredArguments.at(-1)?.variadic === true || args.length <= registeredArguments.length)) return;
  const { refuseSlips } = await import('./argument-slips.ts');
  refuseSlips(command);
}

function checkValue(command: Command, option: Option, value: string): void {
  const name = option.long ?? option.flags;
  if (value === '' && !mayBeEmpty(command, option)) {
    const set = prose`set the variable that its value comes from`;
    // A login always has a user name.
    const hint = /username$/.test(name) ? set : prose`leave ${name} out, or ${set}`;
    throw new UsageError(`${name} has an empty value`, hint);
  }
  if (/[\r\n]/.test(value) && !mayHaveLines(name)) {
    throw new UsageError(`the value of ${name} has a line break`, prose`check where the value of ${name} comes from`);
  }
  // Node decodes a byte that is not UTF-8 as this character. kubectl writes such a value.
  if (value.includes('\ufffd') && !isKubectls(name)) {
    throw new UsageError(`the value of ${name} is not UTF-8`, prose`check where the value of ${name} comes from`);
  }
  if (name === '--namespace' && value !== '' && !isNamespaceName(value)) {
    throw new UsageError(nameRule('namespace'), clusterCommand`kubectl get namespaces`);
  }
}

/**
 * kubectl treats an empty value of its own flags as not given, and an empty selector as everything. Reading everything does no
 * harm.
 */
function mayBeEmpty(command: Command, option: Option): boolean {
  const reads = command.name() === 'list' && option.long === '--selector';
  return reads || option.helpGroupHeading === EVERYWHERE || isKubectls(option.long ?? '');
}

/** The name of a file or of an entry of the kubeconfig may hold any character, and a selector may be written on several lines. */
function mayHaveLines(name: string): boolean {
  return [...FILE_FLAGS, '--context', '--cluster', '--user', '--selector'].includes(name) || isKubectls(name);
}
