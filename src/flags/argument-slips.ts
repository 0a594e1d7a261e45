/** Recognises what users type in place of the name of a Secret, and proposes what they mean. Loaded only for such a word. */
import type { Command } from 'commander';
import { serverFlags } from '../domain/keyring/server.ts';
import { hostIn } from '../domain/pull-secret/secret-name.ts';
import { andThen, command, flagWords, type Command as Line, pathWord, words } from '../domain/text/command.ts';
import { plural } from '../domain/text/enumerate.ts';
import { type Hint, prose } from '../domain/text/hint.ts';
import { isNamespaceName, isObjectName, scope } from '../domain/text/object-name.ts';
import { knownRegistry } from '../domain/verify/known-registries.ts';
import { pullKindByName } from '../domain/workloads/kind.ts';
import { isFileName, MANIFEST } from '../domain/workloads/target.ts';
import { UsageError } from '../errors.ts';
import { isPath } from '../files/file.ts';
import { rawArgs, typedWith } from './retyped-line.ts';
import { isWithoutTarget } from './several-namespaces.ts';
import { secretNameArgument } from './shared-flags.ts';

/** Throws UsageError for arguments of `typed` that cannot have been meant as they are. */
export function refuseSlips(typed: Command): void {
  const slip =
    fileSlip(typed) ??
    readerSlip(typed) ??
    targetSlip(typed) ??
    registrySlip(typed) ??
    namespaceSlip(typed) ??
    commaSlip(typed);
  if (slip !== undefined) throw slip;
  if (!isTooMany(typed)) return;
  const { length: most } = typed.registeredArguments;
  const what = ONE_SECRET.test(typed.name()) ? 'the name of one Secret' : plural(most, 'argument');
  throw new UsageError(
    `${typed.name()} takes ${what}, and ${typed.args.length} ${typed.args.length === 1 ? 'is' : 'are'} given`,
    oneByOne(typed) ?? words`${[...`${typed.parent?.name()}`.split(' '), typed.name()]} --help`,
  );
}

/** Turns `delete a b` into one command for each name; undefined when something else may be meant, or a word may be a password. */
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

/** A file in place of a name: `attach k8s/web.yaml`, `inspect secret.yaml`. */
function fileSlip(typed: Command): UsageError | undefined {
  const has = (flag: string): boolean => typed.options.some(({ long }) => long === flag);
  const files = has('--filename') ? typed.args.filter(isFile) : [];
  const names = typed.args.filter((word) => !files.includes(word)).map(secretNameArgument);
  if (files.length === 0 || !names.every(isObjectName)) return undefined;
  const named = files.reduce((line, file) => words`${line} -f ${pathWord(file)}`, words`${names} ${scopeOf(typed)}`);
  const write = has('--write') && !files.includes('-') ? words`--write` : undefined;
  return new UsageError(MANIFEST, typedWith(typed, words`${named} ${write}`, ['--write']));
}

/** Whether the word is a file. Words such as `secret/pull.json` and `team-a/web` are, if the file exists. */
function isFile(word: string): boolean {
  const isNamed = secretNameArgument(word) !== word;
  return (isFileName(word) && !isNamed) || (word.includes('/') && !isTarget(word) && isPath(word));
}

