/** What people type where the name of a Secret stands, and the command that they mean. Loaded only where it is none. */
import type { Command, Option } from 'commander';
import { hostIn } from '../domain/pull-secret/secret-name.ts';
import {
  ALL_NAMESPACES,
  andThen,
  clusterCommand,
  command,
  flagWords,
  type Command as Line,
  words,
} from '../domain/text/command.ts';
import { plural } from '../domain/text/enumerate.ts';
import { againWith, type Hint, prose } from '../domain/text/hint.ts';
import { isNamespaceChoice, isNamespaceName, isObjectName, isPattern, scope } from '../domain/text/object-name.ts';
import { knownRegistry } from '../domain/verify/known-registries.ts';
import { pullKindByName } from '../domain/workloads/kind.ts';
import { UsageError } from '../errors.ts';
import { flagsOf, rawArgs, typedWith } from './retyped-line.ts';
import { EVERYWHERE, secretNameArgument } from './shared-flags.ts';

/** Throws UsageError for arguments of `typed` that cannot have been meant as they stand. */
export function refuseSlips(typed: Command): void {
  const slip =
    readerSlip(typed) ?? targetSlip(typed) ?? registrySlip(typed) ?? namespaceSlip(typed) ?? commaSlip(typed);
  if (slip !== undefined) throw slip;
  if (!isTooMany(typed)) return;
  const { length: most } = typed.registeredArguments;
  const what = ONE_SECRET.test(typed.name()) ? 'the name of one Secret' : plural(most, 'argument');
  throw new UsageError(
    `${typed.name()} takes ${what}, and ${typed.args.length} ${typed.args.length === 1 ? 'is' : 'are'} given`,
    oneByOne(typed) ?? words`${[...`${typed.parent?.name()}`.split(' '), typed.name()]} --help`,
  );
}

/** `delete a b` as one command for each; undefined where something else may be meant, or a word may be a password. */
function oneByOne(typed: Command): Line | undefined {
  const names = typed.args.map(secretNameArgument);
  if (!['delete', 'remove'].includes(typed.name()) || !names.every(isObjectName)) return undefined;
  const [first, ...others] = names.map((name) => typedWith(typed, words`${name}`));
  if (first === undefined || !('words' in first)) return undefined;
  return others.reduce<Line>((line, next) => ('words' in next ? andThen(line, next) : line), first);
}

/** Commands whose argument is the name of one Secret. */
const ONE_SECRET = /^(create|attach|detach|sync|remove|delete)$/;

/** Whether there are more arguments than the command takes. */
function isTooMany({ args, registeredArguments }: Command): boolean {
  return registeredArguments.at(-1)?.variadic !== true && args.length > registeredArguments.length;
}

/** `inspect deploy/web`, `verify pull ghcr.io/acme/app:v1`. */
function readerSlip(typed: Command): UsageError | undefined {
  const verb = typed.name();
  if (verb !== 'inspect' && verb !== 'verify') return undefined;
  const targets = typed.args.filter(isTarget);
  if (targets.length > 0) {
    return new UsageError(`${verb} takes the name of a Secret`, command`regsecret why ${targets} ${scopeOf(typed)}`);
  }
  const images = typed.args.filter(isRegistryImage);
  const names = typed.args.filter((word) => !images.includes(word)).map(secretNameArgument);
  if (images.length === 0 || !names.every(isObjectName)) return undefined;
  const flags = images.reduce((line, image) => words`${line} --image ${image}`, words``);
  const line = words`${names.length === 0 ? 'regsecret' : names} ${scopeOf(typed)} ${flags}`;
  const hint = verb === 'verify' ? typedWith(typed, line) : command`regsecret verify ${line}`;
  return new UsageError('an image is named with --image', hint);
}

/** An image with its registry: a word without one may be a password. */
function isRegistryImage(word: string): boolean {
  return hostIn(word) !== undefined && word.includes('/') && !word.includes('://');
}

