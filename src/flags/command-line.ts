/** Command lines in the forms that kubectl takes and commander does not, brought into the one form that it does. */
import type { Option } from 'commander';
import { ALL_NAMESPACES, kustomized, words } from '../domain/text/command.ts';
import { prose } from '../domain/text/hint.ts';
import { isObjectName } from '../domain/text/object-name.ts';
import { typedAgain } from '../domain/text/typed-again.ts';
import { UsageError } from '../errors.ts';

/** Flags of Kubernetes that take a value, which kubectl has before its command, too. */
const VALUE_FLAGS = [
  ...['-n', '--namespace', '--context', '--kubeconfig', '--cluster', '--user', '--api-server', '--token', '--as'],
  ...['--as-group', '--as-uid', '--request-timeout', '--certificate-authority', '--client-certificate'],
  ...['--client-key', '--tls-server-name', '--as-user-extra', '--cache-dir'],
];
const BARE_FLAGS = [
  ...['--insecure-skip-tls-verify', '--warnings-as-errors', '-q', '--quiet'],
  ...['--disable-compression', '--match-server-version'],
];

/** What others call our commands (kubectl, docker, brew). */
const ALIASES: Readonly<Record<string, string>> = { ls: 'list', get: 'list', describe: 'inspect', check: 'doctor' };

/**
 * The command first, by our name for it; `help X` as `X --help`, and nothing at all as `--help`. `create secret docker-registry NAME`, and `generic`, as it is
 * typed for kubectl, is `create NAME`. Throws UsageError.
 */
export function commandFirst(typed: readonly string[]): string[] {
  const [leading, [name, ...rest]] = splitLeading(typed);
  if (name === undefined) return leading.length === 0 ? ['--help'] : leading;
  if (name === 'help') return rest.length === 0 ? ['--help'] : [...commandFirst(rest), '--help'];
  const command = ALIASES[name] ?? name;
  if (command === 'rbac') return rbacFirst(rest, leading);
  if (command === 'inspect') checkOneNamespace([...withoutKind(command, rest), ...leading]);
  return [command, ...leading, ...withoutKind(command, rest)];
}

/**
 * Behind `rbac` stands another command, and flags of Kubernetes are that one's. `--for` is no flag of any other command, so it may
 * stand behind that, too; the other flags of rbac stand before it.
 */
function rbacFirst(typed: readonly string[], leading: readonly string[]): string[] {
  const own: string[] = [];
  let others: string[] = [];
  for (let index = 0; index < typed.length; index += 1) {
    const word = typed[index] ?? '';
    if (word === '--for' && typed[index + 1] !== undefined) own.push(word, typed[++index] ?? '');
    else if (word.startsWith('--for=')) own.push(word);
    else others.push(word);
  }
  const scope = [...leading];
  for (;;) {
    const [before, after] = splitLeading(others);
    scope.push(...before);
    others = after;
    // The whole line that the role is for, as it is typed elsewhere.
    const program = after[0] === 'kubectl' && after[1] === 'regsecret' ? 2 : 1;
    if (after[program - 1] === 'regsecret') {
      others = after.slice(program);
      continue;
    }
    const [, next] = /^(?:--name|--output|-o)(.*)$/s.exec(after[0] ?? '') ?? [];
    // Alone, they would be taken for flags of rbac itself.
    if (next === undefined) return ['rbac', ...own, ...after, ...(after.length === 0 ? [] : scope)];
    const count = next === '' ? 2 : 1;
    own.push(...after.slice(0, count));
    others = after.slice(count);
  }
}

/** Throws UsageError for `inspect` in all namespaces, which would be pages. */
function checkOneNamespace(typed: readonly string[]): void {
  const isAll = (word: string): boolean => word === '-A' || word === '--all-namespaces';
  if (!typed.some(isAll)) return;
  // With -A there can be no other namespace.
  const isOne = (word = ''): boolean => word === '-n' || word === '--namespace';
  const rest = typedAgain(typed.filter((word, index) => !isAll(word) && !isOne(word) && !isOne(typed[index - 1])));
  const list = words`regsecret list ${rest} ${ALL_NAMESPACES}`;
  // Users and expiry are not in the table otherwise.
  const isShaped = typed.some((word) => /^(-o|--output)/.test(word));
  throw new UsageError('inspect shows Secrets of one namespace', isShaped ? list : words`${list} -o wide`);
}

/** Commands that read Secrets and nothing else. */
const READERS = ['list', 'inspect', 'verify'];

/** What follows `command`, without the kind of the object. Throws UsageError where the name does not follow. */
function withoutKind(command: string, typed: readonly string[]): readonly string[] {
  const [kind, type = ''] = typed;
  if (command === 'create' && kind === 'docker-registry' && isWord(type)) return withKind(typed.slice(1));
  if (kind !== 'secret' && kind !== 'secrets') return typed;
  if (READERS.includes(command)) return typed.slice(1);
  // Alone, it would be the name of a Secret, and without it that of the usual one.
  if (command !== 'create') return isWord(type) ? typed.slice(1) : typed;
  if (type === 'docker-registry' || type === 'generic') return withKind(typed.slice(2));
  if (typed.some((word) => word === '-h' || word === '--help')) return typed.slice(1);
  const meant = typedAgain(typed.slice(1)) ?? words`${isObjectName(type) ? type : 'NAME'}`;
  throw new UsageError('create takes the name of the Secret, not its kind', words`regsecret create ${meant}`);
}