/** An object or an image in place of a name: `inspect deploy/web`, `verify pull ghcr.io/acme/app:v1`. */
function readerSlip(typed: Command): UsageError | undefined {
  const verb = typed.name();
  if (verb !== 'inspect' && verb !== 'verify') return undefined;
  const targets = typed.args.filter(isTarget);
  if (targets.length > 0) {
    return new UsageError(`${verb} takes the name of a Secret`, command`regsecret why ${targets} ${scopeOf(typed)}`);
  }
  const [host, ...more] = typed.args.filter((word) => !isObjectName(word)).map(hostIn);
  if (host !== undefined && more.length === 0 && !typed.args.some((word) => word.includes('/'))) {
    const names = typed.args.map(secretNameArgument).filter(isObjectName);
    const text = `${verb} takes the name of a Secret, not a registry`;
    // A host may also be the name of a Secret.
    if (names.length > 0 && !names.includes(host))
      return new UsageError(text, typedWith(typed, words`${names} ${scopeOf(typed)}`));
    const list = command`regsecret list ${scopeOf(typed)}`;
    const own = words`regsecret verify --server ${host}`;
    return new UsageError(text, prose`${list} says which Secret has ${host}, and ${own} checks your own login`);
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

/**
 * A target without its flag: `attach pull deploy/web`, `attach deploy/web pull`, `attach pull deploy web`,
 * `attach pull --to deploy web`, `attach pull default` and `attach web regsecret`.
 */
function targetSlip(typed: Command): UsageError | undefined {
  const verb = typed.name();
  if (verb !== 'attach' && verb !== 'detach') return undefined;
  const flag = verb === 'attach' ? '--to' : '--from';
  const refusal = (secrets: readonly string[], targets: readonly string[], except: readonly string[] = []) => {
    const [secret, ...more] = secrets.map(secretNameArgument);
    if (more.length > 0 || (secret !== undefined && !isObjectName(secret))) return undefined;
    const named = targets.map((target) => words`${flagWords([flag])} ${target}`);
    const line = named.reduce((before, target) => words`${before} ${target}`, words`${secret} ${scopeOf(typed)}`);
    return new UsageError(
      `a target is named with ${flag}`,
      besideFiles(typed, secret, (more) => typedWith(typed, line, [...except, ...more])),
    );
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
  // Every namespace has this service account.
  if (bare === '' && name === 'default') return refusal(args.slice(0, -1), ['sa/default']);
  const [other = '', ...more] = args.filter((word) => secretNameArgument(word) !== 'regsecret');
  if (bare === '' && more.length === 0 && isObjectName(other)) return refusal(['regsecret'], [`deployment/${other}`]);
  const line = rawArgs(typed);
  const behind = line[line.indexOf(bare) + 1] ?? '';
  const meant = args.includes(behind) ? behind : name;
  if (pullKindByName(bare) === undefined || !isObjectName(meant)) return undefined;
  return refusal(args.toSpliced(args.lastIndexOf(meant), 1), [`${bare}/${meant}`], ['--to']);
}

/** Proposes a command for the files before the one for the cluster: if a file cannot be changed, the cluster is unchanged. */
function besideFiles(typed: Command, secret: string | undefined, inCluster: (except: readonly string[]) => Hint): Hint {
  const files: readonly string[] = typed.opts().filename ?? [];
  if (files.length === 0) return inCluster([]);
  const second = inCluster(['--filename', '--write', '--recursive', '--auto', '--secret-file']);
  const targets = ['--to', '--pod', '--serviceaccount', '--all-serviceaccounts', '--used', '--selector'];
  const others = ['--all-namespaces', '--restart', '--wait', '--timeout', '--recreate', '--write'];
  const first = typedWith(typed, words`${secret} ${scopeOf(typed)} --write`, [...targets, ...others]);
  const isLine = 'words' in first && 'words' in second && !files.includes('-');
  return isLine ? andThen(first, second) : second;
}

function isTarget(word: string): boolean {
  const [kind = '', name = '', ...more] = word.split('/');
  return more.length === 0 && pullKindByName(kind) !== undefined && isObjectName(name);
}

/** A registry without its flag: `create ghcr.io`, `create pull ghcr.io`, `remove pull ghcr.io` and `rotate ghcr.io`. */
function registrySlip(typed: Command): UsageError | undefined {
  const verb = typed.name();
  const { server, dockerServer, fromFile } = typed.opts();
  if (!['create', 'remove', 'rotate'].includes(verb) || dockerServer !== undefined) return undefined;
  if (server !== undefined) return nextRegistrySlip(typed, server);
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

/** A second registry: `create --server ghcr.io quay.io`, and `create pull --server a.io b.io`. A Secret may be called b.io. */
function nextRegistrySlip(typed: Command, servers: readonly string[]): UsageError | undefined {
  const isSurplus = isTooMany(typed);
  const isMeant = (word: string): boolean =>
    isRegistry(word) && (isSurplus || !isObjectName(word) || knownRegistry(hostIn(word) ?? '') !== undefined);
  const hosts = typed.args.filter(isMeant);
  const names = typed.args.filter((word) => !hosts.includes(word)).map(secretNameArgument);
  if (hosts.length === 0 || names.length > 1 || !names.every(isObjectName)) return undefined;
  const all = serverFlags([...servers, ...hosts.flatMap((word) => hostIn(word) ?? [])]);
  const line = typedWith(typed, words`${names} ${scopeOf(typed)} ${all}`, ['--server']);
  return new UsageError('each registry is named with a --server of its own', line);
}

/** Whether the word is the host of a registry, or reads like one. A word with its kind is the name of a Secret. */
function isRegistry(word: string): boolean {
  const host = hostIn(word);
  if (host === undefined) return false;
  return knownRegistry(host) !== undefined || !isObjectName(word) || /\.[a-z]{2,}$/.test(host);
}

/** A namespace in front of the name: `delete team-a/pull`. */
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
  // In other commands, -A would mean other namespaces than the one that is named.
  const except = ['rotate', 'sync', 'delete'].includes(typed.name()) ? [] : ['--all-namespaces'];
  const line = words`${names.map(([, name = '']) => name)} ${scope(namespace)}`;
  return new UsageError(text, typedWith(typed, line, except));
}

/** A namespace without a comma: `sync pull team-a`, `sync pull --to team-a team-b`. After a namespace comes another one. */
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
  // Without a name before --to, the last word may be the name of the Secret.
  if (names.length !== 1 || ![...names, to, ...more].every((word) => word.split(',').every(isObjectName)))
    return undefined;
  const targets = [to, ...more].join(',');
  return new UsageError(
    'separate the namespaces of --to with commas',
    typedWith(typed, words`${names} ${scopeOf(typed)} --to ${targets}`, ['--to']),
  );
}

function scopeOf(typed: Command): Line {
  return words`${scope(typed.opts().namespace)}`;
}
