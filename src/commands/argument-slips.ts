/**
 * Says what a word is that can be no name, and how that is written, or what to do in several namespaces. Loaded only to refuse a
 * line.
 */
import type { Command } from 'commander';
import { UsageError } from '../errors.ts';
import { clusterCommand, command, eachWith, type Command as Line, pathWord, words } from '../line/command.ts';
import { againWithout, type Hint, prose } from '../line/hint.ts';
import { isNamespaceChoice, isNamespaceName, isObjectName, scope } from '../line/object-name.ts';
import { hostIn } from '../secret/secret-name.ts';
import { endsLikeRegistry, serverFlags } from '../secret/server.ts';
import { isPath } from '../system/file.ts';
import { plural } from '../text/enumerate.ts';
import { knownRegistry } from '../verify/known-registries.ts';
import { pullKindByName } from '../workloads/kind.ts';
import { CLUSTER_ONLY, FILE_ONLY, isFileName, MANIFEST } from '../workloads/target.ts';
import { isKubectls, secretNameArgument } from './shared-flags.ts';

/** Throws UsageError for words of `typed` that are no names, or are more than it takes. */
export function refuseSlips(typed: Command): void {
  for (const { is, error } of SLIPS) {
    const found = typed.args.filter((word) => is(word, typed));
    const others = typed.args.filter((word) => !found.includes(word)).map(secretNameArgument);
    if (found.length > 0 && others.every(isObjectName)) throw error(found, typed);
  }
  if (!isTooMany(typed)) return;
  const { length: most } = typed.registeredArguments;
  const what = ONE_SECRET.test(typed.name()) ? 'the name of one Secret' : plural(most, 'argument');
  throw new UsageError(
    `${typed.name()} takes ${what}, and ${typed.args.length} ${typed.args.length === 1 ? 'is' : 'are'} given`,
    words`${[...`${typed.parent?.name()}`.split(' '), typed.name()]} --help`,
  );
}

/** Commands whose argument is the name of one Secret. */
const ONE_SECRET = /^(create|attach|detach|sync|remove|delete)$/;

/** Whether there are more arguments than the command takes. */
function isTooMany({ args, registeredArguments }: Command): boolean {
  return registeredArguments.at(-1)?.variadic !== true && args.length > registeredArguments.length;
}

interface Slip {
  is(word: string, typed: Command): boolean;
  error(found: readonly string[], typed: Command): UsageError;
}

/** What a word may be instead of a name. */
const SLIPS: readonly Slip[] = [
  {
    is: (word, typed) => typed.name() === 'create' && /^secrets?$/.test(word) && !isLikeKubectl(typed),
    error: () => new UsageError('create takes the name of the Secret, not its kind', againWithout('secret', 'secrets')),
  },
  { is: (word, typed) => hasFlag(typed, '--filename') && isFile(word), error: fileNamed },
  { is: (word, typed) => /^(attach|detach)$/.test(typed.name()) && isTarget(word), error: targetNamed },
  {
    is: (word, typed) => /^(inspect|verify)$/.test(typed.name()) && isTarget(word),
    error: (found, typed) =>
      new UsageError(`${typed.name()} takes the name of a Secret`, command`regsecret why ${found}`),
  },
  { is: (word, typed) => /^(inspect|verify)$/.test(typed.name()) && isImage(word), error: imageNamed },
  { is: isRegistry, error: registryNamed },
  { is: isPlaced, error: namespaceNamed },
];

function hasFlag({ options }: Command, flag: string): boolean {
  return options.some(({ long }) => long === flag);
}

/** Whether flags of `kubectl create secret docker-registry` are given, beside which every valid name is one. */
function isLikeKubectl(typed: Command): boolean {
  const isGiven = (attribute: string): boolean => typed.getOptionValueSource(attribute) === 'cli';
  return typed.options.some((option) => {
    const { long = '' } = option;
    return (isKubectls(long) || long === '--from-file') && isGiven(option.attributeName());
  });
}

/** Whether the word is a file. Words such as `secret/pull.json` and `team-a/web` are, if the file exists. */
function isFile(word: string): boolean {
  const isNamed = secretNameArgument(word) !== word;
  return (isFileName(word) && !isNamed) || (word.includes('/') && !isTarget(word) && isPath(word));
}

function isTarget(word: string): boolean {
  const [kind = '', name = '', ...more] = word.split('/');
  return more.length === 0 && pullKindByName(kind) !== undefined && isObjectName(name);
}

/** An image with its registry: a word without one may be a password. */
function isImage(word: string): boolean {
  return hostIn(word) !== undefined && word.includes('/') && !word.includes('://');
}