/** With its kind, what reads like a registry is the name of a Secret. */
function withKind([name = '', ...rest]: readonly string[]): readonly string[] {
  return [isWord(name) && !name.includes('/') ? `secret/${name}` : name, ...rest].filter((word) => word !== '');
}

function isWord(text: string): boolean {
  return text !== '' && !text.startsWith('-');
}

/** The flags of Kubernetes that stand before the command, and what follows them. */
function splitLeading(args: readonly string[]): [string[], string[]] {
  let end = 0;
  for (let arg = args[0]; arg !== undefined; arg = args[end]) {
    if (VALUE_FLAGS.includes(arg) || isLevel(args, end)) end += 2;
    else if (/^--?v=|^-v\d+$/.test(arg)) end += 1;
    else if (BARE_FLAGS.includes(arg) || [...VALUE_FLAGS, ...BARE_FLAGS].some((flag) => arg.startsWith(`${flag}=`)))
      end += 1;
    else break;
  }
  return [args.slice(0, end), args.slice(end)];
}

/** Whether a verbosity stands there in two words, as `-v 6`. */
function isLevel(args: readonly string[], index: number): boolean {
  return /^--?v$/.test(args[index] ?? '') && /^\d+$/.test(args[index + 1] ?? '');
}

/** `-v=6`, `-v6` and `-v 6` as `--v=6`; `-v` alone, and `-v=true`, stay. */
function withLevel(args: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    if (index > 0 && isLevel(args, index - 1)) return [];
    const [, level] = /^-v=?(\d+)$/.exec(arg) ?? (isLevel(args, index) ? ['', args[index + 1]] : []);
    if (level !== undefined) return [`--v=${level}`];
    return /^-v=(?!(t|f|true|false)$)/i.test(arg) ? [`-${arg}`] : [arg];
  });
}

/** A flag without a value, by its names: `--yes`, or `-A` and `--all-namespaces`. */
export type BooleanFlag = readonly string[];

/** Without a value it is that of a client, as in kubectl; what reads like one and follows it is its value. */
function withDryRun(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const isBare = arg === '--dry-run' && !/^(none|client|server)$/.test(args[index + 1] ?? '');
    return isBare ? '--dry-run=client' : arg;
  });
}

/** `--flag=true`, `-A=true` and `-o=yaml`; what stands behind `--` is nobody's flag. Throws UsageError. */
export function plainFlags(args: readonly string[], booleans: readonly BooleanFlag[]): string[] {
  const end = args.indexOf('--');
  const flags = end < 0 ? args : args.slice(0, end);
  const given = withDryRun(withLevel(flags)).map((arg) =>
    arg.replace(/^--validate=(strict|warn|ignore)$/, '--validate=true'),
  );
  const normal = booleans.reduce(withBoolean, given).flatMap((arg) => {
    const [, short, rest] = /^(-[a-z])=(.*)$/s.exec(arg) ?? [];
    return short === undefined || rest === undefined ? [arg] : [short, rest];
  });
  return [...normal, ...args.slice(flags.length)];
}

/** The last of several counts (spf13/pflag bool.go, strconv `ParseBool`). */
function withBoolean(args: readonly string[], names: BooleanFlag): string[] {
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

/** Throws UsageError for a flag that would take the next flag for its value: `--server --username jane`. */
export function checkSwallowed(line: readonly string[], options: readonly Option[]): void {
  const named = (word: string): Option | undefined =>
    options.find(({ long, short }) => word !== '' && (long === word || short === word));
  for (let index = 1; index < line.length; index += 1) {
    const word = line[index] ?? '';
    // Behind `rbac` stands a command with flags of its own.
    if (word === '--' || (line[0] === 'rbac' && !word.startsWith('-'))) return;
    if (named(word)?.required !== true) continue;
    index += 1;
    const [next = ''] = (line[index] ?? '').split('=');
    if (named(next) === undefined) continue;
    throw new UsageError(`${word} has no value, because ${next} follows it`, prose`give ${word} a value`);
  }
}

/** Throws UsageError for `-k` of kubectl, which commands that read manifests do not have. */
export function checkKustomize([name = '', ...line]: readonly string[]): void {
  const end = line.indexOf('--');
  const index = line.findIndex((word, place) => /^(-k|--kustomize(=|$))/.test(word) && (end < 0 || place < end));
  if (index < 0 || !/^(doctor|why|attach|detach)$/.test(name)) return;
  const [flag = '', next = ''] = line.slice(index);
  const joined = flag.replace(/^(-k|--kustomize=?)/, '');
  const isJoined = joined !== '' || next === '' || next.startsWith('-');
  const rest = typedAgain(line.toSpliced(index, isJoined ? 1 : 2));
  const command = name === 'why' ? 'doctor' : name;
  const otherwise = command === 'doctor' ? words`` : words`NAME`;
  throw new UsageError(
    `${name} has no ${flag.startsWith('--') ? '--kustomize' : '-k'}; it reads what kustomize prints`,
    kustomized((isJoined ? joined : next) || 'DIR', words`${command} ${rest ?? otherwise}`),
  );
}

/** The namespaces of `-n`, which has one: of several, kubectl takes the last, unasked. */
export function namespacesIn(args: readonly string[]): string[] {
  const given = args.flatMap((arg, index) => {
    const [, value] = /^(?:-n=?|--namespace=)(.+)$/s.exec(arg) ?? [];
    return arg === '-n' || arg === '--namespace' ? [args[index + 1] ?? ''] : (value ?? []);
  });
  return [...new Set(given.flatMap((text) => text.split(',')))];
}