/** `attach pull deploy/web`, `attach deploy/web pull`, `attach pull deploy web`, `attach pull --to deploy web` and `attach pull default`. */
function targetSlip(typed: Command): UsageError | undefined {
  const verb = typed.name();
  if (verb !== 'attach' && verb !== 'detach') return undefined;
  const flag = verb === 'attach' ? '--to' : '--from';
  const refusal = (secrets: readonly string[], targets: readonly string[], except: readonly string[] = []) => {
    const [secret, ...more] = secrets.map(secretNameArgument);
    if (more.length > 0 || (secret !== undefined && !isObjectName(secret))) return undefined;
    const named = targets.map((target) => words`${flagWords([flag])} ${target}`);
    const line = named.reduce((before, target) => words`${before} ${target}`, words`${secret} ${scopeOf(typed)}`);
    return new UsageError(`a target is named with ${flag}`, typedWith(typed, line, except));
  };
  const { args } = typed;
  const targets = args.filter(isTarget);
  const rest = args.filter((word) => !isTarget(word));
  if (targets.length > 0) return refusal(rest, targets);
  const [kind = '', name = ''] = args.slice(-2);
  if (args.length > 1 && pullKindByName(kind) !== undefined && isObjectName(name)) {
    return refusal(args.slice(0, -2), [`${kind}/${name}`]);
  }
  const [bare = '', ...others]: string[] = typed.opts().to ?? [];
  if (args.length < 2 || others.length > 0) return undefined;
  // The service account that each namespace has.
  if (bare === '' && name === 'default') return refusal(args.slice(0, -1), ['sa/default']);
  const line = rawArgs(typed);
  const behind = line[line.indexOf(bare) + 1] ?? '';
  const meant = args.includes(behind) ? behind : name;
  if (pullKindByName(bare) === undefined || !isObjectName(meant)) return undefined;
  return refusal(args.toSpliced(args.lastIndexOf(meant), 1), [`${bare}/${meant}`], ['--to']);
}

function isTarget(word: string): boolean {
  const [kind = '', name = '', ...more] = word.split('/');
  return more.length === 0 && pullKindByName(kind) !== undefined && isObjectName(name);
}

/** `create ghcr.io`, `create pull ghcr.io`, `remove pull ghcr.io` and `rotate ghcr.io`. */
function registrySlip(typed: Command): UsageError | undefined {
  const verb = typed.name();
  const { server, dockerServer, fromFile } = typed.opts();
  if (!['create', 'remove', 'rotate'].includes(verb) || (server ?? dockerServer) !== undefined) return undefined;
  const hosts = typed.args.filter((word) => isRegistry(word) && !(fromFile !== undefined && isObjectName(word)));
  const names = typed.args.filter((word) => !hosts.includes(word)).map(secretNameArgument);
  const [host = ''] = hosts.map(hostIn);
  if (hosts.length !== 1 || names.length > 1 || !names.every(isObjectName)) return undefined;
  const line = typedWith(typed, words`${names} ${scopeOf(typed)} --server ${host}`);
  const [word = ''] = hosts;
  const mayBeName = verb === 'create' && isObjectName(word) && knownRegistry(host) === undefined && 'words' in line;
  const hint = mayBeName ? prose`${line}, or ${words`secret/${word}`} for a Secret of that name` : line;
  return new UsageError('a registry is named with --server', hint);
}

/** Whether it is the host of a registry, or reads like one; with its kind it is the name of a Secret. */
function isRegistry(word: string): boolean {
  const host = hostIn(word);
  if (host === undefined) return false;
  return knownRegistry(host) !== undefined || !isObjectName(word) || /\.[a-z]{2,}$/.test(host);
}

/** `delete team-a/pull`. */
function namespaceSlip(typed: Command): UsageError | undefined {
  const names = typed.args.map((word) => secretNameArgument(word).split('/'));
  const found = new Set(names.map(([namespace = '', name]) => (name === undefined ? '' : namespace)));
  const isMeant = ([namespace = '', name = '', ...more]: string[]): boolean =>
    isNamespaceName(namespace) && isObjectName(name) && more.length === 0 && pullKindByName(namespace) === undefined;
  if (found.has('') || !names.every(isMeant) || isTooMany(typed)) return undefined;
  const [namespace = '', ...others] = found;
  const given: string = typed.opts().namespace ?? '';
  const text = 'the namespace of a Secret is named with -n';
  if (others.length > 0) return new UsageError(text, prose`run it once for each namespace`);
  if (given !== '' && given !== namespace)
    return new UsageError(text, prose`name one: ${words`-n ${namespace}`} or ${words`-n ${given}`}`);
  // There, it would mean other namespaces than the one that is named.
  const except = ['rotate', 'sync', 'delete'].includes(typed.name()) ? [] : ['--all-namespaces'];
  const line = words`${names.map(([, name = '']) => name)} ${scope(namespace)}`;
  return new UsageError(text, typedWith(typed, line, except));
}

