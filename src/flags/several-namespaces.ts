/**
 * The error for a command that should work in several namespaces, and what is proposed instead. Loaded only for such a command.
 */
import type { Command, Option } from 'commander';
import { ALL_NAMESPACES, andThen, clusterCommand, type Command as Line, words } from '../domain/text/command.ts';
import { againWith, type Hint, prose } from '../domain/text/hint.ts';
import { isNamespaceChoice, isNamespaceName, isObjectName, isPattern, scope } from '../domain/text/object-name.ts';
import { typedAgain } from '../domain/text/typed-again.ts';
import { UsageError } from '../errors.ts';
import { flagsOf, rawArgs, typedWith } from './retyped-line.ts';
import { EVERYWHERE, secretNameArgument } from './shared-flags.ts';

/** Commands that write nothing, and have -A. */
const READS = /^(list|verify|doctor|why)$/;

/** The error for `typed`, which should work in the namespaces `names`. */
export function inSeveral(typed: Command, names: readonly string[]): UsageError {
  const verb = typed.name();
  const hint = mayHaveAll(typed) ? prose`run it once for each, or with -A` : prose`run it once for each`;
  const isKnown = names.every(isNamespaceChoice) && (verb === 'create' || (verb === 'sync' && isWithoutTarget(typed)));
  const isLabelled = verb === 'doctor' && mayHaveAll(typed) && names.some(isPattern);
  return new UsageError(
    `a command works in one namespace${isLabelled ? '; doctor -l LABEL looks at all with that label' : ''}`,
    isKnown ? synced(typed, names) : (everywhere(typed, names) ?? onceForEach(typed, names) ?? hint),
  );
}

/** One line for all of `names`, if the command has one. */
function everywhere(typed: Command, names: readonly string[]): Hint | undefined {
  if (!mayHaveAll(typed)) return undefined;
  if (typed.name() === 'doctor' && names.every(isNamespaceName)) return namedByLabel(names);
  return names.some(isPattern) ? againWith(words`${ALL_NAMESPACES}`) : undefined;
}

/** Selects namespaces by name, because every namespace has its name as a label. */
function namedByLabel(names: readonly string[]): Hint {
  const add = words`-l ${`kubernetes.io/metadata.name in (${names.join(',')})`}`;
  return { add, drop: ['-n'], otherwise: clusterCommand`regsecret doctor ${add}` };
}

/** More lines than these are too long to read. */
const MAX_LINES = 3;

/**
 * The line for each of `names`, chained. Undefined for commands that read, because one that finds something wrong would end the
 * chain. Also undefined for `sync`, because two sources would write the same copies.
 */
function onceForEach(typed: Command, names: readonly string[]): Line | undefined {
  const readsStdin = rawArgs(typed).some((word) => word === '-' || word === '--password-stdin');
  if (readsStdin || READS.test(typed.name()) || typed.name() === 'sync' || typed.opts().allNamespaces) return undefined;
  if (names.length > MAX_LINES || !names.every(isNamespaceName)) return undefined;
  const args = typedAgain(typed.args);
  if (args === undefined) return undefined;
  const lines = names.map((name) => typedWith(typed, words`${args} ${scope(name)}`));
  if (!lines.every((line) => 'words' in line)) return undefined;
  return lines.reduceRight<Line | undefined>((next, line) => andThen(line, next), undefined);
}

/** Whether `typed` can be combined with -A. */
function mayHaveAll(typed: Command): boolean {
  const { filename, image, selector, server } = typed.opts();
  const verb = typed.name();
  if (verb === 'list') return true;
  const hasOther = [filename, image, selector, server].some((value) => value !== undefined);
  return READS.test(verb) && !hasOther && (verb === 'verify' || typed.args.length === 0);
}

/** Whether `sync` has no namespace to copy into. */
export function isWithoutTarget(sync: Command): boolean {
  const { to, selector, allNamespaces } = sync.opts();
  return [to, selector, allNamespaces].every((value) => value === undefined);
}

/** Flags of create that mean the same in sync. */
const OF_SYNC = [
  ...['--server', '--from-file', '--allow-helpers', '--all', '--attach', '--dry-run', '--output'],
  '--field-manager',
];

/** `typed` as a line of sync, if sync has every flag and each can be repeated. */
function synced(typed: Command, names: readonly string[]): Hint {
  const to = words`--to ${names.join(',')}`;
  const isSync = typed.name() === 'sync';
  const otherwise = isSync ? prose`use ${to} in place of -n` : prose`use sync, with ${to} in place of -n`;
  const isTyped = (option: Option): boolean => typed.getOptionValueSource(option.attributeName()) === 'cli';
  const isShared = ({ long = '', helpGroupHeading }: Option): boolean =>
    helpGroupHeading === EVERYWHERE || OF_SYNC.includes(long);
  const { server, fromFile, all, attach = [], output } = typed.opts();
  const isOfSync = attach.every((target: string) => /^(sa|serviceaccounts?)\//.test(target)) && output !== 'yaml';
  if (!isSync && !(isOfSync && typed.options.filter(isTyped).every(isShared))) return otherwise;
  const secrets = typed.args.map(secretNameArgument);
  if (secrets.length > 1 || !secrets.every(isObjectName)) return otherwise;
  const flags = typed.options.flatMap((option) => flagsOf(typed, option, []));
  if (flags.includes(undefined)) return otherwise;
  // Without a login in the line, sync would copy from a Secret.
  const isFromHere = isSync || [server, fromFile, all].some(Boolean);
  const login = isFromHere ? undefined : words`--server HOST`;
  const line = flags.reduce<Line>((before, flag) => words`${before} ${flag}`, words`${secrets} ${to} ${login}`);
  return clusterCommand`regsecret sync ${line}`;
}
