/** Turns command lines that kubectl accepts and commander does not into the form that commander accepts. */
import { Command, type Option } from 'commander';
import { UsageError } from '../errors.ts';
import { prose } from '../line/hint.ts';
import { AFTER_EQUALS, isKubectls, kubernetesFlags } from './shared-flags.ts';

/** The names that other programs have for these commands (kubectl, docker, brew). */
const ALIASES: Readonly<Record<string, string>> = { ls: 'list', get: 'list', describe: 'inspect', check: 'doctor' };

/** The command of `program` with this name or alias. */
export function commandNamed(program: Command, name: string): Command | undefined {
  return program.commands.find((one) => one.name() === name || one.aliases().includes(name));
}

/**
 * Puts the command first, under its own name. `help X` becomes `X --help`, and an empty line becomes `--help`.
 * `create secret docker-registry NAME`, or `generic`, as typed for kubectl, becomes `create NAME`.
 */
export function commandFirst(typed: readonly string[]): string[] {
  const [leading, [name, ...rest]] = splitLeading(typed);
  if (name === undefined) return leading.length === 0 ? ['--help'] : leading;
  if (name === 'help') return rest.length === 0 ? ['--help'] : [...commandFirst(rest), '--help'];
  const command = ALIASES[name] ?? name;
  if (command === 'rbac') return rbacFirst(rest, leading);
  return [command, ...leading, ...withoutKind(command, rest)];
}

/**
 * `rbac` is followed by another command, to which flags of Kubernetes belong. `--for` and `--guard` are no flags of any other
 * command, so they may follow that command as well. The other flags of rbac come before it.
 */
function rbacFirst(typed: readonly string[], leading: readonly string[]): string[] {
  const own: string[] = [];
  let others: string[] = [];
  for (let index = 0; index < typed.length; index += 1) {
    const word = typed[index] ?? '';
    if (word === '--for' && typed[index + 1] !== undefined) own.push(word, typed[++index] ?? '');
    else if (word.startsWith('--for=') || word === '--guard') own.push(word);
    else others.push(word);
  }
  const scope = [...leading];
  for (;;) {
    const [before, after] = splitLeading(others);
    scope.push(...before);
    others = after;
    // The line that the role is for may be given whole, as it is typed elsewhere.
    const program = after[0] === 'kubectl' && after[1] === 'regsecret' ? 2 : 1;
    if (after[program - 1] === 'regsecret') {
      others = after.slice(program);
      continue;
    }
    const [, next] = /^(?:--name|--output|-o)(.*)$/s.exec(after[0] ?? '') ?? [];
    // Without a command, these flags would be taken for flags of rbac itself.
    if (next === undefined) return ['rbac', ...own, ...after, ...(after.length === 0 ? [] : scope)];
    const count = next === '' ? 2 : 1;
    own.push(...after.slice(0, count));
    others = after.slice(count);
  }
}

/** Commands that read Secrets and nothing else. */
const READERS = ['list', 'inspect', 'verify'];

/** The words after `command`, without the kind of the object. */
function withoutKind(command: string, typed: readonly string[]): readonly string[] {
  const [kind, type = ''] = typed;
  if (command === 'create' && kind === 'docker-registry' && isWord(type)) return withKind(typed.slice(1));
  if (kind !== 'secret' && kind !== 'secrets') return typed;
  if (READERS.includes(command)) return typed.slice(1);
  // A single word `secret` is the name of a Secret. Without that word, the command would be about the default one.
  if (command !== 'create') return isWord(type) ? typed.slice(1) : typed;
  return type === 'docker-registry' || type === 'generic' ? withKind(typed.slice(2)) : typed;
}

/** Adds the kind to the name, so that a name that reads like a registry stays the name of a Secret. */
function withKind([name = '', ...rest]: readonly string[]): readonly string[] {
  return [isWord(name) && !name.includes('/') ? `secret/${name}` : name, ...rest].filter((word) => word !== '');
}

function isWord(text: string): boolean {
  return text !== '' && !text.startsWith('-');
}

/** The flags of Kubernetes in front of the command, and the words after them. */
function splitLeading(args: readonly string[]): [string[], string[]] {
  let end = 0;
  const options = args[0]?.startsWith('-') ? kubernetesFlags(new Command()).options : [];
  for (let arg = args[0]; arg !== undefined; arg = args[end]) {
    const [name = ''] = arg.split('=');
    const option = options.find(({ long, short }) => name === long || name === short);
    if (isLevel(args, end)) end += 2;
    else if (/^--?v=|^-v\d+$/.test(arg)) end += 1;
    else if (option === undefined) break;
    else end += option.required && name === arg ? 2 : 1;
  }
  return [args.slice(0, end), args.slice(end)];
}

/** Whether a verbosity of two words begins at `index`, as in `-v 6`. */
function isLevel(args: readonly string[], index: number): boolean {
  return /^--?v$/.test(args[index] ?? '') && /^\d+$/.test(args[index + 1] ?? '');
}