/** Whether the word is the host of a registry, or reads like one. A word with its kind is the name of a Secret. */
function isRegistry(word: string, typed: Command): boolean {
  const host = hostIn(word);
  if (host === undefined || !/^(create|rotate|remove|list|inspect|verify)$/.test(typed.name())) return false;
  if (!isObjectName(word)) return true;
  if (isLikeKubectl(typed) || !/^(create|remove|rotate)$/.test(typed.name())) return isTooMany(typed);
  // A Secret may be called b.io, too.
  const isGuessed = typed.opts().server === undefined || isTooMany(typed);
  return knownRegistry(host) !== undefined || (isGuessed && endsLikeRegistry(host));
}

/** Whether a namespace stands before the name: `delete team-a/pull`. */
function isPlaced(word: string): boolean {
  const [namespace = '', name = '', ...more] = secretNameArgument(word).split('/');
  return more.length === 0 && isNamespaceName(namespace) && isObjectName(name) && !isTarget(word);
}

function fileNamed(files: readonly string[], typed: Command): UsageError {
  const write = hasFlag(typed, '--write') && !files.includes('-') ? words`--write` : undefined;
  const add = words`${eachWith('-f', [...files, ...(typed.opts().filename ?? [])].map(pathWord))} ${write}`;
  return new UsageError(MANIFEST, { add, drop: files });
}

function targetNamed(targets: readonly string[], typed: Command): UsageError {
  const flag = typed.name() === 'attach' ? '--to' : '--from';
  const add = eachWith(flag, [...targets, ...(typed.opts().to ?? [])]);
  return new UsageError(`use ${flag} for a target`, besideFiles({ add, drop: targets }, typed.opts().filename));
}

/** A change in the cluster, which is not made by the same command as one in files. */
function besideFiles(hint: { add: Line; drop: readonly string[] }, files: readonly string[] | undefined): Hint {
  if (files === undefined) return hint;
  const inCluster = { ...hint, drop: [...hint.drop, ...FILE_ONLY] };
  return prose`${againWithout(...hint.drop, ...CLUSTER_ONLY)} for the files, and ${inCluster} for the cluster`;
}

function imageNamed(images: readonly string[], typed: Command): UsageError {
  const add = eachWith('--image', [...images, ...(typed.opts().image ?? [])]);
  const names = typed.args.filter((word) => !images.includes(word));
  const hint = typed.name() === 'verify' ? { add, drop: images } : command`regsecret verify ${names} ${add}`;
  return new UsageError('use --image for an image', hint);
}

function registryNamed(found: readonly string[], typed: Command): UsageError {
  const text = 'use --server for a registry';
  const hosts = found.flatMap((word) => hostIn(word) ?? []);
  if (typed.name() === 'inspect') return new UsageError(text, command`regsecret list ${serverFlags(hosts)}`);
  const hint = { add: serverFlags([...(typed.opts().server ?? []), ...hosts]), drop: found };
  const [word = ''] = found;
  const mayBeName = isObjectName(word) && knownRegistry(word) === undefined && found.length === 1;
  const isName = typed.name() === 'create' && mayBeName && !isTooMany(typed);
  return new UsageError(text, isName ? prose`${hint}, or ${words`secret/${word}`} for a Secret of that name` : hint);
}

function namespaceNamed(found: readonly string[], typed: Command): UsageError {
  const text = 'use -n for the namespace of a Secret';
  const apart = found.map((word) => secretNameArgument(word).split('/'));
  const [namespace, ...others] = new Set([...apart.map(([first]) => first), typed.opts().namespace ?? apart[0]?.[0]]);
  if (others.length > 0 || found.length < typed.args.length)
    return new UsageError(text, prose`run it once for each namespace`);
  // In other commands, -A would mean other namespaces than the one that is named.
  const drop = ['rotate', 'sync', 'delete'].includes(typed.name()) ? found : [...found, '-A'];
  return new UsageError(text, { add: words`${apart.map(([, name = '']) => name)} ${scope(namespace)}`, drop });
}

/** The error for `typed`, which should work in the namespaces `names`. */
export function inSeveral(typed: Command, names: readonly string[]): UsageError {
  const { to, selector, allNamespaces, filename, image, server } = typed.opts();
  const isKnown = names.every(isNamespaceChoice) && typed.args.map(secretNameArgument).every(isObjectName);
  const targets = words`--to ${names.join(',')}`;
  const [each, wide] = [prose`run it once for each`, prose`run it once for each, or with -A`];
  const isBare = (filename ?? image ?? server) === undefined && (typed.name() !== 'doctor' || typed.args.length === 0);
  const isWide = typed.name() === 'list' || (/^(verify|doctor)$/.test(typed.name()) && isBare);
  const text = 'a command works in one namespace';
  if (isKnown && typed.name() === 'create') {
    const copy = clusterCommand`regsecret sync ${typed.args.map(secretNameArgument)} ${{ namespace: 'NAMESPACE' }} ${targets}`;
    return new UsageError(text, prose`create it once, and copy it: ${copy}`);
  }
  if (isKnown && typed.name() === 'sync' && (to ?? selector ?? allNamespaces) === undefined)
    return new UsageError(text, { add: targets, drop: ['-n'] });
  return new UsageError(text, isWide ? wide : each);
}