/** `sync pull team-a`, and `sync pull --to team-a team-b`: what stands behind a namespace is another one. */
function commaSlip(typed: Command): UsageError | undefined {
  const [to = '', ...others]: string[] = typed.opts().to ?? [];
  if (typed.name() !== 'sync' || others.length > 0 || !isTooMany(typed)) return undefined;
  const all = typed.args.map(secretNameArgument);
  const meant = words`${all.slice(0, 1)} ${scopeOf(typed)} --to ${all.slice(1).join(',')}`;
  if (isWithoutTarget(typed) && all.every(isNamespaceName))
    return new UsageError('a target namespace is named with --to', typedWith(typed, meant));
  const line = rawArgs(typed);
  const start =
    line.findIndex((word, index) => word === `--to=${to}` || (word === to && line[index - 1] === '--to')) + 1;
  const behind = line.slice(start);
  const end = behind.findIndex((word) => word.startsWith('-'));
  const more = end < 0 ? behind : behind.slice(0, end);
  const names = typed.args.filter((word) => !more.includes(word)).map(secretNameArgument);
  // Without a name before it, the last may be that of the Secret.
  if (names.length !== 1 || ![...names, to, ...more].every((word) => word.split(',').every(isObjectName)))
    return undefined;
  const targets = [to, ...more].join(',');
  return new UsageError(
    'the namespaces of --to have commas between them',
    typedWith(typed, words`${names} ${scopeOf(typed)} --to ${targets}`, ['--to']),
  );
}

/** Commands that write nothing, and have -A. */
const READS = /^(list|verify|doctor|why)$/;

/** What is said of `typed`, which is to work in the namespaces `names`. */
export function inSeveral(typed: Command, names: readonly string[]): UsageError {
  const verb = typed.name();
  const hint = mayHaveAll(typed) ? prose`run it once for each, or with -A` : prose`run it once for each`;
  const isKnown = names.every(isNamespaceChoice) && (verb === 'create' || (verb === 'sync' && isWithoutTarget(typed)));
  const all = mayHaveAll(typed) && names.some(isPattern) ? againWith(words`${ALL_NAMESPACES}`) : hint;
  return new UsageError('a command works in one namespace', isKnown ? synced(typed, names) : all);
}

/** Whether `typed` goes with -A. */
function mayHaveAll(typed: Command): boolean {
  const { filename, image, selector, server } = typed.opts();
  const verb = typed.name();
  if (verb === 'list') return true;
  const hasOther = [filename, image, selector, server].some((value) => value !== undefined);
  return READS.test(verb) && !hasOther && (verb === 'verify' || typed.args.length === 0);
}

function isWithoutTarget(sync: Command): boolean {
  const { to, selector, allNamespaces } = sync.opts();
  return [to, selector, allNamespaces].every((value) => value === undefined);
}

/** Flags of create that mean the same in sync. */
const OF_SYNC = [
  ...['--server', '--from-file', '--allow-helpers', '--all', '--attach', '--dry-run', '--output'],
  '--field-manager',
];

/** `typed` as a line of sync, where every flag can be repeated and sync has it. */
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
  // Without a login, sync would take one from a Secret.
  const isFromHere = isSync || [server, fromFile, all].some(Boolean);
  const login = isFromHere ? undefined : words`--server HOST`;
  const line = flags.reduce<Line>((before, flag) => words`${before} ${flag}`, words`${secrets} ${to} ${login}`);
  return clusterCommand`regsecret sync ${line}`;
}

function scopeOf(typed: Command): Line {
  return words`${scope(typed.opts().namespace)}`;
}