/** Turns `-v=6`, `-v6` and `-v 6` into `--v=6`. `-v` alone, and `-v=true`, stay. */
function withLevel(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    if (index > 0 && isLevel(args, index - 1)) return [];
    const [, level] = /^-v=?(\d+)$/.exec(arg) ?? (isLevel(args, index) ? ['', args[index + 1]] : []);
    if (level !== undefined) return [`--v=${level}`];
    return /^-v=(?!(t|f|true|false)$)/i.test(arg) ? [`-${arg}`] : [arg];
  });
}

/** `--flag value` as one word, so that a value that reads like a flag stays a value, as in pflag. Words after `--` are none. */
export function withValues(args: readonly string[], options: readonly Option[]): string[] {
  const joined: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    if (word === '--') return [...joined, ...args.slice(index)];
    const option = options.find(({ long }) => long === word);
    const isJoined = option?.required === true && AFTER_EQUALS[word] === undefined && index + 1 < args.length;
    joined.push(isJoined ? `${word}=${args[++index]}` : word);
  }
  return joined;
}

/** Turns `--dry-run` without a value into `--dry-run=client`, as in kubectl, and the same for the flags like it. */
function withBare(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const flag = AFTER_EQUALS[arg];
    return flag === undefined || flag.also?.test(args[index + 1] ?? '') ? arg : `${arg}=${flag.bare}`;
  });
}

/** Brings `--flag=true`, `-A=true` and `-o=yaml` into commander's form. Words after `--` are not flags. Throws UsageError. */
export function plainFlags(typed: readonly string[], options: readonly Option[]): string[] {
  const args = withValues(typed, options);
  const booleans = options.filter((option) => option.isBoolean() || option.negate);
  const end = args.indexOf('--');
  const flags = end < 0 ? args : args.slice(0, end);
  const given = withBare(withLevel(flags)).map((arg) =>
    arg.replace(/^--validate=(strict|warn|ignore)$/, '--validate=true'),
  );
  const normal = booleans.reduce(withBoolean, given).flatMap((arg) => {
    const [, short, rest] = /^(-[a-z])=(.*)$/s.exec(arg) ?? [];
    return short === undefined || rest === undefined ? [arg] : [short, rest];
  });
  return [...normal, ...args.slice(flags.length)];
}

/** When a flag is given several times, the last counts (spf13/pflag bool.go, strconv `ParseBool`). */
function withBoolean(args: readonly string[], { long, short }: Option): string[] {
  const names = [long, short].filter((one) => one !== undefined);
  const givenTo = (arg: string): string | undefined => {
    const name = names.find((one) => arg.startsWith(`${one}=`));
    if (name !== undefined) return arg.slice(name.length + 1);
    return names.includes(arg) ? 'true' : undefined;
  };
  const last = args.findLastIndex((arg) => givenTo(arg) !== undefined);
  return args.flatMap((arg, index) => {
    const value = givenTo(arg);
    if (value === undefined) return [arg];
    const [flag = ''] = arg.split('=');
    const isTrue = /^(1|t|T|TRUE|true|True)$/.test(value);
    if (!isTrue && !/^(0|f|F|FALSE|false|False)$/.test(value)) {
      throw new UsageError(`invalid argument for "${flag}"`, prose`${flag}=true or ${flag}=false`);
    }
    return isTrue && index === last ? [flag] : [];
  });
}

/**
 * Throws UsageError for a flag that would take the next flag for its value: `--server --username jane`. Those of kubectl take
 * whatever follows.
 */
export function checkSwallowed(line: readonly string[], options: readonly Option[]): void {
  const named = (word: string): Option | undefined =>
    options.find(({ long, short }) => word !== '' && (long === word || short === word));
  for (let index = 1; index < line.length; index += 1) {
    const word = line[index] ?? '';
    // `rbac` is followed by a command with flags of its own.
    if (word === '--' || (line[0] === 'rbac' && !word.startsWith('-'))) return;
    if (named(word)?.required !== true || AFTER_EQUALS[word] !== undefined) continue;
    index += 1;
    if (isKubectls(word)) continue;
    const [next = ''] = (line[index] ?? '').split('=');
    if (named(next) === undefined) continue;
    throw new UsageError(`${word} has no value, because ${next} follows it`, prose`give ${word} a value`);
  }
}

/** The namespaces of `-n`, which takes only one. kubectl silently uses the last of several. */
export function namespacesIn(args: readonly string[]): string[] {
  const given = args.flatMap((arg, index) => {
    const [, value] = /^(?:-n=?|--namespace=)(.+)$/s.exec(arg) ?? [];
    return arg === '-n' || arg === '--namespace' ? [args[index + 1] ?? ''] : (value ?? []);
  });
  return [...new Set(given.flatMap((text) => text.split(',')))];
}
